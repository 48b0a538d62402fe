/**
 * A user who may use Docker and does not become root by sudo, by the ssh of this machine, a real sshd and a real Docker: what runs by
 * Docker runs as a root who has logged in runs it.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Docker, ensureDocker } from "../../lab/docker/docker";
import type { SshAddress } from "../../provider/ssh/address";
import { keyMaterial } from "../../provider/ssh/private-key";
import { asRoot } from "../../provider/ssh/as-root";
import type { Ran } from "../../provider/ssh/run";
import { textLine } from "../../provider/host/scripts";
import { repoRoot } from "../../lab/paths";
import { Sshd } from "./command-plugin/sshd";

const folder = mkdtempSync(join(tmpdir(), "sextant-by-docker-"));
const bin = join(folder, "bin");
let docker: Docker;
let socket: string;
let sshd: Sshd;

/** sudo as it is for who is in no line of sudoers; each call is a line of a file. */
const sudo = `#!/bin/sh\necho x >>${folder}/asked\necho "sudo: a password is required" >&2\nexit 1\n`;

beforeAll(async () => {
  docker = await ensureDocker(console.log);
  socket = docker.host.replace(/^unix:\/\//, "");
  mkdirSync(bin);
  writeFileSync(join(bin, "sudo"), sudo, { mode: 0o755 });
  const path = `${bin}${delimiter}${process.env["PATH"] ?? ""}`;
  sshd = await Sshd.start({ log: true, settings: [`SetEnv SEXTANT_SOCKET=${socket} PATH=${path}`] });
});
afterAll(async () => {
  await sshd.stop();
  rmSync(folder, { recursive: true });
});

const shell = (): SshAddress => ({
  ...{ name: "web-1", destination: `${userInfo().username}@127.0.0.1`, port: sshd.port, sudo: true },
  ...{
    keyFile: join(sshd.directory, "login"),
    hostKey: keyMaterial(sshd.file("host_ed25519.pub")),
    config: "none",
  },
});
/** Runs lines at once in one process, as Pulumi's plugin does. */
async function runAll(lines: string[], settings: { stdin?: string } = {}): Promise<Ran[]> {
  const client = join(repoRoot, "test/unit/provider/ssh/client.ts");
  const child = spawn(process.execPath, ["--import", "tsx", client], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify({ shell: shell(), lines, settings }));
  return (await text(child.stdout))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Ran);
}
const run = async (line: string, settings?: { stdin?: string }): Promise<Ran | undefined> =>
  (await runAll([line], settings))[0];
/** A connection of its own, which is cut by ending it. */
function connection(line: string, terminal = false) {
  const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"];
  return spawn(
    "ssh",
    [
      ...["-F", "none", "-p", String(sshd.port), "-i", join(sshd.directory, "login")],
      ...options.flatMap((option) => ["-o", option]),
      ...(terminal ? ["-tt"] : []),
      ...[shell().destination, asRoot({ sudo: true }, line, "docker")],
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
}
const containers = (): Promise<string> =>
  docker.run(["ps", "--all", "--quiet", "--filter", "label=sextant.root"]);
const image = (): Promise<string> => docker.run(["images", "--quiet", "sextant-root"]);
const at = (name: string): string => join(folder, name);
const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + 30_000; !(await holds()); await sleep(200))
    if (Date.now() > end) throw new Error("it did not come about within 30 s");
};
/** The script itself, as a login's shell runs it. */
const byDocker = (line: string, env: NodeJS.ProcessEnv = {}, before: string[] = []) => {
  const [program = "", ...words] = [...before, "sh", "-c", textLine("by-docker", [line])];
  return spawnSync(program, words, {
    encoding: "utf8",
    env: { ...process.env, SEXTANT_SOCKET: socket, ...env },
  });
};

it("is root in the namespaces and the control group of the login, with root's environment and nothing of the user's", async () => {
  const seen =
    "readlink /proc/self/ns/mnt /proc/self/ns/net /proc/self/ns/pid /proc/self/ns/uts /proc/self/ns/ipc";
  const own = execFileSync("sh", ["-c", `${seen}; cat /proc/self/cgroup`], { encoding: "utf8" });
  const ran = await run(`id -u; ${seen}; cat /proc/self/cgroup`);
  expect(ran).toEqual({ code: 0, stdout: `0\n${own}`, stderr: "" });
  const stdout = (await run("env"))?.stdout ?? "";
  const names = stdout.split("\n").flatMap((line) => /^(\w+)=/.exec(line)?.[1] ?? []);
  expect(names.sort()).toEqual(
    ["HOME", "LOGNAME", "PATH", "PWD", "SEXTANT_LOGIN", "SHELL", "SSH_CONNECTION", "TERM", "USER"].filter(
      (name) => name !== "TERM" || names.includes(name),
    ),
  );
  expect(stdout).toContain(`SEXTANT_LOGIN=${userInfo().username}\n`);
  expect(stdout).toMatch(/^SSH_CONNECTION=127\.0\.0\.1 /m);
});

it("asks sudo once for a connection, and keeps how it became root", async () => {
  rmSync(at("asked"), { force: true });
  expect((await runAll(["true", "true", "true"])).map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(readFileSync(at("asked"), "utf8")).toBe("x\n");
});

it.each([0, 1, 42, 125, 127, 141])(
  "ends with the code of the line, its output and its errors apart: %i",
  async (code) => {
    const ran = await run(`echo "out it's" 'a "$b"'; echo err >&2; exit ${code}`);
    expect(ran).toEqual({ code, stdout: `out it's a "$b"\n`, stderr: "err\n" });
  },
);

it("hands on standard input to its end, and nothing of it is in an argument", async () => {
  const stdin = Array.from({ length: 100_000 }, (_, at) => String.fromCodePoint(at % 0x500)).join("");
  const ran = await run("cksum; tr '\\0' ' ' </proc/$PPID/cmdline | wc -c", { stdin });
  const own = execFileSync("cksum", { input: stdin, encoding: "utf8" });
  expect(ran?.stdout.startsWith(own)).toBe(true);
  expect(Number(ran?.stdout.slice(own.length))).toBeLessThan(10_000);
  expect(await run("cat")).toEqual({ code: 0, stdout: "", stderr: "" });
});

it("lets go on what is started in the background, and leaves no container and no image where the verbs are not", async () => {
  const line = `setsid sh -c 'sleep 3; cat /proc/self/cgroup >${at("left")}' </dev/null >/dev/null 2>&1 &`;
  expect((await run(line))?.code).toBe(0);
  expect(await containers()).toBe("");
  await until(() => existsSync(at("left")) && readFileSync(at("left"), "utf8") !== "");
  if (!existsSync("/usr/local/lib/sextant")) expect(await image()).toBe("");
});

it("ends what prints for a client that has gone, and lets what prints nothing come to its end", async () => {
  const loop = connection("echo $$; while :; do date; sleep 0.2; done");
  const [begun] = (await once(loop.stdout, "data")) as [Buffer];
  const pid = Number.parseInt(String(begun), 10);
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  loop.kill();
  await until(() => !existsSync(`/proc/${pid}`));
  const quiet = connection(`echo begun; sleep 2; echo whole >${at("whole")}`);
  await once(quiet.stdout, "data");
  quiet.kill();
  await until(() => existsSync(at("whole")));
  await until(async () => (await containers()) === "");
});

it("hangs up what runs on a terminal that is gone, and leaves no container", async () => {
  const console = connection("echo $$; sleep 300", true);
  const [begun] = (await once(console.stdout, "data")) as [Buffer];
  const pid = Number.parseInt(String(begun), 10);
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  console.kill("SIGKILL");
  await until(() => !existsSync(`/proc/${pid}`));
  await until(async () => (await containers()) === "");
});

it("makes its image anew where a job has taken it away, and waits for no registry", async () => {
  await docker.run(["rmi", "--force", "sextant-root:1"]).catch(() => undefined);
  const all = await runAll([1, 2, 3, 4].map((each) => `echo ${each}`));
  expect(all.map(({ stdout, code }) => [stdout, code])).toEqual([1, 2, 3, 4].map((each) => [`${each}\n`, 0]));
});

it("is not root where Docker's socket leads to another machine, or the user may not use it", () => {
  // As in a container that has the socket of the Docker around it: the number of a process is another's there.
  if (userInfo().uid === 0) {
    const inside = byDocker("id -u", {}, ["unshare", "--pid", "--fork", "--mount-proc"]);
    expect(inside.stdout).toBe("");
    expect(inside.status).not.toBe(0);
    expect(inside.stderr).toMatch(/another machine|nsenter: /);
  }
  const none = byDocker("id -u", { SEXTANT_SOCKET: at("no-socket") });
  expect([none.status, none.stdout, none.stderr]).toEqual([3, "", ""]);
  const dead = byDocker("id -u", { SEXTANT_SOCKET: at("asked") });
  expect(dead.status).toBe(1);
  expect(dead.stderr).toMatch(/docker/i);
});
