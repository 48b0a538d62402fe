import { describe, expect, it } from "vitest";
import { ProcessTree, memoryMb } from "../../../bench/client/processes";
import { childSeconds } from "../../../bench/client/times";
import { parseOptions } from "../../../bench/compare/options";
import { counterRules, parseCounters, sumCounts } from "../../../bench/hosts/counters";
import { kamalConfig } from "../../../bench/kamal/config";
import { changeWindow } from "../../../bench/traffic/window";
import { runClient } from "../../../bench/client/run";
import { Tally } from "../../../lab/load/tally";
import { parse } from "yaml";

describe("options", () => {
  it("has the whole comparison as its default", () => {
    expect(parseOptions([])).toMatchObject({ sizes: [1, 2, 4, 8, 16], rounds: 5, warmUp: true });
  });

  it("takes what is asked for, in its usual order", () => {
    const options = parseOptions(["--sizes", "8,2", "--cases", "slow,deploy", "--tools", "kamal,sextant"]);
    expect(options).toMatchObject({
      sizes: [2, 8],
      cases: ["deploy", "slow"],
      tools: ["sextant", "kamal"],
    });
  });

  it("is short when asked to", () => {
    expect(parseOptions(["--quick"])).toMatchObject({ sizes: [2], rounds: 1, warmUp: false });
  });

  it.each([
    [["--sizes", "two"], "--sizes: two is no number"],
    [["--rounds", "0"], "--rounds: 0 is no number from 1 up"],
    [["--cases", "deploy,lunch"], "--cases: there is no lunch"],
    [["--tools"], "--tools takes a value"],
    [["--fast"], "There is no --fast"],
  ])("refuses %j", (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});

describe("childSeconds", () => {
  it("adds user and system time of the children", () => {
    expect(childSeconds("0m0.01s 0m0.02s\n1m1.50s 0m0.25s\n")).toBeCloseTo(61.75);
    expect(childSeconds("0m0.000000s 0m0.000000s\n0m0.010000s 0m0.020000s\n")).toBeCloseTo(0.03);
  });

  it("is an error of anything else", () => {
    expect(() => childSeconds("")).toThrow("times printed");
  });
});

describe("runClient", () => {
  it("tells how a program and its children ended, what they said and what they cost", async () => {
    const script =
      'echo out; echo err >&2; sh -c "sleep 0.5; exit 0"; i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done; exit 3';
    const ran = await runClient({ command: "sh", args: ["-c", script], cwd: "/", env: {} });
    expect(ran.code).toBe(3);
    expect(ran.text).toContain("out\n");
    expect(ran.text).toContain("err\n");
    expect(ran.seconds).toBeGreaterThan(0.5);
    expect(ran.cpuSeconds).toBeGreaterThan(0);
    expect(ran.processes).toBeGreaterThanOrEqual(2);
    expect(ran.peakMb).toBeGreaterThan(0);
  });
});

describe("ProcessTree", () => {
  it("does not count the process itself", () => {
    expect(new ProcessTree(process.pid).look()).not.toContain(process.pid);
  });

  it("reads a process's memory, and none of one that is gone", () => {
    expect(memoryMb(process.pid)).toBeGreaterThan(1);
    expect(memoryMb(2 ** 30)).toBe(0);
  });
});

describe("counters", () => {
  const printed = JSON.stringify({
    nftables: [
      { metainfo: { version: "1.0.6" } },
      { counter: { name: "ssh_new", packets: 3, bytes: 180 } },
      { counter: { name: "ssh_bytes", packets: 90, bytes: 45_000 } },
      { counter: { name: "registry_bytes", packets: 5, bytes: 7_000 } },
    ],
  });

  it("reads what nft prints", () => {
    expect(parseCounters(printed)).toEqual({ sshConnections: 3, sshBytes: 45_000, registryBytes: 7_000 });
    expect(() => parseCounters('{"nftables":[]}')).toThrow("no counter ssh_new");
  });

  it("adds up hosts", () => {
    const one = { sshConnections: 1, sshBytes: 2, registryBytes: 3 };
    expect(sumCounts([one, one])).toEqual({ sshConnections: 2, sshBytes: 4, registryBytes: 6 });
    expect(sumCounts([])).toEqual({ sshConnections: 0, sshBytes: 0, registryBytes: 0 });
  });

  it("starts from nothing, and lets everything through", () => {
    const rules = counterRules("10.0.0.2:5000");
    expect(rules).toContain("ip saddr 10.0.0.2 tcp sport 5000");
    expect(rules).not.toMatch(/drop|reject/);
    expect(rules.indexOf("delete table")).toBeLessThan(rules.indexOf("chain in"));
  });
});

describe("kamalConfig", () => {
  const settings = {
    hosts: ["10.0.0.3", "10.0.0.4"],
    registry: { address: "10.0.0.2:5000", username: "lab" },
    keyFile: "/tmp/key",
    ports: { http: 8080, https: 8443 },
    host: "lite.bench",
    env: { BOOT_DELAY: "1" },
    serial: false,
  };

  it("says what the other tool's program says", () => {
    expect(parse(kamalConfig(settings))).toMatchObject({
      service: "lite",
      servers: { web: { hosts: ["10.0.0.3", "10.0.0.4"] } },
      env: { clear: { BOOT_DELAY: "1" } },
      proxy: { host: "lite.bench", app_port: 3000, run: { http_port: 8080 } },
      deploy_timeout: 30,
    });
  });

  it("has all hosts at once, or one by one", () => {
    expect(parse(kamalConfig(settings))).not.toHaveProperty("boot");
    expect(parse(kamalConfig({ ...settings, serial: true }))).toMatchObject({ boot: { limit: 1 } });
  });
});

describe("changeWindow", () => {
  const seen = (target: string, version: string, first: number, last: number) => ({
    ...{ target, version, first, last, requests: 1 },
  });

  it("goes from a second before the first new answer to a second after the last old one", () => {
    const versions = [
      seen("a", "v1", 0, 5200),
      seen("b", "v1", 0, 6000),
      seen("a", "v2", 5000, 9000),
      seen("b", "v2", 5900, 9000),
    ];
    expect(changeWindow({ versions })).toEqual({ from: 4000, to: 7000 });
  });

  it("is not there when nothing changed", () => {
    expect(changeWindow({ versions: [seen("a", "v1", 0, 9000)] })).toBeUndefined();
  });
});

describe("Tally.between", () => {
  it("looks at a part of the time only", () => {
    const tally = new Tally();
    for (let at = 100; at <= 1000; at += 100) tally.good("a", "v1", at - (at > 500 ? 50 : 5), at, false);
    const [early, late] = [tally.between(0, 500), tally.between(501, 2000)];
    expect(early).toEqual({ requests: 5, p50: 5, p99: 5, longestGap: 100 });
    expect(late).toMatchObject({ requests: 5, p50: 50 });
    expect(tally.between(5000, 6000)).toEqual({ requests: 0, p50: 0, p99: 0, longestGap: 0 });
  });
});
