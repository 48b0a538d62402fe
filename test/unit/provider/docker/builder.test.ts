import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isUnchecked,
  memoryToBuild,
  whyNoBuilder,
  type DockerInfo,
} from "../../../../provider/docker/builder";

/** What Docker 28.5 says of itself, as far as it is read. */
const info: DockerInfo = {
  ServerVersion: "28.5.2",
  DriverStatus: [["driver-type", "io.containerd.snapshotter.v1"]],
  RegistryConfig: {
    IndexConfigs: { "docker.io": { Secure: true }, "plain.test:5000": { Secure: false } },
    InsecureRegistryCIDRs: ["::1/128", "127.0.0.0/8", "10.1.0.0/16", "fd00:1::/32"],
  },
};
const registry = (address: string, insecure = false) => ({ label: 'Registry "r"', address, insecure });

describe("a host builds", () => {
  it("where its Docker keeps images in containerd, and no login goes over plain HTTP", () => {
    expect(
      whyNoBuilder("web-1", info, [registry("ghcr.io"), registry("plain.test:5000", true)]),
    ).toBeUndefined();
  });

  it("not where Docker keeps them in a store of its own", () => {
    const old = {
      ...info,
      ServerVersion: "20.10.24",
      DriverStatus: [["Backing Filesystem", "extfs"]] as [string, string][],
    };
    expect(whyNoBuilder("web-1", old, [])).toBe(
      'web-1: its Docker 20.10.24 keeps images in a store of its own, from which BuildKit cannot push; build on a machine that is made with daemon: { features: { "containerd-snapshotter": true } } and Docker 23 or newer, or on this one.',
    );
    expect(whyNoBuilder("web-1", {}, [])).toContain("cannot push");
  });

  it("with an sbom from Docker 24 on, whose BuildKit makes one and no older one says that it does not", () => {
    const of = (ServerVersion: string) => whyNoBuilder("web-1", { ...info, ServerVersion }, [], true);
    expect(of("23.0.6")).toBe(
      "web-1: its Docker 23.0.6 makes no sbom and no provenance, for which it has to be 24 or newer; build on another machine, or leave both out.",
    );
    expect([of("24.0.9"), of("28.5.2"), of("dev")]).toEqual([undefined, undefined, undefined]);
    expect(whyNoBuilder("web-1", { ...info, ServerVersion: "23.0.6" }, [])).toBeUndefined();
  });

  it("not where a login would go over plain HTTP", () => {
    expect(whyNoBuilder("web-1", info, [registry("ghcr.io"), registry("plain.test:5000")])).toBe(
      'web-1: the login of Registry "r" was not sent: Docker has plain.test:5000 in insecure-registries there, by which a login goes over plain HTTP; take it out of /etc/docker/daemon.json, or say insecure: true at Registry "r".',
    );
  });
});

describe("the memory of a host that builds", () => {
  it("is said, and warned of where less than 1 GB is free, with the cure", () => {
    expect(memoryToBuild("web-1", { total: 3900, available: 1024, swap: 0 })).toEqual({
      low: false,
      said: "web-1: 1024 of 3900 MB of memory are free for the build.",
    });
    expect(memoryToBuild("web-1", { total: 3900, available: 1023, swap: 0, swapFree: 0 })).toEqual({
      low: true,
      said: "web-1: 1023 of 3900 MB of memory are free for the build; bundling assets takes 1 to 2 GB, and where memory ends the kernel kills what has most of it, which may be the app or its database there. Let another machine build (builder), or add a swap file of 2 GB to this one.",
    });
  });

  it("counts what is free of swap, by which the cure ends the warning", () => {
    const amount = fc.integer({ min: 0, max: 8192 });
    fc.assert(
      fc.property(amount, amount, amount, (available, swapFree, used) => {
        const memory = { total: 8192, available, swap: swapFree + used, swapFree };
        expect(memoryToBuild("web-1", memory)?.low).toBe(available + swapFree < 1024);
        expect(memoryToBuild("web-1", { ...memory, swap: 2048, swapFree: 2048 })?.low).toBe(false);
      }),
    );
  });

  it("is not said where the kernel does not tell what is free", () => {
    expect(memoryToBuild("web-1", { total: 3900, swap: 0 })).toBeUndefined();
  });
});

describe("a registry is unchecked", () => {
  it("where its address is in a range, with a port or without", () => {
    const part = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(part, part, part, part, (a, b, c, d) => {
        const address = `${a}.${b}.${c}.${d}`;
        expect(isUnchecked(address, info)).toBe(a === 10 && b === 1);
        expect(isUnchecked(`${address}:5000`, info)).toBe(a === 10 && b === 1);
      }),
    );
  });

  it.each([
    ["[fd00:1::5]:5000", true],
    ["[fd00:1:0:0:0:0:0:5]", true],
    ["[fd00:2::5]:5000", false],
    ["[::1]:5000", false],
    ["127.0.0.1:5000", false],
  ])("%s: %s", (address, unchecked) => {
    expect(isUnchecked(address, info)).toBe(unchecked);
  });

  it("not for its name alone, nor where Docker says nothing of registries", () => {
    expect(isUnchecked("ghcr.io", info)).toBe(false);
    expect(isUnchecked("10.1.2.3", {})).toBe(false);
  });
});
