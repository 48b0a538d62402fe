/** The switch of a route on a host of files: no release behind a bridge, and no stranger's route. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ProxyHost } from "./proxy-host";
import { owner, putProxy, role, routedHost } from "./routed-host";

const host = routedHost();

/** Switches the role's route to its second container. */
function change(...words: string[]): ReturnType<ProxyHost["run"]> {
  return host().run(
    "switch",
    `role=${role}`,
    ...["container=shop-web-2", "stop=1", "keep=old", "service=shop-web", "port=3000"],
    ...words,
    "--",
    "--host=shop.test",
  );
}

const outages = (): string[] => host().log.filter((line) => line.startsWith("nobody"));

describe("a switch", () => {
  it("behind a bridge that was left ends the bridge first: its release would get no request", () => {
    putProxy(host(), { "shop-web": "shop-web-1:3000" });
    host().put("kamal-proxy-bridge", {
      bridge: "b",
      proxy: owner,
      routes: { "shop-web": "shop-web-1:3000" },
    });
    host().redirect();
    expect(change()).toMatchObject({ code: 0, stderr: "" });
    expect(host().containers).not.toContain("kamal-proxy-bridge");
    expect(host().rules).toEqual([]);
    expect(host().of("kamal-proxy", "routes")).toBe("shop-web shop-web-2:3000");
    const [stopped, deployed] = ["docker stop", "kamal-proxy deploy"].map((words) =>
      host().log.findIndex((line) => line.includes(words)),
    );
    expect(stopped).toBeGreaterThan(-1);
    expect(stopped).toBeLessThan(deployed ?? 0);
    expect(outages()).toEqual([]);
  });

  it.each([
    ["its old one still there", ":"],
    ["none there now", "mv kamal-proxy-new kamal-proxy 2>/dev/null"],
  ])(
    "behind the bridge of another program's proxy, %s, waits until that is no longer in front",
    (_how, comes) => {
      host().put(comes === ":" ? "kamal-proxy" : "kamal-proxy-new", { config: "a", proxy: owner });
      host().put("kamal-proxy-bridge", { bridge: "b", proxy: owner });
      host().redirect();
      // The other program ends its replacement meanwhile; the bridge still drains.
      host().command(
        "sleep",
        `: >${host().table}; echo waited >>${host().directory}/waited; cd ${host().shelf}; ${comes} || :`,
      );
      expect(change("bridge=wait")).toMatchObject({ code: 0 });
      expect(host().said("waited")).toMatch(/^waited/);
      expect(host().containers).toContain("kamal-proxy-bridge");
      expect(host().of("kamal-proxy", "routes")).toBe("shop-web shop-web-2:3000");
    },
  );

  it.each(["stopped", "paused"])("says that the service is %s, where it is", (held) => {
    putProxy(host(), { "shop-web": "shop-web-1:3000" });
    expect(change()).toMatchObject({ code: 0, stdout: "" });
    writeFileSync(join(host().directory, "state", "held"), held);
    expect(change()).toMatchObject({ code: 0, stdout: `held=${held}\n` });
    expect(host().of("kamal-proxy", "routes")).toBe("shop-web shop-web-2:3000");
  });

  it("behind a bridge whose proxy does not answer is refused, with the cause", () => {
    putProxy(host(), {});
    host().put("kamal-proxy", { answers: false, proxy: owner });
    host().put("kamal-proxy-bridge", {
      bridge: "b",
      proxy: owner,
      routes: { "shop-web": "shop-web-1:3000" },
    });
    host().redirect();
    host().command(
      "date",
      `[ "$1" != +%s ] || { cat ${host().directory}/now 2>/dev/null || echo 0; echo 99 >${host().directory}/now; }`,
    );
    const { code, stdout } = change();
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ stage: "switch", ending: "proxy-bridged" });
    expect(host().rules).toHaveLength(2);
    expect(outages()).toEqual([]);
  });

  it.each([
    ["another stack's", { role: "shop/staging/shop/web" }],
    ["another program's", {}],
  ])("takes no route of a container that is %s, and has one of its own", (_whose, put) => {
    host().put("shop-web-9", put);
    putProxy(host(), { "shop-web": "shop-web-9:3000" });
    expect(change()).toMatchObject({ code: 0, stderr: "" });
    expect(host().of("kamal-proxy", "routes").split("\n").sort()).toEqual([
      "shop-web shop-web-9:3000",
      `shop-web.${role.split("/")[1] ?? ""} shop-web-2:3000`,
    ]);
  });

  it("takes the place of one whose container has gone", () => {
    putProxy(host(), { "shop-web": "shop-web-gone:3000" });
    expect(change()).toMatchObject({ code: 0 });
  });

  it("gives an accessory its route, which its next container of the same name has without another one", () => {
    const accessory = "shop/production/accessory/search";
    host().put("shop-search", { owner: accessory });
    putProxy(host(), { "shop-web": "shop-web-1:3000" });
    const route = (...words: string[]): ReturnType<ProxyHost["run"]> =>
      host().run(
        "switch",
        ...[`role=${accessory}`, "container=shop-search", "stop=1", "services=search"],
        ...["service=search", "port=7700", "--", "--host=search.test", ...words],
      );
    expect(route()).toMatchObject({ code: 0, stderr: "" });
    expect(route("--path-prefix=/x")).toMatchObject({ code: 0, stderr: "" });
    expect(host().of("kamal-proxy", "routes").split("\n").sort()).toEqual([
      "search shop-search:7700",
      "shop-web shop-web-1:3000",
    ]);
    expect(host().log.join("\n")).not.toContain("docker stop");
    expect(host().run("unroute", "search", `role=${accessory}`)).toMatchObject({ code: 0 });
    expect(host().of("kamal-proxy", "routes")).toBe("shop-web shop-web-1:3000");
  });

  it("takes no route of another stack's accessory", () => {
    host().put("staging-search", { owner: "shop/staging/accessory/shop-web" });
    putProxy(host(), { "shop-web": "staging-search:7700" });
    expect(change()).toMatchObject({ code: 0, stderr: "" });
    expect(host().of("kamal-proxy", "routes").split("\n")).toContain("shop-web staging-search:7700");
  });
});
