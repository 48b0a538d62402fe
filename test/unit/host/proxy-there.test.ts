/** The look for a proxy of another program, on a host of files. */
import { describe, expect, it } from "vitest";
import type { ProxyHost } from "./proxy-host";
import { owner, putProxy, routedHost } from "./routed-host";

const host = routedHost();

describe("a proxy that is there already", () => {
  const look = (...words: string[]): ReturnType<ProxyHost["run"]> => host().run("proxy-there", ...words);

  it("is found, with its owner", () => {
    putProxy(host(), {});
    expect(look()).toMatchObject({ code: 0, stderr: "" });
    expect(look(`owner=${owner}`)).toMatchObject({ code: 0, stderr: "" });
  });

  it("has to be there, to run, to answer and to be whose it is meant to be", () => {
    expect(look().stderr).toMatch(/^there is no proxy on this host/);
    putProxy(host(), {});
    expect(look("owner=a/b/c").stderr).toBe(
      `the proxy on this host belongs to ${owner}, and owner is a/b/c: correct owner, or leave it out\n`,
    );
    host().put("kamal-proxy", { running: false, proxy: owner });
    expect(look().stderr).toMatch(/does not run: docker start kamal-proxy, .*shop\/production\/proxy/);
    host().put("kamal-proxy", { proxy: "" });
    expect(look(`owner=${owner}`).stderr).toContain("belongs to another program, without a label");
  });

  it("has to be on the network of those who route through it: Kamal's, where its place is taken", () => {
    host().put("kamal-proxy", { network: "kamal" });
    expect(look("network=kamal")).toMatchObject({ code: 0, stderr: "" });
    expect(look().stderr).toBe(
      "the proxy on this host is not on the Docker network sextant, where it reaches this program's containers: docker network connect sextant kamal-proxy lets it\n",
    );
  });

  it("is not changed by being looked for", () => {
    putProxy(host(), {});
    look();
    expect(host().log.filter((line) => !/kamal-proxy list| -S /.test(line))).toEqual([]);
  });
});
