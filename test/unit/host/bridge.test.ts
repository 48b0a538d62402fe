/** What stands between a proxy and its replacement, by the verbs themselves on a host of files: nobody in front is an outage. */
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

/** The step before the proxy is replaced by one of this configuration. */
function bridge(config: string, ...words: string[]): ReturnType<ProxyHost["run"]> {
  return host.run("bridge", `config=${config}`, "image=kamal-proxy:v2", `owner=${owner}`, ...words);
}

/** The moments in which a new connection would have found nobody. */
const outages = (): string[] => host.log.filter((line) => line.startsWith("nobody"));

describe("a change of the proxy", () => {
  it("puts a copy in front, made as the new one will be, and settle gives the connections back", () => {
    host.put("kamal-proxy", old);
    expect(bridge("new", "--", "kamal-proxy", "run", "--http3")).toMatchObject({ code: 0, stderr: "" });
    expect(host.containers).toEqual(["kamal-proxy", "kamal-proxy-bridge"]);
    expect(host.of("kamal-proxy-bridge", "command")).toBe("kamal-proxy run --http3");
    expect(host.of("kamal-proxy-bridge", "routes")).toBe(host.of("kamal-proxy", "routes"));
    expect(host.log.at(-1)).toMatch(/^kamal-proxy-bridge: /);

    host.put("kamal-proxy", { ...old, config: "new", image: "kamal-proxy:v2" });
    expect(host.run("settle", "timeout=5")).toMatchObject({ code: 0, stderr: "" });
    expect([host.containers, host.rules]).toEqual([["kamal-proxy"], []]);
    expect(outages()).toEqual([]);
  });

  it("whose image does not know a flag is refused while the old proxy serves, and leaves nothing", () => {
    host.put("kamal-proxy", old);
    const { code, stderr } = bridge("new", "--", "kamal-proxy", "run", "--unknown");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /the proxy of kamal-proxy:v2 \(kamal-proxy run --unknown\) did not take over the routes/,
    );
    expect([host.containers, host.rules, outages()]).toEqual([["kamal-proxy"], [], []]);
  });

  it.each([
    ["after the copy was made", false],
    ["after it was put in front", true],
  ])("that was cut off %s goes on", (_when, redirected) => {
    host.put("kamal-proxy", old);
    host.put("kamal-proxy-bridge", { bridge: "new", proxy: owner, routes });
    if (redirected) host.redirect();
    expect(bridge("new")).toMatchObject({ code: 0 });
    expect(host.log.at(-1)).toMatch(/^kamal-proxy-bridge: /);
    expect(outages()).toEqual([]);
  });

  it("makes a new copy where an earlier one has routes that are no longer so", () => {
    host.put("kamal-proxy", old);
    host.put("kamal-proxy-bridge", {
      bridge: "new",
      proxy: owner,
      routes: { ...routes, "shop-web": "shop-web-0:3000" },
    });
    host.redirect();
    expect(bridge("new")).toMatchObject({ code: 0 });
    expect(host.of("kamal-proxy-bridge", "routes")).toBe(host.of("kamal-proxy", "routes"));
    expect(outages()).toEqual([]);
  });

  it("is none where no proxy is", () => {
    expect(bridge("new")).toMatchObject({ code: 0, stderr: "" });
    expect([host.containers, host.rules]).toEqual([[], []]);
  });
});

describe("a change that is taken back", () => {
  it("leaves nothing of the bridge: first the connections go back, then it drains", () => {
    host.put("kamal-proxy", old);
    host.put("kamal-proxy-bridge", { bridge: "new", proxy: owner, routes });
    host.redirect();
    expect(bridge("old")).toMatchObject({ code: 0, stderr: "" });
    expect([host.containers, host.rules]).toEqual([["kamal-proxy"], []]);
    expect(host.log.filter((line) => line.includes("docker stop"))).toEqual([
      "kamal-proxy: docker stop --time 30 kamal-proxy-bridge",
    ]);
    expect(outages()).toEqual([]);
  });

  it("starts the old proxy again that the replacement has stopped", () => {
    host.put("kamal-proxy", { ...old, running: false });
    host.put("kamal-proxy-bridge", { bridge: "new", proxy: owner, routes });
    host.redirect();
    expect(bridge("old")).toMatchObject({ code: 0 });
    expect([host.containers, host.rules]).toEqual([["kamal-proxy"], []]);
    expect(outages()).toEqual([]);
  });

  it("after the new proxy did not start keeps the bridge that carries the traffic, for the replacement", () => {
    host.put("kamal-proxy", { ...old, config: "new", answers: false });
    host.put("kamal-proxy-bridge", { bridge: "new", proxy: owner, routes });
    host.redirect();
    expect(bridge("old")).toMatchObject({ code: 0 });
    expect(host.containers).toEqual(["kamal-proxy", "kamal-proxy-bridge"]);
    expect(host.rules).toHaveLength(2);
    expect(outages()).toEqual([]);
  });

  it("changes nothing where nothing was begun", () => {
    host.put("kamal-proxy", old);
    expect(bridge("old")).toMatchObject({ code: 0, stderr: "" });
    expect(host.log.filter((line) => !line.includes("-S "))).toEqual([]);
  });
});

describe("a proxy of somebody else", () => {
  it.each([
    [
      "another stack's",
      { ...old, proxy: "shop/staging/proxy" },
      /the proxy on this host belongs to shop\/staging\/proxy, and nothing was changed.*ExistingProxy/,
    ],
    [
      "Kamal's",
      { image: "basecamp/kamal-proxy:v0.9.2", routes },
      /was made by another program, of basecamp\/kamal-proxy:v0\.9\.2, and nothing was changed/,
    ],
    [
      "that of an older version",
      { config: "old", image: "kamal-proxy:v1", routes },
      /belongs to a stack that an older version of this library deployed, and nothing was changed/,
    ],
  ])("is not touched: %s", (_whose, put, said) => {
    host.put("kamal-proxy", put);
    const { code, stderr } = bridge("new");
    expect(code).toBe(1);
    expect(stderr).toMatch(said);
    expect(stderr).not.toContain("docker rm");
    expect([host.containers, host.rules, host.log]).toEqual([["kamal-proxy"], [], []]);
  });

  it("is its own under a former name", () => {
    host.put("kamal-proxy", { ...old, proxy: "shop/prod/proxy" });
    expect(bridge("new", "owner=shop/prod/proxy")).toMatchObject({ code: 0 });
    expect(host.of("kamal-proxy-bridge", "proxy")).toBe(owner);
  });

  it("is its own, made by an older version, where the state knows of it", () => {
    host.put("kamal-proxy", { config: "old", image: "kamal-proxy:v1", routes });
    expect(bridge("new", "owner=")).toMatchObject({ code: 0 });
    expect(host.containers).toContain("kamal-proxy-bridge");
    // The state knows no former owner any more, once the step was done.
    expect(bridge("other")).toMatchObject({ code: 0 });
    expect(outages()).toEqual([]);
  });

  it("keeps its bridge, when this one ends", () => {
    host.put("kamal-proxy-bridge", { bridge: "x", proxy: "shop/staging/proxy", routes });
    host.redirect();
    expect(host.run("bridge", "end=yes", `owner=${owner}`).code).toBe(0);
    expect(host.rules).toHaveLength(2);
  });
});

describe("the end of a Proxy", () => {
  it("takes its bridge along, unless the proxy is still there", () => {
    host.put("kamal-proxy", old);
    host.put("kamal-proxy-bridge", { bridge: "new", proxy: owner, routes });
    host.redirect();
    expect(host.run("bridge", "end=yes", `owner=${owner}`).code).toBe(0);
    expect(host.rules).toHaveLength(2);
    host.run("docker", "rm", "--force", "kamal-proxy");
    expect(host.run("bridge", "end=yes", `owner=${owner}`).code).toBe(0);
    expect([host.containers, host.rules]).toEqual([[], []]);
    expect(host.run("bridge", "end=yes", `owner=${owner}`).code).toBe(0);
  });
});

describe("Docker's own rules", () => {
  it.each(["nftables", "nftables+firewalld"])("with %s leave the old proxy", (backend) => {
    host.put("kamal-proxy", old);
    host.info(`{"FirewallBackend":{"Driver":"${backend}"}}`);
    const { stderr } = bridge("new");
    expect(stderr).toMatch(
      /^Docker writes its rules with nftables itself.*the old proxy still serves\. Remove/,
    );
    expect(host.containers).toEqual(["kamal-proxy"]);
  });

  it.each(["iptables", "iptables+firewalld"])("with %s do not", (backend) => {
    host.put("kamal-proxy", old);
    host.info(`{"FirewallBackend":{"Driver":"${backend}"}}`);
    expect(bridge("new").code).toBe(0);
    expect(host.containers).toContain("kamal-proxy-bridge");
  });
});
