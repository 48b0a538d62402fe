import { describe, expect, it } from "vitest";
import { checkProxy, proxyConfig, type ProxyArgs } from "../../../../components/proxy/args";
import { proxyCommand, proxyPorts } from "../../../../components/proxy/container";
import { sentence } from "../../../../components/core/problem";
import type { Host } from "../../../../components";

const servers = [{ hostName: "web-1" } as Host];

describe("the proxy's container", () => {
  it("publishes 80 and 443 on both families", () => {
    expect(proxyPorts(proxyConfig({ servers }))).toEqual([
      { internal: 80, external: 80, protocol: "tcp", ip: "0.0.0.0" },
      { internal: 443, external: 443, protocol: "tcp", ip: "0.0.0.0" },
      { internal: 80, external: 80, protocol: "tcp", ip: "::" },
      { internal: 443, external: 443, protocol: "tcp", ip: "::" },
    ]);
  });

  it("publishes nothing behind another server, and UDP with HTTP/3", () => {
    expect(proxyPorts(proxyConfig({ servers, publish: false }))).toEqual([]);
    expect(proxyPorts(proxyConfig({ servers, http3: true })).map(({ protocol }) => protocol)).toContain(
      "udp",
    );
  });

  it("speaks HTTP alone behind another server: on loopback behind nginx, and to all behind what is elsewhere", () => {
    expect(proxyPorts(proxyConfig({ servers, behind: "nginx" }))).toEqual([
      { internal: 80, external: 8080, protocol: "tcp", ip: "127.0.0.1" },
    ]);
    for (const behind of ["cdn", "loadBalancer"] as const) {
      expect(proxyPorts(proxyConfig({ servers, behind }))).toEqual([
        { internal: 80, external: 80, protocol: "tcp", ip: "0.0.0.0" },
        { internal: 80, external: 80, protocol: "tcp", ip: "::" },
      ]);
    }
    expect(proxyConfig({ servers, behind: "nginx", httpPort: 9000, publish: ["10.0.0.2"] })).toMatchObject({
      httpPort: 9000,
      publish: ["10.0.0.2"],
    });
  });

  it("passes its options to kamal-proxy", () => {
    expect(proxyCommand(proxyConfig({ servers, http3: true, metricsPort: 9090, debug: true }))).toEqual([
      "kamal-proxy",
      "run",
      "--http3",
      "--metrics-port=9090",
      "--debug",
    ]);
  });
});

describe("bad arguments of Proxy", () => {
  it.each<[string, ProxyArgs, string]>([
    ["no servers", { servers: [] }, "it must not be empty; give at least one server"],
    ["server twice", { servers: [...servers, ...servers] }, "a host has one proxy; name each host once"],
    ["port", { servers, httpPort: 0 }, "a port is a whole number from 1 to 65535"],
    ["one port", { servers, httpPort: 443 }, "HTTP and HTTPS cannot share a port"],
    ["moving tag", { servers, image: "basecamp/kamal-proxy:latest" }, "a tag that moves"],
    ["no tag", { servers, image: "basecamp/kamal-proxy" }, "a tag that moves"],
    ["old", { servers, image: "basecamp/kamal-proxy:v0.8.7" }, "routes use options that came with v0.9.2"],
    ["http3 unpublished", { servers, http3: true, publish: false }, "HTTP/3 needs a published port"],
    ["log size", { servers, logMaxSize: "10" as "10m" }, "a size is a number with k, m or g"],
  ])("%s", (_, args, clause) => {
    const said = checkProxy(args).map((problem) => sentence('Proxy "proxy"', problem));
    expect(
      said.some((line) => line.includes(clause)),
      said.join("\n"),
    ).toBe(true);
  });
});
