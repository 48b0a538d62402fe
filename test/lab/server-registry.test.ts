/** An app that is in no registry but that on one of its own servers: built there, brought to all, pruned, and shut to everybody else. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildxDirectory, instanceOf } from "../../components/build/builder";
import { type Outcome, tryRun } from "../../lab/docker/exec";
import { factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { startLoad } from "../../lab/load/load";
import { prepareOwnRegistry } from "../../lab/registry/own";
import { on, tryOn } from "../../lab/ssh";
import { type Ran, Workspace } from "../../lab/workspace";
import { buildKitSocket } from "../../provider/docker/buildkit";

const name = "own-own-images.internal:5000";
const dockerfile = `ARG HUB
FROM \${HUB}/lite:v1
COPY layer /layer
COPY page /page
ENV APP_VERSION=built
`;

let workspace: Workspace;
let addresses: string[];
let privateAddress: string;

const context = (file: string): string => join(workspace.directory, "app", file);
const server = (at: 0 | 1) => ({ address: addresses[at] ?? "", keyFile: workspace.keyFile });

async function pulumi(...words: string[]): Promise<Ran> {
  const ran = await workspace.tryPulumi(words);
  console.log(`pulumi ${words.join(" ")}: exit ${ran.code}, ${ran.seconds.toFixed(1)} s`);
  return ran;
}

/** Deploys a page as a version. */
async function deploy(version: string, page: string): Promise<Ran> {
  writeFileSync(context("page"), page);
  const ran = await pulumi("up", "--yes", "--skip-preview", "--config", `version=${version}`);
  expect(ran.code, ran.text).toBe(0);
  return ran;
}

/** The page in the container that serves on a server. */
async function page(at: 0 | 1): Promise<string> {
  const found = "$(docker ps --quiet --filter label=sextant.app=lite)";
  return (await on(server(at), `docker cp ${found}:/page - | tar -xO`)).trim();
}

/** Asks the registry from a server with what Docker has there. */
function ask(at: 0 | 1, path: string): Promise<Outcome> {
  const files = "--cacert ca.crt --cert client.cert --key client.key";
  return tryOn(
    server(at),
    `cd /etc/docker/certs.d/${name} && curl --silent --fail --noproxy '*' --max-time 5 ${files} https://${name}${path}`,
  );
}

const tags = async (): Promise<string[]> =>
  (JSON.parse((await ask(0, "/v2/lite/tags/list")).stdout) as { tags: string[] }).tags.sort();

/** Bytes that the registry keeps on its disk. */
const stored = async (): Promise<number> =>
  Number((await on(server(1), "du -sb /var/lib/docker/volumes/own-own-images-data/_data | cut -f1")).trim());

beforeAll(async () => {
  const say = (line: string): void => {
    console.log(line);
  };
  const docker = await labUp(say);
  const facts = await factsOfLab(docker);
  await prepareOwnRegistry(docker, say);
  workspace = await Workspace.make(facts, "test/lab/server-registry/program", "own");
  mkdirSync(context(""));
  writeFileSync(context("Dockerfile"), dockerfile);
  writeFileSync(context("layer"), "x".repeat(4_000_000));
});
afterAll(async () => {
  const ran = await pulumi("destroy", "--yes", "--skip-preview", "--refresh", "--config", "version=v1");
  expect(ran.code, ran.text).toBe(0);
  workspace.remove();
});

describe("a registry on a server", () => {
  it("has what a server builds, and gives it to the others, from nothing in one up", async () => {
    await deploy("v1", "one");
    ({ addresses, privateAddress } = await workspace.outputs<{
      addresses: string[];
      privateAddress: string;
    }>());
    expect([await page(0), await page(1)]).toEqual(["one", "one"]);
    const { reference } = await workspace.outputs<{ reference: string }>();
    expect(reference).toMatch(new RegExp(`^${name}/lite:v1@sha256:[0-9a-f]{64}$`));
    expect(await tags()).toEqual(["v1"]);
  });

  it("has nothing to change the second time", async () => {
    const ran = await pulumi("preview", "--expect-no-changes", "--diff", "--config", "version=v1");
    expect(ran.code, ran.text).toBe(0);
    // Nobody reaches the registry from here, and nothing is said of that.
    expect(ran.text).not.toContain("unchecked");
  });

  it("takes a changed page to production without a lost request, and only the layer that changed", async () => {
    const before = await stored();
    const load = startLoad({ targets: addresses.map((ip) => `http://${ip}`), host: "lite.test" });
    await deploy("v2", "two");
    const report = await load.stop();
    console.log(JSON.stringify(report));
    expect(report.lost).toBe(0);
    expect(report.requests).toBeGreaterThan(100);
    expect([await page(0), await page(1)]).toEqual(["two", "two"]);
    expect((await stored()) - before).toBeLessThan(100_000);
  });

  it("keeps the images that were pushed last, and frees what the others had", async () => {
    writeFileSync(context("layer"), "y".repeat(5_000_000));
    await deploy("v3", "three");
    expect(await tags()).toEqual(["v2", "v3"]);
    writeFileSync(context("layer"), "z".repeat(6_000_000));
    await deploy("v4", "four");
    expect(await tags()).toEqual(["v3", "v4"]);
    // Those that are left come whole, though their layers were shared with what went.
    for (const tag of ["v3", "v4"])
      await on(
        server(0),
        `docker rmi --force ${name}/lite:${tag} >/dev/null; docker pull --quiet ${name}/lite:${tag}`,
      );
  });

  it("lets nobody in without a certificate of its own, and nobody at all from outside", async () => {
    const bare = await tryOn(server(0), `curl --silent --insecure --max-time 5 https://${name}/v2/`);
    expect(bare.code).not.toBe(0);
    const plain = await tryOn(server(0), `curl --silent --fail --max-time 5 http://${name}/v2/`);
    expect(plain.code).not.toBe(0);
    const outside = await tryRun("curl", [
      ...["--silent", "--insecure", "--noproxy", "*", "--max-time", "3"],
      `https://${addresses[1] ?? ""}:5000/v2/`,
    ]);
    // By 35 curl would say that somebody answered, and by 60 that it was let in.
    expect([7, 28]).toContain(outside.code);
    expect((await ask(0, "/v2/")).code).toBe(0);
  });

  it("keeps its keys out of the state in clear, and of other users' reach", async () => {
    expect(workspace.stateText()).not.toContain("PRIVATE KEY");
    const modes = await on(server(0), `stat -c %a /etc/docker/certs.d/${name}/client.key`);
    expect(modes.trim()).toBe("600");
  });

  it("is found again by a refresh where its name or its certificates went, as after a reboot", async () => {
    await on(server(0), `sed -i '/ # sextant$/d' /etc/hosts; rm -rf /etc/docker/certs.d/${name}`);
    expect((await ask(0, "/v2/")).code).not.toBe(0);
    const ran = await pulumi("up", "--yes", "--skip-preview", "--refresh", "--config", "version=v4");
    expect(ran.code, ran.text).toBe(0);
    expect((await ask(0, "/v2/")).code).toBe(0);
    expect((await on(server(0), `getent hosts ${name.replace(/:.*/, "")}`)).split(/\s+/)[0]).toBe(
      privateAddress,
    );
  });
});

/** The builder is one of buildx on this machine; the BuildKit behind it is that of a server, as the lab has no other. */
describe("what this machine builds", () => {
  const mine = "mine";
  const version = (name: string): string[] => ["--config", `version=${name}`, "--config", `builder=${mine}`];

  async function up(name: string, ...flags: string[]): Promise<Ran> {
    const words = ["up", "--yes", "--skip-preview", ...version(name)];
    const ran = await pulumi(...words, ...flags);
    expect(ran.code, ran.text).toBe(0);
    return ran;
  }

  beforeAll(async () => {
    const hostKey = await on(server(0), "cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub");
    const shell = { name: "test-own-1", destination: `root@${addresses[0] ?? ""}`, port: 22 };
    const socket = await buildKitSocket(
      { ...shell, keyFile: workspace.keyFile, hostKey: hostKey.trim(), config: "none" },
      () => Promise.resolve(),
      ({ message }) => {
        console.log(message);
      },
    );
    const instances = join(
      buildxDirectory({ DOCKER_CONFIG: join(workspace.env["HOME"] ?? "", ".docker") }),
      "instances",
    );
    mkdirSync(instances, { recursive: true });
    writeFileSync(join(instances, mine), JSON.stringify(instanceOf(mine, socket)));
  });

  it("goes over ssh to the registry, and of a changed page the layer that has it", async () => {
    writeFileSync(context("page"), "five");
    const first = await up("v5");
    // The layer of 6 MB is there; that of the page is not, nor is another configuration.
    expect(first.text).toMatch(/test-own-2: sent \d+(\.\d)? (B|kB) of \d+(\.\d)? .?B, the rest was there/);
    expect([await page(0), await page(1)]).toEqual(["five", "five"]);
    expect(await tags()).toEqual(["v4", "v5"]);
    const before = await stored();
    writeFileSync(context("page"), "six");
    const second = await up("v6");
    expect(second.text).toMatch(/test-own-2: sent \d+(\.\d)? (B|kB) of/);
    expect((await stored()) - before).toBeLessThan(100_000);
    expect([await page(0), await page(1)]).toEqual(["six", "six"]);
  });

  it("is neither built nor sent a second time", async () => {
    const preview = await pulumi("preview", "--expect-no-changes", ...version("v6"));
    expect(preview.code, preview.text).toBe(0);
    const ran = await up("v6");
    expect(ran.stdout).toMatch(/Resources:\n +\d+ unchanged\n/);
  });

  it("needs nothing of another machine that has built it, and names what builds it here where the registry lost it", async () => {
    const cache = join(workspace.env["HOME"] ?? "", ".cache", "sextant", "builds");
    rmSync(cache, { recursive: true });
    await up("v6", "--refresh");
    const gone =
      "/var/lib/docker/volumes/own-own-images-data/_data/docker/registry/v2/repositories/lite/_manifests";
    await on(server(1), `rm -rf ${gone}`);
    const failed = await pulumi("up", "--yes", "--skip-preview", "--refresh", ...version("v6"));
    expect(failed.code).not.toBe(0);
    const cure = "pulumi up --replace '**docker-build:index:Image::lite'";
    expect(failed.text).toContain(`build it here: ${cure}.`);
    const replace = ["--replace", "**docker-build:index:Image::lite"];
    await up("v6", ...replace);
    expect(await tags()).toEqual(["v6"]);
    expect([await page(0), await page(1)]).toEqual(["six", "six"]);
    expect((await pulumi("preview", "--expect-no-changes", ...version("v6"))).code).toBe(0);
  });
});
