/** The end of a bridge, on a host of files: it stays in front of a proxy that cannot serve. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ProxyHost } from "./proxy-host";

const owner = "shop/production/proxy";
const routes = { "shop-web": "shop-web-1:3000", "blog-web": "blog-web-1:3000" };
const old = { config: "old", proxy: owner, image: "kamal-proxy:v1", routes };
let host: ProxyHost;

beforeEach(() => {
  host = new ProxyHost();
});
afterEach(() => {
  host.remove();
});

/** The moments in which a new connection would have found nobody. */
const outages = (): string[] => host.log.filter((line) => line.startsWith("nobody"));

describe("settle", () => {
  it("leaves the bridge in front of a proxy that does not answer, and says so", () => {
    host.put("kamal-proxy", { ...old, answers: false });
    host.put("kamal-proxy-bridge", { bridge: "new", proxy: owner, routes });
    host.redirect();
    const { code, stderr } = host.run("settle", "timeout=1");
    expect(code).toBe(1);
    expect(stderr).toMatch(/does not answer with its routes after \ds .*; the bridging proxy serves all/);
    expect([host.containers.length, host.rules.length, outages()]).toEqual([2, 2, []]);
  });

  it("leaves it in front of a proxy that has lost its routes", () => {
    host.put("kamal-proxy", { ...old, routes: {} });
    host.put("kamal-proxy-bridge", { bridge: "new", proxy: owner, routes });
    host.redirect();
    expect(host.run("settle", "timeout=1").code).toBe(1);
    expect(host.rules).toHaveLength(2);
  });
});
