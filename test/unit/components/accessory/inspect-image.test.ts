/** What a preview says of an accessory's image, once a registry and the state of its server have answered. */
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Host, Image } from "../../../../components";
import { inspectAccessory } from "../../../../components/accessory/checks/inspect-image";
import { sentence, type Findings } from "../../../../components/core/problem";
import type { SeenMachine } from "../../../../provider/host/preflight/judge";
import { fakeHost, fakeNetwork } from "../fake-host";
import { newGraph } from "../graph";
import { RegistryServer } from "../image/registry-server";

const registry = new RegistryServer();
let image: string;

beforeAll(async () => {
  await newGraph();
  image = `${await registry.listen()}/search:v1`;
  registry.put("search", "v1", [{ architecture: "amd64", zstd: true, config: { Volumes: { "/data": {} } } }]);
});
afterAll(() => {
  registry.close();
});

async function said(host: Partial<Host>): Promise<Record<keyof Findings, string[]>> {
  const server = Object.assign(fakeHost("old-1", fakeNetwork("n")), { architecture: undefined }, host);
  const { refused, warned } = await new Promise<Findings>((resolve) => {
    inspectAccessory({ server, image }, "shop-test-search", resolve);
  });
  const told = (problems: Findings["refused"]): string[] =>
    problems.map((problem) => sentence('Accessory "search"', problem));
  return { refused: told(refused), warned: told(warned) };
}
const seen = (machine: SeenMachine): Partial<Host> => ({ seen: pulumi.output(machine) });

describe("the image of an accessory", () => {
  const platform = `Accessory "search": image is "IMAGE", but it is made for linux/amd64 and old-1 is linux/arm64; build it with docker build --platform linux/arm64 (npx sextant docs checks#image-platform).`;
  const zstd = "its layers are compressed by zstd, which Docker 20 of old-1 cannot read";
  const kept = "so that it is kept in the Docker volume shop-test-search-image-data";

  it("is held against what the program says of its server", async () => {
    const { refused, warned } = await said({ architecture: "arm64", dockerMajor: 20 });
    expect(refused.map((text) => text.replace(image, "IMAGE"))).toEqual([platform]);
    expect(warned).toEqual([expect.stringContaining(zstd), expect.stringContaining(kept)]);
  });

  it("is held against what a preflight has seen of its server, and of a machine that nobody has seen nothing is said", async () => {
    const { refused, warned } = await said(seen({ architecture: "arm64", dockerMajor: 20 }));
    expect(refused.map((text) => text.replace(image, "IMAGE"))).toEqual([platform]);
    expect(warned).toEqual([expect.stringContaining(zstd), expect.stringContaining(kept)]);
    const fits = { refused: [], warned: [expect.stringContaining(kept)] };
    expect(await said(seen({ architecture: "amd64", dockerMajor: 28 }))).toEqual(fits);
    expect(await said(seen({}))).toEqual(fits);
    expect(await said({})).toEqual(fits);
  });

  it("that is built is asked for by its digest, once it has one, and not where nobody reaches its registry from here", async () => {
    const server = fakeHost("web-1", fakeNetwork("n"));
    const [repository = ""] = image.split(/:(?=v1$)/);
    const asked = (digest: pulumi.Output<string>, own?: object): Promise<Findings | "nothing"> => {
      const built = { repository, version: "v1", digest, own } as unknown as Image;
      return new Promise((resolve) => {
        inspectAccessory({ server, image: built }, "shop-test-search", resolve);
        setTimeout(() => {
          resolve("nothing");
        }, 500);
      });
    };
    // The server of the test has a manifest by whatever name it was put there.
    const digest = pulumi.output("sha256:0a1b");
    registry.put("search", "sha256:0a1b", [{ architecture: "amd64", config: { Volumes: { "/data": {} } } }]);
    const findings = await asked(digest);
    expect(findings).toMatchObject({ refused: [], warned: [{ value: `${repository}@sha256:0a1b` }] });
    expect(await asked(digest, {})).toBe("nothing");
  });
});
