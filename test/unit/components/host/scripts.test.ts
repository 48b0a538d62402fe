/** The scripts that run before the verbs are installed, run for real against commands that answer as a machine would. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const verbs = join(__dirname, "../../../../components/host/verbs");
const ordinary = [
  "sh",
  "sed",
  "awk",
  "head",
  "tail",
  "tr",
  "cut",
  "cat",
  "date",
  "sleep",
  "grep",
  "readlink",
  "nproc",
  "df",
  "seq",
];

/** Runs a verb as `sh -s`, on a machine that has these commands and nothing else beside the ordinary ones. */
function run(verb: string, words: string[], commands: Record<string, string>) {
  const bin = mkdtempSync(join(tmpdir(), "sextant-test-"));
  for (const name of ordinary) {
    // A command that is given here must not be written through a link to the real one.
    if (name in commands) continue;
    const found = ["/usr/bin", "/bin"]
      .map((directory) => join(directory, name))
      .find((path) => readable(path));
    if (found !== undefined) symlinkSync(found, join(bin, name));
  }
  for (const [name, script] of Object.entries(commands)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { flag: "wx" });
    chmodSync(join(bin, name), 0o755);
  }
  const done = spawnSync("/bin/sh", ["-s", "--", ...words], {
    input: readFileSync(join(verbs, `${verb}.sh`)),
    encoding: "utf8",
    env: { PATH: bin },
  });
  return { status: done.status, stdout: done.stdout, stderr: done.stderr };
}

function readable(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

/** A docker that answers what the preflight asks. */
const docker = (version: string, container = "", label = "") => `
case "$*" in
  version*) echo ${version} ;;
  *Swarm*) echo inactive ;;
  *DockerRootDir*) echo / ;;
  ps*) [ -n "${container}" ] && echo "${container}" ;;
  inspect*) echo "${label}" ;;
esac
exit 0`;

const machine = {
  docker: docker("20.10.24"),
  id: "case $1 in -u) echo 0 ;; *) echo root ;; esac",
  uname: "echo x86_64",
  curl: ":",
  iptables: ":",
  ss: ":",
  ip: 'echo "2: eth0    inet 10.0.0.7/24 brd 10.0.0.255"',
};
const listening = (process: string) => `echo 'LISTEN 0 511 *:80 *:* users:(("${process}",pid=812,fd=6))'`;

describe("preflight", () => {
  it("accepts a machine that has everything, and says what it is", () => {
    const done = run("preflight", ["arch=amd64", "ports=80,443", "disk=1", "private=10.0.0.7"], machine);
    expect(done.stderr).toBe("");
    expect(done.status).toBe(0);
    expect(done.stdout).toMatch(
      /^Docker 20\.10\.24, data in \/\namd64, \d+ cores, \d+ MB of memory, \d+ MB of disk free\n$/,
    );
  });

  it("refuses with the whole list", () => {
    const done = run(
      "preflight",
      ["arch=arm64", "ports=80", "disk=999999999", "memory=999999999", "private=10.0.0.8"],
      {
        ...machine,
        docker: docker("19.3.1"),
        id: "case $1 in -u) echo 1000 ;; *) echo deploy ;; esac",
        ss: listening("nginx"),
      },
    );
    expect(done.status).toBe(1);
    const [head, ...list] = done.stderr.trimEnd().split("\n");
    expect(head).toBe("This machine cannot be used yet:");
    expect(list.map((line) => line.replace(/^\d+\. /, "").slice(0, 30))).toEqual([
      "Docker is 19.3.1, and 20.10 is",
      "The login is deploy, and the p",
      "The architecture is amd64, and",
      expect.stringMatching(/^It has \d+ MB of memory/),
      expect.stringMatching(/^\/ has \d+ MB free/),
      "The private address 10.0.0.8 i",
      "Port 80 belongs to nginx (proc",
    ]);
    expect(list.map((line) => line.split(".")[0])).toEqual(["1", "2", "3", "4", "5", "6", "7"]);
  });

  it.each([
    ["no Docker", { docker: undefined }, /Docker is not installed\. Install docker\.io or docker-ce\./],
    [
      "a Docker that does not answer",
      { docker: "echo 'Cannot connect to the Docker daemon' >&2; exit 1" },
      /Docker does not answer: Cannot connect to the Docker daemon\. Start it/,
    ],
    ["no curl", { curl: undefined }, /curl is not there\. Install it: apt-get install curl\./],
    ["no ss", { ss: undefined }, /ss is not there\. Install it: apt-get install iproute2\./],
    [
      "somebody's container on port 80",
      { ss: listening("docker-proxy"), docker: docker("27.1.0", "traefik") },
      /Port 80 belongs to the container traefik\./,
    ],
    [
      "Kamal's own proxy",
      { ss: listening("docker-proxy"), docker: docker("27.1.0", "kamal-proxy") },
      /kamal-proxy that Kamal made\. Remove it when you move over \(kamal proxy remove\)\./,
    ],
  ])("refuses %s", (_, change, message) => {
    const commands = Object.fromEntries(
      Object.entries<string | undefined>({ ...machine, ...change }).filter(
        ([, script]) => script !== undefined,
      ),
    ) as Record<string, string>;
    const done = run("preflight", ["ports=80"], commands);
    expect(done.stderr).toMatch(message);
    expect(done.status).toBe(1);
  });

  it("knows its own proxy by its label", () => {
    const done = run("preflight", ["ports=80"], {
      ...machine,
      ss: listening("docker-proxy"),
      docker: docker("27.1.0", "kamal-proxy", "0123456789ab"),
    });
    expect(done.stderr).toBe("");
    expect(done.stdout).toContain("port 80: our kamal-proxy");
  });

  it("refuses a snap of Docker", () => {
    const snap = mkdtempSync(join(tmpdir(), "snap-"));
    mkdirSync(join(snap, "snap"));
    writeFileSync(join(snap, "snap", "docker"), `#!/bin/sh\n${docker("24.0.5")}\n`, { mode: 0o755 });
    const done = run("preflight", [], {
      ...machine,
      docker: docker("24.0.5"),
      readlink: `echo ${snap}/snap/docker`,
    });
    expect(done.stderr).toContain("Docker is the snap package");
  });
});

describe("host-ready", () => {
  it("says what it waited for", () => {
    const done = run("host-ready", ["private=10.0.0.7", "timeout=5"], machine);
    expect(done.stderr).toBe("");
    expect(done.stdout).toMatch(/^an answer from Docker: \ds\nthe private address 10\.0\.0\.7: \ds\n$/);
    expect(done.status).toBe(0);
  });

  it("gives up in time, with what is missing", () => {
    const done = run("host-ready", ["timeout=1"], { ...machine, docker: "exit 1" });
    expect(done.status).toBe(1);
    expect(done.stderr).toMatch(/After \ds, an answer from Docker is still not there\. See journalctl/);
  });

  it("refuses a word that it does not know", () => {
    expect(run("host-ready", ["wait=1"], machine)).toMatchObject({
      status: 2,
      stderr: "host-ready: unknown word wait=1\n",
    });
  });
});
