/** From a changed line to production by `pulumi up`: an image that is built on a server, pushed with a login, and deployed. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chance } from "../../lab/chance";
import { run, tryRun } from "../../lab/docker/exec";
import { factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { installDockerBuild } from "../../lab/plugins";
import { on } from "../../lab/ssh";
import { type Ran, Workspace } from "../../lab/workspace";
import { manifestTypes } from "../../components/image/manifest";
import type { Edit } from "./image/edit";

const canary = `canary-${chance("token of image").text(12, 30, "abcdef0123456789")}`;
const dockerfile = `ARG REGISTRY=registry.test
FROM \${REGISTRY}/lite:v1 AS lite
FROM \${REGISTRY}/redis:7 AS web
COPY --from=lite /usr/local/bin/lite /usr/local/bin/lite
RUN --mount=type=secret,id=TOKEN sha256sum </run/secrets/TOKEN >/token.sha256
RUN date +%s%N >/built-at
COPY . /app
ARG NOTE
ENV NOTE=$NOTE PORT=3000
ENTRYPOINT []
USER 1000:1000
CMD ["sh", "-c", "APP_VERSION=$(cat /app/version) exec lite server"]
FROM web AS another
RUN exit 1
`;

/** By BuildKit's protocol of a generator (moby/buildkit docs/attestations/sbom-protocol.md); it names a file of the image that it was shown. */
const scanner = `ARG REGISTRY=registry.test
FROM \${REGISTRY}/redis:7
COPY scan /scan
ENTRYPOINT ["sh", "/scan"]
`;
const scan = `set -eu
name=$(basename "$BUILDKIT_SCAN_SOURCE")
built=$(cat "$BUILDKIT_SCAN_SOURCE/built-at")
printf '{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://spdx.dev/Document","predicate":{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"%s"}}' "$built" >"$BUILDKIT_SCAN_DESTINATION/$name.spdx.json"
`;

const spdx = "https://spdx.dev/Document";

let workspace: Workspace;
let address: string;
let now: Edit = { note: "one", version: undefined };
/** Words of any process on this machine while pulumi ran that hold what nobody may see. */
const seen: string[] = [];
/** What nobody may see, in clear. */
let hidden: string[];

const context = (...path: string[]): string => join(workspace.directory, "shop", ...path);
const git = (...words: string[]): Promise<string> =>
  run("git", ["-C", context(), "-c", "user.name=lab", "-c", "user.email=lab@example.com", ...words], {});

async function commit(): Promise<string> {
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "a change");
  return (await git("rev-parse", "HEAD")).trim();
}

/** Looks at the words of all processes until it is stopped. */
function watchWords(): () => void {
  const look = (): void => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        if (hidden.some((each) => words.includes(each))) seen.push(words);
      } catch {
        // It has ended.
      }
    }
  };
  const timer = setInterval(look, 50);
  return () => {
    clearInterval(timer);
  };
}

async function pulumi(
  words: string[],
  change: Partial<Edit> = {},
  env: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  const edit = { ...now, ...change };
  const stop = watchWords();
  const ran = await workspace.tryPulumi(words, { IMAGE: JSON.stringify(edit), ...env }).finally(stop);
  console.log(`pulumi ${words.join(" ")}: exit ${ran.code}, ${ran.seconds.toFixed(1)} s`);
  for (const each of hidden) expect(ran.text).not.toContain(each);
  if (ran.code === 0 && words[0] === "up") now = edit;
  return ran;
}

async function up(change: Partial<Edit> = {}, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const ran = await pulumi(["up", "--yes", "--skip-preview", "--diff"], change, env);
  expect(ran.code, ran.text).toBe(0);
  return ran;
}

/** What the app answers through the proxy. */
async function page(): Promise<string> {
  const words = ["--silent", "--noproxy", "*", "--max-time", "5", "--header", "Host: shop.test"];
  return (await tryRun("curl", [...words, `http://${address}/`])).stdout;
}

/** The tags that the registry has of what was built. */
async function tags(repository = "built"): Promise<string[]> {
  const answer = await ask(`${repository}/tags/list`);
  return answer.ok ? (((await answer.json()) as { tags: string[] | null }).tags ?? []) : [];
}

/** Asks the registry. */
function ask(path: string): Promise<Response> {
  const { address: registry, username, password } = workspace.facts.registry;
  const login = Buffer.from(`${username}:${password}`).toString("base64");
  return fetch(`http://${registry}/v2/${path}`, {
    headers: { Authorization: `Basic ${login}`, Accept: manifestTypes.join(", ") },
  });
}

interface Part {
  digest: string;
  platform?: { os: string; architecture: string };
  annotations?: Record<string, string>;
}

/** The statements that stand beside the image that is deployed, by their kinds (moby/buildkit docs/attestations/attestation-storage.md). */
async function statements(): Promise<Record<string, string>> {
  const { manifests } = (await (
    await ask(`built/manifests/${(await reference()).split("@")[1] ?? ""}`)
  ).json()) as {
    manifests: Part[];
  };
  const beside = manifests.find(
    ({ annotations }) => annotations?.["vnd.docker.reference.type"] === "attestation-manifest",
  );
  const { layers } = (await (await ask(`built/manifests/${beside?.digest ?? ""}`)).json()) as {
    layers: Part[];
  };
  const all = await Promise.all(
    layers.map(async ({ digest, annotations }) => {
      const kind = annotations?.["in-toto.io/predicate-type"] ?? "";
      return [kind, await (await ask(`built/blobs/${digest}`)).text()] as const;
    }),
  );
  return Object.fromEntries(all);
}

const onServer = (command: string): Promise<string> => on({ address, keyFile: workspace.keyFile }, command);
const reference = async (): Promise<string> => (await workspace.outputs<{ reference: string }>()).reference;

beforeAll(async () => {
  const say = (line: string): void => {
    console.log(line);
  };
  const docker = await labUp(say);
  const facts = await factsOfLab(docker);
  await installDockerBuild(say);
  workspace = await Workspace.make(facts, "test/lab/image/program", "image");
  const key = readFileSync(workspace.keyFile, "utf8");
  await workspace.setSecret("sshKey", key);
  const publicKey = readFileSync(`${workspace.keyFile}.pub`, "utf8").trim();
  await workspace.pulumi(["config", "set", "sshPublicKey", publicKey]);
  await workspace.setSecret("token", canary);
  hidden = [canary, facts.registry.password, key.split("\n")[2] ?? ""];
  mkdirSync(context("docker"), { recursive: true });
  writeFileSync(context("docker", "web.Dockerfile"), dockerfile);
  writeFileSync(context(".dockerignore"), ".git\nnotes\n");
  mkdirSync(join(workspace.directory, "scanner"));
  writeFileSync(join(workspace.directory, "scanner", "Dockerfile"), scanner);
  writeFileSync(join(workspace.directory, "scanner", "scan"), scan);
  writeFileSync(context("version"), "one\n");
  await git("init", "--quiet");
});
afterAll(async () => {
  await workspace.pulumi(["destroy", "--yes", "--skip-preview"], { IMAGE: JSON.stringify(now) });
  // An earlier release, and what other stacks run.
  expect(await tags()).not.toEqual([]);
  workspace.remove();
});

describe("an image", () => {
  let first: string;

  it("is not built by a preview, which says what would be, and refuses nothing", async () => {
    first = await commit();
    const ran = await pulumi(["preview", "--diff"]);
    expect(ran.code, ran.text).toBe(0);
    expect(ran.text).toContain(`/built:${first}`);
    expect(ran.text).toMatch(/version\s*: "[0-9a-f]{8}"/);
    expect(ran.text).not.toMatch(/warning: App|no such tag/);
    // Its system's packages have an old Docker, and the image of the lab another one: that is said, and not refused.
    expect(ran.text).toMatch(/warning: Image "shop": builder is "test-image", but Docker 20 of its system/);
    expect(await tags()).toEqual([]);
  });

  it("is built on a server and pushed, and its digest is deployed", async () => {
    // Said as the build begins, of whatever the server has.
    expect((await up()).text).toMatch(
      /Image "shop": test-image: \d+ of \d+ MB of memory are free for the build/,
    );
    ({ address } = await workspace.outputs<{ address: string }>());
    expect(await page()).toContain("version: one");
    expect(await tags()).toEqual([first]);
    expect(await tags("built-build-cache")).toEqual(["latest"]);
    expect(await reference()).toMatch(new RegExp(`/built:${first}@sha256:[0-9a-f]{64}$`));
    const running = await onServer(
      "docker ps --no-trunc --filter label=sextant.app=shop --format '{{.Image}}'",
    );
    expect(running).toBe(await reference());
  });

  it("has read its secret, which is in no layer, no state and no words", async () => {
    const image = await reference();
    const proof = await onServer(`docker run --rm --entrypoint cat ${image} /token.sha256`);
    expect(proof).toContain(createHash("sha256").update(canary).digest("hex"));
    const files = await onServer(
      `docker run --rm --user 0 --entrypoint grep ${image} -rls ${canary} /app /etc /usr /var /run /tmp /root || true`,
    );
    expect(files).toBe("");
    const described = await onServer(`docker history --no-trunc ${image}; docker image inspect ${image}`);
    for (const each of hidden) expect(described).not.toContain(each);
    for (const each of hidden) expect(workspace.stateText()).not.toContain(each);
    expect(seen).toEqual([]);
  });

  it("is not built again for the same tree, and leaves no builder behind", async () => {
    const preview = await pulumi(["preview", "--diff", "--expect-no-changes"]);
    expect(preview.code, preview.text).toBe(0);
    const ran = await up();
    expect(ran.stdout).toMatch(/Resources:\n +\d+ unchanged\n/);
    const instances = join(workspace.env["HOME"] ?? "", ".docker", "buildx", "instances");
    expect(existsSync(instances) ? readdirSync(instances) : []).toEqual([]);
  });

  it("is the same release where a file is changed that it does not have", async () => {
    writeFileSync(context("notes"), "nothing of the image\n");
    const preview = await pulumi(["preview", "--expect-no-changes"]);
    expect(preview.code, preview.text).toBe(0);
  });

  it("is marked where a change is in no commit, and the preview says which entry it is", async () => {
    writeFileSync(context("version"), "two\n");
    const ran = await pulumi(["preview", "--diff"]);
    expect(ran.code, ran.text).toBe(0);
    expect(ran.text).toMatch(/~ version\s*: "[0-9a-f]{8}" => "[0-9a-f]{8}"/);
    expect(ran.text).not.toMatch(/~ docker\s*:/);
    expect(ran.text).toMatch(new RegExp(`/built:${first}" => ".*/built:${first}_uncommitted_[0-9a-f]{16}"`));
    expect(await tags()).toEqual([first]);
  });

  it("goes from a commit to production", async () => {
    const second = await commit();
    await up();
    expect(await page()).toContain("version: two");
    expect((await tags()).sort()).toEqual([first, second].sort());
  });

  it("is built again for another argument, and the same release gets its new content", async () => {
    const before = await reference();
    const ran = await up({ note: "two" });
    expect(ran.text).toMatch(/~ NOTE\s*: "one" => "two"/);
    const after = await reference();
    expect(after).not.toBe(before);
    expect(after.split("@")[0]).toBe(before.split("@")[0]);
    expect(
      await onServer(
        `docker inspect --format '{{.Config.Env}}' $(docker ps -q --filter label=sextant.app=shop)`,
      ),
    ).toContain("NOTE=two");
  });

  it("is built without the cache in one run, and the next run takes the same image from the cache", async () => {
    const built = async (): Promise<string> =>
      onServer(`docker run --rm --entrypoint cat ${await reference()} /built-at`);
    const before = [await reference(), await built()];
    const preview = await pulumi(["preview", "--diff"], {}, { SEXTANT_NO_CACHE: "1" });
    expect(preview.text).toContain("~ noCache: false => true");
    await up({}, { SEXTANT_NO_CACHE: "1" });
    const anew = [await reference(), await built()];
    expect(anew[0]).not.toBe(before[0]);
    expect(anew[1]).not.toBe(before[1]);
    await up();
    expect([await reference(), await built()]).toEqual(anew);
    expect((await pulumi(["preview", "--expect-no-changes"])).code).toBe(0);
  });

  it("has an sbom and its provenance beside it in the registry, and serves as before", async () => {
    const served = await page();
    await up({ attested: true });
    const { [spdx]: sbom = "", ...others } = await statements();
    const [[kind, provenance] = ["", ""], ...more] = Object.entries(others);
    // The version is that of the server's BuildKit.
    expect(kind).toMatch(/^https:\/\/slsa\.dev\/provenance\/v/);
    expect(more).toEqual([]);
    const built = await onServer(`docker run --rm --entrypoint cat ${await reference()} /built-at`);
    expect(JSON.parse(sbom)).toMatchObject({ predicate: { name: built.trim() } });
    // With the values of the build arguments, and without those of the secrets.
    expect(provenance).toContain('"build-arg:NOTE"');
    for (const each of hidden) expect(sbom + provenance).not.toContain(each);
    expect(await page()).toBe(served);
    expect((await pulumi(["preview", "--expect-no-changes"])).code).toBe(0);
    await up({ attested: false });
  });

  it("is pushed alone, by --target of it, and released by the next run", async () => {
    writeFileSync(context("version"), "three\n");
    const third = await commit();
    const before = await page();
    const ran = await pulumi([
      "up",
      "--yes",
      "--skip-preview",
      "--target",
      "**docker-build:index:Image::shop",
    ]);
    expect(ran.code, ran.text).toBe(0);
    expect(await tags()).toContain(third);
    expect(await page()).toBe(before);
    await up();
    expect(await page()).toContain("version: three");
  });

  it("is left for an earlier release by its version, without a build", async () => {
    const ran = await up({ version: first });
    expect(ran.text).not.toContain("docker-build:index:Image: (update)");
    expect(await page()).toContain("version: one");
  });
});

describe("an image of an accessory", () => {
  const cache = (file: string): string => join(workspace.directory, "cache", file);
  /** In the container of the accessory. */
  const within = (command: string): Promise<string> =>
    onServer(`docker exec $(docker ps -q --filter label=sextant.accessory=cache) ${command}`);
  const running = (): Promise<string> =>
    onServer("docker ps --no-trunc --filter label=sextant.accessory=cache --format '{{.ID}} {{.Image}}'");

  it("is built at its first deploy, by no preview, and run by its digest", async () => {
    mkdirSync(cache("."));
    // The base declares the VOLUME /data, which no argument of the program names.
    writeFileSync(
      cache("Dockerfile"),
      "ARG REGISTRY=registry.test\nFROM ${REGISTRY}/redis:7\nCOPY setting /setting\n",
    );
    writeFileSync(cache("setting"), "one\n");
    const preview = await pulumi(["preview", "--diff"], { accessory: true });
    expect(preview.code, preview.text).toBe(0);
    expect(preview.text).not.toMatch(/warning: Accessory/);
    expect(await tags("cache")).toEqual([]);
    await up({ accessory: true });
    expect(await running()).toMatch(/ \S+\/cache@sha256:[0-9a-f]{64}$/);
    expect(await within("cat /setting")).toBe("one");
    expect((await pulumi(["preview", "--expect-no-changes"])).code).toBe(0);
  });

  it("is built again where what it is made from is edited, and its data stays", async () => {
    const [before] = (await running()).split(" ");
    await within("sh -c 'echo kept >/data/note'");
    writeFileSync(cache("setting"), "two\n");
    const preview = await pulumi(["preview", "--diff"]);
    expect(preview.code, preview.text).toBe(0);
    await up();
    expect((await running()).split(" ")[0]).not.toBe(before);
    expect(await within("cat /setting")).toBe("two");
    expect(await within("cat /data/note")).toBe("kept");
  });

  it("leaves the container as it is where its content is the same", async () => {
    const before = await running();
    writeFileSync(cache(".dockerignore"), "# nothing\n");
    await up();
    expect(await running()).toBe(before);
  });
});
