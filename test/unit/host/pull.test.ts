/** The verb that brings an image, run in a real shell with a real curl: what reaches Docker, and what it refuses to send. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { registryAuth } from "../../../components/registry/auth";
import { withoutDoing } from "../../../provider/ssh/doing";
import { DockerApi } from "./docker-api";
import { VerbsHere, type Ended } from "./verbs-here";

let docker: DockerApi;
let verbs: VerbsHere;

beforeEach(async () => {
  docker = await new DockerApi().listen();
  verbs = new VerbsHere(docker);
});
afterEach(() => {
  docker.close();
  verbs.remove();
});

/** Runs the verb; `trusted` is what `docker info` lists as registries without TLS. */
function pull(words: string[], stdin: string, trusted = "127.0.0.0/8"): Promise<Ended> {
  verbs.command("docker", `echo "${trusted}"`);
  return verbs.run("pull", words, stdin);
}

const noted = (kind: string): string[] =>
  readdirSync(join(verbs.given, kind))
    .map((file) => readFileSync(join(verbs.given, kind, file), "utf8").trim())
    .sort();

const image = "ghcr.io/acme/shop:v1";

describe("what comes", () => {
  it("is told while it comes, and is no word of its own in the end", async () => {
    const layer = (id: string, current: number, total: number) => ({
      ...{ status: "Downloading", progressDetail: { current, total } },
      ...{ progress: '[=>  "] 1MB/3MB', id },
    });
    docker.told = [
      { status: "Pulling from acme/shop", id: "v1" },
      layer("a1", 1_500_000, 3_000_000),
      layer("b2", 500_000, 1_000_000),
      { status: "Download complete", progressDetail: {}, id: "a1" },
    ];
    const { code, stderr } = await pull([`image=${image}`], "\n");
    expect(code).toBe(0);
    expect(stderr).toMatch(/^\u001epulls the image: 1 of 3 MB\n/);
    expect(withoutDoing(stderr)).toBe("");
  });

  it("is not told of where nothing has to come", async () => {
    docker.told = [{ status: "Already exists", progressDetail: {}, id: "a1" }];
    expect(await pull([`image=${image}`], "\n")).toEqual({ code: 0, stderr: "" });
  });
});

describe("the login", () => {
  it.each([
    ["of odd characters", "a\"b'c\\d $e`f%g&h;i<j>k|ü漢"],
    ["of 3,000 characters", "0123456789".repeat(300)],
  ])("%s reaches Docker as it is", async (_, password) => {
    const header = registryAuth({ username: "octocat", password }, "ghcr.io");
    expect(await pull([`image=${image}`], `${header}\n`)).toEqual({ code: 0, stderr: "" });
    expect(docker.logins).toEqual([header]);
  });

  it("is an empty one where there is none", async () => {
    expect((await pull([`image=${image}`], "\n")).code).toBe(0);
    expect(Buffer.from(docker.logins[0] ?? "", "base64").toString()).toBe("{}");
  });

  it.each([
    ["by name", "registry.test:5000/shop:v1", "registry.test:5000 127.0.0.0/8"],
    ["by its range", "10.2.3.4:5000/shop:v1", "10.0.0.0/8 127.0.0.0/8 ::1/128"],
  ])(
    "goes to no registry that Docker trusts without TLS %s, unless the program says so",
    async (_, name, trusted) => {
      const refused = await pull([`image=${name}`], "bG9naW4=\n", trusted);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain("was not sent: Docker has it in insecure-registries");
      expect(refused.stderr).not.toContain("bG9naW4=");
      expect(docker.logins).toEqual([]);
      expect(await pull([`image=${name}`], "bG9naW4= insecure\n", trusted)).toMatchObject({ code: 0 });
      expect(docker.logins).toEqual(["bG9naW4="]);
    },
  );

  it("goes to a registry outside of such a range", async () => {
    expect((await pull(["image=11.2.3.4:5000/shop:v1"], "bG9naW4=\n", "10.0.0.0/8")).code).toBe(0);
    expect(docker.logins).toEqual(["bG9naW4="]);
  });
});

describe("what is kept of a pull", () => {
  it("is the order in which images came, by the names that Docker lists, and who is about to use which", async () => {
    for (const [name, owner] of [
      ["docker.io/acme/shop:v2", "shop/prod/shop"],
      ["index.docker.io/library/nginx:1", "shop/prod/front"],
      ["docker.io/acme/shop:v1", "shop/prod/shop"],
      // It is there by now.
      ["docker.io/acme/shop:v2", "shop/prod/shop"],
    ] as const)
      expect(await pull([`image=${name}`, `for=${owner}`], "\n")).toEqual({ code: 0, stderr: "" });
    expect(noted("had")).toEqual(["1 acme/shop:v2", "2 nginx:1", "3 acme/shop:v1"]);
    expect(noted("wanted")).toEqual(["acme/shop:v2", "nginx:1"]);
  });
});
