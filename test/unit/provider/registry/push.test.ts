import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Refused, RegistryClient } from "../../../../provider/registry/client";
import { contentsOf, Layout, NotThere } from "../../../../provider/registry/layout";
import { isThere, push, uploadPath, type Sent } from "../../../../provider/registry/push";
import { bytes, writeImage } from "./images";
import { digestOf, StrictRegistry } from "./strict-registry";

let registry: StrictRegistry;
let directory: string;
let client: RegistryClient;

const newClient = (idle?: number): RegistryClient =>
  new RegistryClient("registry.test:5000", () => connect(registry.port, "127.0.0.1"), idle);
const to = (digest: string, tag = "v1") => ({ repository: "acme/shop", tag, digest });
const pushed = (digest: string, tag?: string, sending?: (sent: Sent) => void): Promise<Sent | undefined> =>
  push(client, new Layout(directory), to(digest, tag), sending);
const fileOf = (digest: string): string => join(directory, "blobs", "sha256", digest.slice("sha256:".length));

beforeEach(async () => {
  registry = await StrictRegistry.start();
  directory = mkdtempSync(join(tmpdir(), "sextant-layout-"));
  client = newClient();
});
afterEach(async () => {
  client.close();
  await registry.stop();
  rmSync(directory, { recursive: true });
});

describe("a push", () => {
  it("brings an image of several platforms, each manifest before the index that names it", async () => {
    const digest = writeImage(directory, [
      [bytes("shared", 70_000), bytes("amd64", 300_000)],
      [bytes("shared", 70_000), bytes("arm64", 300_000)],
    ]);
    const told: Sent[] = [];
    const sent = await pushed(digest, "v1", (each) => told.push(each));
    expect(registry.tags.get("acme/shop:v1")).toBe(digest);
    // Its two manifests and the index.
    expect(registry.manifests.size).toBe(3);
    // What both share goes once.
    expect(registry.uploaded).toHaveLength(5);
    expect(sent).toEqual({ sent: registry.came, total: registry.came });
    expect(told.at(-1)).toEqual(sent);
    expect(registry.most).toBeLessThanOrEqual(3);
    expect(await isThere(client, to(digest))).toBe(true);
  });

  it("sends nothing of an image that is there, of which this machine need have nothing, and tags it", async () => {
    const digest = writeImage(directory, [[bytes("one", 1000)]]);
    await pushed(digest);
    rmSync(join(directory, "blobs"), { recursive: true });
    const before = registry.came;
    expect(await pushed(digest, "v2")).toBeUndefined();
    expect(registry.came).toBe(before);
    expect(registry.tags.get("acme/shop:v2")).toBe(digest);
  });

  it("of the next build sends the layer that has changed, and its configuration", async () => {
    const base = bytes("base", 500_000);
    await pushed(writeImage(directory, [[base, bytes("one", 2000)]]));
    const before = registry.uploaded.length;
    const layer = bytes("two", 2000);
    const sent = await pushed(writeImage(directory, [[base, layer]]), "v2");
    // The configuration is that of as many layers, and the same.
    expect(registry.uploaded.slice(before)).toEqual([digestOf(layer)]);
    expect(sent).toMatchObject({ sent: 2000 });
    expect(sent?.total).toBeGreaterThan(502_000);
  });

  it("sends what is missing, whatever that is, and no part of it twice", async () => {
    const layers = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(layers, { minLength: 1, maxLength: 3 }),
        fc.infiniteStream(fc.boolean()),
        async (platforms, has) => {
          registry.blobs.clear();
          registry.manifests.clear();
          registry.asked.length = 0;
          const digest = writeImage(directory, platforms);
          const { blobs } = await contentsOf(digest, (each) => new Layout(directory).manifest(each));
          const there = blobs.filter(() => has.next().value === true).map((each) => each.digest);
          for (const each of there) registry.blobs.set(each, readFileSync(fileOf(each)));
          await pushed(digest);
          const missing = blobs.map((each) => each.digest).filter((each) => !there.includes(each));
          expect([...registry.uploaded].sort()).toEqual(missing.sort());
          expect(registry.tags.get("acme/shop:v1")).toBe(digest);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("that was cut off in a layer goes on with what has not come whole", async () => {
    const digest = writeImage(directory, [["small", bytes("large", 3_000_000)]]);
    registry.coming = (_, socket) => {
      if (registry.came > 1_000_000) socket.destroy();
    };
    await expect(pushed(digest)).rejects.toThrow();
    expect(registry.manifests.size).toBe(0);
    registry.coming = () => undefined;
    registry.asked.length = 0;
    const left = registry.blobs.has(digestOf("small")) ? 0 : 5;
    const sent = await pushed(digest);
    expect(registry.uploaded).toContain(digestOf(bytes("large", 3_000_000)));
    if (left === 0) expect(registry.uploaded).not.toContain(digestOf("small"));
    expect(sent?.sent).toBeLessThanOrEqual(sent?.total ?? 0);
    expect(registry.tags.get("acme/shop:v1")).toBe(digest);
  });

  it("that stands still is given up", async () => {
    registry.silent = true;
    client = newClient(0.2);
    await expect(pushed(writeImage(directory, [["one"]]))).rejects.toThrow("no byte has gone for 0.2 s");
  });

  it("sends nothing where a file of the image is cut off or gone on this machine", async () => {
    const layer = bytes("layer", 5000);
    const digest = writeImage(directory, [["first", layer]]);
    truncateSync(fileOf(digestOf(layer)), 4000);
    await expect(pushed(digest)).rejects.toThrow(
      new NotThere(`${digestOf(layer)} has 4000 of its 5000 bytes`),
    );
    rmSync(fileOf(digestOf(layer)));
    await expect(pushed(digest)).rejects.toThrow(new NotThere(`${digestOf(layer)} is not there`));
    rmSync(fileOf(digest));
    await expect(pushed(digest)).rejects.toThrow(new NotThere(`${digest} is not there`));
    expect(registry.uploaded).toEqual([]);
  });

  it("is refused by the registry where a layer has other bytes than its name says, and tags nothing", async () => {
    const layer = bytes("layer", 5000);
    const digest = writeImage(directory, [[layer]]);
    writeFileSync(fileOf(digestOf(layer)), bytes("another", 5000));
    await expect(pushed(digest)).rejects.toThrow(
      new Refused(`sending ${digestOf(layer)}: the registry answered 400 (DIGEST_INVALID: no)`),
    );
    expect(registry.tags.size).toBe(0);
  });

  it("is not begun with a manifest that has other bytes than its name says", async () => {
    const digest = writeImage(directory, [["one"]]);
    writeFileSync(fileOf(digest), readFileSync(fileOf(digest), "utf8").replace("arch", "ARCH") + " ");
    await expect(pushed(digest)).rejects.toThrow(NotThere);
    expect(registry.uploaded).toEqual([]);
  });
});

describe("the directory", () => {
  it("keeps the image that was pushed, and nothing of those before it", async () => {
    const shared = bytes("shared", 100);
    const first = writeImage(directory, [[shared, "first"]]);
    const second = writeImage(directory, [[shared, "second"], [shared]]);
    writeFileSync(
      join(directory, "index.json"),
      JSON.stringify({ schemaVersion: 2, manifests: [{ digest: first }, { digest: second }] }),
    );
    await new Layout(directory).keepAlone(second);
    expect(existsSync(fileOf(first))).toBe(false);
    expect(existsSync(fileOf(digestOf("first")))).toBe(false);
    // Two layers, two configurations, two manifests and their index.
    expect(readdirSync(join(directory, "blobs", "sha256"))).toHaveLength(7);
    expect(JSON.parse(readFileSync(join(directory, "index.json"), "utf8"))).toEqual({
      schemaVersion: 2,
      manifests: [{ digest: second }],
    });
    await pushed(second);
    expect(registry.tags.get("acme/shop:v1")).toBe(second);
  });
});

describe("the end of an upload", () => {
  it.each([
    ["/v2/shop/blobs/uploads/1", "/v2/shop/blobs/uploads/1?digest=sha256%3A0"],
    [
      "https://images.internal:5000/v2/shop/blobs/uploads/1?_state=a%2Bb",
      "/v2/shop/blobs/uploads/1?_state=a%2Bb&digest=sha256%3A0",
    ],
  ])("of %s is %s", (location, path) => {
    expect(uploadPath(location, "sha256:0")).toBe(path);
  });
});
