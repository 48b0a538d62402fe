/** The verb that prunes a registry on a host, on the directories that a registry has; its garbage collection is a stand-in that writes down what is left. */
import { existsSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { registryPruneStep } from "../../../provider/release/registry-prune";
import { DockerApi } from "./docker-api";
import { VerbsHere, type Ended } from "./verbs-here";

const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
let docker: DockerApi;
let verbs: VerbsHere;
let root = "";

beforeEach(async () => {
  docker = await new DockerApi().listen();
  docker.containers.set("shop-images", undefined);
  verbs = new VerbsHere(docker);
  root = join(verbs.directory, "storage");
  // In the container the registry has a root of its own.
  verbs.command(
    "docker",
    `shift 3; sed 's|^root=.*|root=${root}|' | PATH=${verbs.directory}:$PATH "$@" >${root}.said`,
  );
  verbs.command("registry", `echo "$*" >>${root}.collected`);
});
afterEach(() => {
  docker.close();
  verbs.remove();
});

const tagsOf = (repository: string): string =>
  join(root, "docker/registry/v2/repositories", repository, "_manifests/tags");

/** Tags of a repository in the order in which they were pushed. */
function push(repository: string, ...tags: string[]): void {
  tags.forEach((tag, at) => {
    const link = join(tagsOf(repository), tag, "current");
    mkdirSync(link, { recursive: true });
    writeFileSync(join(link, "link"), "sha256:0");
    utimesSync(join(link, "link"), 1000 + at, 1000 + at);
  });
}

function prune(keep: number, ...repositories: string[]): Promise<Ended> {
  const pushed = Object.fromEntries(repositories.map((each) => [each, "sha256:0"]));
  const { verb, words } = registryPruneStep.call({ shell, container: "shop-images", keep, pushed });
  return verbs.run(verb, words);
}

const collected = (): string =>
  existsSync(`${root}.collected`) ? readFileSync(`${root}.collected`, "utf8") : "";

it("keeps the tags that were pushed last, whatever they are called, and frees what the others had, once", async () => {
  push("shop", "v9", "v1", "_x", "v2", "v10");
  push("acme/blog", "b1", "b2", "b3");
  push("not/ours", "a", "b", "c");
  expect(await prune(2, "shop", "acme/blog", "absent")).toEqual({ code: 0, stderr: "" });
  expect(readdirSync(tagsOf("shop")).sort()).toEqual(["v10", "v2"]);
  expect(readdirSync(tagsOf("acme/blog")).sort()).toEqual(["b2", "b3"]);
  expect(readdirSync(tagsOf("not/ours"))).toHaveLength(3);
  expect(collected()).toBe("garbage-collect --delete-untagged /etc/sextant/registry.yml\n");
});

it("frees nothing where nothing went, also the second time", async () => {
  push("shop", "v1", "v2", "v3");
  for (let again = 0; again < 2; again += 1) expect(await prune(2, "shop")).toEqual({ code: 0, stderr: "" });
  expect(readdirSync(tagsOf("shop")).sort()).toEqual(["v2", "v3"]);
  expect(collected().split("\n").filter(Boolean)).toHaveLength(1);
});

it("says what the garbage collection said", async () => {
  push("shop", "v1", "v2", "v3");
  verbs.command("registry", "echo 'failed to mark: it is broken' >&2; exit 1");
  const { code, stderr } = await prune(2, "shop");
  expect(code).toBe(1);
  expect(stderr).toContain("failed to mark: it is broken");
});

it.each([
  ["no number", ["container=shop-images", "repository=shop", "keep=x"]],
  ["none to keep", ["container=shop-images", "repository=shop", "keep=0"]],
  ["no repository", ["container=shop-images", "keep=2"]],
  ["no container", ["repository=shop", "keep=2"]],
])("refuses %s, and takes nothing", async (_, words) => {
  push("shop", "v1", "v2", "v3");
  expect((await verbs.run("prune-registry", words)).code).toBe(1);
  expect(readdirSync(tagsOf("shop"))).toHaveLength(3);
});
