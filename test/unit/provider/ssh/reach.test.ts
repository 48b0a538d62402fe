/** How hosts are reached, by the ssh of this machine and a real sshd on the loopback address. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { buildSync } from "esbuild";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { keyMaterial, normalKey } from "../../../../provider/ssh/private-key";
import type { Jump, SshAddress } from "../../../../provider/ssh/address";
import type { Ran } from "../../../../provider/ssh/run";
import { freePort, Sshd } from "../../../lab/command-plugin/sshd";
import type { Work } from "./client";

interface Result extends Partial<Ran> {
  error?: string;
}

let sshd: Sshd;
/** The program that reaches hosts in a process of its own. */
let client: string;
/** A machine that runs `pulumi`, new in each test: its home directory, and programs that come before the installed ones. */
let machine: string;
let env: NodeJS.ProcessEnv;
const agents: string[] = [];

const home = (...path: string[]): string => join(machine, "home", ...path);
const own = (path: string): string => join(sshd.directory, path);
const publicOf = (file: string): string => keyMaterial(sshd.file(`${file}.pub`));
const lines = (path: string): string[] => (existsSync(path) ? readFileSync(path, "utf8").split("\n") : []);
/** Logins that sshd refused. With one key for a login, a connection that ends before it is one. */
const refused = (): number =>
  lines(own("log")).filter((line) => line.includes("[preauth]") && line.includes("Connection closed by auth"))
    .length;
/** As many as they are once sshd has written all of them. */
async function refusals(): Promise<number> {
  for (;;) {
    const before = refused();
    await sleep(500);
    if (refused() === before) return before;
  }
}
const argumentsOfSsh = (): string[] => lines(join(machine, "arguments")).filter((line) => line !== "");

beforeAll(async () => {
  sshd = await Sshd.start({ log: true });
  // Compiled once: each test starts a process of it.
  client = own("client.cjs");
  buildSync({
    entryPoints: [join(__dirname, "client.ts")],
    outfile: client,
    bundle: true,
    platform: "node",
  });
});

afterAll(async () => {
  await sshd.stop();
});

/** A program that comes before the installed one, which it runs in the end. */
function wrapped(program: string, before: string): void {
  const real = execFileSync("sh", ["-c", `command -v ${program}`], {
    encoding: "utf8",
    env: installed(),
  }).trim();
  writeFileSync(join(machine, "bin", program), `#!/bin/sh\n${before}\nexec ${real} "$@"\n`, { mode: 0o755 });
}

/** The version of OpenSSH whose set of tools these tests run with, where it is not the machine's own. */
const ofTools = /^openssh-(.*)$/.exec(process.env["SEXTANT_TOOLS"] ?? "")?.[1];

/** Another OpenSSH than the installed one may be tried: its directory is in SEXTANT_TEST_OPENSSH. */
function installed(): NodeJS.ProcessEnv {
  const other = process.env["SEXTANT_TEST_OPENSSH"];
  return other === undefined ? process.env : { ...process.env, PATH: `${other}:${process.env["PATH"]}` };
}

beforeEach(() => {
  writeFileSync(own("log"), "");
  machine = mkdtempSync(join(tmpdir(), "sextant-machine-"));
  mkdirSync(home(".ssh"), { recursive: true, mode: 0o700 });
  mkdirSync(join(machine, "bin"));
  mkdirSync(join(machine, "run"), { mode: 0o700 });
  env = {
    ...process.env,
    HOME: home(),
    XDG_RUNTIME_DIR: join(machine, "run"),
    PATH: `${join(machine, "bin")}:${installed()["PATH"]}`,
    SSH_AUTH_SOCK: "",
  };
  wrapped("ssh", `for word; do printf '%s\\n' "$word"; done >>${join(machine, "arguments")}`);
  wrapped("ssh-add", `for word; do printf '%s\\n' "$word"; done >>${join(machine, "arguments")}`);
});

afterEach(() => {
  for (const pid of agents.splice(0)) process.kill(Number(pid));
  rmSync(machine, { recursive: true, force: true });
});

function shell(change: Partial<SshAddress> = {}): SshAddress {
  return {
    name: "web-1",
    destination: `${userInfo().username}@127.0.0.1`,
    port: sshd.port,
    hostKey: publicOf("host_ed25519"),
    ...change,
  };
}

/** Does some work in a process of its own. */
async function work(what: Work): Promise<Result[]> {
  const child = spawn(process.execPath, [client], {
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(JSON.stringify(what));
  const printed = (await text(child.stdout)).trim().split("\n");
  return printed.map((line) => JSON.parse(line) as Result);
}

const echoed = { code: 0, stdout: "hello\n" };
const echo = async (
  change: Partial<SshAddress> = {},
  settings: Partial<Work> = {},
): Promise<Result | undefined> =>
  (await work({ shell: shell(change), lines: ["echo hello"], ...settings }))[0];

/** An agent of the user's, with these keys. */
function agent(...keys: string[]): void {
  const socket = join(machine, "agent");
  const said = execFileSync("ssh-agent", ["-s", "-a", socket], { encoding: "utf8" });
  agents.push(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1] ?? "");
  env["SSH_AUTH_SOCK"] = socket;
  const askpass = join(machine, "askpass");
  writeFileSync(askpass, "#!/bin/sh\necho open sesame\n", { mode: 0o755 });
  const asking = { ...env, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: "force", DISPLAY: ":0" };
  for (const key of keys) execFileSync("ssh-add", ["-q", own(key)], { env: asking });
}

/** All files of a machine that hold some text. */
function filesWith(word: string, directory = machine): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return filesWith(word, path);
    return entry.isFile() && readFileSync(path, "utf8").includes(word) ? [path] : [];
  });
}

/** A line of a key that stands for all of it. */
const canary = (key: string): string => key.split("\n")[2] ?? "";

describe("a key from a secret", () => {
  it("works on a machine where no program has run, and leaves nothing: no file, no argument, no agent", async () => {
    const privateKey = sshd.file("login");
    expect(canary(privateKey).length).toBeGreaterThan(50);
    expect(await echo({ privateKey })).toMatchObject(echoed);
    expect(filesWith(canary(privateKey))).toEqual([]);
    expect(argumentsOfSsh()).toContain("echo hello");
    expect(argumentsOfSsh().join("\n")).not.toContain(canary(privateKey));
    const sockets = () =>
      readdirSync(join(machine, "run", "sextant")).filter((name) => name.startsWith("agent-"));
    for (let tries = 0; sockets().length > 0 && tries < 100; tries += 1) await sleep(50);
    expect(sockets()).toEqual([]);
  });

  it("is in no agent any more when the process is killed", async () => {
    const child = spawn(process.execPath, [client], {
      env,
      stdio: ["pipe", "ignore", "inherit"],
    });
    child.stdin.end(
      JSON.stringify({ shell: shell({ privateKey: sshd.file("login") }), lines: ["sleep 20"] }),
    );
    const there = () =>
      existsSync(join(machine, "run", "sextant")) &&
      readdirSync(join(machine, "run", "sextant")).some((name) => name.startsWith("agent-"));
    while (!argumentsOfSsh().includes("sleep 20")) await sleep(50);
    expect(there()).toBe(true);
    child.kill("SIGKILL");
    for (let tries = 0; there() && tries < 100; tries += 1) await sleep(50);
    expect(there()).toBe(false);
  });

  it("is mended where Windows has been at its line breaks", async () => {
    const privateKey = normalKey(sshd.file("login").replaceAll("\n", "\r\n"));
    expect(await echo({ privateKey })).toMatchObject(echoed);
  });

  it("does for more commands at once than sshd takes sessions of a connection", async () => {
    const narrow = await Sshd.start({ keysOf: sshd, log: true, settings: ["MaxSessions 2"] });
    const many = Array.from({ length: 6 }, (_, at) => `sleep 0.3; echo ${at}`);
    const done = await work({
      shell: shell({ privateKey: sshd.file("login"), port: narrow.port }),
      lines: many,
    });
    await narrow.stop();
    expect(done.map(({ stdout }) => stdout)).toEqual(many.map((_, at) => `${at}\n`));
  });
});

describe("a key in a file", () => {
  it("is found in $HOME, wherever the list of users has the home directory", async () => {
    expect(userInfo().homedir).not.toBe(home());
    cpSync(own("login"), home(".ssh", "id_ed25519"));
    expect(await echo({ hostKey: undefined })).toMatchObject(echoed);
    expect(await echo({ keyFile: "~/.ssh/id_ed25519" })).toMatchObject(echoed);
    expect(readFileSync(home(".ssh", "known_hosts"), "utf8")).toContain(publicOf("host_ed25519"));
  });

  it("is named where it is on another machine", async () => {
    expect(await echo({ keyFile: "~/.ssh/deploy" })).toEqual({
      error:
        "Error: web-1: its key is the file ~/.ssh/deploy, which is not on this machine; put it there, or give the key as the secret ssh.privateKey, which works on every machine.",
    });
    expect(argumentsOfSsh()).toEqual([]);
  });

  it("with a passphrase is told from a refused one, at once", async () => {
    cpSync(own("locked"), home(".ssh", "id_ed25519"));
    expect((await echo({ keyFile: "~/.ssh/id_ed25519" }))?.error).toMatch(
      /the key ~\/.ssh\/id_ed25519 has a passphrase, and no agent holds it .*; run ssh-add ~\/.ssh\/id_ed25519 first/,
    );
    agent("locked");
    expect(await echo({ keyFile: "~/.ssh/id_ed25519" })).toMatchObject(echoed);
  });
});

describe("a key in an agent alone", () => {
  it("is taken, also among more of them than sshd lets one try", async () => {
    agent("login");
    expect(await echo()).toMatchObject(echoed);
    for (let number = 0; number < 8; number += 1)
      execFileSync(
        "sh",
        ["-c", 'ssh-keygen -q -t ed25519 -N "" -f "$0" && ssh-add -q "$0"', join(machine, `other-${number}`)],
        { env },
      );
    execFileSync("ssh-add", ["-q", "-d", own("login")], { env });
    execFileSync("ssh-add", ["-q", own("login")], { env });
    expect(
      await echo({ hostKey: `${publicOf("host_ed25519")}`, publicKey: publicOf("login") }),
    ).toMatchObject(echoed);
  });
});

describe("a key that is named by its public half", () => {
  it("is said to be in no agent where it is in none, and is taken from the usual files", async () => {
    expect((await echo({ publicKey: publicOf("login") }))?.error).toMatch(
      /sshd would take the key ssh.publicKey of the agent, and no agent holds it .*; run ssh-add FILE/,
    );
    cpSync(own("login"), home(".ssh", "id_ed25519"));
    expect(await echo({ publicKey: publicOf("login") })).toMatchObject(echoed);
  });
});

describe("a user who is in no list of users", () => {
  it("is told so", async ({ skip }) => {
    skip(userInfo().uid !== 0, "only root can become somebody else");
    const uid = 54_321;
    const runnable = spawnSync("ssh", ["-V"], { env: installed(), uid, gid: uid }).status === 0;
    skip(ofTools !== undefined && !runnable, "the tools lie where nobody else can read");
    cpSync(client, join(machine, "client.cjs"));
    execFileSync("chown", ["-R", String(uid), machine]);
    chmodSync(machine, 0o755);
    const child = spawn(process.execPath, [join(machine, "client.cjs")], {
      env,
      uid,
      gid: uid,
      cwd: machine,
      stdio: ["pipe", "pipe", "inherit"],
    });
    const wanted: Work = { shell: shell(), lines: ["echo hello"] };
    child.stdin.end(JSON.stringify(wanted));
    expect(await text(child.stdout)).toMatch(
      /the user that pulumi runs as is in no list of users .* \(No user exists for uid 54321\); give the container's user an entry/,
    );
  });
});

describe("an alias of the user's settings", () => {
  it("is an address, with its port, beside a pinned host key; what would hand out the agent does not count", async () => {
    agent("login");
    const settings = [
      "Host web1",
      "HostName 127.0.0.1",
      `Port ${sshd.port}`,
      "ForwardAgent yes",
      "RequestTTY force",
      "RemoteCommand echo no",
    ];
    writeFileSync(home(".ssh", "config"), `${settings.join("\n")}\n`, { mode: 0o600 });
    const destination = `${userInfo().username}@web1`;
    const [ran] = await work({
      shell: shell({ destination, port: 22 }),
      lines: ['echo "${SSH_AUTH_SOCK-none} ${SSH_TTY-none}"'],
    });
    expect(ran).toMatchObject({ code: 0, stdout: "none none\n" });
  });
});

describe("a file of settings that the program names", () => {
  const settings = (port: number): string => `Host web1\nHostName 127.0.0.1\nPort ${port}\n`;
  const destination = `${userInfo().username}@web1`;

  it("counts in place of the user's, and none counts where the program says so", async () => {
    agent("login");
    writeFileSync(home(".ssh", "config"), settings(1), { mode: 0o600 });
    writeFileSync(home("shared"), settings(sshd.port));
    const [named] = await work({
      shell: shell({ destination, port: 22, config: "~/shared" }),
      lines: ["echo hello"],
    });
    expect(named).toMatchObject({ code: 0, stdout: "hello\n" });
    // The user's own would lead a connection to this address nowhere.
    writeFileSync(home(".ssh", "config"), "Host *\nPort 1\nProxyCommand false\n", { mode: 0o600 });
    const [none] = await work({ shell: shell({ config: "none" }), lines: ["echo hello"] });
    expect(none).toMatchObject({ code: 0, stdout: "hello\n" });
    const [users] = await work({ shell: shell(), lines: ["echo hello"], second: 10 });
    expect(users?.error).toBeDefined();
  });

  it("is named where it is not on this machine", async () => {
    const [ran] = await work({ shell: shell({ config: "~/elsewhere" }), lines: ["echo hello"] });
    expect(ran?.error).toContain("web-1: ssh.configFile is the file ~/elsewhere, which is not there");
  });
});

describe("a line before the first connection", () => {
  const counted = (line: string): string => `echo "$KAMAL_HOSTS $KAMAL_LOCK" >>${machine}/connects; ${line}`;
  const times = (): string[] => lines(join(machine, "connects")).filter(Boolean);

  it("is run once in a run, before all that connects, and is waited for", async () => {
    agent("login");
    const beforeConnect = counted(`sleep 0.5; touch ${machine}/tunnel`);
    const ran = await work({
      shell: shell({ beforeConnect }),
      lines: ["a", "b", "c"].map((name) => `ls ${machine}/tunnel && echo ${name}`),
    });
    expect(ran.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(times()).toEqual(["127.0.0.1 true"]);
    await work({ shell: shell({ beforeConnect }), lines: ["true"] });
    expect(times()).toHaveLength(2);
  });

  it("may leave a tunnel in the background, and connects nowhere where it fails, with what it said", async () => {
    agent("login");
    const [left] = await work({ shell: shell({ beforeConnect: "sleep 20 &" }), lines: ["echo hello"] });
    expect(left).toMatchObject({ code: 0 });
    rmSync(join(machine, "arguments"), { force: true });
    const failing = await work({
      shell: shell({ beforeConnect: counted("echo no route to the VPN >&2; exit 7") }),
      lines: ["echo a", "echo b"],
    });
    for (const { error } of failing)
      expect(error).toMatch(/web-1: ssh\.beforeConnect, .* ended with exit code 7: no route to the VPN\./);
    expect(times()).toHaveLength(1);
    expect(argumentsOfSsh()).toEqual([]);
  });

  it("is left out with the other hooks of a run", async () => {
    agent("login");
    env = { ...env, SEXTANT_SKIP_HOOKS: "1" };
    const [ran] = await work({ shell: shell({ beforeConnect: counted("exit 1") }), lines: ["echo hello"] });
    expect(ran).toMatchObject({ code: 0 });
    expect(times()).toEqual([]);
  });
});

describe("a host on the way", () => {
  /** A second sshd, with host keys of its own, which takes the same login. */
  let bastion: Sshd;
  beforeAll(async () => {
    bastion = await Sshd.start({ log: true });
    writeFileSync(join(bastion.directory, "authorized_keys"), sshd.file("authorized_keys"));
  });
  afterAll(async () => {
    await bastion.stop();
  });
  beforeEach(() => {
    writeFileSync(join(bastion.directory, "log"), "");
  });

  const way = (change: Partial<Jump> = {}): Jump => ({
    destination: `${userInfo().username}@127.0.0.1`,
    port: bastion.port,
    hostKey: keyMaterial(bastion.file("host_ed25519.pub")),
    ...change,
  });
  const passed = (): number =>
    lines(join(bastion.directory, "log")).filter((line) => line.startsWith("Accepted publickey")).length;

  it("is gone through with the key of the server, from a secret, and nothing of it is in an argument", async () => {
    const privateKey = sshd.file("login");
    expect(await echo({ privateKey, jump: way() })).toMatchObject(echoed);
    expect(passed()).toBe(1);
    expect(filesWith(canary(privateKey))).toEqual([]);
    expect(argumentsOfSsh().join("\n")).not.toContain(canary(privateKey));
  });

  it("is gone through with a key in a file, and with one in an agent, which is not handed on", async () => {
    cpSync(own("login"), home(".ssh", "deploy key's"));
    expect(await echo({ keyFile: "~/.ssh/deploy key's", jump: way() })).toMatchObject(echoed);
    agent("login");
    writeFileSync(home(".ssh", "config"), "Host *\nForwardAgent yes\n", { mode: 0o600 });
    const [ran] = await work({
      shell: shell({ jump: way({ hostKey: undefined }) }),
      lines: ['echo "${SSH_AUTH_SOCK-none}"'],
    });
    expect(ran).toMatchObject({ code: 0, stdout: "none\n" });
    expect(passed()).toBe(2);
    // What was not pinned is kept, as ssh does.
    expect(readFileSync(home(".ssh", "known_hosts"), "utf8")).toContain(
      keyMaterial(bastion.file("host_ed25519.pub")),
    );
  });

  it("may be an alias of the user's settings", async () => {
    agent("login");
    const settings = ["Host bastion", "HostName 127.0.0.1", `Port ${bastion.port}`];
    writeFileSync(home(".ssh", "config"), `${settings.join("\n")}\n`, { mode: 0o600 });
    const destination = `${userInfo().username}@bastion`;
    expect(await echo({ jump: way({ destination, port: 22 }) })).toMatchObject(echoed);
    expect(passed()).toBe(1);
  });

  it("may be in the user's settings alone, as ProxyJump or as ProxyCommand", async () => {
    agent("login");
    const known = ["Host bastion", "HostName 127.0.0.1", `Port ${bastion.port}`, "StrictHostKeyChecking no"];
    const command = `ProxyCommand ssh -F ${home(".ssh", "config")} -W %h:%p bastion`;
    // For a jump ssh starts itself by its own path, past what gives one that was fetched its libraries.
    const ways = ofTools === undefined ? ["ProxyJump bastion", command] : [command];
    for (const [at, line] of ways.entries()) {
      const settings = [...known, "Host web1", "HostName 127.0.0.1", `Port ${sshd.port}`, line];
      writeFileSync(home(".ssh", "config"), `${settings.join("\n")}\n`, { mode: 0o600 });
      const destination = `${userInfo().username}@web1`;
      // A socket of its own: the connection of the one before is still warm.
      const port = at === 0 ? 22 : sshd.port;
      expect(await echo({ destination, port })).toMatchObject(echoed);
      expect(passed()).toBe(at + 1);
    }
  });

  it("is held to its own host key", async () => {
    agent("login");
    expect((await echo({ jump: way({ hostKey: publicOf("host_ed25519") }) }))?.error).toMatch(
      /^Error: web-1: ssh did not get through to \S+@127\.0\.0\.1, port \d+, the jump host: another machine answers .*; if the machine was made anew, take its new host key/,
    );
    expect(passed()).toBe(0);
  });

  it("is named where it is what does not let one through", async () => {
    const stranger = sshd.file("host_ed25519");
    expect((await echo({ privateKey: stranger, jump: way() }))?.error).toMatch(
      new RegExp(`127\\.0\\.0\\.1, port ${bastion.port}, the jump host: sshd does not let .* in with`),
    );
    agent("login");
    const port = await freePort();
    expect((await echo({ jump: way({ port }) }, { second: 20 }))?.error).toMatch(
      new RegExp(`127\\.0\\.0\\.1, port ${port}, the jump host: it does not answer`),
    );
    expect((await echo({ jump: way(), port }, { second: 20 }))?.error).toMatch(
      new RegExp(`127\\.0\\.0\\.1, port ${port}: the jump host .* did not get through to it`),
    );
  });

  it("is not what a server is held up by that refuses the key itself", async () => {
    const other = await Sshd.start();
    const jump = way();
    const known = keyMaterial(other.file("host_ed25519.pub"));
    agent("login");
    const said = (await echo({ port: other.port, hostKey: known, jump }))?.error;
    await other.stop();
    expect(said).toMatch(new RegExp(`127\\.0\\.0\\.1, port ${other.port}: sshd does not let `));
    expect(passed()).toBe(1);
  });
});

/** Of which root asks for nothing, as whoever may become root without a password. */
const noSudo = spawnSync("sudo", ["-n", "true"]).status !== 0;

describe.skipIf(noSudo)("a user who becomes root by sudo", () => {
  const asRoot = async (
    line: string,
    settings: Partial<Work["settings"]> = {},
  ): Promise<Result | undefined> =>
    (await work({ shell: shell({ sudo: true }), lines: [line], settings }))[0];
  beforeEach(() => {
    agent("login");
  });

  it("runs a line as root, with the commands of the system, whatever quotes are in it", async () => {
    expect(await asRoot(`id -u; echo "$SUDO_USER it's" 'a "$b"'; command -v sshd >/dev/null`)).toMatchObject({
      code: 0,
      stdout: `0\n${userInfo().username} it's a "$b"\n`,
      stderr: "",
    });
  });

  it("hands on standard input, and nothing of it is in an argument", async () => {
    const stdin = `${"canary ".repeat(40_000)}end`;
    const ran = await asRoot("cat | tail -c 10; echo; tr '\\0' '\\n' </proc/$PPID/cmdline", { stdin });
    expect(ran?.stdout).toMatch(/^canary end\nsudo\n-n\n/);
    expect(ran?.stdout?.split("\n").slice(1).join("\n")).not.toContain("canary");
  });

  it.each([0, 1, 42, 127])("ends with the code of the command: %i", async (code) => {
    expect(await asRoot(`echo out; echo err >&2; exit ${code}`)).toMatchObject({
      ...{ code, stdout: "out\n", stderr: "err\n" },
    });
  });
});

describe("a host key", () => {
  it("that is another is refused without a try, pinned or not", async () => {
    agent("login");
    const hostKey = publicOf("login");
    expect((await echo({ hostKey }))?.error).toMatch(
      /compare hostKey with ssh-keyscan|another machine answers/,
    );
    expect(lines(own("log")).filter((line) => line.startsWith("Connection from")).length).toBe(1);
    writeFileSync(home(".ssh", "known_hosts"), `[127.0.0.1]:${sshd.port} ${hostKey}\n`);
    expect((await echo({ hostKey: undefined }))?.error).toMatch(
      /another machine answers than the one whose host key is known/,
    );
  });
});

describe("a key that sshd refuses", () => {
  it("is offered once, however many resources are on the host", async () => {
    const privateKey = sshd.file("host_ed25519");
    const started = Date.now();
    const many = Array.from({ length: 12 }, (_, at) => `echo ${at}`);
    const done = await work({ shell: shell({ privateKey }), lines: many });
    expect(Date.now() - started).toBeLessThan(10_000);
    for (const { error } of done) {
      expect(error).toMatch(
        /^Error: web-1: ssh did not get through to .*: sshd does not let \w+ in with the key of ssh.privateKey \(.*Permission denied \(publickey\)\.\); put its public half into/,
      );
    }
    expect(await refusals()).toBe(1);
  });

  it("is offered again for a while in a machine's first boot", async () => {
    cpSync(own("authorized_keys"), own("authorized_keys.kept"));
    writeFileSync(own("authorized_keys"), "");
    const done = echo({ privateKey: sshd.file("login") }, { settings: { firstBoot: true }, second: 100 });
    while (refused() === 0) await sleep(20);
    appendFileSync(own("authorized_keys"), readFileSync(own("authorized_keys.kept"), "utf8"));
    expect(await done).toMatchObject(echoed);
    expect(await refusals()).toBe(1);
  });

  it("is given up in a first boot, too", async () => {
    const privateKey = sshd.file("host_ed25519");
    expect(
      (await echo({ privateKey }, { settings: { firstBoot: true, patience: 600 }, second: 20 }))?.error,
    ).toMatch(/does not let/);
    expect(await refusals()).toBe(4);
  });
});

describe("a host that does not answer", () => {
  it("is tried again, and then said to be down, once for all that waits for it", async () => {
    agent("login");
    const port = await freePort();
    const many = ["echo 1", "echo 2", "echo 3"];
    const done = await work({ shell: shell({ port }), lines: many, second: 20 });
    for (const { error } of done) {
      expect(error).toMatch(
        /: it does not answer \(.*Connection refused\); see whether the server runs and its firewall lets this machine in; to go on without it, set gone: true on it .*; in a refresh or destroy, or where the program has it no more, run with SEXTANT_GONE=web-1\.$/,
      );
    }
    expect(argumentsOfSsh().filter((word) => word === "true").length).toBe(4);
  });

  it("is named within a quarter of a minute where nothing comes back at all", async () => {
    agent("login");
    // As ssh does with its ConnectTimeout where packets are dropped.
    wrapped(
      "ssh",
      "sleep 12; echo 'ssh: connect to host 192.0.2.1 port 22: Connection timed out' >&2; exit 255",
    );
    const started = Date.now();
    expect((await echo())?.error).toMatch(/it does not answer/);
    expect(Date.now() - started).toBeLessThan(15_000);
  });
});

describe("the client", () => {
  if (ofTools !== undefined)
    it("is the one that these tests are for", () => {
      const { stderr } = spawnSync("ssh", ["-V"], { env, encoding: "utf8" });
      expect(stderr).toContain(`OpenSSH_${ofTools}p`);
    });

  it("may be OpenSSH 8.4, which knows fewer options", async () => {
    agent("login");
    const newer =
      "KnownHostsCommand|RequiredRSASize|SessionType|StdinNull|ForkAfterAuthentication|EnableEscapeCommandline|ChannelTimeout|ObscureKeystrokeTiming|Tag|HostbasedAcceptedAlgorithms|PubkeyAcceptedAlgorithms";
    wrapped(
      "ssh",
      `for word; do case $word in ${newer
        .split("|")
        .map((name) => `${name}=*`)
        .join(
          "|",
        )}) echo "command-line: line 0: Bad configuration option: $word" >&2; exit 255 ;; esac; done`,
    );
    expect(await echo()).toMatchObject(echoed);
  });

  it("may have a home directory with a long path", async () => {
    agent("login");
    env["HOME"] = home("a".repeat(60), "b".repeat(60));
    delete env["XDG_RUNTIME_DIR"];
    mkdirSync(env["HOME"], { recursive: true });
    expect(await echo()).toMatchObject(echoed);
  });
});
