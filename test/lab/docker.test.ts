/** Containers, volumes and networks as resources, on a machine's own Docker: made, changed, found, refused, removed. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { containerProvider, type ContainerState } from "../../provider/docker/container";
import { networkProvider, type DockerNetworkInputs } from "../../provider/docker/network";
import { volumeProvider } from "../../provider/docker/volume";
import type { SshAddress } from "../../provider/ssh/address";
import { meansFor } from "../../provider/ssh/means";
import { sshOptions } from "../../provider/ssh/options";
import { hostScripts } from "../../provider/host/scripts";
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
const shell: SshAddress = { name: "web-1", destination: `root@${address}`, port: 22, keyFile };

let docker: Docker;
let machines: DockerMachines;
let network: { name: string; id: string };

const options = async (): Promise<string[]> => sshOptions(shell, await meansFor(shell));

/** What a command prints on the machine. */
async function on(command: string, input?: string): Promise<string> {
  const outcome = await tryRun("ssh", [...(await options()), shell.destination, command], { input });
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
  await waited("Docker", "ssh", [...(await options()), shell.destination, "docker info"]);
  const saved = `docker save ${image} | ssh "$@" docker load`;
  const pipe = ["-c", saved, "sh", ...(await options()), shell.destination];
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
  await tryRun("ssh", [...(await options()), "-O", "exit", shell.destination]);
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
      secrets: { TOKEN: "canary-51c2" },
      uploads: [
        { file: "/etc/app/app.conf", content },
        { file: "/etc/app/key", content: "k", mode: "0400", owner: "999:998" },
      ],
    });
    expect(await on("docker cp one:/etc/app/app.conf - | tar -tv --numeric-owner")).toMatch(
      /^-rw-r--r-- 0\/0 /,
    );
    expect(await on("docker cp one:/etc/app/key - | tar -tv --numeric-owner")).toMatch(
      /^-r-------- 999\/998 /,
    );
    expect(await on("docker cp one:/etc/app/app.conf - | tar -xO")).toBe(content.trim());
    expect(await on("docker inspect --format '{{json .Config.Env}}' one")).toContain("TOKEN=canary-51c2");
    await removed(id, state);
  });

  test("is not made where a file of it would be a directory of a volume, which keeps what is in it", async () => {
    await on("docker volume create kept && mkdir -p /var/lib/docker/volumes/kept/_data/sub");
    await on("echo here >/var/lib/docker/volumes/kept/_data/sub/file");
    for (const file of ["/kept", "/kept/sub"])
      await expect(
        made({
          volumes: [{ volumeName: "kept", containerPath: "/kept" }],
          uploads: [{ file, content: "text" }],
        }),
      ).rejects.toThrow(/cannot overwrite directory/);
    expect(await on("cat /var/lib/docker/volumes/kept/_data/sub/file")).toBe("here");
    expect(await on("docker ps --all --quiet")).toBe("");
    await on("docker volume rm kept");
  });

  test("that holds data leaves what lay in a volume without a name where the next one finds it; an app's goes", async () => {
    const body = { Volumes: { "/kept": {} } };
    const data = { labels: { "sextant.accessory": "shop-prod-db" }, body };
    const { id, state } = await made(data);
    const source = await on("docker inspect --format '{{range .Mounts}}{{.Source}}{{end}}' one");
    await on(`echo here >${source}/.file && chown 999 ${source}`);
    await removed(id, state);
    expect(await on("docker volume ls --quiet")).toBe("one-image-kept");
    const place = await on("docker volume inspect --format '{{.Mountpoint}}' one-image-kept");
    expect(await on(`cat ${place}/.file && stat --format %u ${place}`)).toBe("here\n999");

    const app = await made({ body });
    expect((await on("docker volume ls --quiet")).split("\n")).toHaveLength(2);
    await removed(app.id, app.state);
    expect(await on("docker volume ls --quiet")).toBe("one-image-kept");
    await on("docker volume rm one-image-kept");
  });

  test("of an app keeps what its image writes in a volume of its role, which the next one has beside it", async () => {
    await on(`docker commit --change 'VOLUME /kept' $(docker create --name from ${image}) keeping:v1`);
    await on("docker rm from");
    const role = { volume: "web-image", name: "shop-prod-shop", owner: "shop/prod/app/shop" };
    const component = "shop/prod/app/shop";
    const app = {
      image: "keeping:v1",
      labels: { "sextant.owner": component },
      imageVolumes: { ...role, component },
    };
    const first = await made({ ...app, name: "shop-1" });
    const volume = "shop-prod-shop-web-image-kept";
    const place = await on(`docker volume inspect --format '{{.Mountpoint}}' ${volume}`);
    await on(`echo here >${place}/.file`);
    const second = await made({ ...app, name: "shop-2" });
    await removed(first.id, first.state);
    const mounts = "{{range .Mounts}}{{.Name}} {{.Destination}}{{end}}";
    expect(await on(`docker inspect --format '${mounts}' shop-2`)).toBe(`${volume} /kept`);
    await removed(second.id, second.state);
    expect(await on("docker volume ls --quiet")).toBe(volume);
    expect(await on(`cat ${place}/.file`)).toBe("here");
    const label = '{{index .Labels "sextant.owner"}}';
    expect(await on(`docker volume inspect --format '${label}' ${volume}`)).toBe(
      "shop/prod/app/shop/web-image-kept",
    );
    const other = { ...app, imageVolumes: { ...role, owner: "shop/prod/accessory/shop-web" } };
    await expect(made({ ...other, name: "shop-3" })).rejects.toThrow(
      `the volume ${volume} belongs to shop/prod/app/shop/web-image-kept`,
    );
    await on(`docker volume rm ${volume}`);
    // One that was made before there were such volumes: its limits may have been changed since.
    const said = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const before = await made({ image: "keeping:v1", labels: { "sextant.role": component }, memory: 64 });
    const news = { ...before.state, memory: 96, imageVolumes: { ...role, component } };
    const after = await containerProvider.update?.(before.id, before.state, news);
    await removed(before.id, after?.outs ?? expect.fail("no state"));
    const left = await on("docker volume ls --quiet");
    expect(left).toMatch(/^[0-9a-f]{64}$/);
    expect(said.mock.calls.flat()).toEqual([
      expect.stringContaining(
        `what it kept at /kept stays in the volume ${left}, which nothing uses any more`,
      ),
    ]);
    said.mockRestore();
    await on(`docker volume rm ${left} && docker image rm keeping:v1`);
  });

  test("does not take a name that another has, and leaves that one alone", async () => {
    await on(`docker create --name one ${image}`);
    await expect(made()).rejects.toThrow(
      "web-1: a container named one is there already and is not this stack's; rename the component, or stop and rename that container if nothing needs it (docker rename).",
    );
    expect(await on("docker ps --all --format '{{.Names}}'")).toBe("one");
    await on("docker rm one");
  });

  test("replaces one of its own that a run left which was cut off, and no one else's", async () => {
    const label = { "sextant.accessory": "db", "sextant.owner": "shop/prod/accessory/db" };
    const own = { labels: label, ownedBy: "sextant.owner" };
    const left = await made(own);
    const { id, state } = await made({ ...own, env: { A: "b" } });
    expect(await on("docker ps --all --quiet --no-trunc")).toBe(id);
    expect(id).not.toBe(left.id);
    const others = { ...own, labels: { ...label, "sextant.owner": "shop/staging/accessory/db" } };
    await expect(made(others)).rejects.toThrow(
      "a container named one is there already, and belongs to shop/prod/accessory/db; give this one another name",
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
    // It is pulled once, by the verb; nothing listens there.
    await on("sh -s", hostScripts().install);
    await expect(made({ image: "127.0.0.1:9/nowhere:v1" })).rejects.toThrow(/127\.0\.0\.1:9\/nowhere:v1/);
    expect(await on("docker ps --all --format '{{.Names}}'")).toBe("holder");
    await on("docker rm --force holder");
  });
});

describe.sequential("a volume", () => {
  const owner = "shop/prod/accessory/db/data";
  const volume = { shell, name: "data", owner, component: "shop/prod/accessory/db" };

  test("that is there already is taken with what is in it", async () => {
    await on(
      "docker volume create data && touch $(docker volume inspect --format '{{.Mountpoint}}' data)/kept",
    );
    expect((await volumeProvider.create(volume)).id).toBe("data");
    expect((await volumeProvider.create(volume)).id).toBe("data");
    expect((await volumeProvider.read?.("data", volume))?.id).toBe("data");
    expect(await on("ls $(docker volume inspect --format '{{.Mountpoint}}' data)")).toBe("kept");
  });

  test("says whose it is, and is not taken by anybody else, nor while another's container has it", async () => {
    const labelled = { ...volume, name: "labelled", labels: { team: "shop" } };
    await volumeProvider.create(labelled);
    const format = '{{index .Labels "sextant.owner"}} {{index .Labels "team"}}';
    expect(await on(`docker volume inspect --format '${format}' labelled`)).toBe(`${owner} shop`);
    await volumeProvider.create(labelled);
    const others = {
      ...labelled,
      owner: "shop/prod/accessory/other/data",
      component: "shop/prod/accessory/other",
    };
    await expect(volumeProvider.create(others)).rejects.toThrow(`the volume labelled belongs to ${owner}`);
    const { id, state } = await made({
      volumes: [{ volumeName: "labelled", containerPath: "/data" }],
      labels: { "sextant.owner": "shop/prod/accessory/renamed" },
    });
    await expect(volumeProvider.create(labelled)).rejects.toThrow(
      "the volume labelled is used by the container one of shop/prod/accessory/renamed",
    );
    await removed(id, state);
    await on("docker volume rm labelled");
  });

  test("is kept, and deleted only where that was asked for and no container has it", async () => {
    const said = vi.spyOn(console, "log").mockImplementation(() => undefined);
    await on("docker volume create left");
    const left = { ...volume, name: "left" };
    const { id, state } = await made({ volumes: [{ volumeName: "left", containerPath: "/data" }] });
    await volumeProvider.delete?.("left", left);
    await volumeProvider.delete?.("left", { ...left, data: "discard" });
    expect(said.mock.calls.flat()).toEqual([
      expect.stringContaining("web-1: the volume left is kept, with its data"),
      expect.stringContaining("web-1: the volume left is not deleted, since one there uses it"),
    ]);
    said.mockRestore();
    await removed(id, state);
    expect((await volumeProvider.read?.("left", left))?.id).toBe("left");
    await volumeProvider.delete?.("left", { ...left, data: "discard" });
    expect((await volumeProvider.read?.("left", left))?.id).toBe("");
    await volumeProvider.delete?.("left", { ...left, data: "discard" });
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
