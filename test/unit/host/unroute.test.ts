/** The end of a route, on a host of files: none of a stranger goes. */
import { describe, expect, it } from "vitest";
import { owner, putProxy, role, routedHost } from "./routed-host";

const host = routedHost();

describe("the end of a route", () => {
  const unroute = (): number | null => host().run("unroute", "shop-web", `role=${role}`).code;

  it("removes it, and from a bridge as well; twice is no failure", () => {
    putProxy(host(), { "shop-web": "shop-web-1:3000", "blog-web": "blog-web-1:3000" });
    host().put("kamal-proxy-bridge", {
      bridge: "b",
      proxy: owner,
      routes: { "shop-web": "shop-web-1:3000" },
    });
    expect([unroute(), unroute()]).toEqual([0, 0]);
    expect(host().of("kamal-proxy", "routes")).toBe("blog-web blog-web-1:3000");
    expect(host().of("kamal-proxy-bridge", "routes")).toBe("");
  });

  it.each([
    ["another role's", { role: "shop/staging/shop/web" }],
    ["another program's", {}],
  ])("leaves it where it leads to a container that is %s", (_whose, put) => {
    host().put("shop-web-9", put);
    putProxy(host(), { "shop-web": "shop-web-9:3000" });
    expect(unroute()).toBe(0);
    expect(host().of("kamal-proxy", "routes")).toBe("shop-web shop-web-9:3000");
  });

  it("waits for the proxy that another program puts in the place of its old one", () => {
    host().put("kamal-proxy-new", { config: "a", proxy: owner, routes: { "shop-web": "shop-web-1:3000" } });
    host().put("kamal-proxy-bridge", { bridge: "b", proxy: owner });
    host().redirect();
    host().command("sleep", `: >${host().table}; cd ${host().shelf}; mv kamal-proxy-new kamal-proxy`);
    expect(unroute()).toBe(0);
    expect(host().of("kamal-proxy", "routes")).toBe("");
  });

  it("is nothing where the proxy has gone", () => {
    expect(unroute()).toBe(0);
  });
});
