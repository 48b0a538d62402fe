/** How the command plugin copies files to a host: a real OpenSSH server of the test's own. */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { commandPlugin, types } from "./command-plugin/found";
import { Plugin } from "./command-plugin/plugin";
import { freePort, Sshd } from "./command-plugin/sshd";
import { archive, asset, unknown, type Properties } from "./command-plugin/wire";

let plugin: Plugin;
let sshd: Sshd;
/** A server without the sftp subsystem. */
let bare: Sshd;
/** A port that refuses connections. */
let dead: number;
/** Source and destination of the copies, made anew for each test. */
let dir: string;

beforeAll(async () => {
  plugin = await Plugin.start(await commandPlugin());
  sshd = await Sshd.start();
  bare = await Sshd.start({ sftp: false });
  dead = await freePort();
});

afterAll(async () => {
  await plugin.stop();
  await sshd.stop();
  await bare.stop();
});

beforeEach(() => {
  dir = join(sshd.directory, "copies");
  rmSync(dir, { recursive: true, force: true });
  for (const made of ["tree/sub", "empty", "there", "blocked"])
    mkdirSync(join(dir, made), { recursive: true });
  writeFileSync(join(dir, "source"), "content", { mode: 0o600 });
  writeFileSync(join(dir, "tree/a"), "A");
  writeFileSync(join(dir, "tree/sub/b"), "B");
  writeFileSync(join(dir, "file"), "old and long");
  writeFileSync(join(dir, "blocked/tree"), "");
});

const text = (content: string, hash?: string) => asset({ text: content }, hash);
const file = (name: string) => asset({ path: join(dir, name) });
const tree = (name: string) => archive({ path: `${dir}/${name}` });
const inputs = (source: Properties, remotePath: string) => ({
  connection: sshd.connection,
  source,
  remotePath: join(dir, remotePath),
});
const refusing = () => ({ ...sshd.connection, port: dead, dialErrorLimit: 0 });

/** What is at a path: nothing, a directory, or a file with its mode. */
function found(name: string): string {
  const path = join(dir, name);
  if (!existsSync(path)) return "nothing";
  const { mode } = statSync(path);
  return statSync(path).isDirectory()
    ? "directory"
    : `${readFileSync(path, "utf8")} ${(mode & 0o777).toString(8)}`;
}

describe("CopyToRemote", () => {
  it.each<[string, () => Properties, string, string, string]>([
    ["text to a new file, making its parents", () => text("hello"), "deep/er/x", "deep/er/x", "hello 644"],
    ["text over a file", () => text("new"), "file", "file", "new 644"],
    [
      "a file to a new path, making its parents, without its mode",
      () => file("source"),
      "n/e/w",
      "n/e/w",
      "content 644",
    ],
    ["a file over a file", () => file("source"), "file", "file", "content 644"],
    ["a file into a directory", () => file("source"), "there", "there/source", "content 644"],
    ["a directory into a directory", () => tree("tree"), "there", "there/tree/sub/b", "B 644"],
    ["a directory into one that it makes", () => tree("tree"), "x/y", "x/y/tree/a", "A 644"],
    ["an empty directory", () => tree("empty"), "x", "x/empty", "directory"],
    ["what is in a directory, when its path ends with a slash", () => tree("tree/"), "x", "x/sub/b", "B 644"],
    ["a file that is given as an archive, as it is", () => tree("source"), "x", "x", "content 644"],
  ])("copies %s", async (_, source, remotePath, there, what) => {
    await plugin.create(types.copy, inputs(source(), remotePath));
    expect(found(there)).toBe(what);
  });

  it.each<[string, () => Properties, string, string]>([
    [
      "text for a directory",
      () => text("x"),
      "there",
      "remote path DIR/there is a directory; when using a text asset, remotePath must be a file path",
    ],
    [
      "text below a file",
      () => text("x"),
      "file/x",
      "failed to create parent directories for DIR/file/x: mkdir DIR/file: not a directory",
    ],
    [
      "a file below a file",
      () => file("source"),
      "file/x",
      "failed to create parent directories for DIR/file/x: mkdir DIR/file: not a directory",
    ],
    ["a file that is not there", () => file("none"), "x", "open DIR/none: no such file or directory"],
    [
      "a directory for a file",
      () => tree("tree"),
      "file",
      "failed to create remote directory DIR/file/tree: file does not exist",
    ],
    [
      "what is in a directory for a file",
      () => tree("tree/"),
      "file",
      "remote path DIR/file exists but is not a directory",
    ],
    [
      "a directory where a file has its name",
      () => tree("tree"),
      "blocked",
      "remote path DIR/blocked/tree exists but is not a directory",
    ],
  ])("fails with %s", async (_, source, remotePath, message) => {
    const copied = plugin.create(types.copy, inputs(source(), remotePath));
    await expect(copied).rejects.toMatchObject({ details: message.replaceAll("DIR", dir) });
  });

  it("fails with a link to a directory in the source", async () => {
    symlinkSync(join(dir, "there"), join(dir, "tree/link"));
    const details = `failed to copy file ${dir}/tree/link to remote path ${dir}/x/tree/link: read ${dir}/tree/link: is a directory`;
    await expect(plugin.create(types.copy, inputs(tree("tree"), "x"))).rejects.toMatchObject({ details });
  });

  it("fails with a server that has no sftp", async () => {
    const copied = plugin.create(types.copy, { ...inputs(text("x"), "x"), connection: bare.connection });
    await expect(copied).rejects.toMatchObject({ details: "ssh: subsystem request failed" });
  });

  it("copies again for another content or path, and not for another host", async () => {
    const old = await plugin.create(types.copy, inputs(text("one"), "x"));
    rmSync(join(dir, "x"));
    await plugin.update(old, { ...inputs(text("one"), "x"), connection: refusing() });
    expect(found("x")).toBe("nothing");
    await plugin.update(old, inputs(text("two", "other"), "x"));
    expect(found("x")).toBe("two 644");
    await plugin.update(old, inputs(text("one"), "y"));
    expect([found("x"), found("y")]).toEqual(["two 644", "one 644"]);
    const failed = plugin.update(old, { ...inputs(text("three", "third"), "x"), connection: refusing() });
    const details = `after 0 failed attempts: dial tcp 127.0.0.1:${String(dead)}: connect: connection refused`;
    await expect(failed).rejects.toMatchObject({ details });
  });

  it("leaves the copy when it is deleted, and contacts no host for that", async () => {
    const old = await plugin.create(types.copy, inputs(text("one"), "x"));
    await plugin.delete({ ...old, state: { ...old.state, connection: refusing() } });
    expect(found("x")).toBe("one 644");
  });

  it("contacts no host in a preview, and does not show its source as known", async () => {
    const away = { ...inputs(text("one"), "x"), connection: refusing() };
    const made = await plugin.create(types.copy, away, true);
    expect(made).toMatchObject({ id: "", state: { source: unknown, remotePath: join(dir, "x") } });
    const updated = await plugin.update(
      await plugin.create(types.copy, inputs(text("one"), "x")),
      away,
      true,
    );
    expect(updated.state).toMatchObject({ source: unknown });
  });
});

describe("CopyFile", () => {
  const copy = (localPath: string, remotePath: string, connection: Properties = sshd.connection) =>
    plugin.create(types.copyFile, {
      connection,
      localPath: join(dir, localPath),
      remotePath: join(dir, remotePath),
    });

  it("copies a file, and leaves it when it is deleted", async () => {
    const held = await copy("source", "x");
    expect(held.id).toMatch(/^[0-9a-f]{8}$/);
    await plugin.delete(held);
    expect(found("x")).toBe("content 644");
  });

  it("has no update", async () => {
    const held = await copy("source", "x");
    await expect(plugin.update(held, held.inputs)).rejects.toThrow(
      /UNIMPLEMENTED: Update is not implemented for resource urn:.*CopyFile::it/,
    );
  });

  it.each<[string, string, string, () => Properties, string]>([
    [
      "a file that is not there",
      "none",
      "x",
      () => sshd.connection,
      "open DIR/none: no such file or directory",
    ],
    ["a directory", "tree", "x", () => sshd.connection, "read DIR/tree: is a directory"],
    ["a missing parent", "source", "no/x", () => sshd.connection, "file does not exist"],
    [
      "a directory in its place",
      "source",
      "there",
      () => sshd.connection,
      'sftp: "Failure" (SSH_FX_FAILURE)',
    ],
    ["a server that has no sftp", "source", "x", () => bare.connection, "ssh: subsystem request failed"],
  ])("fails with %s", async (_, from, to, connection, message) => {
    await expect(copy(from, to, connection())).rejects.toMatchObject({
      details: message.replaceAll("DIR", dir),
    });
  });
});
