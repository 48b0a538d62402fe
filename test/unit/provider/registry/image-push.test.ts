/** A push over a real ssh and a real sshd, to a registry that lets nobody in without a certificate of its clients. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { makeCertificates, type RegistryCertificates } from "../../../../provider/registry/certificates";
import {
  imagePushProvider,
  needsPush,
  saidOf,
  type ImagePushInputs,
} from "../../../../provider/registry/image-push";
import { pace } from "../../../../provider/ssh/connections";
import { keyMaterial } from "../../../../provider/ssh/private-key";
import { sayTo, workingOn } from "../../../../provider/say";
import { Sshd } from "../../../lab/command-plugin/sshd";
import { endConnections } from "../ssh/end-connections";
import { bytes, writeImage } from "./images";
import { digestOf, StrictRegistry } from "./strict-registry";

const name = "shop-test-images.internal";
const { create, update, read, diff } = imagePushProvider;

let sshd: Sshd;
let certificates: RegistryCertificates;
let registry: StrictRegistry;
/** The machine that builds: its home directory, its sockets, and what was built. */
let machine: string;
let said: string[];
let doing: string[];

const layout = (): string => join(machine, "layout");

beforeAll(async () => {
  pace.second = 20;
  sshd = await Sshd.start();
  certificates = await makeCertificates(name, Date.now());
});
afterAll(async () => {
  pace.second = 1000;
  await sshd.stop();
});
beforeEach(async () => {
  machine = mkdtempSync(join(tmpdir(), "sextant-push-"));
  for (const each of ["home", "run"]) mkdirSync(join(machine, each), { mode: 0o700 });
  vi.stubEnv("HOME", join(machine, "home"));
  vi.stubEnv("XDG_RUNTIME_DIR", join(machine, "run"));
  const { server, authority } = certificates;
  registry = await StrictRegistry.start({
    ...{ cert: server.certificate, key: server.key, ca: authority },
    ...{ requestCert: true, rejectUnauthorized: true },
  });
  [said, doing] = [[], []];
  sayTo((message, _urn, manner) => {
    (manner === "passing" ? doing : said).push(message);
    return Promise.resolve();
  });
});
afterEach(async () => {
  endConnections(join(machine, "run"));
  await registry.stop();
  vi.unstubAllEnvs();
  rmSync(machine, { recursive: true });
});

const inputs = (digest: string, change: Partial<ImagePushInputs> = {}): ImagePushInputs => ({
  shell: {
    ...{ name: "web-1", destination: `${userInfo().username}@127.0.0.1`, port: sshd.port, config: "none" },
    keyFile: join(sshd.directory, "login"),
    hostKey: keyMaterial(sshd.file("host_ed25519.pub")),
  },
  ...{ address: `${name}:${registry.port}`, ip: "127.0.0.1" },
  authority: certificates.authority,
  certificate: certificates.client.certificate,
  privateKey: certificates.client.key,
  ...{ repository: "acme/shop", tag: "v1", digest, directory: layout(), build: "shop" },
  ...change,
});
const made = (given: ImagePushInputs) => workingOn("", () => create(given));

describe("a push to a server", () => {
  it("brings the image by the server's ssh, and says what of it went", async () => {
    const base = bytes("base", 4_000_000);
    const first = writeImage(layout(), [[base, "one"]]);
    const { id, outs } = await made(inputs(first));
    expect(id).toBe(`${name}:${registry.port}/acme/shop`);
    expect(outs.undone).toBe(false);
    expect(said).toEqual([`web-1: sent 4 MB (${id})`]);
    expect(doing.join()).toMatch(/web-1 gets the image: \S+ .?B of 4 MB/);
    const second = writeImage(layout(), [[base, bytes("two", 56_000)]]);
    await workingOn("", () => update?.(id, outs, inputs(second, { tag: "v2" })));
    expect(said.slice(1)).toEqual([`web-1: sent 56 kB of 4.1 MB, the rest was there (${id})`]);
    expect(registry.tags).toEqual(
      new Map([
        ["acme/shop:v1", first],
        ["acme/shop:v2", second],
      ]),
    );
    // What the first image alone had is no more on this machine.
    expect(readdirSync(join(layout(), "blobs", "sha256"))).toHaveLength(4);
  });

  it("goes on where ssh was cut off, by a connection of its own", async () => {
    const digest = writeImage(layout(), [["small", bytes("large", 20_000_000)]]);
    let cuts = 0;
    registry.coming = () => {
      if (cuts > 0 || registry.came < 1_000_000) return;
      cuts += 1;
      endConnections(join(machine, "run"));
    };
    await made(inputs(digest));
    expect(cuts).toBe(1);
    expect(registry.tags.get("acme/shop:v1")).toBe(digest);
    expect(said).toEqual([expect.stringMatching(/^web-1: sent 20 MB/)]);
  });

  it("needs nothing of this machine for an image that is there", async () => {
    const digest = writeImage(layout(), [["one"]]);
    await made(inputs(digest));
    rmSync(layout(), { recursive: true });
    await made(inputs(digest, { tag: "v2" }));
    expect(registry.tags.get("acme/shop:v2")).toBe(digest);
    expect(said).toHaveLength(1);
  });

  it("names the command that builds again where neither has the image", async () => {
    const digest = `sha256:${"0".repeat(64)}`;
    await expect(made(inputs(digest))).rejects.toThrow(
      `web-1: ${name}:${registry.port} does not have the image, and this machine has not all of it (${layout()}: ${digest} is not there), as where another one built it; build it here: pulumi up --replace '**docker-build:index:Image::shop'.`,
    );
  });

  it("says how it is put together again where a layer has other bytes than its name says", async () => {
    const digest = writeImage(layout(), [["one"]]);
    writeFileSync(join(layout(), "blobs", "sha256", digestOf("one").slice("sha256:".length)), "two");
    await expect(made(inputs(digest))).rejects.toThrow(
      `web-1: sending ${digestOf("one")}: the registry answered 400 (DIGEST_INVALID: no); empty ${layout()}, where the image was put together, and build it again: pulumi up --replace '**docker-build:index:Image::shop'.`,
    );
    expect(registry.uploaded.filter((each) => each === digestOf("one"))).toHaveLength(1);
  });

  it("is not let in with certificates of another registry", async () => {
    const others = await makeCertificates(name, Date.now());
    const digest = writeImage(layout(), [["one"]]);
    const { certificate, key: privateKey } = others.client;
    await expect(made(inputs(digest, { certificate, privateKey }))).rejects.toThrow(
      /^web-1: the push to \S+ was cut off \(.*(alert|hang up|ECONNRESET)/,
    );
    await expect(made(inputs(digest, { authority: others.authority }))).rejects.toThrow(/certificate|signed/);
    expect(registry.asked).toEqual([]);
  });

  it.each(["where nothing listens", "whose sshd forwards nothing"])(
    "to a server %s says what has to be looked at there",
    async (where) => {
      const shut = where.includes("sshd")
        ? await Sshd.start({ keysOf: sshd, settings: ["AllowTcpForwarding no"] })
        : undefined;
      const given = inputs(writeImage(layout(), [["one"]]));
      const { shell } = given;
      const there =
        shut === undefined
          ? { ...given, address: `${name}:1` }
          : { ...given, shell: { ...shell, port: shut.port } };
      await expect(made(there))
        .rejects.toThrow(
          /^web-1: nothing was reached at 127\.0\.0\.1 for \S+ \(.*ssh: .*\); see that the registry's container runs \(docker ps there\), and that sshd forwards connections \(AllowTcpForwarding in/,
        )
        .finally(() => shut?.stop());
    },
  );

  it("is found gone by a refresh where the registry has lost it, and is pushed again", async () => {
    const digest = writeImage(layout(), [["one"]]);
    const { id, outs } = await made(inputs(digest));
    expect((await read?.(id, outs))?.props.undone).toBe(false);
    for (const all of [registry.blobs, registry.manifests, registry.tags]) all.clear();
    const found = (await read?.(id, outs))?.props ?? outs;
    expect(found.undone).toBe(true);
    expect((await diff?.(id, found, inputs(digest)))?.changes).toBe(true);
    expect((await update?.(id, found, inputs(digest)))?.outs.undone).toBe(false);
    expect(registry.tags.get("acme/shop:v1")).toBe(digest);
  });

  it("stays as it is in a refresh that does not reach the registry, which is said", async () => {
    const state = { ...inputs("sha256:0", { address: `${name}:1` }), undone: false };
    expect(await read?.("shop", state)).toEqual({ id: "shop", props: state });
    expect(said.join()).toContain("was not asked for the image");
  });
});

describe("whether it is pushed", () => {
  it.each<[string, Partial<ImagePushInputs>, boolean]>([
    ["another image", { digest: "sha256:1" }, true],
    ["another tag", { tag: "v2" }, true],
    ["another place of the registry", { ip: "10.0.0.9" }, false],
    ["other certificates", { certificate: "A", privateKey: "B", authority: "C" }, false],
    ["another directory", { directory: "/tmp/other" }, false],
  ])("again for %s", (_, change, again) => {
    const olds = { ...inputs("sha256:0"), undone: false };
    expect(needsPush(olds, { ...inputs("sha256:0"), ...change })).toBe(again);
  });

  it("again for another machine behind the same address", () => {
    const olds = { ...inputs("sha256:0"), undone: false };
    const news = inputs("sha256:0");
    expect(needsPush(olds, { ...news, shell: { ...news.shell, machine: "17" } })).toBe(true);
    expect(needsPush(olds, { ...news, shell: { ...news.shell, port: 2222 } })).toBe(false);
  });
});

describe("what is said of it", () => {
  it.each([
    [{ sent: 56_000, total: 4_100_000 }, "sent 56 kB of 4.1 MB, the rest was there"],
    [{ sent: 4_100_000, total: 4_100_000 }, "sent 4.1 MB"],
    [{ sent: 0, total: 4_100_000 }, "sent none of 4.1 MB, all of it was there"],
  ])("%o: %s", (sent, text) => {
    expect(saidOf(sent)).toBe(text);
  });
});
