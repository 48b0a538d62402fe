/** The lab's registry: Docker's own, with logins that are left to chance, filled with the lab's images. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Docker, type Progress, registryAddress } from "../docker/docker";
import { run, tryRun } from "../docker/exec";
import { label, publicNetwork } from "../machine/names";
import { labDir } from "../paths";
import { mainLogin, readers, type Login } from "./logins";
import { tokenCertificate, tokenRealm } from "./tokens";
import { registryContainer as container } from "./witness";

/** How the registry is used. */
export interface RegistryAccess {
  /** As it stands in front of an image's name. */
  address: string;
  username: string;
  password: string;
  /** Logins that may pull as well, with passwords of three consecutive lengths. */
  readers: [Login, Login, Login];
  /** The same images behind another address, which wants tokens: those of `startTokens`. */
  bearer: string;
}

/** Docker trusts registries on the loopback address without TLS, whoever started the daemon: pushes go that way. */
const pushPort = 15213;
const pushAddress = `127.0.0.1:${pushPort}`;

/** By which a container is known that has the logins of this seed. */
const madeLabel = "sextant.registry";

const dir = (): string => join(labDir(), "registry");

/** The addresses and the logins. */
export function registryAccess(): RegistryAccess {
  const bearer = registryAddress.replace(/:\d+$/, ":5001");
  return { address: registryAddress, bearer, ...mainLogin(), readers: readers() };
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
  const image = (await docker.run(["image", "inspect", "-f", "{{.Id}}", "sextant/registry"])).trim();
  const logins = [mainLogin(), ...readers()];
  const certificate = await tokenCertificate();
  // One that is there with other logins is no use: they are of the seed.
  const made = createHash("sha256")
    .update(JSON.stringify([image, logins, certificate]))
    .digest("hex");
  const look = ["inspect", "-f", `{{.State.Running}} {{index .Config.Labels "${madeLabel}"}}`, container];
  const state = await tryRun("docker", look, { env: { DOCKER_HOST: docker.host } });
  if (state.stdout.trim() === `true ${made}`) return;
  if (state.stdout.trim() === `false ${made}`) {
    await docker.run(["start", container]);
  } else {
    progress("registry: starting");
    await docker.run(["rm", "--force", "--volumes", container]);
    const lines = await Promise.all(logins.map((login) => passwordLine(docker, login)));
    await docker.run(
      [
        ...["run", "--detach", "--name", container, "--label", `${label}=registry`],
        ...["--label", `${madeLabel}=${made}`],
        ...["--network", publicNetwork.name, "--ip", registryAddress.split(":")[0] ?? ""],
        ...["--publish", `${pushAddress}:5000`],
        ...["--env", "HTPASSWD", "--env", "TOKEN_CERTIFICATE", "--env", "TOKEN_REALM", "sextant/registry"],
      ],
      {
        env: {
          HTPASSWD: lines.join("\n"),
          TOKEN_CERTIFICATE: certificate,
          TOKEN_REALM: tokenRealm,
        },
      },
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

/** A login as the registry keeps it. */
async function passwordLine(docker: Docker, { username, password }: Login): Promise<string> {
  const words = ["run", "--rm", "--interactive", "--network", "none", "sextant/registry"];
  return (await docker.run([...words, "htpasswd", "-nBi", username], { input: password })).trim();
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
  mkdirSync(dir(), { recursive: true, mode: 0o700 });
  const { username, password } = registryAccess();
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
