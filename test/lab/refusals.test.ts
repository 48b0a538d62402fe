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
        'Firewall "edge": allow[0] ssh.from is "0.0.0.0/0", but a whole address family is everybody, and that has to be spelled out, for both families; write ssh.anywhere("the reason") (docs/checks.md#anywhere).',
      ],
    ],
    [
      "a server",
      "server",
      ['Server "web-1": type is "", but it must not be empty; name a server type, such as "cx22".'],
    ],
    [
      "a proxy",
      "proxy",
      [
        'Proxy "proxy": http3 is true, but the firewalls of web-1 let nobody in on udp port 443; add http3 to the firewall (docs/checks.md#firewall-shut).',
      ],
    ],
    [
      "an accessory",
      "accessory",
      [
        'Accessory "search": hostPort is 443, but Proxy "proxy" has tcp port 443 of web-1; choose another port (docs/checks.md#same-port).',
      ],
    ],
    [
      "an app, for two reasons at once",
      "app",
      [
        'App "shop": version is "latest", but a tag that moves gives no release to go back to; use a tag of its own for each build, such as the commit\'s hash (docs/checks.md#mutable-tag).',
        'App "shop": route.port is 0, but a port is a whole number from 1 to 65535; give the port that is meant, such as 3000 (docs/checks.md#values).',
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
      `App "shop": image is "${registry.address}/shop:arm", but it is made for linux/arm64 and web-1 is linux/amd64; build it with docker build --platform linux/amd64 (docs/checks.md#image-platform).`,
    );
    expect(code).not.toBe(0);
    expect(text).not.toMatch(trace);
  });
});

describe("a preview goes on", () => {
  it("with a warning for a port that is open for nothing", async () => {
    const { code, text } = await workspace.pulumi(["preview"], {
      BAD: "warning",
      REGISTRY: registry.address,
    });
    expect(text).toContain(
      'Firewall "edge": allow[3] is "tcp(5432).anywhere", but nothing on web-1 is published there; remove it, or name who needs it with from(...) (docs/checks.md#firewall-open).',
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
