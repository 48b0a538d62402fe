/** What a preview refuses, as a user sees it: the sentence, an exit code, and no stack trace. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RegistryServer } from "../unit/components/image/registry-server";
import { PreviewWorkspace } from "./preview/workspace";

const registry = new RegistryServer();
let workspace: PreviewWorkspace;

beforeAll(async () => {
  workspace = await PreviewWorkspace.make("refusals/program.ts");
  await registry.listen();
  registry.put("shop", "v1", [{ architecture: "amd64", config: { Cmd: ["bin/server"] } }]);
  registry.put("shop", "arm", [{ architecture: "arm64", config: { Cmd: ["bin/server"] } }]);
});
afterAll(async () => {
  registry.close();
  await workspace.remove();
});

/** Lines that show the program's insides. */
const trace = /^\s+at .*:\d+:\d+\)?$|node_modules|unhandled/im;

describe("a preview refuses", () => {
  it.each<[string, string, string[]]>([
    [
      "a firewall",
      "firewall",
      [
        'Firewall "edge": allow[0] ssh.from is "0.0.0.0/0", but a whole address family is everybody, and that has to be spelled out, for both families; write ssh.anywhere("the reason") (npx sextant docs checks#anywhere).',
      ],
    ],
    [
      "a server",
      "server",
      ['Server "web-1": type is "", but it must not be empty; name a server type, such as "cx23".'],
    ],
    [
      "two servers of one name",
      "twice",
      [
        'Server "web-1": name is "web-1", but the program has another Server of that name; give one of them another name.',
      ],
    ],
    [
      "a proxy",
      "proxy",
      [
        'Proxy "proxy": http3 is true, but the firewalls of web-1 let nobody in on udp port 443; add http3 to the firewall (npx sextant docs checks#firewall-shut).',
      ],
    ],
    [
      "an accessory",
      "accessory",
      [
        'Accessory "search": hostPort is 443, but Proxy "proxy" has tcp port 443 of web-1; choose another port (npx sextant docs checks#same-port).',
      ],
    ],
    [
      "an app, for two reasons at once",
      "app",
      [
        'App "shop": version is "latest", but a tag that moves gives no release to go back to; use a tag of its own for each build, such as the commit\'s hash (npx sextant docs checks#mutable-tag).',
        'App "shop": route.port is 0, but a port is a whole number from 1 to 65535; give the port that is meant, such as 3000 (npx sextant docs checks#values).',
      ],
    ],
  ])("%s", async (_, bad, sentences) => {
    const { code, text } = await workspace.pulumi(["preview"], { BAD: bad });
    for (const sentence of sentences) expect(text).toContain(sentence);
    expect(code).not.toBe(0);
    expect(text).not.toMatch(trace);
  });

  it("an image for another platform, as its registry describes it", async () => {
    const { code, text } = await workspace.pulumi(["preview"], { BAD: "image", REGISTRY: registry.address });
    expect(text).toContain(
      `App "shop": image is "${registry.address}/shop:arm", but it is made for linux/arm64 and web-1 is linux/amd64; build it with docker build --platform linux/amd64 (npx sextant docs checks#image-platform).`,
    );
    expect(code).not.toBe(0);
    expect(text).not.toMatch(trace);
  });
});

describe("what Hetzner would refuse in pulumi up", () => {
  const key = "hcloud:index/sshKey:SshKey";
  const keysOf = async (stack: string): Promise<string[]> => {
    const { code, stdout, text } = await workspace.pulumi([
      "preview",
      "--json",
      "--show-sames",
      "--stack",
      stack,
    ]);
    expect(code, text).toBe(0);
    const { steps = [] } = JSON.parse(stdout) as { steps?: { op: string; urn: string }[] };
    return steps.filter(({ urn }) => urn.includes(key)).map(({ op }) => op);
  };

  it("is said at preview: a type that it does not have", async () => {
    const { code, text } = await workspace.pulumi(["preview"], { BAD: "type" });
    expect(text).toMatch(
      /Server "web-1": type is "cx99", but Hetzner has no such server type; take one of .*cx23/,
    );
    // In the list of what failed; Pulumi shows it in the line of the resource as well.
    expect(text.slice(text.indexOf("Diagnostics:")).match(/cx99/g)).toHaveLength(1);
    expect(code).not.toBe(0);
    expect(text).not.toMatch(trace);
  });

  it("is said at preview: a token that it does not know", async () => {
    const { code, text } = await workspace.pulumi(["preview"], { HCLOUD_TOKEN: "x".repeat(64) });
    expect(text).toContain('Server "web-1": the API token is unknown to Hetzner; make one');
    expect(code).not.toBe(0);
  });

  it("is said at preview: that there is no token at all", async () => {
    const { code, text } = await workspace.pulumi(["preview"], { HCLOUD_TOKEN: "" });
    expect(text).toMatch(
      /: hcloud:token is missing, .*; make one at Hetzner that may read and write, and run pulumi config set --secret hcloud:token, or export HCLOUD_TOKEN\./,
    );
    expect(code).not.toBe(0);
    expect(text).not.toContain("While configuring the provider");
  });

  it("is warned of: a type that is sold out at the moment", async () => {
    await workspace.hcloud("POST", "/_lab/faults", {
      kind: "sold-out",
      serverType: "cx23",
      location: "fsn1",
    });
    const { code, text } = await workspace.pulumi(["preview"]);
    await workspace.hcloud("DELETE", "/_lab/faults");
    expect(text).toContain("Hetzner has none of it left in fsn1 at the moment; take it in nbg1 or hel1");
    expect(code, text).toBe(0);
  });

  it("is not: the key that this stack has made, which stays as it is", async () => {
    expect(await keysOf("test")).toEqual(["create"]);
    const made = await workspace.pulumi(["up", "--yes", "--skip-preview", "--target", `**${key}**`]);
    expect(made.code, made.text).toBe(0);
    expect(await keysOf("test")).toEqual(["same"]);
  });

  it("is not: a key that another stack has put there, which is used and left to it", async () => {
    await workspace.pulumi(["stack", "init", "other", "--no-select"]);
    expect(await keysOf("other")).toEqual([]);
    const removed = await workspace.pulumi(["destroy", "--yes", "--skip-preview", "--stack", "test"]);
    expect(removed.code, removed.text).toBe(0);
    expect(await keysOf("other")).toEqual(["create"]);
  });
});

describe("a preview goes on", () => {
  it("with a warning for a port that is open for nothing", async () => {
    const { code, text } = await workspace.pulumi(["preview"], {
      BAD: "warning",
      REGISTRY: registry.address,
    });
    expect(text).toContain(
      'Firewall "edge": allow[3] is "tcp(5432).anywhere", but nothing on web-1 is published there; remove it, or name who needs it with from(...) (npx sextant docs checks#firewall-open).',
    );
    expect(code, text).toBe(0);
  });

  it("with a warning where the registry is down", async () => {
    const { code, text } = await workspace.pulumi(["preview"], { REGISTRY: "127.0.0.1:9" });
    expect(text).toContain(
      'App "shop": image is "127.0.0.1:9/shop:v1", but 127.0.0.1:9 did not answer, so platform, command and ports are unchecked',
    );
    expect(code, text).toBe(0);
  });
});
