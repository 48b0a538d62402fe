/** What a preview says of an image that is built, and what it refuses, with the real engine and the real plugin of builds. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../lab/docker/exec";
import { ensureDockerBuild } from "../../lab/toolchain/on-demand";
import { PreviewWorkspace } from "./preview/workspace";

let workspace: PreviewWorkspace;
let context: string;
let commit: string;

const git = (...words: string[]): Promise<string> =>
  run("git", ["-C", context, "-c", "user.name=test", "-c", "user.email=test@example.com", ...words], {});
const preview = (env: NodeJS.ProcessEnv = {}, ...flags: string[]) =>
  workspace.pulumi(["preview", "--diff", ...flags], { CONTEXT: context, ...env });

beforeAll(async () => {
  const plugin = await ensureDockerBuild((line) => {
    console.log(line);
  });
  workspace = await PreviewWorkspace.make("image-preview/program.ts", [dirname(plugin)]);
  context = mkdtempSync(join(tmpdir(), "sextant-context-"));
  mkdirSync(join(context, "app"));
  for (const [name, text] of [
    ["Dockerfile", "FROM scratch\nCOPY . /\n"],
    [".dockerignore", "/.git\n/tmp\n"],
    [".gitignore", "/tmp\n"],
    ["Gemfile", "gem 'rails'\n"],
    ["app/cart.rb", "class Cart; end\n"],
  ] as const)
    writeFileSync(join(context, name), text);
  await git("init", "--quiet");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "first");
  commit = (await git("rev-parse", "HEAD")).trim();
});
afterAll(async () => {
  rmSync(context, { recursive: true, force: true });
  await workspace.remove();
});

const hash = '"[0-9a-f]{8}"';

describe("a preview", () => {
  it.each([["on a builder of this machine"], ["on a server that is not there yet"]])(
    "of a first build %s has its entries and its tag, and refuses nothing",
    async (where) => {
      const { code, text } = await preview(where.includes("server") ? { ON_SERVER: "1" } : {});
      expect(code, text).toBe(0);
      for (const entry of ["Dockerfile", "Gemfile", "app"])
        expect(text).toMatch(new RegExp(`${entry}\\s*: ${hash}`));
      expect(text).toContain(`"registry.test/shop:${commit}"`);
      expect(text).toMatch(/"linux\/amd64"/);
      expect(text).not.toMatch(/no such tag|unchecked|warning: (App|Image)/);
      expect(text).not.toContain("canary-of-preview");
    },
  );

  it("of an accessory of an image that is not built yet has its container and its volume, and refuses nothing", async () => {
    const { code, text } = await preview({ ACCESSORY: "1" });
    expect(code, text).toBe(0);
    expect(text).toMatch(/\+ sextant:index:Container: \(create\)[^]*name *: "preview-test-search"/);
    expect(text).toMatch(/\+ sextant:index:Volume: \(create\)/);
    expect(text).not.toMatch(/warning: (App|Image|Accessory)/);
  });

  it("of one that goes from this machine to a registry on a server says where it lies between, the same everywhere", async () => {
    const { code, text } = await preview({ OWN: "1", HOME: mkdtempSync(join(workspace.folder, "home-")) });
    expect(code, text).toBe(0);
    expect(text).toMatch(/raw\s*: "type=oci,dest=\/tmp\/sextant-builds(-\d+)?\/preview-test-shop,tar=false"/);
    expect(text).toMatch(/sextant:index:ImagePush/);
    expect(text).toMatch(/repository\s*: "shop"/);
    expect(text).not.toMatch(/PRIVATE KEY|unchecked|warning: (App|Image)/);
  });

  it("says which entry is another since the last run, and marks what is in no commit", async () => {
    // It ends where it would build, and the component is in the state by then.
    const urn = "urn:pulumi:test::preview::sextant:index:Image";
    const targets = ["::shop", "$docker-build:index:Image::shop"].flatMap((end) => [
      "--target",
      `${urn}${end}`,
    ]);
    const { code, text: built } = await workspace.pulumi(["up", "--yes", "--skip-preview", ...targets], {
      CONTEXT: context,
      ALONE: "1",
    });
    expect(code).not.toBe(0);
    expect(built).toMatch(/no builder "nobody" found/);
    writeFileSync(join(context, "app", "cart.rb"), "class Cart; VERSION = 2; end\n");
    mkdirSync(join(context, "tmp"), { recursive: true });
    writeFileSync(join(context, "tmp", "cache"), "left out\n");
    const { text } = await preview();
    expect(text).toMatch(new RegExp(`~ app\\s*: ${hash} => ${hash}`));
    expect(text).not.toMatch(/~ (Gemfile|Dockerfile|tmp)/);
    expect(text).toMatch(/uncommitted\s*: \[\s*\+?\s*\[0\]: "app\/cart.rb"/);
    expect(text).toMatch(new RegExp(`"registry.test/shop:${commit}_uncommitted_[0-9a-f]{16}"`));
  });

  it("refuses what is in no commit where it is told to, and says which file", async () => {
    const { code, text } = await preview({ REFUSE: "1" });
    expect(code).not.toBe(0);
    expect(text).toContain(
      'Image "shop": uncommitted is "refuse", but app/cart.rb is in no commit; commit it, or name it in .dockerignore where it is no part of the image (npx sextant docs checks#uncommitted).',
    );
  });

  it("says that a version of the configuration is deployed in the place of what is built", async () => {
    const { text } = await preview({ VERSION: "v3" });
    expect(text).toMatch(
      /App "shop": version is "v3", but Image "shop" builds [0-9a-f]{40}\S*, which is not deployed with it; pulumi config rm version/,
    );
  });

  it("refuses a context with the program itself", async () => {
    const own = join(workspace.folder, "project");
    for (const [name, rest] of [
      ["Dockerfile", "FROM scratch\n"],
      [".dockerignore", ".git\nbackend\npulumi\n"],
    ] as const)
      writeFileSync(join(workspace.folder, name), rest);
    const { code, text } = await workspace.pulumi(["preview"], { CONTEXT: join(own, "..") });
    expect(code).not.toBe(0);
    expect(text).toMatch(
      /but project, the folder of this program, is a part of it with .*Pulumi\.yaml.*; write a line with \/project\/ into \.dockerignore/,
    );
  });

  it("refuses a secret as a build argument", async () => {
    const { code, text } = await preview({ SECRET_ARG: "1" });
    expect(code).not.toBe(0);
    expect(text).toContain(
      'Image "shop": args.TOKEN is a secret, which would be in the image\'s history; give it as secrets.TOKEN',
    );
  });

  it("refuses a context with .git", async () => {
    writeFileSync(join(context, ".dockerignore"), "/tmp\n");
    const { code, text } = await preview();
    expect(code).not.toBe(0);
    expect(text).toContain(".git is a part of it, which every command of git changes");
  });
});
