/** A volume on its way to another host: the real provider, scripts, tar and checksums, between two directories of this machine. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { volumeProvider, type VolumeInputs } from "../../../../provider/docker/volume";
import { DockerHosts, type FakeDocker } from "./docker-hosts";

const name = "shop-prod-db-data";
const owner = "shop/prod/accessory/db/data";
const component = "shop/prod/accessory/db";
const container = "shop-prod-db";
const isRoot = process.getuid?.() === 0;

let hosts: DockerHosts;
let from: FakeDocker;
let to: FakeDocker;
let said: string[];
let at = 0;

beforeEach(async () => {
  hosts = new DockerHosts();
  from = await hosts.host("web-1", (at += 1));
  to = await hosts.host("db-1", (at += 1));
  said = [];
  vi.stubEnv("PATH", `${hosts.directory}:${process.env["PATH"] ?? ""}`);
  vi.stubEnv("HOME", hosts.directory);
  vi.spyOn(console, "log").mockImplementation((text: string) => {
    said.push(text);
  });
  from.volumes.set(name, { Driver: "local", Options: null, Labels: { "sextant.owner": owner } });
  from.users = [{ name: container, volumes: [name], owner: component }];
  hosts.start(from, container);
  mkdirSync(place(from), { recursive: true });
  writeFileSync(join(place(from), "PG_VERSION"), "15\n");
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  hosts.remove();
});

const place = (host: FakeDocker): string => hosts.place(host, name);
const inputs = (host: FakeDocker): VolumeInputs => ({
  ...{ shell: host.shell, host: host.shell.name, name, owner, component, formerly: component },
  data: "move",
});
const move = () => volumeProvider.update?.(name, inputs(from), inputs(to));
/** All that is in a directory, as a checksum of an archive of it. */
const content = (host: FakeDocker): string =>
  execFileSync("sh", [
    "-c",
    `cd "$0" && tar --sort=name --numeric-owner --mtime=@0 -c . | sha256sum`,
    place(host),
  ]).toString();

describe("a volume that is moved", () => {
  it("is no replacement, and none but by that word", async () => {
    expect(await volumeProvider.diff?.("x", inputs(from), inputs(to))).toEqual({
      changes: true,
      replaces: [],
    });
    const left = { ...inputs(to), data: "leave" as const };
    expect(await volumeProvider.diff?.("x", inputs(from), left)).toEqual({
      changes: true,
      replaces: ["shell"],
    });
  });

  it("is there as it was, with its owner, while the old one stays and what used it is stopped", async () => {
    const odd = join(place(from), "a b\n'$(x)");
    mkdirSync(odd, { mode: 0o700 });
    writeFileSync(join(odd, "-rf"), Buffer.from([0, 255, 10]));
    chmodSync(join(odd, "-rf"), 0o640);
    symlinkSync("/nowhere", join(odd, "link"));
    if (isRoot) execFileSync("chown", ["-R", "999:998", odd]);
    chmodSync(place(from), 0o700);
    const before = content(from);
    await move();
    expect(content(to)).toBe(before);
    expect(content(from)).toBe(before);
    expect(to.volumes.get(name)?.Labels).toEqual({ "sextant.owner": owner });
    expect(hosts.running(from, container)).toBe(false);
    expect(said).toEqual([
      expect.stringContaining(
        `db-1: the volume ${name} has the data of web-1, 2 files, each checked; the old volume is kept`,
      ),
    ]);
  });

  it("whatever is in it", async () => {
    const bytes = fc.uint8Array({ maxLength: 2000 });
    const file = fc.stringMatching(/^[^/\0]{1,20}$/).filter((each) => ![".", ".."].includes(each));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(file, bytes, { maxKeys: 5 }), async (files) => {
        for (const host of [from, to]) rmSync(place(host), { recursive: true, force: true });
        mkdirSync(place(from), { recursive: true });
        for (const [path, text] of Object.entries(files)) writeFileSync(join(place(from), path), text);
        hosts.start(from, container);
        await move();
        for (const [path, text] of Object.entries(files))
          expect(readFileSync(join(place(to), path)).equals(text)).toBe(true);
      }),
      { numRuns: 5 },
    );
  });

  it("is begun anew after a try that was cut off, and does not overwrite what a volume there holds", async () => {
    await move();
    writeFileSync(join(place(to), "half"), "");
    hosts.start(from, container);
    await move();
    expect(content(to)).toBe(content(from));
    // It is copied from there again, so that what lies there later is data.
    rmSync(join(place(to), "..", "sextant-copy"));
    writeFileSync(join(place(to), "precious"), "");
    hosts.start(from, container);
    await expect(move()).rejects.toThrow(
      `the volume ${name} is not moved from web-1 to db-1, and serves on where it was: db-1: the volume ${name} has data in it already`,
    );
    expect(hosts.running(from, container)).toBe(true);
    expect(readFileSync(join(place(to), "precious"), "utf8")).toBe("");
  });

  it("takes back what it stopped when the copy is not the same, or ends too early", async () => {
    hosts.breaks(to, "sha256sum", "echo 0000000000000000000000000000000000000000000000000000000000000000");
    await expect(move()).rejects.toThrow(`db-1: the copy of the volume ${name} is not the same as on web-1`);
    expect(hosts.running(from, container)).toBe(true);
    hosts.breaks(to, "sha256sum", undefined);
    hosts.breaks(to, "tar", "head -c 10 >/dev/null; echo 'No space left on device' >&2; exit 2");
    await expect(move()).rejects.toThrow("db-1: No space left on device");
    expect(hosts.running(from, container)).toBe(true);
    hosts.breaks(to, "tar", undefined);
    hosts.breaks(from, "tar", "echo 'Input/output error' >&2; exit 2");
    await expect(move()).rejects.toThrow("web-1: Input/output error");
    expect(hosts.running(from, container)).toBe(true);
    hosts.breaks(from, "tar", undefined);
    await move();
    expect(content(to)).toBe(content(from));
  });

  it("is not another owner's, who uses it", async () => {
    from.users = [{ name: "other", volumes: [name], owner: "x/y/accessory/z" }];
    await expect(move()).rejects.toThrow("is used by the container other of x/y/accessory/z");
    expect(hosts.running(from, container)).toBe(true);
  });
});
