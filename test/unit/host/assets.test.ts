/** The verb that keeps the assets of several releases, and what the clean-up takes of them, run in a real shell on real files. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DockerApi } from "./docker-api";
import { VerbsHere, type Ended } from "./verbs-here";

const role = `shop/test/shop/web-${process.pid}`;
const path = "/rails/public/assets";
let docker: DockerApi;
let verbs: VerbsHere;
let home = "";
let directory = "";

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "sextant-assets-"));
  directory = join(home, "assets/shop-web.0a1b2c3d");
  docker = await new DockerApi().listen();
  verbs = new VerbsHere(docker);
  docker.containers.set("kamal-proxy", undefined).set("shop-new", role);
  // An image's id follows from its files.
  verbs.command(
    "docker",
    `case $1 in
    exec) echo 'Service  Host  Path  Target  State  TLS' ;;
    image) find '${home}/images/'"\${5#*:}" -type f -exec sha256sum {} + | sha256sum ;;
    *) exit 1 ;;
    esac`,
  );
});
afterEach(() => {
  docker.close();
  verbs.remove();
  rmSync(home, { recursive: true, force: true });
});

/** An image of this version with these files, by their paths. */
function image(version: string, files: Record<string, string>, at = path): void {
  const tree = join(home, "images", version);
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(tree, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), text, { mode: 0o600 });
  }
  docker.images.add(`shop:${version}`);
  docker.trees.set(`shop:${version} ${at}`, tree);
}

const put = (version: string, at = path): Promise<Ended> =>
  verbs.run("assets", [
    `directory=${directory}`,
    `release=${version}`,
    `image=shop:${version}`,
    `path=${at}`,
  ]);

const prune = (version: string, keep = 1): Promise<Ended> =>
  verbs.run("prune", [
    ...[`role=${role}`, "wait=5", `keep=${keep}`, "for=shop/test/shop", "repository=shop"],
    ...["container=shop-new", `assets=${join(directory, version)}`],
  ]);

const fine = { code: 0, stderr: "" };
const served = (version: string): Record<string, string> => {
  const root = join(directory, version, "served");
  const names = readdirSync(root, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return Object.fromEntries(
    names
      .map((one) => join(one.parentPath, one.name))
      .sort()
      .map((file) => [file.slice(root.length + 1), readFileSync(file, "utf8")]),
  );
};

describe("the assets of a release", () => {
  it("are served beside those of the others, whichever release is asked, each with its own of what has one name", async () => {
    image("v1", { "app-1.js": "one", "app.js": "one", "img/logo-1.png": "one", ".manifest.json": "one" });
    image("v2", { "app-2.js": "two", "app.js": "two", "css/site-2.css": "two", ".manifest.json": "two" });
    expect(await put("v1")).toEqual(fine);
    expect(served("v1")).toMatchObject({ "app-1.js": "one", ".manifest.json": "one" });
    expect(await put("v2")).toEqual(fine);
    const all = { "app-1.js": "one", "app-2.js": "two", "css/site-2.css": "two", "img/logo-1.png": "one" };
    expect(served("v1")).toEqual({ ...all, "app.js": "one", ".manifest.json": "one" });
    expect(served("v2")).toEqual({ ...all, "app.js": "two", ".manifest.json": "two" });
  });

  it("are on the disk once, may be read by any user, and are the same when put again", async () => {
    image("v1", { "deep/down/app-1.js": "one" });
    image("v2", { "app-2.js": "two" });
    for (const version of ["v1", "v2", "v1", "v2"]) expect(await put(version)).toEqual(fine);
    const file = statSync(join(directory, "v2/served/deep/down/app-1.js"));
    expect([file.nlink, file.mode & 0o777]).toEqual([3, 0o644]);
    expect(statSync(join(directory, "v2/served/deep")).mode & 0o777).toBe(0o755);
    expect(docker.requests.filter((request) => request === "POST /containers/create")).toHaveLength(2);
  });

  it("stay with those of one path", async () => {
    image("v1", { "app-1.js": "one" }, "/old");
    image("v2", { "app-2.js": "two" });
    await put("v1", "/old");
    expect(await put("v2")).toEqual(fine);
    expect(Object.keys(served("v2"))).toEqual(["app-2.js"]);
    expect(Object.keys(served("v1"))).toEqual(["app-1.js"]);
  });

  it("are whole after a run that was killed anywhere, and another image by the same tag has its own", async () => {
    image("v1", { "app-1.js": "one" });
    // Killed while it wrote: no word that it is whole.
    mkdirSync(join(directory, "v1/new/own"), { recursive: true });
    mkdirSync(join(directory, "v1/own"), { recursive: true });
    writeFileSync(join(directory, "v1/own/half.js"), "");
    expect(await put("v1")).toEqual(fine);
    expect(served("v1")).toEqual({ "app-1.js": "one" });
    // Killed before it was shared.
    rmSync(join(directory, "v1/served/app-1.js"));
    expect(await put("v1")).toEqual(fine);
    const mounted = statSync(join(directory, "v1/served")).ino;
    image("v1", { "app-1.js": "other", "app-9.js": "nine" });
    expect(await put("v1")).toEqual(fine);
    expect(served("v1")).toEqual({ "app-1.js": "other", "app-9.js": "nine" });
    expect(statSync(join(directory, "v1/served")).ino).toBe(mounted);
  });

  it("have no way out of their directory: a link among them is the file, any other link is none of them", async () => {
    image("v1", { "app-1.js": "one", "sub/x.js": "x" });
    const tree = docker.trees.get(`shop:v1 ${path}`) ?? "";
    symlinkSync("app-1.js", join(tree, "app.js"));
    symlinkSync("/etc/passwd", join(tree, "passwd"));
    symlinkSync("..", join(tree, "up"));
    symlinkSync("/etc", join(tree, "etc"));
    image("v2", { "etc/app-2.js": "two" });
    await put("v1");
    expect(await put("v2")).toEqual(fine);
    expect(served("v1")).toEqual({
      "app-1.js": "one",
      "app.js": "one",
      "sub/x.js": "x",
      "etc/app-2.js": "two",
    });
    expect(existsSync("/etc/app-2.js")).toBe(false);
  });

  it("are missed with their cause, where the image has no such directory, or one that is empty", async () => {
    image("v1", { "app-1.js": "one" }, "/elsewhere");
    const none = await put("v1");
    expect(none.code).toBe(1);
    expect(none.stderr).toBe(
      `the image shop:v1 has no directory ${path}, where assetPath says that its assets are; build them into the image (RUN bin/rails assets:precompile), or name the directory that has them\n`,
    );
    image("v2", {});
    const empty = await put("v2");
    expect(empty.code).toBe(1);
    expect(empty.stderr).toMatch(
      /^the directory \/rails\/public\/assets of the image shop:v2 has no files in it/,
    );
    for (const version of ["v1", "v2"]) expect(existsSync(join(directory, version, "of"))).toBe(false);
    expect(docker.requests.filter((request) => request.startsWith("DELETE")).length).toBeGreaterThanOrEqual(
      2,
    );
  });

  it("stay where a container has them mounted, when the role keeps none any more", async () => {
    image("v1", { "app-1.js": "one" });
    image("v2", { "app-2.js": "two" });
    for (const version of ["v1", "v2"]) await put(version);
    docker.mounted.push(join(directory, "v2/served"));
    expect(await verbs.run("assets", [`directory=${directory}`, "remove"])).toEqual(fine);
    expect(existsSync(join(directory, "v1"))).toBe(false);
    expect(served("v2")).toEqual({ "app-1.js": "one", "app-2.js": "two" });
    docker.mounted.length = 0;
    expect(await verbs.run("assets", [`directory=${directory}`, "remove"])).toEqual(fine);
    expect(existsSync(directory)).toBe(false);
  });

  it("go all with the role, and nothing that is none of assets", async () => {
    image("v1", { "app-1.js": "one" });
    await put("v1");
    for (let again = 0; again < 2; again++) {
      expect(await verbs.run("assets", [`directory=${directory}`, "remove"])).toEqual(fine);
      expect(existsSync(directory)).toBe(false);
    }
    const refused = await verbs.run("assets", [`directory=${home}/images`, "remove"]);
    expect(refused.code).toBe(1);
    expect(existsSync(join(home, "images/v1"))).toBe(true);
  });
});

describe("after a release", () => {
  const release = async (version: string, keep = 1): Promise<void> => {
    image(version, { [`app-${version}.js`]: version });
    expect(await put(version)).toEqual(fine);
    expect(await prune(version, keep)).toEqual(fine);
  };
  const names = (version: string): string[] => Object.keys(served(version));

  it("the assets of it and of the one before are there, and those of older ones beyond the count go from all", async () => {
    for (const version of ["v1", "v2", "v3"]) await release(version);
    expect(existsSync(join(directory, "v1"))).toBe(false);
    expect(names("v3")).toEqual(["app-v2.js", "app-v3.js"]);
    expect(names("v2")).toEqual(["app-v2.js", "app-v3.js"]);
    for (const version of ["v4", "v5"]) await release(version, 3);
    expect(names("v5")).toEqual(["app-v3.js", "app-v4.js", "app-v5.js"]);
  });

  it("a failed one counts for none: what was live before it stays", async () => {
    await release("v1");
    image("v2", { "app-v2.js": "broken" });
    await put("v2");
    await release("v3");
    expect(existsSync(join(directory, "v2"))).toBe(false);
    expect(names("v3")).toEqual(["app-v1.js", "app-v3.js"]);
  });

  it("what a container has mounted stays", async () => {
    await release("v1");
    docker.mounted.push(join(directory, "v1/served"));
    for (const version of ["v2", "v3"]) await release(version);
    expect(names("v3")).toEqual(["app-v1.js", "app-v2.js", "app-v3.js"]);
  });

  it("nothing goes by hand that a release under way may need, and what is old enough says its bytes", async () => {
    await release("v1");
    image("v2", { "app-v2.js": "broken" });
    await put("v2");
    const byHand = async (word: string): Promise<string> => {
      const ended = await verbs.ranBy("prune", [
        ...[`role=${role}`, "wait=5", "keep=1", "repository=shop", "container=shop-new"],
        ...[`assets=${join(directory, "v1")}`, word],
      ]);
      expect(ended).toMatchObject(fine);
      return ended.stdout;
    };
    expect(await byHand("hand")).toBe("");
    const old = new Date(Date.now() - 7_200_000);
    utimesSync(join(directory, "v2/of"), old, old);
    expect(await byHand("look")).toBe("assets v2 6\n");
    expect(existsSync(join(directory, "v2"))).toBe(true);
    expect(await byHand("hand")).toBe("assets v2 6\n");
    expect(names("v1")).toEqual(["app-v1.js"]);
  });

  it("a rollback finds its assets, and those of the release that it leaves", async () => {
    for (const version of ["v1", "v2", "v3", "v1"]) await release(version);
    expect(names("v1")).toEqual(["app-v1.js", "app-v3.js"]);
    expect(existsSync(join(directory, "v2"))).toBe(false);
  });
});
