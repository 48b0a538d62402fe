/** The verb that cleans up after a release, run in a real shell: what it never takes away, and that it says what it could not. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DockerApi, imageId } from "./docker-api";
import { VerbsHere, type Ended } from "./verbs-here";

const role = `shop/test/shop/web-${process.pid}`;
let docker: DockerApi;
let verbs: VerbsHere;

beforeEach(async () => {
  docker = await new DockerApi().listen();
  verbs = new VerbsHere(docker);
  docker.containers.set("kamal-proxy", undefined).set("shop-new", role).set("shop-orphan", role);
});
afterEach(() => {
  docker.close();
  verbs.remove();
});

/** Runs it after a release of `shop-new`, with this as the proxy's list of routes. */
function prune(routes: string, keep = 3, owner = "shop/test/shop"): Promise<Ended> {
  // The words of Docker's command line for an image: its ID, the time of its build and its tags.
  const images = [...docker.images].map((name) => `${imageId(name)} 1970-01-01T00:00:00Z ${name}\n`);
  verbs.command(
    "docker",
    `case $1$3 in execcat) echo '[]' ;; exec*) printf '%b' "${routes}" ;; image*) printf '%b' "${images.join("")}" ;; *) exit 1 ;; esac`,
  );
  return verbs.run("prune", [
    `role=${role}`,
    "wait=5",
    `keep=${keep}`,
    `for=${owner}`,
    "repository=acme/shop",
    "container=shop-new",
  ]);
}

const header = "Service   Host   Path  Target           State    TLS\\n";
const removed = (): string[] => docker.requests.filter((request) => request.startsWith("DELETE"));

describe("what is old", () => {
  it("is counted for whoever waits, until it has drained and stopped", async () => {
    const lock = join(verbs.directory, "run", `switching-${role.replaceAll(/[^\w.-]/g, "-")}`);
    mkdirSync(dirname(lock));
    writeFileSync(`${lock}.old`, "shop-old\nshop-older\nshop-old\n");
    const draining = spawn("flock", [lock, "sh", "-c", "echo held; sleep 3"]);
    await once(draining.stdout, "data");
    expect(await prune(header)).toEqual({
      code: 0,
      stderr: "\u001ewaits for old containers to drain and stop: 2 now, 5s at most\n",
    });
  });
});

describe("an orphan of the role", () => {
  it("is said to who only looks for what is left, unless it is draining, and stays", async () => {
    await prune(header);
    docker.requests.length = 0;
    docker.containers.set("shop-orphan", role).set("shop-old", role).set("shop-other", `${role}-other`);
    const words = [`role=${role}`, "repository=acme/shop", "container=shop-new", "left"];
    const look = async (): Promise<string> => (await verbs.ranBy("prune", words)).stdout;
    expect((await look()).trim().split("\n").sort()).toEqual([
      "container shop-old 0",
      "container shop-orphan 0",
    ]);
    const lock = join(verbs.directory, "run", `switching-${role.replaceAll(/[^\w.-]/g, "-")}`);
    writeFileSync(`${lock}.old`, "shop-old\n");
    const draining = spawn("flock", [lock, "sh", "-c", "echo held; sleep 3"]);
    await once(draining.stdout, "data");
    expect(await look()).toBe("container shop-orphan 0\n");
    expect(removed()).toEqual([]);
  });

  it("goes, when the proxy serves the release", async () => {
    expect(await prune(`${header}shop-web  shop.test  /  shop-new:3000  running  no\\n`)).toEqual({
      code: 0,
      stderr: "",
    });
    expect(removed()).toEqual(["DELETE /containers/shop-orphan"]);
  });

  it("stays, when the proxy serves it, and the release says so", async () => {
    const ended = await prune(`${header}shop-web  shop.test  /  shop-orphan:3000  running  no\\n`);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/the proxy serves shop-orphan and not shop-new .* pulumi up --refresh/);
    expect(removed()).toEqual([]);
  });

  it("stays, when the proxy does not say what it serves", async () => {
    const ended = await prune("");
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stderr).toContain("the proxy does not say what it serves");
    expect(removed()).toEqual([]);
  });

  it("is no success, when Docker does not remove it", async () => {
    docker.refusal = { status: 500, message: "driver failed" };
    const ended = await prune(header);
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stderr).toContain("/containers/shop-orphan?force=true");
    expect(ended.stderr).toContain("driver failed");
  });

  it.each([404, 409])("has gone, when Docker answers %i", async (status) => {
    docker.refusal = { status, message: "removal is in progress" };
    expect(await prune(header)).toEqual({ code: 0, stderr: "" });
  });
});

describe("of a role that has no containers of its own by now", () => {
  const job = [`role=${role}`, "wait=5", "keep=1", "for=shop/test/shop", "repository=acme/shop"];

  it("the former ones stay, which Pulumi stops in their time, also where the proxy serves them; images go", async () => {
    for (const version of ["v1", "v2"])
      expect((await verbs.run("pull", [`image=acme/shop:${version}`, "for=shop/test/shop"], "\n")).code).toBe(
        0,
      );
    const images = [...docker.images].map((name) => `${imageId(name)} 1970-01-01T00:00:00Z ${name}\n`);
    const routes = `${header}shop-web  shop.test  /  shop-orphan:3000  running  no\n`;
    verbs.command(
      "docker",
      `case $1$3 in execcat) echo '[]' ;; exec*) printf '%b' "${routes}" ;; image*) printf '%b' "${images.join("")}" ;; *) exit 1 ;; esac`,
    );
    expect(await verbs.run("prune", [...job, "container=shop-test-nightly", "images"])).toEqual({
      code: 0,
      stderr: "",
    });
    expect(removed()).toEqual(["DELETE /images/acme/shop:v1"]);
  });

  it("the former ones stay by hand, too", async () => {
    docker.stopped.set("shop-orphan", 1);
    verbs.command(
      "docker",
      `case $1$3 in execcat) echo '[]' ;; exec*) printf '%b' "${header}" ;; *) exit 1 ;; esac`,
    );
    const words = job.filter((word) => !word.startsWith("for="));
    const ended = await verbs.run("prune", [...words, "container=shop-test-nightly", "images", "hand"]);
    expect(ended).toEqual({ code: 0, stderr: "" });
    expect(removed()).toEqual([]);
  });
});

describe("an image beyond those that are kept", () => {
  const serves = `${header}shop-web  shop.test  /  shop-new:3000  running  no\n`;
  const gone = (): string[] => removed().filter((request) => request.includes("/images/"));

  beforeEach(async () => {
    for (const [version, owner] of [
      ["v1", "shop/other/shop"],
      ["v2", "shop/test/shop"],
      ["v3", "shop/test/shop"],
    ] as const)
      expect((await verbs.run("pull", [`image=acme/shop:${version}`, `for=${owner}`], "\n")).code).toBe(0);
  });

  it("goes, but for one that another release is about to use", async () => {
    expect(await prune(serves, 1)).toEqual({ code: 0, stderr: "" });
    expect(gone()).toEqual(["DELETE /images/acme/shop:v2"]);
  });

  it("goes, when the release that was about to use it has it", async () => {
    expect(await prune(serves, 1, "shop/other/shop")).toEqual({ code: 0, stderr: "" });
    expect(gone()).toEqual(["DELETE /images/acme/shop:v2", "DELETE /images/acme/shop:v1"]);
  });
});

describe("by hand", () => {
  const header = "Service   Host   Path  Target           State    TLS\\n";
  const hour = 3600;
  const now = Math.floor(Date.now() / 1000);

  /** Runs it with this word, and answers with what it says that goes. */
  async function byHand(word: "hand" | "look"): Promise<string[]> {
    verbs.command(
      "docker",
      `case $1$3 in execcat) echo '[]' ;; exec*) printf '%b' "${header}" ;; *) exit 1 ;; esac`,
    );
    const ended = await verbs.ranBy("prune", [
      ...[`role=${role}`, "wait=5", "keep=3", "repository=acme/shop", "container=shop-new", word],
    ]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    return ended.stdout.split("\n").filter(Boolean);
  }

  it("takes what has been stopped for long, and nothing that runs or that a release may be about to use", async () => {
    docker.containers
      .set("shop-old", role)
      .set("shop-fresh", role)
      .set("shop-elsewhere", "shop/test/blog/web");
    docker.stopped
      .set("shop-old", now - 2 * hour)
      .set("shop-fresh", now - 60)
      .set("shop-elsewhere", 1);
    docker.stopped.set("shop-new", now - 2 * hour);
    expect(await byHand("hand")).toEqual(["container shop-old 0"]);
    expect(removed()).toEqual(["DELETE /containers/shop-old"]);
  });

  it("takes nothing at all where it is only asked", async () => {
    docker.containers.set("shop-old", role);
    docker.stopped.set("shop-old", now - 2 * hour);
    expect(await byHand("look")).toEqual(["container shop-old 0"]);
    expect(removed()).toEqual([]);
  });
});
