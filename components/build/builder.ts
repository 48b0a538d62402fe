/** The builder of a build, as docker-build takes it: by its name among those that buildx has on this machine. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { hostWide } from "../core/names";
import type { Host } from "../host/host";
import type { Registry } from "../registry/registry";
import { sendOk } from "../../provider/docker/api";
import { memoryToBuild, whyNoBuilder, type DockerInfo, type PushedTo } from "../../provider/docker/builder";
import { buildKitSocket, removeAtEnd } from "../../provider/docker/buildkit";
import { readMemory, type Memory } from "../../provider/host/memory";
import type { SshAddress } from "../../provider/ssh/address";
import { home } from "../../provider/ssh/client-files";
import { runOverSsh } from "../../provider/ssh/run";

/**
 * The name of a builder that is a host. In an update it is there when the name is: a file of buildx leads to a socket of this process,
 * and the socket to the host. Both go with this process.
 *
 * @param attested whether something is asked for that is said of the image beside it
 * @param failed is told, in a sentence, why the host does not build
 * @param free is told, as the build begins, how much memory the host has for it
 */
export function builderOn(
  host: Host,
  build: string,
  { registries, attested }: { registries: readonly Registry[]; attested: boolean },
  failed: (said: string) => void,
  free: (memory: { low: boolean; said: string }) => void,
): pulumi.Output<string> {
  const name = `sextant-${hostWide(build)}`;
  if (pulumi.runtime.isDryRun()) return pulumi.output(name);
  const pushed = registries.map(({ label, address, insecure }) => ({ label, address, insecure }));
  // How it is reached is a secret where it holds a key; the name of the builder is none.
  return pulumi.unsecret(
    host.ssh.apply(async (shell) => {
      // Each connection that is tried again ends in the same way.
      let said = "";
      const say = ({ message }: Error): void => {
        if (message !== said) failed(message);
        said = message;
      };
      const ready = async (): Promise<void> => {
        await admit(shell, pushed, attested);
        const memory = await memoryOf(shell);
        const told = memory && memoryToBuild(shell.name, memory);
        if (told !== undefined) free(told);
      };
      keepInstance(name, await buildKitSocket(shell, ready, say));
      return name;
    }),
  );
}

/** @throws Error in a sentence, where the host's Docker cannot build and push, or would send a login in clear */
async function admit(shell: SshAddress, pushed: readonly PushedTo[], attested: boolean): Promise<void> {
  const { body } = await sendOk(shell, { method: "GET", path: "/info" }, "asking Docker what it can do");
  const why = whyNoBuilder(shell.name, (body ?? {}) as DockerInfo, pushed, attested);
  if (why !== undefined) throw new Error(why);
}

/** Seconds for a look into a file. */
const lookSeconds = 30;

/** Undefined where it is not told: a build needs none of it. */
async function memoryOf(shell: SshAddress): Promise<Memory | undefined> {
  const look = { timeout: lookSeconds, what: "asking how much memory is free" };
  return runOverSsh(shell, "cat /proc/meminfo", look).then(
    ({ stdout }) => readMemory(stdout),
    () => undefined,
  );
}

/**
 * A builder as `docker buildx create --driver remote` keeps it (buildx v0.35 store/nodegroup.go).
 * @param socket where BuildKit answers
 */
export function instanceOf(name: string, socket: string): object {
  const node = { Name: `${name}0`, Endpoint: `unix://${socket}`, Platforms: null, DriverOpts: null };
  return { Name: name, Driver: "remote", Nodes: [{ ...node, Flags: null, Files: null }], Dynamic: false };
}

/** Where buildx keeps its builders (buildx v0.35 util/confutil/config.go). */
export function buildxDirectory(env: NodeJS.ProcessEnv): string {
  const { BUILDX_CONFIG: own, DOCKER_CONFIG: docker } = env;
  return own !== undefined && own !== "" ? own : join(docker || join(home(), ".docker"), "buildx");
}

function keepInstance(name: string, socket: string): void {
  const directory = join(buildxDirectory(process.env), "instances");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, name);
  const half = join(directory, `.${name}.${randomBytes(4).toString("hex")}`);
  writeFileSync(half, JSON.stringify(instanceOf(name, socket)), { mode: 0o600 });
  renameSync(half, path);
  removeAtEnd(path);
}
