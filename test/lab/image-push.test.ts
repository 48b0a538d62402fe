/** A push over a real ssh to Docker's registry, as a `ServerRegistry` runs it. No machine is needed for it. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { registryConfig } from "../../components/registry/server-registry";
import { ensureRegistryProgram } from "../../lab/toolchain/on-demand";
import { makeCertificates } from "../../provider/registry/certificates";
import { imagePushProvider, type ImagePushInputs } from "../../provider/registry/image-push";
import { pace } from "../../provider/ssh/connections";
import { keyMaterial } from "../../provider/ssh/private-key";
import { sayTo } from "../../provider/say";
import { bytes, writeImage } from "../unit/provider/registry/images";
import { digestOf } from "../unit/provider/registry/strict-registry";
import { endConnections } from "../unit/provider/ssh/end-connections";
import { freePort, Sshd } from "./command-plugin/sshd";

const name = "shop-test-images.internal";

let machine: string;
let sshd: Sshd;
let registry: ChildProcess;
let inputs: Omit<ImagePushInputs, "digest">;
let said: string[];

const layout = (): string => join(machine, "layout");
const { create, read } = imagePushProvider;
const push = (digest: string, tag: string) => create({ ...inputs, digest, tag });
const kept = (path: string): string =>
  readFileSync(join(machine, "data", "docker", "registry", "v2", path), "utf8");
const tagged = (tag: string): string => kept(`repositories/acme/shop/_manifests/tags/${tag}/current/link`);
const fileOf = (digest: string): string => join(layout(), "blobs", "sha256", digest.slice("sha256:".length));

beforeAll(async () => {
  const program = await ensureRegistryProgram((line) => {
    console.log(line);
  });
  machine = mkdtempSync(join(tmpdir(), "sextant-push-"));
  for (const each of ["home", "run", "data"]) mkdirSync(join(machine, each), { mode: 0o700 });
  vi.stubEnv("HOME", join(machine, "home"));
  vi.stubEnv("XDG_RUNTIME_DIR", join(machine, "run"));
  pace.second = 100;
  sshd = await Sshd.start();
  const { authority, server, client } = await makeCertificates(name, Date.now());
  const [port, debug] = [await freePort(), await freePort()];
  for (const [file, text] of Object.entries({
    "authority.pem": authority,
    "registry.pem": server.certificate,
    "registry-key.pem": server.key,
    "registry.yml": registryConfig(port)
      .replaceAll("/etc/sextant", machine)
      .replace("/var/lib/registry", join(machine, "data"))
      .replace("127.0.0.1:5001", `127.0.0.1:${debug}`),
  }))
    writeFileSync(join(machine, file), text);
  registry = spawn(program, ["serve", join(machine, "registry.yml")], { stdio: "ignore" });
  inputs = {
    shell: {
      ...{ name: "web-1", destination: `${userInfo().username}@127.0.0.1`, port: sshd.port, config: "none" },
      keyFile: join(sshd.directory, "login"),
      hostKey: keyMaterial(sshd.file("host_ed25519.pub")),
    },
    ...{ address: `${name}:${port}`, ip: "127.0.0.1", repository: "acme/shop", tag: "v1", build: "shop" },
    ...{ authority, certificate: client.certificate, privateKey: client.key, directory: layout() },
  };
  for (let tries = 0; tries < 100; tries += 1) {
    const answers = await fetch(`http://127.0.0.1:${debug}/debug/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) return;
    await sleep(100);
  }
  throw new Error("the registry does not answer");
});
afterAll(async () => {
  endConnections(join(machine, "run"));
  registry.kill();
  await once(registry, "exit");
  await sshd.stop();
  vi.unstubAllEnvs();
  rmSync(machine, { recursive: true });
});
beforeEach(() => {
  said = [];
  sayTo((message, _urn, manner) => {
    if (manner !== "passing") said.push(message);
    return Promise.resolve();
  });
});

describe("a push to Docker's registry", () => {
  const base = bytes("base", 4_000_000);

  it("brings an image of several platforms, and of the next one the layer that changed", async () => {
    const first = writeImage(layout(), [
      [base, "one"],
      [base, "another"],
    ]);
    await push(first, "v1");
    expect(tagged("v1")).toBe(first);
    expect(said).toEqual([`web-1: sent 4 MB (${inputs.address}/acme/shop)`]);
    const second = writeImage(layout(), [
      [base, bytes("two", 56_000)],
      [base, "another"],
    ]);
    await push(second, "v2");
    expect(tagged("v2")).toBe(second);
    expect(said[1]).toBe(`web-1: sent 56 kB of 4.1 MB, the rest was there (${inputs.address}/acme/shop)`);
    const { outs } = await push(first, "v3");
    // Of what this machine no longer has, the registry has all.
    expect(tagged("v3")).toBe(first);
    expect((await read?.("shop", outs))?.props.undone).toBe(false);
    const never = { ...outs, digest: digestOf("never") };
    expect((await read?.("shop", never))?.props.undone).toBe(true);
  });

  it("is refused with a layer that is not what its name says", async () => {
    const layer = bytes("layer", 5000);
    const digest = writeImage(layout(), [[layer]]);
    writeFileSync(fileOf(digestOf(layer)), bytes("other", 5000));
    await expect(push(digest, "v4")).rejects.toThrow(
      /^web-1: sending sha256:[0-9a-f]{64}: the registry answered 400 \(DIGEST_INVALID/,
    );
    expect(() => tagged("v4")).toThrow("ENOENT");
    writeFileSync(fileOf(digestOf(layer)), layer);
    await push(digest, "v4");
    expect(tagged("v4")).toBe(digest);
  });
});
