import { describe, expect, it } from "vitest";
import type { Network } from "../../../../components";
import { addressPools, checkDaemon } from "../../../../components/server/daemon";

describe("Docker's address pools on a server", () => {
  it("are ours, the program's, or Docker's own where the program takes ours away", () => {
    expect(addressPools()).toEqual(["172.16.0.0/12"]);
    const own = [
      { base: "10.200.0.0/16", size: 24 },
      { base: "10.201.0.0/16", size: 24 },
    ];
    expect(addressPools({ "default-address-pools": own })).toEqual(["10.200.0.0/16", "10.201.0.0/16"]);
    expect(addressPools({ "default-address-pools": undefined })).toEqual(["172.16.0.0/12", "192.168.0.0/16"]);
    expect(addressPools({ bip: "172.30.0.1/24" })).toEqual(["172.16.0.0/12", "172.30.0.1/24"]);
  });

  it("may be moved away from a private network", () => {
    const network = { ipRange: "172.20.0.0/16", label: 'Network "net"' } as Network;
    expect(checkDaemon({}, network)).toHaveLength(1);
    const moved = { "default-address-pools": [{ base: "10.200.0.0/16", size: 24 }] };
    expect(checkDaemon(moved, network)).toEqual([]);
    expect(checkDaemon(moved, { network, ip: "172.20.0.9" })).toEqual([]);
  });
});
