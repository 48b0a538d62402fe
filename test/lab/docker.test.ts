/** Containers, volumes and networks as resources, on a machine's own Docker: made, changed, found, refused, removed. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { containerProvider, type ContainerState } from "../../components/docker/container-provider";
import { networkProvider, type DockerNetworkInputs } from "../../components/docker/network-provider";
import { volumeProvider } from "../../components/docker/volume-provider";
import type { Shell } from "../../components/dynamic/shell";
import { sshOptions } from "../../components/dynamic/ssh-options";
import { type Docker, ensureDocker } from "../../lab/docker/docker";
import { tryRun } from "../../lab/docker/exec";
import { ensureImages } from "../../lab/images/images";
import { createMachines, type DockerMachines } from "../../lab/machine/driver";
import type { MachineSpec } from "../../lab/machine/machines";

const dir = mkdtempSync(join(tmpdir(), "sextant-docker-"));
const keyFile = join(dir, "id");
const image = "sextant/lite:v1";
const address = "10.213.249.31";
/** Its host key is known when it has been made. */
const shell: Shell = { name: "web-1", destination: `root@${address}`, port: 22, keyFile };

let docker: Docker;
let machines: DockerMachines;
let network: { name: string; id: string };

/** What a command prints on the machine. */
async function on(command: string, input?: string): Promise<string> {
  const outcome = await tryRun("ssh", [...sshOptions(shell), shell.destination, command], { input });
  expect(outcome, command).toMatchObject({ code: 0 });
  return outcome.stdout.trim();
}

const container = (change: Partial<ContainerState> = {}): ContainerState => ({
  shell,
  name: "one",
  image,
  network,
  labels: { role: "web" },
  destroyGraceSeconds: 1,
  stopped: false,
  ...change,
});

async function made(change: Partial<ContainerState> = {}): Promise<{ id: string; state: ContainerState }> {
  const { id, outs } = await containerProvider.create(container(change));
  return { id, state: outs as ContainerState };
}

const removed = (id: string, state: ContainerState) => containerProvider.delete?.(id, state);

beforeAll(async () => {
  docker = await ensureDocker();
  await ensureImages({ docker, only: ["sextant/server", "sextant/lite"] });
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", keyFile]);
  machines = await createMachines({ docker, dir: join(dir, "state"), lab: "dockertest" });
  const spec: MachineSpec = {
    id: "31",
    name: "web-31",
    ipv4: address,
    ipv6: "fd00:5e7a::f9:31",
    cores: 2,
    memoryMb: 2048,
    architecture: "x86",
    sshPublicKeys: [readFileSync(`${keyFile}.pub`, "utf8").trim()],
    volumes: [],
    imageName: "debian-12",
  };
  await machines.create(spec);
  const deadline = Date.now() + 120_000;
  const waited = async (what: string, command: string, args: string[]): Promise<string> => {
    for (;;) {
      const { code, stdout } = await tryRun(command, args);
      if (code === 0 && stdout.trim() !== "") return stdout.trim();
      if (Date.now() > deadline) throw new Error(`${what} does not answer within 120 s`);
      await sleep(500);
    }
  };
  const key = await waited("sshd", "ssh-keyscan", ["-t", "ed25519", address]);
  shell.hostKey = key.split(" ").slice(1).join(" ");
  await waited("Docker", "ssh", [...sshOptions(shell), shell.destination, "docker info"]);
  const saved = `docker save ${image} | ssh "$@" docker load`;
  const pipe = ["-c", saved, "sh", ...sshOptions(shell), shell.destination];
  expect(await tryRun("sh", pipe, { env: { DOCKER_HOST: docker.host } })).toMatchObject({ code: 0 });
  const inputs = {
    shell,
    name: "sextant",
    driver: "bridge",
    options: { "com.docker.network.driver.mtu": "1450" },
  };
  network = { name: "sextant", id: (await networkProvider.create(inputs)).id };
});

afterAll(async () => {
  await tryRun("ssh", [...sshOptions(shell), "-O", "exit", shell.destination]);
  await machines.removeAll();
  rmSync(dir, { recursive: true, force: true });
});

afterEach(async () => {
  await on("docker ps --all --quiet | xargs -r docker rm --force");
});

describe.sequential("a container", () => {
  test("is made and started, changed in place, found, and removed; what is gone already is no error", async () => {
    const { id, state } = await made({ memory: 64, memorySwap: 128, restart: "unless-stopped" });
    const facts = "{{.Id}} {{.State.Running}} {{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}}";
    const look = `docker inspect --format '${facts} {{index .Config.Labels "role"}}' one`;
    expect(await on(look)).toBe(`${id} true 67108864 unless-stopped web`);

    const changed = { ...state, memory: 96, memorySwap: 192, restart: "no" as const };
    await containerProvider.update?.(id, state, changed);
    expect(await on(look)).toBe(`${id} true 100663296 no web`);

    await on("docker update --memory 128m --memory-swap 256m one >/dev/null && docker stop --time 1 one");
    const read = await containerProvider.read?.(id, changed);
    expect(read).toMatchObject({ id, props: { memory: 128, restart: "no", stopped: true } });
    await containerProvider.update?.(id, read?.props as ContainerState, changed);
    expect(await on(look)).toBe(`${id} true 100663296 no web`);

    await removed(id, state);
    expect(await on("docker ps --all --quiet --filter name=one")).toBe("");
    await removed(id, state);
    expect((await containerProvider.read?.(id, state))?.id).toBe("");
  });

  test("has its files and variables when it starts", async () => {
    const content = "max_connections = 7\n";
    const { id, state } = await made({
      envs: ["TOKEN=canary-51c2"],
      uploads: [{ file: "/etc/app/app.conf", content }],
    });
    expect(await on("docker cp one:/etc/app/app.conf - | tar -xO")).toBe(content.trim());
    expect(await on("docker inspect --format '{{json .Config.Env}}' one")).toContain("TOKEN=canary-51c2");
    await removed(id, state);
  });

  test("does not take a name that another has, and leaves that one alone", async () => {
    await on(`docker create --name one ${image}`);
    await expect(made()).rejects.toThrow(
      "web-1: a container named one is there already and is not this stack's; docker rm --force one there makes room, if nothing needs it.",
    );
    expect(await on("docker ps --all --format '{{.Names}}'")).toBe("one");
    await on("docker rm one");
  });

  test("replaces one of its own that a run left which was cut off, and no one else's", async () => {
    const label = { "sextant.accessory": "shop-prod-db" };
    const own = { labels: label, ownedBy: "sextant.accessory" };
    const left = await made(own);
    const { id, state } = await made({ ...own, envs: ["A=b"] });
    expect(await on("docker ps --all --quiet --no-trunc")).toBe(id);
    expect(id).not.toBe(left.id);
    const others = { ...own, labels: { "sextant.accessory": "shop-staging-db" } };
    await expect(made(others)).rejects.toThrow(
      "a container named one is there already and is not this stack's",
    );
    expect(await on("docker ps --quiet --no-trunc")).toBe(id);
    await removed(id, state);
  });

  test("that cannot start is taken away again, and one of an image that is not there is named", async () => {
    await on("docker run --detach --name holder --publish 9000:9000 " + image);
    const ports = [{ internal: 9000, external: 9000 }];
    await expect(made({ ports })).rejects.toThrow(
      /^web-1: starting the container one failed: .*port is already allocated/,
    );
    await expect(made({ image: "nowhere:v1" })).rejects.toThrow(
      "web-1: Docker does not make the container one: No such image: nowhere:v1",
    );
    expect(await on("docker ps --all --format '{{.Names}}'")).toBe("holder");
    await on("docker rm --force holder");
  });
});

describe.sequential("a volume", () => {
  const volume = { shell, name: "data" };

  test("that is there already is taken with what is in it", async () => {
    await on(
      "docker volume create data && touch $(docker volume inspect --format '{{.Mountpoint}}' data)/kept",
    );
    expect((await volumeProvider.create(volume)).id).toBe("data");
    expect((await volumeProvider.create(volume)).id).toBe("data");
    expect((await volumeProvider.read?.("data", volume))?.id).toBe("data");
    expect(await on("ls $(docker volume inspect --format '{{.Mountpoint}}' data)")).toBe("kept");
  });

  test("is not removed while a container has it, and the container is named", async () => {
    const { id, state } = await made({ volumes: [{ volumeName: "data", containerPath: "/data" }] });
    await expect(volumeProvider.delete?.("data", volume)).rejects.toThrow(
      /^web-1: the volume data is not removed: .*in use.*; remove one first, by docker rm\.$/,
    );
    await removed(id, state);
    await volumeProvider.delete?.("data", volume);
    expect((await volumeProvider.read?.("data", volume))?.id).toBe("");
    await volumeProvider.delete?.("data", volume);
  });
});

describe.sequential("a network", () => {
  const options = { "com.docker.network.driver.mtu": "1450" };
  const inputs: DockerNetworkInputs = { shell, name: "sextant", driver: "bridge", options };

  test("that is there already is taken, where it is the same", async () => {
    expect((await networkProvider.create(inputs)).id).toBe(network.id);
    const other = { ...inputs, options: { "com.docker.network.driver.mtu": "1500" } };
    await expect(networkProvider.create(other)).rejects.toThrow(
      "web-1: a Docker network sextant is there already, without com.docker.network.driver.mtu=1500; docker network rm sextant there makes room, once no container is in it.",
    );
  });

  test("stays while another program's container is in it, and goes with the last", async () => {
    const { id, state } = await made();
    await networkProvider.delete?.(network.id, inputs);
    expect((await networkProvider.read?.(network.id, inputs))?.id).toBe(network.id);
    await removed(id, state);
    await networkProvider.delete?.(network.id, inputs);
    expect((await networkProvider.read?.(network.id, inputs))?.id).toBe("");
  });
});
