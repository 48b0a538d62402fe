/** A host of files with two containers of a role, made anew for each test. */
import { afterEach, beforeEach } from "vitest";
import { ProxyHost } from "./proxy-host";

export const owner = "shop/production/proxy";
export const role = "shop/production/shop/web";

/** The host of the test that runs. */
export function routedHost(): () => ProxyHost {
  let host: ProxyHost;
  beforeEach(() => {
    host = new ProxyHost();
    for (const name of ["shop-web-1", "shop-web-2"]) host.put(name, { role });
  });
  afterEach(() => {
    host.remove();
  });
  return () => host;
}

/** Puts a proxy there that has these routes. */
export function putProxy(host: ProxyHost, routes: Record<string, string>): void {
  host.put("kamal-proxy", { config: "a", proxy: owner, image: "kamal-proxy:v1", routes });
}
