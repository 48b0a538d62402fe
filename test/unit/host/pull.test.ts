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

/** What names lead to here, in place of this machine's own hosts file and name server; as `getent ahosts` prints it. */
const names = {
  "registry.test": "10.2.3.4",
  "outside.test": "11.2.3.4",
  "six.test": "fd00:0:0:1::5",
  "both.test": "11.2.3.4 fd00:0:0:1::5",
  "registry-1.docker.io": "192.0.2.7",
};

/** Runs the verb; `trusted` is what `docker info` lists as registries without TLS, and other words of `host/lib/registries.sh`. */
function pull(words: string[], stdin: string, trusted = "127.0.0.0/8"): Promise<Ended> {
  verbs.command("docker", `echo "${trusted}"`);
  const known = Object.entries(names).map(
    ([name, addresses]) => `${name}) printf '%s STREAM\\n' ${addresses} ;;`,
  );
  verbs.command("getent", `case $2 in ${known.join(" ")} *) exit 2 ;; esac`);
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

  // [image, what Docker trusts, the word of the refusal]; as moby v28.5.2 registry/config.go isCIDRMatch has it.
  it.each([
    ["by name", "registry.test:5000/shop:v1", "registry.test:5000 127.0.0.0/8", "has registry.test:5000,"],
    ["by its range", "10.2.3.4:5000/shop:v1", "10.0.0.0/8 127.0.0.0/8 ::1/128", "has 10.0.0.0/8,"],
    ["by its range, without a port", "10.2.3.4/shop:v1", "10.2.0.0/15", "has 10.2.0.0/15,"],
    ["with all addresses", "10.2.3.4:5000/shop:v1", "0.0.0.0/0", "has 0.0.0.0/0,"],
    ["by its one address", "10.2.3.4:5000/shop:v1", "10.2.3.4/32", "has 10.2.3.4/32,"],
    ["by a range of IPv6", "[fd00:0:0:1::5]:5000/shop:v1", "fd00::/16", "has fd00::/16,"],
    [
      "by a range of IPv6, without a port",
      "[FD00::1:0:0:0:5]/shop:v1",
      "fd00:0:0:1::/64",
      "has fd00:0:0:1::/64,",
    ],
    ["by the range of IPv4 in IPv6", "[::ffff:10.2.3.4]:5000/shop:v1", "10.0.0.0/8", "has 10.0.0.0/8,"],
    ["by a range that its name leads into", "registry.test:5000/shop:v1", "10.0.0.0/8", "has 10.0.0.0/8,"],
    [
      "by a range of IPv6 that its name leads into",
      "six.test/shop:v1",
      "fd00::/12 ::1/128",
      "has fd00::/12,",
    ],
    ["by a range that its name leads into, too", "both.test/shop:v1", "fd00::/12", "has fd00::/12,"],
    [
      "where its name leads nowhere",
      "nowhere.test/shop:v1",
      "10.0.0.0/8 ::1/128",
      "nowhere.test does not resolve here",
    ],
    ["as Docker Hub", "acme/shop:v1", "192.0.2.0/24 store=containerd", "has 192.0.2.0/24,"],
    [
      "as Docker Hub by another name",
      "index.docker.io/acme/shop:v1",
      "192.0.2.0/24 store=containerd",
      "has 192.0.2.0/24,",
    ],
    [
      "as a mirror of Docker Hub",
      "docker.io/acme/shop:v1",
      "127.0.0.0/8 mirror=http://m.test/",
      "has http://m.test/,",
    ],
    [
      "as a mirror by its range",
      "acme/shop:v1",
      "10.0.0.0/8 mirror=https://registry.test:5000/hub/",
      "has 10.0.0.0/8,",
    ],
  ])(
    "goes to no registry that Docker trusts without TLS %s, unless the program says so",
    async (_, name, trusted, why) => {
      const refused = await pull([`image=${name}`], "bG9naW4=\n", trusted);
      expect(refused.stderr).toMatch(/^the login for \S+ was not sent: /);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain(why);
      expect(refused.stderr).not.toContain("bG9naW4=");
      expect(docker.logins).toEqual([]);
      expect(await pull([`image=${name}`], "bG9naW4= insecure\n", trusted)).toMatchObject({ code: 0 });
      expect(docker.logins).toEqual(["bG9naW4="]);
    },
  );

  it.each([
    ["outside of such a range", "11.2.3.4:5000/shop:v1", "10.0.0.0/8"],
    ["just outside of such a range", "10.4.0.0:5000/shop:v1", "10.2.0.0/15"],
    ["of the same name at another port", "registry.test:5001/shop:v1", "registry.test:5000"],
    ["just outside of such a range of IPv6", "[fd00:0:0:2::5]:5000/shop:v1", "fd00:0:0:1::/64"],
    ["of IPv4 where such a range is all of IPv6", "11.2.3.4:5000/shop:v1", "::/0"],
    ["of IPv6 where such a range is all of IPv4", "[fd00::5]:5000/shop:v1", "0.0.0.0/0"],
    ["whose name leads outside of such ranges", "outside.test/shop:v1", "10.0.0.0/8 fd00::/8"],
    [
      "of a name that leads nowhere, where there are no ranges but the host's own",
      image,
      "127.0.0.0/8 ::1/128",
    ],
    ["that is Docker Hub, whose mirror has TLS", "acme/shop:v1", "10.0.0.0/8 mirror=https://outside.test/"],
    // moby v28.5.2 daemon/containerd/resolver.go gives a login to the registry alone.
    [
      "that is Docker Hub, where mirrors get no login",
      "acme/shop:v1",
      "store=containerd mirror=http://m.test/",
    ],
    ["that Docker Hub's mirror is not for", "outside.test/shop:v1", "mirror=http://m.test/"],
  ])("goes to a registry %s", async (_, name, trusted) => {
    expect(await pull([`image=${name}`], "bG9naW4=\n", trusted)).toEqual({ code: 0, stderr: "" });
    expect(docker.logins).toEqual(["bG9naW4="]);
  });

  it("is not sent where Docker does not say what it trusts", async () => {
    verbs.command("docker", "exit 1");
    const refused = await verbs.run("pull", [`image=${image}`], "bG9naW4=\n");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("no login was sent to ghcr.io");
    expect(docker.logins).toEqual([]);
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
