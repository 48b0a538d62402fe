/** The lab as a whole: a cloud, a registry and a Pulumi backend on this machine, up and down in one step each. */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { labSeed } from "./chance";
import { type Docker, ensureDocker, findDocker, stopDocker } from "./docker/docker";
import { run } from "./docker/exec";
import { installMissing } from "./docker/packages";
import { withLock } from "./docker/lock";
import { removeLabelled } from "./docker/remove-all";
import { ensureApi, stopApi } from "./hetzner/daemon";
import { ensureImages, imageTags } from "./images/images";
import { createMachines } from "./machine/driver";
import { ensurePublicNetwork } from "./machine/fabric";
import { imageStore, noteChoice } from "./machine/system";
import { cacheDir, labDir } from "./paths";
import { buildPlugin } from "../scripts/build-plugin";
import { ensureRegistry } from "./registry/registry";
import { supportedNode } from "./toolchain/node";
import { ensureToolchain } from "./toolchain/toolchain";

export type Progress = (line: string) => void;

/** The key that opens the lab's servers. */
export const sshKeyFile = (): string => join(labDir(), "id_ed25519");
/** Where the lab's stacks are kept; the user's own Pulumi login is not touched. */
export const backendDir = (): string => join(labDir(), "pulumi-state");
export const pulumiHome = (): string => join(cacheDir(), "pulumi-home");

/** It is there while a lab that the tests brought up is theirs: the next tests empty it, and take it down. */
export const ofTestsFile = (): string => join(labDir(), "of-tests");

/** What goes from the local images to the lab's registry. */
const served = (tag: string): boolean => !/^sextant\/(debian|server|registry)\b/.test(tag);

/** Builds what is missing for a lab, and starts Docker for that. Safe to run again and to interrupt. */
export async function labBuild(progress: Progress): Promise<Docker> {
  await installMissing(
    [
      { command: "ssh", package: "openssh-client" },
      { command: "curl", package: "curl" },
    ],
    progress,
  );
  const docker = await ensureDocker(progress);
  await Promise.all([
    ensureToolchain(progress),
    supportedNode(progress),
    ensureImages({ docker, progress }),
    buildPlugin(),
  ]);
  return docker;
}

/**
 * Brings the lab up: builds what is missing and starts what does not run. Safe to run again and to interrupt.
 * @param images those made on demand that its registry is to have besides
 */
export async function labUp(progress: Progress, images: readonly string[] = []): Promise<Docker> {
  const { engine, os } = noteChoice();
  progress(`lab: seed ${labSeed()}; SEXTANT_SEED=${labSeed()} repeats it`);
  progress(`lab: new servers run Docker ${engine} with ${imageStore({ engine, os })} on ${os}`);
  const docker = await labBuild(progress);
  if (images.length > 0) await ensureImages({ docker, only: [...images], progress });
  // Files of tests bring it up side by side.
  await withLock(join(labDir(), "up.lock"), () => start(docker, images, progress));
  return docker;
}

/** Starts what does not run. */
async function start(docker: Docker, images: readonly string[], progress: Progress): Promise<void> {
  await makeKey();
  for (const directory of [backendDir(), pulumiHome()])
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  await ensurePublicNetwork(docker);
  const tags = [...imageTags().filter(served), ...images];
  await Promise.all([ensureRegistry(docker, tags, progress), ensureApi(progress)]);
}

/** Takes the lab down: servers, networks, volumes, registry, API, state; what was built stays in the cache. */
export async function labDown(progress: Progress): Promise<void> {
  await stopApi();
  const docker = await findDocker();
  if (docker) {
    await removeServers(docker, progress);
    progress("removing the registry and the lab's networks");
    await removeLabelled(docker);
    if (docker.own) await stopDocker();
  }
  rmSync(labDir(), { recursive: true, force: true });
}

/** The lab up for a person: tests find it as it is, and leave it. */
export async function labUpToStay(progress: Progress): Promise<Docker> {
  const docker = await labUp(progress);
  rmSync(ofTestsFile(), { force: true });
  return docker;
}

/** An empty cloud: no server, no stack; the registry and what is built stay. */
export async function labReset(progress: Progress): Promise<void> {
  await stopApi();
  const docker = await ensureDocker(progress);
  await removeServers(docker, progress);
  for (const name of ["hetzner", "machines", "pulumi-state"]) {
    rmSync(join(labDir(), name), { recursive: true, force: true });
  }
  await labUp(progress);
}

async function removeServers(docker: Docker, progress: Progress): Promise<void> {
  if (!existsSync(join(labDir(), "machines"))) return;
  progress("removing servers and their disks");
  const machines = await createMachines({ docker });
  await machines.removeAll();
}

async function makeKey(): Promise<void> {
  const file = sshKeyFile();
  if (existsSync(file)) return;
  mkdirSync(labDir(), { recursive: true, mode: 0o700 });
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", file]);
}
