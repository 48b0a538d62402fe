/** Programs that `sextant import` writes, previewed by the real engine without the machines that they are for. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { run } from "../../lab/docker/exec";
import { ensureDockerBuild } from "../../lab/toolchain/on-demand";
import { askedFor, programText } from "../../cli/import/render";
import { importCase, testdata } from "../unit/cli/import/cases";
import { pairFor } from "../unit/components/certificates";
import { PreviewWorkspace } from "./preview/workspace";

/** A file of the workspace, which each program takes the place of. */
const place = "refusals/program.ts";
let workspace: PreviewWorkspace;
let home: string;

/** The app's folder, from which an image is built. */
let app: string;

beforeAll(async () => {
  const plugin = await ensureDockerBuild((line) => {
    console.log(line);
  });
  workspace = await PreviewWorkspace.make(place, [dirname(plugin)]);
  app = join(workspace.folder, "app");
  mkdirSync(app);
  for (const file of ["Dockerfile", "Dockerfile.production"])
    writeFileSync(join(app, file), "FROM scratch\n");
  writeFileSync(join(app, ".dockerignore"), ".git\n");
  const git = ["-C", app, "-c", "user.name=test", "-c", "user.email=test@example.com"];
  for (const words of [
    ["init", "--quiet"],
    ["add", "--all"],
    ["commit", "--quiet", "--message", "first"],
  ])
    await run("git", [...git, ...words], {});
  // Keys in the usual place, as whoever deployed with Kamal has them, and a file of ssh's settings that a configuration names.
  home = join(workspace.folder, "home");
  mkdirSync(join(home, ".ssh"), { recursive: true });
  for (const file of ["id_ed25519", "deploy"])
    cpSync(join(workspace.folder, "key"), join(home, ".ssh", file));
  writeFileSync(join(home, ".ssh", "mine"), "");
});
afterAll(async () => {
  await workspace.remove();
});

/** What a user gives for a value that is asked for. */
function valueFor({ name, secret }: { name: string; secret: boolean }): string {
  const pair = pairFor("shop.example.com");
  const known: Readonly<Record<string, string>> = {
    ...{ certificatePem: pair.certificate, privateKeyPem: pair.key },
    sshPrivateKey: readFileSync(join(workspace.folder, "key"), "utf8"),
    webHost: "203.0.113.10",
  };
  return known[name] ?? (secret ? "s3cret-s3cret" : "10");
}

/** Puts a program and its configuration into the workspace. */
function put(name: string, stack: string, takeOver: boolean): void {
  const from = importCase(name, takeOver);
  const project = join(workspace.folder, "project");
  // Beside the library's sources, and not with the package.
  const text = programText(from, "config/deploy.yml").replace('"pulumi-sextant"', '"../../../components"');
  const here = text
    .replaceAll('"../config/', `"${join(testdata, name, "config")}/`)
    .replace('context: ".."', `context: ${JSON.stringify(app)}`);
  writeFileSync(join(project, "test", "lab", place), here);
  const values = from.values.get(stack) ?? {};
  const asked = askedFor(from).filter(({ name: own, needed }) => needed && !(own in values));
  const given = Object.fromEntries(asked.map((one) => [one.name, valueFor(one)]));
  const config = Object.entries({ ...given, ...values, version: "v1" });
  const file = join(project, "Pulumi.test.yaml");
  const { config: _, ...rest } = parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  const own = Object.fromEntries(config.map(([key, value]) => [`preview:${key}`, value]));
  writeFileSync(file, stringify({ ...rest, config: own }));
}

describe("a program from Kamal's configuration", () => {
  it.each([
    ["least", "production", 1],
    ["rails", "production", 2],
    ["roles", "production", 3],
    ["tags", "production", 3],
    ["destinations", "staging", 1],
    ["fleet", "production", 3],
    ["fleet", "staging", 1],
    ["mysql", "production", 1],
    ["volumes", "production", 1],
    ["several-accessories", "production", 3],
    ["anchors", "production", 2],
    ["workers", "production", 1],
    ["odd-names", "production", 2],
    ["certificate", "production", 2],
    ["erb", "production", 1],
    ["key-data", "production", 1],
    ["local-registry", "production", 1],
    ["paths", "production", 1],
    ["proxy-run", "production", 1],
    ["ssh", "production", 2],
    ["vaults", "production", 1],
    ["behind-another", "production", 1],
    ["unknown", "production", 1],
    ["ssh", "production", 2, true],
    ["proxy-run", "production", 1, true],
    ["rails", "production", 2, true],
    ["destinations", "staging", 1, true],
    ["tags", "production", 3, true],
  ])("%s previews as the stack %s", async (name, stack, places, takeOver = false) => {
    put(name, stack, takeOver);
    const { code, text } = await workspace.pulumi(["preview"], { HOME: home });
    expect(code, text).toBe(0);
    const containers = text.match(/^ *\+ .*sextant:index:Ready /gm) ?? [];
    expect(containers.length, text).toBeGreaterThanOrEqual(places);
    expect(text).not.toContain("s3cret-s3cret");
  });
});
