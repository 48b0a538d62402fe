/** An image of the program, and the app that has it: what each resource gets. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";
import { Accessory, App, Image, Registry, type AppArgs, type Host } from "../../../../components";
import { fakeHost, fakeNetwork } from "../fake-host";
import { newGraph, unmarked, value, type Graph } from "../graph";

const digest = `sha256:${"a".repeat(64)}`;
const context = mkdtempSync(join(tmpdir(), "sextant-image-"));
writeFileSync(join(context, "Dockerfile"), "FROM scratch\n");

let graph: Graph;
let host: Host;
let registry: Registry;
let image: Image;
beforeEach(async () => {
  graph = await newGraph(({ type }) => (type === "docker-build:index:Image" ? { digest } : {}));
  host = fakeHost("web-1", fakeNetwork("host"));
  registry = new Registry("ghcr", { address: "ghcr.io", username: "a", password: "canary-password" });
  image = new Image(
    "shop",
    {
      repository: "ghcr.io/acme/shop",
      context,
      version: "v7",
      secrets: { TOKEN: pulumi.secret("canary-token") },
      registries: [registry],
      servers: [host],
    },
    graph.watching,
  );
});

/** What the hosts of an app are told of its image. */
async function deployed(change: Partial<AppArgs>): Promise<Record<string, unknown>> {
  const app = new App("shop", { image, roles: { job: { servers: [host] } }, ...change });
  await value(app.version);
  const pull = unmarked(graph.find("sextant:index:Pull").inputs);
  const { env, image: run } = unmarked(graph.find("sextant:index:Container").inputs);
  const { repository } = graph.find("sextant:index:CleanUp").inputs;
  return {
    pulled: pull["image"],
    run,
    version: (env as Record<string, unknown>)["KAMAL_VERSION"],
    repository,
  };
}

describe("an image", () => {
  it("is built after its hook, which knows the release", async () => {
    const hooked = new Image(
      "hooked",
      { repository: "ghcr.io/acme/shop", context, version: "v7", hooks: { beforeBuild: "bin/ci-is-green" } },
      graph.watching,
    );
    await value(hooked.digest);
    const name = "hooked-before-build";
    expect(graph.find("command:local:Command", name).inputs).toMatchObject({
      ...{ create: "bin/ci-is-green", update: "bin/ci-is-green" },
      environment: {
        KAMAL_COMMAND: "build",
        KAMAL_SERVICE: "hooked",
        KAMAL_VERSION: "v7",
        KAMAL_DESTINATION: "test",
      },
    });
    const { dependsOn } = graph.optionsOf("docker-build:index:Image", "hooked");
    expect((dependsOn as { __name?: string }[]).map(({ __name }) => __name)).toEqual([name]);
    // The one without a hook.
    expect(graph.optionsOf("docker-build:index:Image", "shop").dependsOn).toEqual([]);
  });

  it("is pushed by its login, for the servers, and stays in the registry", async () => {
    expect(await value(image.reference)).toBe(`ghcr.io/acme/shop:v7@${digest}`);
    const { inputs } = graph.find("docker-build:index:Image");
    expect(inputs).toMatchObject({
      tags: ["ghcr.io/acme/shop:v7"],
      platforms: ["linux/amd64"],
      buildOnPreview: false,
    });
    expect(graph.optionsOf("docker-build:index:Image").retainOnDelete).toBe(true);
    const sources = graph.find("sextant:index:Image").inputs;
    expect(sources).toEqual({ context: { Dockerfile: expect.stringMatching(/^[0-9a-f]{8}$/) as string } });
  });

  it("names 20 files at most that are in no commit, and counts the rest", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sextant-image-"));
    const git = (...words: string[]): string =>
      execFileSync("git", ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@example.com", ...words], {
        encoding: "utf8",
      });
    writeFileSync(join(folder, "Dockerfile"), "FROM scratch\n");
    writeFileSync(join(folder, ".dockerignore"), ".git\n");
    git("init", "--quiet");
    git("add", "--all");
    git("commit", "--quiet", "--message", "first");
    const names = Array.from({ length: 25 }, (_, at) => `n${String(at).padStart(2, "0")}`);
    for (const name of names) writeFileSync(join(folder, name), "");
    const many = new Image("many", { repository: "ghcr.io/acme/many", context: folder }, graph.watching);
    await value(many.reference);
    const { inputs } = graph.find("sextant:index:Image", "many");
    expect(inputs["uncommitted"]).toEqual([...names.slice(0, 20), "and 5 more"]);
    rmSync(folder, { recursive: true });
  });

  it("is deployed by its digest, and known by its version", async () => {
    const reference = `ghcr.io/acme/shop:v7@${digest}`;
    expect(await deployed({})).toEqual({
      ...{ pulled: reference, run: reference },
      version: "v7",
      repository: "ghcr.io/acme/shop",
    });
  });

  it("gives its repository to an earlier version, which is deployed by its tag", async () => {
    const reference = "ghcr.io/acme/shop:v3";
    expect(await deployed({ version: "v3" })).toMatchObject({
      pulled: reference,
      run: reference,
      version: "v3",
    });
  });

  it("is a role's own by its digest, and goes back with the app's", async () => {
    const jobs = new Image(
      "jobs",
      { repository: "ghcr.io/acme/jobs", context, version: "v7", registries: [registry], servers: [host] },
      graph.watching,
    );
    const roles = { web: { servers: [host] }, job: { servers: [host], image: jobs } };
    const deploy = async (name: string, version?: string): Promise<unknown> => {
      const app = new App(name, { image, version, roles });
      await value(app.version);
      return graph.find("sextant:index:Container", `${name}-job-web-1`).inputs["image"];
    };
    expect(await deploy("shop")).toBe(`ghcr.io/acme/jobs:v7@${digest}`);
    expect(await deploy("back", "v3")).toBe("ghcr.io/acme/jobs:v3");
  });

  it("is an accessory's by its digest alone, so that another tag of the same content is no edit", async () => {
    const accessory = new Accessory("search", { server: host, image, port: 7700 });
    await value(accessory.host);
    const reference = `ghcr.io/acme/shop@${digest}`;
    const { image: pulled, __auth } = unmarked(graph.find("sextant:index:Pull", "search").inputs);
    expect(pulled).toBe(reference);
    // With the login of the server for its registry.
    expect(JSON.stringify(__auth)).toContain("web-1");
    expect(graph.find("sextant:index:Container", "search").inputs["image"]).toBe(reference);
  });
});
