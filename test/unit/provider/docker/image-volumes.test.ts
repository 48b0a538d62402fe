/** The volumes for what only an image names: the real code, against Docker's API in this process. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { containerProvider, type ContainerState } from "../../../../provider/docker/container";
import { withImageVolumes } from "../../../../provider/docker/image-volumes";
import { releaseBody, releaseStep, type ReleaseInputs } from "../../../../provider/release/release";
import { pace } from "../../../../provider/ssh/connections";
import { DockerHosts, type FakeDocker } from "./docker-hosts";

const image = "r.test/team/shop:v1";
const component = "shop/prod/app/store";
const owner = "shop/prod/app/shop";
const role = { name: "shop-prod-shop", volume: "web-image", owner, component };

let hosts: DockerHosts;
let docker: FakeDocker;
let at = 60;

beforeEach(async () => {
  hosts = new DockerHosts();
  docker = await hosts.host("web-1", (at += 1));
  pace.second = 10;
  vi.stubEnv("PATH", `${hosts.directory}:${process.env["PATH"] ?? ""}`);
  vi.stubEnv("HOME", hosts.directory);
});
afterEach(() => {
  vi.unstubAllEnvs();
  pace.second = 1000;
  hosts.remove();
});

describe("what an image keeps", () => {
  const wanted = () => ({ shell: docker.shell, name: "shop-web-1", image, imageVolumes: role });
  const mount = { volumeName: "files", containerPath: "/data" };

  it("has volumes with names and owners, but where something is mounted", async () => {
    docker.images.set(image, ["/data", "/var/lib/shop/"]);
    const all = [
      mount,
      { volumeName: "shop-prod-shop-web-image-var-lib-shop", containerPath: "/var/lib/shop" },
    ];
    expect(await withImageVolumes({ ...wanted(), volumes: [mount] })).toEqual(all);
    expect([...docker.volumes].map(([name, { Labels }]) => [name, Labels])).toEqual([
      ["shop-prod-shop-web-image-var-lib-shop", { "sextant.owner": `${owner}/web-image-var-lib-shop` }],
    ]);
    // The next release finds the same, beside the container that has it, also after a rename of the app.
    docker.users = [{ name: "shop-web-0", volumes: [...docker.volumes.keys()], owner }];
    expect(await withImageVolumes({ ...wanted(), volumes: [mount] })).toEqual(all);
    docker.users = [
      { name: "db", volumes: [...docker.volumes.keys()], owner: "shop/prod/accessory/shop-web" },
    ];
    await expect(withImageVolumes({ ...wanted(), volumes: [mount] })).rejects.toThrow(
      "is used by the container db of shop/prod/accessory/shop-web, and two must not write",
    );
  });

  it("is nothing of an image that keeps nothing, is not there, or whose container says nothing of it", async () => {
    expect(await withImageVolumes({ ...wanted(), volumes: [mount] })).toEqual([mount]);
    docker.images.set(image, []);
    expect(await withImageVolumes(wanted())).toEqual([]);
    docker.images.set(image, ["/data"]);
    expect(await withImageVolumes({ ...wanted(), imageVolumes: undefined })).toEqual([]);
    expect(docker.volumes.size).toBe(0);
  });

  it("stays and is said where a container goes that was made without such volumes", async () => {
    const said = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const hash = "0a".repeat(32);
    const state = (change: Partial<ContainerState>): ContainerState => ({
      ...{ shell: docker.shell, name: "shop-web-1", image, network: { name: "n", id: "1" }, stopped: false },
      ...change,
    });
    const labels = { "sextant.role": "shop/prod/shop/web" };
    for (const id of ["before", "after", "other"])
      docker.mounts.set(id, [{ Type: "volume", Name: hash, Destination: "/data" }]);
    // Its limits have been changed since, which makes no new container.
    const news = state({ labels, imageVolumes: role });
    const updated = await containerProvider.update?.("before", state({ labels }), news);
    await containerProvider.delete?.("before", updated?.outs ?? expect.fail("no state"));
    expect(docker.removedWhole).toEqual([]);
    expect(said.mock.calls.flat()).toEqual([
      expect.stringContaining(`shop-web-1 goes, and what it kept at /data stays in the volume ${hash}`),
    ]);
    said.mockRestore();
    await containerProvider.delete?.("after", news);
    await containerProvider.delete?.("other", state({}));
    expect(docker.removedWhole).toEqual(["after", "other"]);
  });

  it("is there for the release command, too", async () => {
    docker.images.set(image, ["/data"]);
    const release: ReleaseInputs = {
      ...{ shell: docker.shell, name: "shop-release", image, command: ["migrate"], timeout: "10m" },
      ...{ network: "sextant", imageVolumes: role },
    };
    const prepared = (await releaseStep.prepare?.(release)) ?? expect.fail("it is not prepared");
    expect(JSON.parse(releaseBody(prepared))).toMatchObject({
      HostConfig: { Binds: ["shop-prod-shop-web-image-data:/data"] },
    });
  });
});
