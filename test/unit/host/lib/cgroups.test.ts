/** What verbs read from and write to control groups, on the paths of systemd with version 2 and on those of version 1. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { putScripts } from "../put-scripts";

const id = "3f2a".repeat(16);
const systemd = `sys/fs/cgroup/system.slice/docker-${id}.scope`;
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sextant-cgroups-"));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}
const read = (path: string): string => readFileSync(join(root, path), "utf8").trim();

/** A line of shell that has the functions of the verbs, on a machine whose /proc and /sys are below the root. */
function call(line: string): string {
  putScripts(join(root, "kit"), (text) =>
    text.replaceAll(/(?<=[\s"'])\/(proc|sys)(?=\/)/g, `${root}/$1`).replaceAll("=/sys/fs", `=${root}/sys/fs`),
  );
  write({ "kit/call": `set -u\n. "\${0%/*}/lib/evidence"\n${line}\n` });
  const done = spawnSync("/bin/sh", [join(root, "kit/call")], { encoding: "utf8" });
  expect(done.stderr).toBe("");
  return done.stdout;
}

/** Facts as key and value. */
const facts = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split("\x1e")
      .filter(Boolean)
      .map((record) => record.split("\x1f"))
      .map(([, key = "", , value = ""]) => [key, value]),
  );

describe("version 2 under systemd", () => {
  it("tells a container's memory, its kills, and the highest pressure of the groups that it is in", () => {
    write({
      "proc/4711/cgroup": `0::/system.slice/docker-${id}.scope\n`,
      [`${systemd}/memory.current`]: "125829120\n",
      [`${systemd}/memory.max`]: "268435456\n",
      [`${systemd}/memory.swap.current`]: "1048576\n",
      [`${systemd}/memory.events`]: "low 0\nhigh 0\nmax 12\noom 2\noom_kill 1\noom_group_kill 0\n",
      [`${systemd}/memory.pressure`]:
        "some avg10=12.34 avg60=3.00 avg300=1.00 total=99\nfull avg10=9.10 avg60=2.00 avg300=1.00 total=88\n",
      "sys/fs/cgroup/system.slice/memory.pressure":
        "some avg10=20.50 avg60=3.00 avg300=1.00 total=99\nfull avg10=1.00 avg60=2.00 avg300=1.00 total=88\n",
    });
    expect(facts(call("memory_facts 4711"))).toEqual({
      used: "120",
      limit: "256",
      swapped: "1",
      kills: "1",
      some: "20.5",
      full: "9.1",
    });
  });

  it("takes no limit for one that is not set, and no pressure where the kernel counts none", () => {
    write({
      "proc/4711/cgroup": `0::/system.slice/docker-${id}.scope\n`,
      [`${systemd}/memory.current`]: "1048576\n",
      [`${systemd}/memory.max`]: "max\n",
    });
    expect(facts(call("memory_facts 4711"))).toEqual({ used: "1" });
  });

  it("gives a release that boots a quarter of a weight, and a whole one when it serves", () => {
    write({
      [`${systemd}/cpu.weight`]: "100\n",
      "sys/fs/cgroup/system.slice/docker.service/cpu.weight": "100\n",
    });
    call(`cpu_share ${id} boot`);
    expect(read(`${systemd}/cpu.weight`)).toBe("25");
    call(`cpu_share ${id} whole`);
    expect(read(`${systemd}/cpu.weight`)).toBe("100");
    expect(read("sys/fs/cgroup/system.slice/docker.service/cpu.weight")).toBe("100");
  });
});

describe("version 1", () => {
  const memory = `sys/fs/cgroup/memory/docker/${id}`;
  it("tells a container's memory and its kills", () => {
    write({
      "proc/4711/cgroup": `12:cpu,cpuacct:/docker/${id}\n11:memory:/docker/${id}\n`,
      [`${memory}/memory.usage_in_bytes`]: "125829120\n",
      [`${memory}/memory.limit_in_bytes`]: "9223372036854771712\n",
      [`${memory}/memory.stat`]: "cache 0\nswap 2097152\n",
      [`${memory}/memory.oom_control`]: "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
    });
    expect(facts(call("memory_facts 4711"))).toEqual({ used: "120", swapped: "2", kills: "3" });
  });

  it("gives shares", () => {
    write({ [`sys/fs/cgroup/cpu/docker/${id}/cpu.shares`]: "1024\n" });
    call(`cpu_share ${id} boot`);
    expect(read(`sys/fs/cgroup/cpu/docker/${id}/cpu.shares`)).toBe("256");
  });
});
