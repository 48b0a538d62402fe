/**
 * A name that a container has already: that of a run that was cut off, of a lost state, or somebody else's. The provider and curl are the
 * real ones; `ssh` is a script that runs its line here, and Docker's API is that of this process.
 */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { containerProvider } from "../../../../provider/docker/container";
import { networkProvider } from "../../../../provider/docker/network";
import { volumeProvider } from "../../../../provider/docker/volume";
import { here, type Here } from "./here";

const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
const owner = "shop/production/proxy";
const labels = { "sextant.proxy": owner, "sextant.config": "a1" };
const proxy = {
  shell,
  labels,
  name: "kamal-proxy",
  image: "kamal-proxy:v2",
  network: { name: "sextant", id: "n1" },
  ownedBy: "sextant.proxy",
};
const current = here();
let docker: Here["docker"];
let verbs: Here["verbs"];

beforeEach(() => {
  ({ docker, verbs } = current());
  docker.images.add(proxy.image);
});

const changes = (): string[] => docker.requests.filter((request) => !request.startsWith("GET"));

describe("a proxy that is there", () => {
  it.each([
    ["made and not started, by a run that was cut off", false],
    ["that serves, with the state lost", true],
  ])("as it is wanted, %s, is taken and not ended", async (_how, running) => {
    docker.taken = { name: proxy.name, Id: "p1", running, labels };
    expect(await containerProvider.create(proxy)).toMatchObject({ id: "p1" });
    expect(changes()).toEqual(["POST /containers/create", "POST /containers/p1/start"]);
  });

  it("and was taken by a resource of another name stays when that of before goes", async () => {
    docker.taken = { name: proxy.name, Id: "p7", running: true, labels };
    const { id } = await containerProvider.create(proxy);
    await containerProvider.delete?.(id, { ...proxy, stopped: false });
    expect(changes()).toEqual(["POST /containers/create", "POST /containers/p7/start"]);
  });

  it("of this Proxy, made from something else, makes room", async () => {
    docker.taken = {
      ...{ name: proxy.name, Id: "p1", running: false },
      labels: { ...labels, "sextant.config": "b2" },
    };
    expect(await containerProvider.create(proxy)).toMatchObject({ id: "c1" });
    expect(changes()).toContain("DELETE /containers/p1");
  });

  it.each([
    [
      "another stack's",
      { ...labels, "sextant.proxy": "shop/staging/proxy" },
      "belongs to shop/staging/proxy",
    ],
    ["another program's", {}, "is not this stack's"],
  ])("and is %s is left alone, and named", async (_whose, theirs, said) => {
    docker.taken = { name: proxy.name, Id: "p1", running: true, labels: theirs };
    const refused = containerProvider.create(proxy);
    await expect(refused).rejects.toThrow(said);
    await expect(refused).rejects.toThrow(/^web-1: a container named kamal-proxy .*new ExistingProxy\(\)/);
    await expect(refused).rejects.not.toThrow(/docker rm/);
    expect(changes()).toEqual(["POST /containers/create"]);
  });
});

describe("a container that cannot be started", () => {
  it("is refused for that, also when it cannot be taken away again", async () => {
    docker.unstartable = "driver failed programming external connectivity: port is already allocated";
    docker.refusal = { status: 500, message: "device or resource busy" };
    await expect(containerProvider.create(proxy)).rejects.toThrow(
      /starting the container kamal-proxy .*allocated/,
    );
  });

  it("is not taken away when it has served before", async () => {
    docker.taken = { name: proxy.name, Id: "p1", running: true, labels };
    docker.unstartable = "Docker has no time";
    await expect(containerProvider.create(proxy)).rejects.toThrow("Docker has no time");
    expect(changes().filter((request) => request.startsWith("DELETE"))).toEqual([]);
  });
});

describe("what another stack on the host uses", () => {
  it("stays: the network of a host with two stacks, whether or not it has containers", async () => {
    const network = { shell, name: "sextant" };
    verbs.command("ls", "printf '%s\\n' 0a 1b");
    await networkProvider.delete?.("n1", network);
    expect(changes()).toEqual([]);
    verbs.command("ls", "printf '%s\\n' 0a");
    await networkProvider.delete?.("n1", network);
    expect(changes()).toEqual(["DELETE /networks/n1"]);
  });

  it("stays: a volume that somebody's container uses, and nobody is told to remove that", async () => {
    const said = vi.spyOn(console, "log").mockImplementation(() => undefined);
    docker.containers.set("kamal-proxy", undefined);
    docker.refusal = { status: 409, message: "volume is in use" };
    await volumeProvider.delete?.("kamal-proxy-config", {
      shell,
      name: "kamal-proxy-config",
      data: "discard",
    });
    expect(said).toHaveBeenCalledWith(
      expect.stringMatching(
        /^web-1: the volume kamal-proxy-config is not deleted, since kamal-proxy there uses it/,
      ),
    );
    said.mockRestore();
  });
});
