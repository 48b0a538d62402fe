/** The lab's registry: Docker's own, with a login, filled with the lab's images. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Docker, type Progress, registryAddress } from "../docker/docker";
import { run, tryRun } from "../docker/exec";
import { label, publicNetwork } from "../machine/names";
import { labDir } from "../paths";

/** How the registry is used. */
export interface RegistryAccess {
  /** As it stands in front of an image's name. */
  address: string;
  username: string;
  password: string;
}

const container = "sextant-registry";
const username = "lab";
/** Docker trusts registries on the loopback address without TLS, whoever started the daemon: pushes go that way. */
const pushPort = 15213;
const pushAddress = `127.0.0.1:${pushPort}`;

const dir = (): string => join(labDir(), "registry");

/** The address and the login; the password is made at the first call. */
export function registryAccess(): RegistryAccess {
  const file = join(dir(), "password");
  if (!existsSync(file)) {
    mkdirSync(dir(), { recursive: true, mode: 0o700 });
    writeFileSync(file, randomBytes(18).toString("base64url"), { mode: 0o600 });
  }
  return { address: registryAddress, username, password: readFileSync(file, "utf8") };
}

/** Starts the registry and pushes those images (`sextant/<name>:<tag>`) that it does not have yet. */
export async function ensureRegistry(docker: Docker, tags: string[], progress: Progress): Promise<void> {
  await start(docker, progress);
  await push(docker, tags, progress);
}

/** Removes the registry with all that was pushed. */
export async function removeRegistry(docker: Docker): Promise<void> {
  await docker.run(["rm", "--force", "--volumes", container]);
  for (const name of ["pushed.json", "docker"]) rmSync(join(dir(), name), { recursive: true, force: true });
}

async function start(docker: Docker, progress: Progress): Promise<void> {
  const env = { DOCKER_HOST: docker.host };
  const state = await tryRun("docker", ["inspect", "-f", "{{.State.Running}}", container], { env });
  if (state.stdout.trim() === "true") return;
  if (state.code === 0) {
    await docker.run(["start", container]);
  } else {
    progress("registry: starting");
    const { password } = registryAccess();
    const login = await docker.run(
      [
        ...["run", "--rm", "--interactive", "--network", "none", "sextant/registry"],
        "htpasswd",
        "-nBi",
        username,
      ],
      { input: password },
    );
    await docker.run(
      [
        ...["run", "--detach", "--name", container, "--label", `${label}=registry`],
        ...["--network", publicNetwork.name, "--ip", registryAddress.split(":")[0] ?? ""],
        ...["--publish", `${pushAddress}:5000`, "--env", "HTPASSWD", "sextant/registry"],
      ],
      { env: { HTPASSWD: login.trim() } },
    );
  }
  const deadline = Date.now() + 30_000;
  while (!(await answers())) {
    if (Date.now() > deadline) {
      const log = await docker.run(["logs", "--tail", "5", container]);
      throw new Error(`registry: it did not answer within 30 s; its log says: ${log.trim()}`);
    }
    await sleep(50);
  }
}

/** False while it does not listen yet; the caller's deadline says when that becomes an error. */
function answers(): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(`http://${pushAddress}/v2/`, { timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 401);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => {
      resolve(false);
    });
  });
}

async function push(docker: Docker, tags: string[], progress: Progress): Promise<void> {
  const note = join(dir(), "pushed.json");
  const id = (await docker.run(["inspect", "-f", "{{.Id}}", container])).trim();
  const found: unknown = existsSync(note) ? JSON.parse(readFileSync(note, "utf8")) : {};
  const former = found as { registry?: string; images?: Record<string, string> };
  const pushed = former.registry === id ? (former.images ?? {}) : {};
  const lines = (await docker.run(["image", "inspect", "--format", "{{.Id}}", ...tags])).trim().split("\n");
  const missing = tags.filter((tag, at) => pushed[tag] !== lines[at]);
  if (missing.length === 0) return;
  progress(`registry: pushing ${missing.length} images`);
  // A login of the lab's own: the user's ~/.docker is left alone.
  const config = join(dir(), "docker");
  const { password } = registryAccess();
  await run(
    "docker",
    ["--config", config, "login", "--username", username, "--password-stdin", pushAddress],
    {
      input: password,
      env: { DOCKER_HOST: docker.host },
    },
  );
  for (const tag of missing) {
    const there = `${pushAddress}/${tag.replace(/^sextant\//, "")}`;
    await docker.run(["tag", tag, there]);
    await docker.run(["--config", config, "push", "--quiet", there]);
    await docker.run(["rmi", "--no-prune", there]);
    pushed[tag] = lines[tags.indexOf(tag)] ?? "";
    writeFileSync(note, JSON.stringify({ registry: id, images: pushed }, undefined, 2));
  }
}
