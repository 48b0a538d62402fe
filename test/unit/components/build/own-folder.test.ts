/** The program's own folder in a context, as files lie on this machine. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkBuild } from "../../../../components/build/check-build";
import { readContext } from "../../../../components/build/context";
import { ownFolder } from "../../../../components/build/own-folder";
import { sentences } from "../../../../components/core/problem";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sextant-own-folder-"));
  writeFileSync(join(root, "Dockerfile"), "");
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** A program with its files, in a folder of the context. */
function program(folder: string): string {
  const path = join(root, folder);
  mkdirSync(join(path, "node_modules", "left-pad"), { recursive: true });
  for (const name of ["Pulumi.yaml", "Pulumi.production.yaml", "index.ts", "node_modules/left-pad/x.js"])
    writeFileSync(join(path, name), "");
  return path;
}

/** What is said of it, by a program that runs there. */
function said(from: string, context: string, dockerfile = "Dockerfile"): string {
  const found = {
    ...{ directory: true, dockerfile: true, revision: undefined },
    context: readContext(root, dockerfile),
    program: ownFolder(root, from),
  };
  return sentences(
    'Image "shop"',
    checkBuild({ repository: "r.test/shop", version: "v1", context, dockerfile }, found),
  );
}

const inFolder =
  'Image "shop": context is "..", but infra, the folder of this program, is a part of it with Pulumi.production.yaml, Pulumi.yaml and node_modules, which make another release whenever they change; write a line with /infra/ into .dockerignore (npx sextant docs checks#context-program).';

describe("the folder of the program", () => {
  it("is refused within a context that has it, with the line that leaves it out", () => {
    const folder = program("infra");
    expect(said(folder, "..")).toBe(inFolder);
    writeFileSync(join(root, ".dockerignore"), "/.git/\n/node_modules/\n");
    expect(said(folder, "..")).toBe(inFolder);
    writeFileSync(join(root, ".dockerignore"), "/.git/\n/node_modules/\n/infra/\n");
    expect(said(folder, "..")).toBe("");
  });

  it("may give files to the application", () => {
    const folder = program("infra");
    writeFileSync(join(root, ".dockerignore"), "/infra/*\n!/infra/index.ts\n");
    expect(readContext(root, "Dockerfile").files).toContain("infra/index.ts");
    expect(said(folder, "..")).toBe("");
  });

  it("is found above where the program runs, and through links", () => {
    const folder = program("infra");
    mkdirSync(join(folder, "src"));
    expect(said(join(folder, "src"), "..")).toBe(inFolder);
    symlinkSync(folder, join(root, "..", `${root.split("/").at(-1) ?? ""}-link`));
    const link = `${root}-link`;
    expect(ownFolder(root, link)).toBe("infra");
    rmSync(link);
  });

  it("that is the context itself has files of Pulumi's that are none of the image", () => {
    const folder = program(".");
    expect(said(folder, ".")).toBe(
      'Image "shop": context is ".", but Pulumi.production.yaml and Pulumi.yaml, files of this program, are a part of it, which make another release whenever they change; write a line with /Pulumi*.yaml into .dockerignore (npx sextant docs checks#context-program).',
    );
    writeFileSync(join(root, ".dockerignore"), "/Pulumi*.yaml\n");
    expect(said(folder, ".")).toBe("");
  });

  it("is looked for by the rules that are in force, which the sentence names", () => {
    const folder = program("infra");
    writeFileSync(join(root, ".dockerignore"), "/infra/\n");
    writeFileSync(join(root, "web.Dockerfile"), "");
    writeFileSync(join(root, "web.Dockerfile.dockerignore"), "/log\n");
    expect(said(folder, "..", "web.Dockerfile")).toContain("into web.Dockerfile.dockerignore (");
  });

  it("elsewhere is nothing to a context", () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "sextant-own-folder-"));
    writeFileSync(join(elsewhere, "Pulumi.yaml"), "");
    expect(ownFolder(root, elsewhere)).toBeUndefined();
    rmSync(elsewhere, { recursive: true });
  });
});
