/** The gate, on a host with a proxy of files; what it does with containers is tried with those of a whole rollout. */
import { describe, expect, it } from "vitest";
import type { ProxyHost } from "./proxy-host";
import { owner, role, routedHost } from "./routed-host";

const host = routedHost();

describe("a gate", () => {
  const gate = (): ReturnType<ProxyHost["run"]> =>
    host().run("ready", "container=shop-web-2", "timeout=2", "port=3000", "path=/up");

  it("finds a proxy that does not run, before any host is switched and before the container starts", () => {
    host().put("shop-web-2", { role, running: false });
    host().put("kamal-proxy", { running: false, proxy: owner });
    const { code, stdout } = gate();
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ stage: "switch", ending: "proxy-gone" });
    expect(host().log.filter((line) => line.includes("docker start"))).toEqual([]);
  });

  it("goes on while the proxy is replaced, whose bridge serves", () => {
    host().put("kamal-proxy-bridge", { bridge: "b", proxy: owner });
    host().redirect();
    expect(gate().stdout).not.toContain("proxy-gone");
  });
});
