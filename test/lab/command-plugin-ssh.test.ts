/** What the command plugin does on a host: a real OpenSSH server of the test's own. */
import { readFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { commandPlugin, types } from "./command-plugin/found";
import { Plugin, type Held } from "./command-plugin/plugin";
import { freePort, Sshd } from "./command-plugin/sshd";
import { secret, unknown, type Properties } from "./command-plugin/wire";

let plugin: Plugin;
/** Accepts no variables. */
let plain: Sshd;
/** Accepts some variables, and no file copies. */
let open: Sshd;
/** A port that refuses connections. */
let dead: number;

beforeAll(async () => {
  plugin = await Plugin.start(await commandPlugin());
  plain = await Sshd.start();
  open = await Sshd.start({ acceptEnv: "A PULUMI_COMMAND_*", sftp: false });
  dead = await freePort();
});

afterAll(async () => {
  await plugin.stop();
  await plain.stop();
  await open.stop();
});

beforeEach(() => {
  plugin.log.length = 0;
});

const create = (inputs: Properties) =>
  plugin.create(types.command, { connection: plain.connection, ...inputs });
const failure = (message: string | RegExp) =>
  expect.objectContaining({
    details: typeof message === "string" ? message : (expect.stringMatching(message) as string),
  }) as unknown;
const moved = (held: Held, connection: Properties, more: Properties = {}): Held => ({
  ...held,
  state: { ...held.state, ...more, connection: secret({ user: "root", perDialTimeout: 1, ...connection }) },
});

describe("create", () => {
  it.each<[string, Properties, Properties]>([
    [
      "runs in the login shell, and takes the last line break off",
      { create: "echo hi; echo; echo err >&2" },
      { stdout: "hi\n", stderr: "err" },
    ],
    ["gives stdin", { create: "cat", stdin: "a\nb\n\n" }, { stdout: "a\nb\n" }],
    ["gives an empty stdin otherwise", { create: "cat; echo end" }, { stdout: "end" }],
    [
      "keeps secrets secret, the output not",
      { create: secret("echo x") },
      { create: secret("echo x"), stdout: "x" },
    ],
  ])("%s", async (_, inputs, expected) => {
    expect((await create(inputs)).state).toMatchObject(expected);
  });

  it.each<[string, Properties, string]>([
    [
      "the status, the command as quoted text, and its output",
      { create: 'echo "q"; exit 7' },
      'Process exited with status 7: running "echo \\"q\\"; exit 7":\nq\n',
    ],
    [
      "stderr too",
      { create: "set -e\necho e >&2; false" },
      'Process exited with status 1: running "set -e\\necho e >&2; false":\ne\n',
    ],
    [
      "a signal",
      { create: "kill -9 $$" },
      'Process exited with status 137 from signal KILL: running "kill -9 $$":\n',
    ],
    [
      "output that is not UTF-8",
      { create: "printf '\\377'" },
      "grpc: error while marshaling: string field contains invalid UTF-8",
    ],
  ])("fails with %s", async (_, inputs, message) => {
    await expect(create(inputs)).rejects.toEqual(failure(message));
  });

  it("contacts no host without a command, nor in a preview", async () => {
    const away = { ...plain.connection, port: dead, dialErrorLimit: 0 };
    expect((await create({ connection: away })).state).toMatchObject({ stdout: "", stderr: "" });
    const shown = await plugin.create(types.command, { connection: away, create: "true" }, true);
    expect(shown.state).toMatchObject({ stdout: unknown, stderr: unknown, create: "true" });
  });

  it("leaves its connection open until the plugin ends", async () => {
    const before = await open.connections();
    for (let n = 0; n < 3; n++) await create({ connection: open.connection, create: "true" });
    expect(await open.connections()).toBe(before + 3);
  });
});

describe("the environment", () => {
  const advice =
    ". This only works if your SSH server is configured to accept\n\tthese variables via AcceptEnv. Alternatively, " +
    "if a Bash-like shell runs the command on the remote host, you could\n\tprefix the command itself with the " +
    "variables in the form 'VAR=value command'";

  it("reaches the command when the server accepts it, and fails it otherwise", async () => {
    const accepted = { connection: open.connection, create: "echo $A", environment: { A: "1" } };
    expect((await create(accepted)).state).toMatchObject({ stdout: "1" });
    const refused = create({ create: "touch never", environment: { A: "1" } });
    await expect(refused).rejects.toEqual(
      failure('could not set environment variable "A": ssh: setenv failed'),
    );
    expect(plugin.log).toContainEqual({
      severity: "error",
      status: false,
      message: `Unable to set 'A'${advice}`,
    });
  });

  it("has the former output if the server accepts it, with a warning if not", async () => {
    const print = "echo $PULUMI_COMMAND_STDOUT/$PULUMI_COMMAND_STDERR";
    const first = "echo one; echo two >&2";
    const accepting = await create({ connection: open.connection, create: first });
    const refusing = await create({ create: first });
    const on = (sshd: Sshd, more: Properties = {}) => ({
      connection: sshd.connection,
      create: print,
      ...more,
    });
    expect((await plugin.update(accepting, on(open))).state).toMatchObject({ stdout: "one/two" });
    const silent = await plugin.update(accepting, on(open, { addPreviousOutputInEnv: false }));
    expect(silent.state).toMatchObject({ stdout: "/" });
    expect(plugin.log.filter(({ severity }) => severity === "warning")).toEqual([]);
    expect((await plugin.update(refusing, on(plain))).state).toMatchObject({ stdout: "/" });
    const warnings = plugin.log
      .filter(({ severity }) => severity === "warning")
      .map(({ message }) => message);
    expect(warnings).toEqual(
      ["STDOUT", "STDERR"].map((name) => `Unable to set 'PULUMI_COMMAND_${name}'${advice}`),
    );
  });
});

describe("update and delete", () => {
  it("runs update, or create again, or nothing", async () => {
    const old = await create({ create: "echo one" });
    const update = (inputs: Properties) => plugin.update(old, { connection: plain.connection, ...inputs });
    expect((await update({ create: "exit 1", update: "echo up" })).state).toMatchObject({ stdout: "up" });
    expect((await update({ create: "echo again" })).state).toMatchObject({ stdout: "again" });
    expect((await update({})).state).toMatchObject({ stdout: "one" });
    await expect(update({ update: "exit 3" })).rejects.toEqual(
      failure('Process exited with status 3: running "exit 3":\n'),
    );
    const preview = await plugin.update(
      old,
      { connection: { ...plain.connection, port: dead }, create: "exit 1" },
      true,
    );
    expect(preview.state).toMatchObject({ stdout: unknown, stderr: unknown });
  });

  it("runs the delete of the state, on the connection of the state, and dials for nothing else", async () => {
    const old = await create({ create: "echo one" });
    const gone = { host: "127.0.0.1", port: dead, dialErrorLimit: 1 };
    await plugin.delete(moved(old, gone));
    const message = `after 1 failed attempts: dial tcp 127.0.0.1:${String(dead)}: connect: connection refused`;
    await expect(plugin.delete(moved(old, gone, { delete: "true" }))).rejects.toEqual(failure(message));
    const file = join(open.directory, "deleted");
    const script = `echo $PULUMI_COMMAND_STDOUT > ${file}`;
    await plugin.delete(moved(old, open.connection, { delete: script }));
    expect(readFileSync(file, "utf8")).toBe("one\n");
    const failing = plugin.delete(moved(old, plain.connection, { delete: "echo no; exit 5" }));
    await expect(failing).rejects.toEqual(
      failure('Process exited with status 5: running "echo no; exit 5":\nno\n'),
    );
  });
});

describe("the log", () => {
  it.each([
    ["stdout", ["o"]],
    ["stderr", ["e"]],
    ["stdoutAndStderr", ["o", "e"]],
    [undefined, ["o", "e"]],
    ["none", []],
    ["a word that is none of these", []],
  ])("shows for %s: %j", async (logging, lines) => {
    await create({ create: "echo o; sleep 0.2; echo e >&2", ...(logging ? { logging } : {}) });
    expect(plugin.log).toEqual(lines.map((message) => ({ severity: "info", status: true, message })));
  });

  it("hangs on one line of 64 KiB, and not with none", async () => {
    const own = await Plugin.start(await commandPlugin());
    try {
      const long = { connection: plain.connection, create: "head -c 200000 /dev/zero | tr '\\0' x" };
      const unlogged = await own.create(types.command, { ...long, logging: "none" });
      expect((unlogged.state["stdout"] as string).length).toBe(200_000);
      const outcome = own.create(types.command, long).then(
        () => "ended",
        () => "stopped",
      );
      expect(await Promise.race([outcome, sleep(2_000, "hangs")])).toBe("hangs");
    } finally {
      await own.stop();
    }
  });
});

describe("the connection", () => {
  const retried = (what: string, limit: number) =>
    Array.from({ length: limit }, (_, n) => `${what} ${String(n + 1)}/${String(limit)} failed: retrying`);

  it.each([0, 3])("forgives %i failed attempts, waiting longer each time", async (dialErrorLimit) => {
    const started = Date.now();
    const message = `after ${String(dialErrorLimit)} failed attempts: dial tcp 127.0.0.1:${String(dead)}: connect: connection refused`;
    const refused = create({
      connection: { ...plain.connection, port: dead, dialErrorLimit },
      create: "true",
    });
    await expect(refused).rejects.toEqual(failure(message));
    expect(plugin.log.map((line) => line.message)).toEqual(retried("Dial", dialErrorLimit));
    if (dialErrorLimit === 3) expect(Date.now() - started).toBeGreaterThanOrEqual(100 + 150 + 225);
  });

  it("without a limit waits for a server that comes late", async () => {
    const port = await freePort();
    const waiting = create({
      connection: { ...plain.connection, port, dialErrorLimit: -1 },
      create: "echo up",
    });
    const handled = waiting.catch((error: unknown) => error);
    await sleep(500);
    const late = await Sshd.start({ port, keysOf: plain });
    try {
      expect(((await handled) as Held).state).toMatchObject({ stdout: "up" });
      expect(plugin.log[0]).toMatchObject({ message: "Dial 1/inf failed: retrying" });
    } finally {
      await late.stop();
    }
  });

  it("waits forever for a server that says nothing: the timeout is for the TCP connection alone", async () => {
    const own = await Plugin.start(await commandPlugin());
    const mute = createServer().listen(0, "127.0.0.1");
    try {
      await once(mute, "listening");
      const { port } = mute.address() as AddressInfo;
      const connection = { ...plain.connection, port, dialErrorLimit: 0, perDialTimeout: 1 };
      const outcome = own.create(types.command, { connection, create: "true" }).then(
        () => "ended",
        () => "stopped",
      );
      expect(await Promise.race([outcome, sleep(3_000, "hangs")])).toBe("hangs");
    } finally {
      await own.stop();
      mute.close();
    }
  });

  it.each<[string, () => Properties]>([
    [
      "a locked key with its password",
      () => ({ privateKey: plain.file("locked"), privateKeyPassword: "open sesame" }),
    ],
    ["the right host key", () => ({ hostKey: plain.file("host_ed25519.pub") })],
    ["a bastion", () => ({ ...open.connection, proxy: plain.connection })],
  ])("takes %s", async (_, more) => {
    const connection = { ...plain.connection, ...more() };
    expect((await create({ connection, create: "echo in" })).state).toMatchObject({ stdout: "in" });
  });

  const unable = (tried: string) =>
    `after 0 failed attempts: ssh: handshake failed: ssh: unable to authenticate, attempted methods [${tried}], no supported methods remain`;
  it.each<[string, () => Properties, string | RegExp]>([
    ["no key", () => ({ privateKey: null }), unable("none")],
    ["a password, where only keys are taken", () => ({ privateKey: null, password: "x" }), unable("none")],
    ["another key", () => ({ privateKey: open.file("login") }), unable("none publickey")],
    ["text that is no key", () => ({ privateKey: "x" }), "ssh: no key found"],
    [
      "a locked key without password",
      () => ({ privateKey: plain.file("locked") }),
      "ssh: this private key is passphrase protected",
    ],
    [
      "a locked key with a wrong password",
      () => ({ privateKey: plain.file("locked"), privateKeyPassword: "x" }),
      "x509: decryption password incorrect",
    ],
    ["a password for an open key", () => ({ privateKeyPassword: "x" }), "ssh: key is not password protected"],
    [
      "another host key",
      () => ({ hostKey: open.file("host_ed25519.pub") }),
      "after 0 failed attempts: ssh: handshake failed: ssh: host key mismatch",
    ],
    [
      "an RSA host key",
      () => ({ hostKey: plain.file("host_rsa.pub") }),
      /ssh: no common algorithm for host key; we offered: \[ssh-rsa\], peer offered: \[ssh-ed25519 /,
    ],
    ["text that is no host key", () => ({ hostKey: "x" }), "failed to parse host key: ssh: no key found"],
    [
      "no agent at its socket",
      () => ({ agentSocketPath: "/no/agent" }),
      "dial unix /no/agent: connect: no such file or directory",
    ],
    [
      "a bastion with a bad key",
      () => ({ proxy: { ...plain.connection, privateKey: "x" } }),
      "proxy: ssh: no key found",
    ],
    [
      "no host behind the bastion",
      () => ({ port: dead, proxy: plain.connection }),
      "proxy: after 0 failed attempts: ssh: rejected: connect failed (Connection refused)",
    ],
    [
      "another host key behind the bastion, reported late",
      () => ({ hostKey: open.file("host_ed25519.pub"), dialErrorLimit: 1, proxy: plain.connection }),
      "proxy: after 1 failed attempts: ssh: handshake failed: EOF",
    ],
  ])("fails with %s", async (_, more, message) => {
    const connection = { ...plain.connection, dialErrorLimit: 0, ...more() };
    await expect(create({ connection, create: "true" })).rejects.toEqual(failure(message));
  });

  it("fails when the agent of the environment does not answer, whatever the key", async () => {
    const own = await Plugin.start(await commandPlugin(), { env: { SSH_AUTH_SOCK: "/no/agent" } });
    try {
      const refused = own.create(types.command, { connection: plain.connection, create: "true" });
      await expect(refused).rejects.toEqual(
        failure("dial unix /no/agent: connect: no such file or directory"),
      );
    } finally {
      await own.stop();
    }
  });
});
