import { describe, expect, it } from "vitest";
import {
  checkRoute,
  healthQuestion,
  letsEncrypt,
  ownCertificate,
  routeBehind,
  switchedRoute,
  type RouteArgs,
} from "../../../../components/app/route";
import type { Duration } from "../../../../provider/core/units";
import { deployFlags } from "../../../../provider/release/route";

/** The flags by which a route is switched. */
const flagsOf = (...[route, timeout, certificate]: [RouteArgs, Duration, string?]): string[] =>
  deployFlags(switchedRoute("shop-web", route, timeout, { certificate }));

describe("the flags of a route", () => {
  it("asks health with the route's own host, and drains for 30 s, by default", () => {
    expect(flagsOf({ hosts: ["*.shop.test", "shop.test"] }, "60s")).toEqual([
      "--host=*.shop.test",
      "--host=shop.test",
      "--deploy-timeout=60s",
      "--drain-timeout=30s",
      "--health-check-path=/up",
      "--health-check-host=shop.test",
      "--target-timeout=30s",
      "--buffer-requests=true",
      "--buffer-responses=true",
    ]);
  });

  it("turns every option into its flag", () => {
    const flags = flagsOf(
      {
        hosts: ["shop.test"],
        paths: ["/api"],
        stripPath: false,
        scopeCookiePaths: true,
        canonicalHost: "www.shop.test",
        tls: letsEncrypt({ staging: true }),
        redirectToHttps: false,
        forwardHeaders: true,
        responseTimeout: "2m",
        drainTimeout: "5s",
        health: { path: "/health", host: "internal.test", port: 9000, timeout: "2s", interval: "500ms" },
        buffer: {
          requests: false,
          responses: false,
          memory: "2m",
          maxRequestBody: "1g",
          maxResponseBody: "1k",
        },
        logHeaders: { request: ["X-A"], response: ["X-B"] },
        readers: { writerAffinity: "0s", websockets: true },
      },
      "30s",
    );
    expect(flags).toEqual([
      "--host=shop.test",
      "--path-prefix=/api",
      "--strip-path-prefix=false",
      "--canonical-host=www.shop.test",
      "--tls",
      "--tls-staging",
      "--tls-redirect=false",
      "--forward-headers=true",
      "--deploy-timeout=30s",
      "--drain-timeout=5s",
      "--health-check-path=/health",
      "--health-check-timeout=2s",
      "--health-check-interval=500ms",
      "--health-check-port=9000",
      "--health-check-host=internal.test",
      "--target-timeout=2m",
      "--buffer-requests=false",
      "--buffer-responses=false",
      "--buffer-memory=2097152",
      "--max-request-body=1073741824",
      "--max-response-body=1024",
      "--scope-cookie-paths=true",
      "--log-request-header=X-A",
      "--log-response-header=X-B",
      "--writer-affinity-timeout=0s",
      "--read-target-websockets=true",
    ]);
  });

  it("names an own certificate's files", () => {
    const flags = flagsOf({ hosts: ["a.test"], tls: ownCertificate("pem", "key") }, "30s", "/tls/a");
    expect(flags).toContain("--tls-certificate-path=/tls/a/cert.pem");
    expect(flags).toContain("--tls-private-key-path=/tls/a/key.pem");
  });
});

describe("the health question of a route", () => {
  it("says https behind TLS, so that force_ssl lets the question pass", () => {
    expect(healthQuestion({ hosts: ["a.test"], tls: letsEncrypt() })).toEqual({
      port: 3000,
      path: "/up",
      host: "a.test",
      proto: "https",
      timeout: "5s",
    });
  });
});

describe("a route of a proxy that is behind another server", () => {
  it("believes it, and says https in its health question", () => {
    const route = routeBehind({ hosts: ["a.test"], health: { path: "/health" } }, "nginx");
    expect(flagsOf(route, "30s")).toContain("--forward-headers=true");
    expect(flagsOf(route, "30s").join(" ")).not.toContain("--tls");
    expect(healthQuestion(route)).toMatchObject({ proto: "https", path: "/health" });
  });

  it("is as it was without one, and keeps what it says of its health", () => {
    const route = { hosts: ["a.test"] };
    expect(routeBehind(route, undefined)).toBe(route);
    expect(healthQuestion(routeBehind({ health: { proto: "http" } }, "cdn")).proto).toBe("http");
  });
});

describe("checkRoute", () => {
  it("passes a usual route", () => {
    expect(checkRoute("route", { hosts: ["shop.example.com"], port: 3000, tls: letsEncrypt() })).toEqual([]);
  });
});
