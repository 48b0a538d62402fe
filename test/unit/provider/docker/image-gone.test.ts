/**
 * An image that went from its host between its pull and a container of it. The provider, the verbs and curl are the real ones; `ssh` is
 * a script that runs its line here, and Docker's API is that of this process.
 */
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { containerProvider } from "../../../../provider/docker/container";
import { releaseStep, type ReleaseInputs } from "../../../../provider/release/release";
import { stepProvider } from "../../../../provider/release/step";
import { releasing } from "../release/steps";
import { here, type Here } from "./here";

const image = "r.test/shop:v1";
const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
const container = {
  shell,
  name: "shop-1",
  image,
  network: { name: "sextant", id: "n1" },
  __auth: "bG9naW4=",
};
const current = here();
let docker: Here["docker"];
let verbs: Here["verbs"];

beforeEach(() => {
  ({ docker, verbs } = current());
  vi.stubEnv("SEXTANT_IMAGES", verbs.given);
});

const posts = (): string[] => docker.requests.filter((request) => request.startsWith("POST"));

describe("a container", () => {
  it("whose image is there is made without a pull", async () => {
    docker.images.add(image);
    expect(await containerProvider.create(container)).toMatchObject({ id: "c1" });
    expect(docker.logins).toEqual([]);
  });

  it("whose image is gone is made after a pull with the host's login", async () => {
    expect(await containerProvider.create(container)).toMatchObject({ id: "c1" });
    expect(docker.logins).toEqual(["bG9naW4="]);
    expect(posts()).toEqual([
      "POST /containers/create",
      "POST /images/create",
      "POST /containers/create",
      "POST /containers/c1/start",
    ]);
  });

  it("whose image is in no registry either is refused for that, after one try", async () => {
    docker.gone = true;
    await expect(containerProvider.create(container)).rejects.toThrow(
      /r\.test\/shop:v1 is not in the registry/,
    );
    expect(posts()).toEqual(["POST /containers/create", "POST /images/create"]);
  });
});

describe("a disk without room", () => {
  it("is named where a container is made, with what is free and what makes room", async () => {
    docker.images.add(image);
    docker.full = "mkdir /var/lib/docker/overlay2/0a1b-init: no space left on device";
    verbs.command("docker", "echo /");
    verbs.command("df", "echo '/dev/sda1 921600 921600 0 100% /var/lib/docker'");
    const said = await containerProvider.create(container).catch((error: unknown) => String(error));
    expect(said).toMatch(
      /web-1: shop-1 could not be made: the disk is full: no space when the container was made/,
    );
    expect(said).toContain("/var/lib/docker: 0 of 900 MB free");
    expect(said).toMatch(/cure: free space/);
  });
});

describe("a step that makes a container", () => {
  it("has its image pulled first, where that is gone", async () => {
    verbs.command("release", `echo ran >>${join(verbs.directory, "ran")}`);
    const release = stepProvider(releaseStep);
    const inputs: ReleaseInputs = { ...releasing, shell, name: "x", image, __auth: "bG9naW4=" };
    expect(await release.create(inputs)).toMatchObject({ id: "release of x" });
    expect(docker.logins).toEqual(["bG9naW4="]);
    // It is there now.
    await release.create(inputs);
    expect(docker.logins).toEqual(["bG9naW4="]);
  });
});
