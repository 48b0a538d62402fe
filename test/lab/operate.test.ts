/** The commands for a day's work, on two servers: as a person types them, on a terminal where one is needed. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chance } from "../../lab/chance";
import { type Outcome, tryRun } from "../../lab/docker/exec";
import { factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { startLoad } from "../../lab/load/load";
import { repoRoot } from "../../lab/paths";
import { tryOn } from "../../lab/ssh";
import { Workspace } from "../../lab/workspace";

const [first, second] = ["test-operate-1", "test-operate-2"] as const;
const canary = `canary-token-${chance("token of operate").text(8, 30, "abcdef0123456789 '$\\")}x`;
const node = [process.execPath, "--import", "tsx", join(repoRoot, "cli/main.ts")] as const;

let workspace: Workspace;
let addresses: string[];
/** Where the hooks write that they ran. */
let notes: string;

/** The command, without a terminal. */
async function sextant(words: readonly string[], input?: string): Promise<Outcome> {
  const [program, ...args] = node;
  const { directory: cwd, env } = workspace;
  const outcome = await tryRun(program, [...args, ...words], { cwd, env, input });
  console.log(`sextant ${words.join(" ")}: exit ${outcome.code}`);
  return outcome;
}

/** What it prints; it has to end well. */
async function says(...words: string[]): Promise<string> {
  const outcome = await sextant(words);
  expect(outcome, words.join(" ")).toMatchObject({ code: 0 });
  return outcome.stdout;
}

/** The command on a terminal, into which lines are typed. */
function onTerminal(words: readonly string[], typed: string): Promise<Outcome> {
  const quoted = [...node, ...words].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const { directory: cwd, env } = workspace;
  return tryRun("script", ["--quiet", "--return", "--command", quoted, "/dev/null"], {
    cwd,
    env,
    input: typed,
  });
}

/** The command while it runs. */
function running(...words: string[]): { child: ChildProcess; printed: () => string } {
  const [program, ...args] = node;
  const { directory: cwd, env } = workspace;
  const child = spawn(program, [...args, ...words], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  return { child, printed: () => text };
}

const ssh = (server: string, command: string): Promise<Outcome> =>
  tryOn({ address: addresses[server === first ? 0 : 1] ?? "", keyFile: workspace.keyFile }, command);

/** What the app answers through the proxy of a server: the status, then the page. */
async function asks(server: string, seconds = 5): Promise<string> {
  const address = addresses[server === first ? 0 : 1] ?? "";
  const { stdout } = await tryRun("curl", [
    ...["--silent", "--noproxy", "*", "--max-time", String(seconds), "--header", "Host: lite.test"],
    ...["--write-out", "\n%{http_code}", `http://${address}/whoami`],
  ]);
  return stdout;
}

const containers = async (server: string, filter: string): Promise<string[]> =>
  (await ssh(server, `docker ps --all --filter ${filter} --format '{{.Names}}'`)).stdout
    .trim()
    .split("\n")
    .filter(Boolean);

/** Waits until it holds; what it waited for is in the error. */
async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; !(await holds()); await sleep(250))
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
}

beforeAll(async () => {
  const facts = await factsOfLab(
    await labUp((line) => {
      console.log(line);
    }),
  );
  workspace = await Workspace.make(facts, "test/lab/operate/program", "operate");
  await workspace.setSecret("token", canary);
  await workspace.pulumi(["config", "set", "version", "v1"]);
  notes = join(workspace.directory, "hooks.txt");
  await workspace.pulumi(["config", "set", "hooks", notes]);
  await workspace.pulumi(["up", "--yes", "--skip-preview"]);
  ({ addresses } = await workspace.outputs<{ addresses: string[] }>());
});

afterAll(async () => {
  await workspace.pulumi(["destroy", "--yes", "--skip-preview", "--refresh"]);
  workspace.remove();
});

describe("sextant ps and stats", () => {
  it("list what runs where, and what is sent to it", async () => {
    const rows = (await says("ps"))
      .trim()
      .split("\n")
      .map((line) => line.split(/ {2,}/));
    expect(
      rows.map(([host, what, version, status, serves]) => [
        host,
        what,
        version,
        /^Up /.test(status ?? ""),
        serves,
      ]),
    ).toEqual([
      ["HOST", "WHAT", "VERSION", false, "SERVES"],
      [second, "lite/web", "v1", true, "lite.test"],
      [first, "lite/web", "v1", true, "lite.test"],
      [second, "tools/job", "7", true, "-"],
      [first, "tools/job", "7", true, "-"],
      [first, "cache", "7", true, "-"],
      [first, "proxy", "v0.9.2", true, "-"],
      [second, "proxy", "v0.9.2", true, "-"],
    ]);
    const some = JSON.parse(await says("ps", "--role", "web", "--host", first, "--json")) as object[];
    expect(some).toMatchObject([{ host: first, part: "lite/web", version: "v1", serves: ["lite.test"] }]);
    const stats = JSON.parse(await says("stats", "--json")) as { part: string; memory: string }[];
    expect(stats.map(({ part }) => part)).toEqual(rows.slice(1).map(([, part]) => part));
    for (const { memory } of stats) expect(memory).toMatch(/^[\d.]+[KMG]?i?B \/ /);
  });
});

describe("sextant logs", () => {
  it("are those of all hosts as one, by time, and of what is chosen", async () => {
    for (const host of [first, second])
      await until(`two beats of ${host}`, async () => {
        const log = await says("logs", "--role", "job", "--host", host);
        return log.split("beat").length > 2;
      });
    const all = (await says("logs", "--role", "job", "--json"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { host: string; time: string; text: string });
    expect(new Set(all.map(({ host }) => host))).toEqual(new Set([first, second]));
    expect(all.map(({ time }) => time)).toEqual(all.map(({ time }) => time).sort());
    for (const host of [first, second])
      expect(all.filter((line) => line.host === host)[0]?.text).toBe(`tools on ${host}`);
    const found = await says("logs", "--grep", "^tools on");
    expect(found.trim().split("\n").sort()).toEqual(
      [first, second].map((host) => `${host} tools/job | tools on ${host}`),
    );
    expect((await says("logs", "-r", "job", "-n", "1", "--host", first)).trim()).toBe(`beat of ${first}`);
    // A beat a second: those of the last two seconds, and not all that there are.
    const recent = (await says("logs", "-r", "job", "--host", first, "--since", "2s")).trim().split("\n");
    expect(recent.length).toBeLessThan(5);
    expect(new Set(recent)).toEqual(new Set([`beat of ${first}`]));
    const around = ["--grep", "TOOLS ON", "--grep-options", "-i -A 1"];
    expect((await says("logs", "--primary", "-r", "jo*", "-n", "9999", ...around)).trim()).toBe(
      `tools on ${second}\nbeat of ${second}`,
    );
    const [id = ""] = (await ssh(first, "docker ps --quiet --filter name=tools-job")).stdout.split("\n");
    expect((await says("logs", "--container-id", id, "-n", "1")).trim()).toBe(`beat of ${first}`);
    expect((await sextant(["logs", "--container-id", "none"])).stderr).toContain(
      "no container of this stack",
    );
    expect(await says("logs", "--accessory", "cache")).toContain("Ready to accept connections");
    expect(await says("logs", "--proxy", "--host", second)).toContain("lite.test");
  });

  it("go on with the container of the next release, and leave nothing behind on the hosts", async () => {
    const logs = running("logs", "--app", "lite", "--follow");
    try {
      await until("the lines of v1", () => logs.printed().includes("lite v1 listens"));
      await workspace.pulumi(["up", "--yes", "--skip-preview", "--config", "version=v2"]);
      await until("the lines of v2 on both", () => logs.printed().split("lite v2 listens").length === 3);
      const lines = logs.printed().split("\n");
      expect(lines.filter((line) => line.includes("lite v1 listens"))).toHaveLength(2);
      expect(lines.filter((line) => line.includes("lite v1 stopped"))).toHaveLength(2);
      const listening = await ssh(first, "pgrep -fc '[d]ocker logs'");
      expect(Number(listening.stdout)).toBeGreaterThan(0);
    } finally {
      logs.child.kill("SIGINT");
    }
    for (const server of [first, second])
      await until(
        "the end of docker logs",
        async () => (await ssh(server, "pgrep -f '[d]ocker logs'")).code === 1,
      );
  });
});

describe("sextant exec", () => {
  it("runs in a new container of the release, which is gone afterwards", async () => {
    const outcome = await sextant([
      "exec",
      "--role",
      "job",
      // echo would make something else of a backslash in it.
      `printf '%s on %s\\n' "$TOKEN" "$KAMAL_HOST"; hostname; ls -d /data; exit 7`,
    ]);
    expect(outcome).toMatchObject({ code: 7, stdout: `${canary} on ${second}\n${second}\n/data\n` });
    const named = await sextant(["exec", "--role", "job", "-e", "A=1 2", "sh", "-c", 'echo "$A$0"', "-s"]);
    expect(named).toMatchObject({ code: 0, stdout: "1 2-s\n" });
    await until("its end", async () => (await containers(second, "label=sextant.exec")).length === 0);
  });

  it("keeps secrets out of every list of processes", async () => {
    const exec = running("exec", "--role", "job", "--", "sleep", "3");
    await until("the command", async () => (await containers(second, "label=sextant.exec")).length === 1);
    const seen = (await tryRun("sh", ["-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"])).stdout;
    expect(seen).toContain("docker start --attach sextant-exec-");
    expect(seen).not.toContain(canary);
    expect((await ssh(second, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")).stdout).not.toContain(canary);
    await until("its end", () => exec.child.exitCode !== null);
    expect(exec.child.exitCode).toBe(0);
    expect(exec.printed()).not.toContain(canary);
  });

  it("takes the container away where it is interrupted", async () => {
    const exec = running("exec", "--role", "job", "--", "sleep", "300");
    await until("the command", async () => (await containers(second, "label=sextant.exec")).length === 1);
    exec.child.kill("SIGINT");
    exec.child.kill("SIGINT");
    await until("its end", () => exec.child.exitCode !== null || exec.child.signalCode !== null);
    await until(
      "the container's end",
      async () => (await containers(second, "label=sextant.exec")).length === 0,
    );
  });

  it("runs in the container that there is, on each host, with what is typed into it", async () => {
    const each = await sextant([
      "exec",
      "--role",
      "job",
      "--reuse",
      "--each-host",
      "--",
      "sh",
      "-c",
      "echo $KAMAL_HOST",
    ]);
    expect(each.code).toBe(0);
    expect(each.stdout.trim().split("\n").sort()).toEqual(
      [first, second].map((host) => `${host} tools/job | ${host}`),
    );
    expect(
      await sextant(["exec", "--accessory", "cache", "-i", "redis-cli"], "set a 1\nget a\n"),
    ).toMatchObject({
      code: 0,
      stdout: "OK\n1\n",
    });
    // A second container of an accessory reads its data, and cannot write there.
    const looked = await sextant([
      ...["exec", "--accessory", "cache", "--new", "--", "sh", "-c"],
      "ls -d /data; touch /data/x || exit 9",
    ]);
    expect(looked).toMatchObject({ code: 9, stdout: "/data\n" });
    expect(looked.stderr).toContain("Read-only file system");
    const piped = await sextant(["exec", "-r", "job", "-i", "cat"], "one\ntwo\n");
    expect(piped).toMatchObject({ code: 0, stdout: "one\ntwo\n" });
  });

  it("goes on by itself where nobody waits for it, with a log, and is gone when it ends", async () => {
    const words = ["exec", "--role", "job", "--each-host", "--detach", "--", "sh", "-c"];
    const said = await says(...words, "echo begun; while [ ! -e /tmp/end ]; do sleep 0.2; done");
    for (const host of [first, second]) {
      const [, made = ""] = new RegExp(`^${host}: tools/job runs it in (\\S+), `, "m").exec(said) ?? [];
      await until(
        `the log of ${made}`,
        async () => (await ssh(host, `docker logs ${made}`)).stdout === "begun\n",
      );
      expect(await containers(host, "label=sextant.exec")).toEqual([made]);
      expect((await ssh(host, `docker exec ${made} touch /tmp/end`)).code).toBe(0);
      await until("its end", async () => (await containers(host, "label=sextant.exec")).length === 0);
    }
    expect((await sextant(["exec", "-d", "--accessory", "cache", "true"])).stderr).toContain(
      "give --new, too",
    );
  });

  it("says what is in its way", async () => {
    // Nothing is in this image but the program itself.
    const none = await sextant(["exec", "--app", "lite", "--", "sh"]);
    expect(none.code).not.toBe(0);
    expect(none.stderr).toContain('"sh": executable file not found');
    expect(await containers(second, "label=sextant.exec")).toEqual([]);
    expect((await sextant(["exec", "--role", "jobs", "true"])).stderr).toBe(
      "exec: this stack has no role jobs; it has lite/web, tools/job.\n",
    );
  });
});

describe("the commands with names", () => {
  it("are the app's own, on a terminal", async () => {
    const { code, stdout } = await onTerminal(
      ["console", "--app", "tools"],
      "tty; echo $((6 * 7))$GREETING; exit 3\r",
    );
    expect(stdout).toMatch(/\/dev\/pts\/\d+/);
    expect(stdout).toContain("42hello");
    expect(code).toBe(3);
    const shell = await onTerminal(
      ["shell", "--app", "tools", "--new", "--host", first],
      "echo I-$KAMAL_HOST; exit\r",
    );
    expect(shell.stdout).toContain(`I-${first}`);
    expect(await sextant(["greet", "Ada"], "typed")).toMatchObject({
      code: 0,
      stdout: "typed",
      stderr: "hello, Ada\n",
    });
    expect(await sextant(["grete"])).toMatchObject({ code: 2 });
    expect((await sextant(["shell"])).stderr).toBe(
      "shell: this stack has the apps lite, tools; name one by --app.\n",
    );
  });
});

describe("sextant run", () => {
  it("runs on each host, and ends with the highest exit code", async () => {
    const outcome = await sextant(["run", "hostname; [ $(hostname) = test-operate-1 ] || exit 4"]);
    expect(outcome.code).toBe(4);
    // Side by side: whichever is faster says it first.
    expect(outcome.stdout.trim().split("\n").sort()).toEqual([
      `${first} | ${first}`,
      `${second} | ${second}`,
    ]);
    expect(await says("run", "--hosts", first, "--", "echo", "it's $HOME")).toBe("it's $HOME\n");
    expect(await says("run", "--primary", "hostname")).toBe(`${second}\n`);
    expect(await says("run", "--accessory", "cache", "hostname")).toBe(`${first}\n`);
    const typed = await onTerminal(
      ["run", "-i", "--host", second, "bash --norc"],
      "tty; echo I-$(hostname); exit 5\r",
    );
    expect(typed).toMatchObject({
      code: 5,
      stdout: expect.stringMatching(/\/dev\/pts\/\d+[^]*I-test-operate-2/) as string,
    });
    expect((await sextant(["run", "-i", "true"])).stderr).toContain("run: --interactive is for one host");
  });
});

describe("maintenance and pause", () => {
  it("hold through a release, are shown, and are taken back", async () => {
    const message = "Back at nine, it's quick";
    expect(await says("maintenance", "on", "--message", message)).toMatch(
      /lite.* \(lite\.test\) is in maintenance\./,
    );
    for (const server of [first, second]) {
      const page = await asks(server);
      expect(page).toMatch(/503$/);
      // The page is the app's own, and what it shows of a text is no HTML.
      expect(page).toMatch(/<h1>Closed<\/h1>\s+<p>Back at nine, it&#39;s quick<\/p>/);
    }
    expect(await says("ps", "--app", "lite")).toContain("lite.test (maintenance)");
    const up = await workspace.pulumi(["up", "--yes", "--skip-preview", "--config", "version=v1"]);
    for (const server of [first, second])
      expect(up).toMatch(new RegExp(`${server}: lite.* is in maintenance, and stays so`));
    expect(await asks(first)).toMatch(/503$/);
    await says("maintenance", "off", "--host", first);
    expect(await asks(first)).toMatch(/200$/);
    expect(await asks(second)).toMatch(/503$/);
    await says("resume");
    // What is under way has so long to end, and no longer.
    const slow = tryRun("curl", [
      ...["--silent", "--noproxy", "*", "--header", "Host: lite.test", "--output", "/dev/null"],
      ...["--write-out", "%{http_code}", `http://${addresses[0] ?? ""}/slow?seconds=30`],
    ]);
    await sleep(1000);
    const began = Date.now();
    await says("maintenance", "on", "--host", first, "--drain", "1s");
    expect(Date.now() - began).toBeLessThan(20_000);
    expect((await slow).stdout).not.toBe("200");
    await says("maintenance", "off");
    await says("pause", "--drain", "5s", "--max-pause", "20s");
    const held = asks(second, 20);
    expect(await Promise.race([held, sleep(2000).then(() => "held")])).toBe("held");
    await says("live");
    expect(await held).toMatch(/200$/);
  });
});

describe("sextant stop, start and audit", () => {
  it("take containers away for a while, and say what was done", async () => {
    const beats = async (): Promise<boolean> =>
      (await containers(first, "name=tools-job --filter status=running")).length === 1;
    expect(await says("stop", "--role", "job", "--host", first)).toMatch(
      /^test-operate-1: tools\/job is stopped .*\nIt stays so until sextant start; the next release of its app starts new containers, and /,
    );
    expect(await beats()).toBe(false);
    // What changes nothing of it leaves it away.
    await workspace.pulumi(["up", "--yes", "--skip-preview"]);
    expect(await beats()).toBe(false);
    expect(await says("stop", "--role", "job", "--host", first)).toContain("tools/job is stopped already");
    expect(await says("start", "--role", "job")).toMatch(
      /test-operate-2: tools\/job runs already.*\n.*tools\/job is started/,
    );
    expect(await beats()).toBe(true);
    expect((await sextant(["stop"])).stderr).toContain(
      "stop: it takes a choice of --app, --role or --accessory",
    );
    const all = JSON.parse(await says("audit", "--json", "-n", "200")) as Record<string, string>[];
    const [last] = all.filter(({ what }) => what === "update");
    expect(last).toMatchObject({ result: "succeeded" });
    expect(all.map(({ version }) => version)).toContain("v1");
    // What was done by hand is there, too, by whom and where; of the words of a command nothing is.
    const times = all.map(({ when = "" }) => Date.parse(when));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(all.slice(0, 4)).toMatchObject([
      { what: "start", changes: `tools/job on ${first}, ${second}` },
      { what: "stop", changes: `tools/job on ${first}`, version: "" },
      { what: "update" },
      { what: "stop" },
    ]);
    expect(all.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        "exec",
        "run",
        "console",
        "greet",
        "maintenance on",
        "maintenance off",
        "pause",
      ]),
    );
    // No git says who has deployed here; of a command this machine knows.
    for (const { who } of all.filter(({ result }) => result === "")) expect(who).not.toBe("");
    for (const server of [first, second]) {
      const notes = (await ssh(server, "cat /var/lib/sextant/audit/*")).stdout;
      for (const word of [canary, "redis-cli", "hostname", "Back at nine"]) expect(notes).not.toContain(word);
    }
  });
});

describe("the hooks of a release", () => {
  const ran = (): string[] => readFileSync(notes, "utf8").trim().split("\n");
  const on = `on ${second},${first}`;

  it("run once each for a release, before and after it", async () => {
    // Each release of this file until now, by whatever command.
    const before = ran();
    expect(before.slice(0, 2)).toEqual([`before v1 of lite in operate`, `after v1 ${on}`]);
    // How long each run had taken by then: the first one made the servers.
    const [seconds = "", lock] = (readFileSync(`${notes}.run`, "utf8").split("\n")[0] ?? "").split(" ");
    expect(Number(seconds)).toBeGreaterThan(5);
    expect(Number(seconds)).toBeLessThan(3600);
    expect(lock).toBe("true");
    await workspace.pulumi(["up", "--yes", "--skip-preview"]);
    expect(ran()).toEqual(before);
  });

  it("release nothing where the first fails, and are run again where the last one did", async () => {
    const version = async (): Promise<string | undefined> =>
      /"version": ?"(v\d)"/.exec(await asks(first))?.[1];
    const served = await version();
    expect(served).toMatch(/^v[12]$/);
    writeFileSync(`${notes}.fail-before`, "");
    const refused = await workspace.tryPulumi(["up", "--yes", "--skip-preview", "--config", "version=v3"]);
    expect(refused.code).not.toBe(0);
    expect(await version()).toBe(served);
    expect(ran().at(-1)).toBe("before v3 of lite in operate");
    rmSync(`${notes}.fail-before`);
    writeFileSync(`${notes}.fail-after`, "");
    const late = await workspace.tryPulumi(["up", "--yes", "--skip-preview"]);
    expect(late.code).not.toBe(0);
    expect(await version()).toBe("v3");
    rmSync(`${notes}.fail-after`);
    let lines = ran().length;
    await workspace.pulumi(["up", "--yes", "--skip-preview"]);
    expect(ran().slice(lines)).toEqual([`after v3 ${on}`]);
    lines = ran().length;
    await workspace.pulumi(["up", "--yes", "--skip-preview", "--config", "version=v1"]);
    expect(ran().slice(lines)).toEqual(["before v1 of lite in operate", `after v1 ${on}`]);
  });
});

describe("a hook around a batch that fails", () => {
  const version = async (): Promise<string | undefined> => /"version": ?"(v\d)"/.exec(await asks(first))?.[1];
  const up = (version: string): Promise<{ code: number }> =>
    workspace.tryPulumi(["up", "--yes", "--skip-preview", "--config", `version=${version}`]);

  it.each([
    ["before it leaves the old release", "before-batch", "v1"],
    ["after it leaves the new one, and no word that it is out", "after-batch", "v2"],
  ])("%s", async (_, point, served) => {
    expect(await version()).toBe("v1");
    const lines = readFileSync(notes, "utf8");
    writeFileSync(`${notes}.fail-${point}`, "");
    expect((await up("v2")).code).not.toBe(0);
    expect(await version()).toBe(served);
    expect(readFileSync(notes, "utf8").slice(lines.length)).toBe("before v2 of lite in operate\n");
    rmSync(`${notes}.fail-${point}`);
    expect((await up("v1")).code).toBe(0);
    expect(await version()).toBe("v1");
  });
});

describe("a release to some of the hosts", () => {
  it("leaves the others as they are, until a run names none", async () => {
    const up = async (version: string, env: Record<string, string> = {}): Promise<string> => {
      const words = ["up", "--yes", "--skip-preview", "--config", `version=${version}`];
      const ran = await workspace.tryPulumi(words, env);
      expect(ran.code, ran.text).toBe(0);
      return ran.text;
    };
    const version = async (server: string): Promise<string | undefined> =>
      /"version": ?"(v\d)"/.exec(await asks(server))?.[1];
    const there = await containers(second, "label=sextant.app=lite");
    const lines = readFileSync(notes, "utf8").split("\n").length;
    expect(await up("v2", { SEXTANT_HOSTS: "*-1", SEXTANT_ROLES: "web" })).toContain(
      `it is released as web on ${first} alone, and the rest stays as it is: web on ${second}`,
    );
    expect([await version(first), await version(second)]).toEqual(["v2", "v1"]);
    expect(await containers(second, "label=sextant.app=lite")).toEqual(there);
    expect(
      readFileSync(notes, "utf8")
        .trim()
        .split("\n")
        .slice(lines - 1)
        .at(-1),
    ).toBe(`after v2 on ${first}`);
    await up("v2");
    expect([await version(first), await version(second)]).toEqual(["v2", "v2"]);
    await up("v1");
    expect([await version(first), await version(second)]).toEqual(["v1", "v1"]);
    expect((await workspace.tryPulumi(["preview", "--expect-no-changes"])).code).toBe(0);
  });
});

describe("sextant restart and rollback", () => {
  it("are releases: under load, without a request lost", async () => {
    const load = startLoad({
      targets: addresses.map((address) => `http://${address}`),
      host: "lite.test",
      rate: 20,
      timeoutMs: 30_000,
    });
    const before = await containers(first, "label=sextant.app=lite");
    await says("restart", "--app", "lite", "--yes");
    const after = await containers(first, "label=sextant.app=lite");
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
    const second1 = await containers(second, "label=sextant.app=lite");
    await says("restart", "--app", "lite", "--host", first, "--yes");
    expect(await containers(first, "label=sextant.app=lite")).not.toEqual(after);
    expect(await containers(second, "label=sextant.app=lite")).toEqual(second1);
    const images = JSON.parse(await says("images", "--app", "lite", "--json")) as Record<string, unknown>[];
    for (const host of [first, second])
      expect(images).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ host, version: "v1", runs: true }),
          expect.objectContaining({ host, version: "v2", runs: false }),
        ]),
      );
    expect(await says("images", "--host", first)).toMatch(new RegExp(`^HOST .*SIZE.*\n(${first} .*\n)+$`));
    const list = await says("rollback", "--app", "lite");
    expect(list).toMatch(/\nv2 .*\n/);
    expect(list).toMatch(/\nv1 .* runs\n/);
    const releases = JSON.parse(await says("rollback", "--app", "lite", "--json")) as Record<
      string,
      unknown
    >[];
    expect(releases).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ version: "v1", runs: true }),
        expect.objectContaining({ version: "v2", runs: false }),
      ]),
    );
    expect(await says("rollback", "v2", "--yes")).toContain(
      "version is v2 in Pulumi.operate.yaml here by now: commit that file",
    );
    expect(await says("ps", "--app", "lite")).toMatch(/lite\/web +v2 /);
    const report = await load.stop();
    console.log(
      "load",
      JSON.stringify({ requests: report.requests, lost: report.lost, losses: report.losses }),
    );
    expect(report.lost).toBe(0);
    expect(report.requests).toBeGreaterThan(100);
    expect((await workspace.tryPulumi(["preview", "--expect-no-changes"])).code).toBe(0);
  });

  it("restart an accessory, whose data is there afterwards", async () => {
    await sextant(["exec", "--accessory", "cache", "redis-cli", "set", "kept", "yes"]);
    await says("restart", "--accessory", "cache", "--yes");
    expect(await says("exec", "--accessory", "cache", "redis-cli", "get", "kept")).toBe("yes\n");
  });
});

describe("sextant proxy", () => {
  it("restarts the proxies without losing a request, and the program is no change after it", async () => {
    const started = (): Promise<string[]> =>
      Promise.all(
        [first, second].map(
          async (server) =>
            (await ssh(server, "docker inspect -f '{{.Id}} {{.State.StartedAt}}' kamal-proxy")).stdout,
        ),
      );
    const before = await started();
    const load = startLoad({
      targets: addresses.map((address) => `http://${address}`),
      host: "lite.test",
      rate: 20,
      timeoutMs: 30_000,
    });
    const said = await says("proxy", "restart");
    const report = await load.stop();
    expect(said.trim().split("\n")).toEqual(
      [first, second].map(
        (host) => `${host}: the proxy has restarted, and no request was refused meanwhile.`,
      ),
    );
    expect(report).toMatchObject({ lost: 0 });
    expect(report.requests).toBeGreaterThan(50);
    const after = await started();
    for (const [at, one] of after.entries()) {
      expect(one).not.toBe(before[at]);
      expect(one.split(" ")[0]).toBe(before[at]?.split(" ")[0]);
    }
    for (const server of [first, second])
      expect(await containers(server, "name=kamal-proxy")).toEqual(["kamal-proxy"]);
    expect((await workspace.tryPulumi(["preview", "--refresh", "--expect-no-changes"])).code).toBe(0);
  });

  it("stops them where that is meant alone, which the next release says and a refresh mends", async () => {
    const refused = await sextant(["proxy", "stop"]);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain(`${first}: nothing answers for lite.test until the proxy is started.`);
    expect(refused.stderr).toContain("say --yes where it is meant");
    expect(await asks(first)).toMatch(/200$/);
    await says("pause", "--host", second, "--max-pause", "20s");
    expect((await sextant(["proxy", "restart", "--host", second])).stderr).toContain("is paused");
    await says("resume");
    await says("proxy", "stop", "--yes", "--host", first);
    expect(await asks(first)).toMatch(/000$/);
    expect(await asks(second)).toMatch(/200$/);
    expect(await says("proxy", "start")).toBe(
      `${first}: the proxy is started, and answers.\n${second}: the proxy runs already.\n`,
    );
    expect(await asks(first)).toMatch(/200$/);
    await says("proxy", "stop", "--yes", "--host", second);
    const restarted = await sextant(["restart", "--app", "lite", "--host", second, "--yes"]);
    expect(restarted.code).not.toBe(0);
    expect(restarted.stdout + restarted.stderr).toContain(
      "the proxy (kamal-proxy) does not run on this host",
    );
    await workspace.pulumi(["up", "--yes", "--skip-preview", "--refresh"]);
    for (const server of [first, second]) expect(await asks(server)).toMatch(/200$/);
  });
});

describe("a locked stack", () => {
  const reason = "the orders are moved until noon";
  const served = async (): Promise<string | undefined> => /"version": ?"(v\d)"/.exec(await asks(first))?.[1];

  it("is changed by nothing until it is unlocked: not by pulumi up, and by no command", async () => {
    const before = await served();
    const other = before === "v2" ? "v1" : "v2";
    expect(await says("lock", reason, "--for", "2h")).toMatch(
      /^operate\/operate is locked by .+ since .+ UTC, until .+ UTC: the orders are moved until noon\n$/,
    );
    expect(await says("lock")).toContain(reason);
    const locked = JSON.parse(await says("lock", "--json")) as unknown[];
    expect(locked).toHaveLength(2);
    for (const host of [first, second])
      expect(locked).toContainEqual({ host, lock: expect.objectContaining({ message: reason }) as unknown });
    for (const words of [
      ["lock", "another reason"],
      ["maintenance", "on", "--app", "lite"],
      ["restart", "--app", "lite", "--yes"],
      ["stop", "--app", "tools"],
      ["prune"],
    ]) {
      const refused = await sextant(words);
      expect([words, refused.code]).toEqual([words, 1]);
      expect(refused.stderr).toContain(reason);
    }
    const released = await workspace.tryPulumi([
      "up",
      "--yes",
      "--skip-preview",
      "--config",
      `version=${other}`,
    ]);
    expect(released.code).not.toBe(0);
    expect(released.text).toContain(`${reason}. Nothing of it is changed until npx sextant unlock.`);
    expect(released.text).toMatch(/Resources:\n(?: +\d+ (?:unchanged|errored)\n)+/);
    expect(await served()).toBe(before);
    const late = await sextant(["lock", "--wait", "1"]);
    expect(late.code).toBe(1);
    expect(late.stderr).toMatch(
      /^Waiting: .+\nlock: after 1 s, operate\/operate is locked by .+ npx sextant unlock/,
    );
    const waiting = running("lock", "--wait", "120", "mine now");
    await until("the line that it waits", () => waiting.printed().includes("Waiting: "));
    // What changes nothing goes on.
    expect(await says("ps", "--app", "lite")).toContain("lite/web");
    expect(await says("unlock")).toContain(`may be changed again; it was locked by`);
    await until("its own lock", () => waiting.child.exitCode !== null);
    expect(waiting.child.exitCode).toBe(0);
    expect(await says("lock")).toContain(": mine now\n");
    await says("unlock");
    expect(await says("lock")).toBe("operate/operate is not locked.\n");
    expect(JSON.parse(await says("lock", "--wait", "1", "--json"))).toEqual(
      expect.arrayContaining([first, second].map((host) => ({ host, lock: null }))),
    );
    await workspace.pulumi(["up", "--yes", "--skip-preview"]);
    expect(await served()).toBe(other);
  });

  it("is none once its time is over, and another lock takes its place", async () => {
    const note = {
      message: "long ago",
      who: "Jo",
      since: "2020-01-01T00:00:00Z",
      until: "2020-01-01T01:00:00Z",
    };
    for (const server of [first, second])
      await ssh(
        server,
        `mkdir -p /var/lib/sextant/locks && echo '${JSON.stringify(note)}' >'/var/lib/sextant/locks/operate=operate'`,
      );
    expect(await says("lock")).toBe("operate/operate is not locked.\n");
    expect(await says("resume", "--app", "lite")).toContain("serves");
    expect(await says("lock", "now")).toContain(": now\n");
    expect(await says("unlock")).toContain("it was locked by");
    for (const server of [first, second])
      expect((await ssh(server, "ls /var/lib/sextant/locks")).stdout).toBe("");
  });
});

describe("sextant prune", () => {
  const images = async (server: string): Promise<string[]> =>
    (await ssh(server, "docker images --format '{{.Repository}}:{{.Tag}}'")).stdout
      .split("\n")
      .filter((line) => /\/lite:v\d$/.test(line));

  it("removes old images and says how large they were, and nothing that runs or has data", async () => {
    const before = await images(first);
    expect(before.length).toBeGreaterThan(1);
    const volumes = (await ssh(first, "docker volume ls --quiet")).stdout;
    const look = await says("prune", "--app", "lite", "--keep", "1", "--dry-run");
    expect(look).toMatch(/: the image \S+\/lite:v\d would go \([\d.]+ [kM]B\)\.\n/);
    const rows = JSON.parse(
      await says("prune", "--app", "lite", "--keep", "1", "--dry-run", "--json"),
    ) as unknown[];
    expect(rows).toContainEqual({
      ...{ host: first, what: "image", removed: false },
      name: expect.stringMatching(/\/lite:v\d$/) as string,
      bytes: expect.any(Number) as number,
    });
    expect(await images(first)).toEqual(before);
    const kept = await says("prune", "--app", "lite", "--host", second);
    expect(kept).not.toContain(first);
    const done = await says("prune", "--app", "lite", "--keep", "1");
    for (const server of [first, second]) {
      expect(done).toMatch(
        new RegExp(`^${server}: the image \\S+/lite:v\\d is removed \\([\\d.]+ [kM]B\\)\\.$`, "m"),
      );
      // Beside the one that came last, what serves stays.
      expect((await images(server)).length).toBeLessThan(before.length);
      expect(await asks(server)).toMatch(/200$/);
    }
    expect((await ssh(first, "docker volume ls --quiet")).stdout).toBe(volumes);
    expect(await says("prune", "--app", "lite", "--keep", "1")).toBe(
      [second, first]
        .sort()
        .map((server) => `${server}: there is nothing to remove.\n`)
        .join(""),
    );
    expect((await workspace.tryPulumi(["preview", "--expect-no-changes"])).code).toBe(0);
  });
});

describe("sextant dbconsole", () => {
  it("is psql on a terminal, logged in with the app's own password, which no word has", async () => {
    const password = "of-the-books-alone";
    await workspace.setSecret("dbPassword", password);
    await workspace.pulumi(["config", "set", "database", "true"]);
    await workspace.pulumi(["up", "--yes", "--skip-preview"]);
    const { code, stdout } = await onTerminal(
      ["dbconsole", "--app", "books"],
      "\\pset pager off\nselect 6 * 7 as answer, current_user || '@' || current_database() as whose;\n\\! ps -ef; tty\n\\q\n",
    );
    expect(stdout).toMatch(/answer +\| +whose/);
    expect(stdout).toMatch(/42 +\| +app@app/);
    expect(stdout).toMatch(/\/dev\/pts\/\d+/);
    expect(stdout).not.toContain(password);
    expect(code).toBe(0);
    // The database lets nobody in without it.
    const without = await sextant(["exec", "--reuse", "--app", "books", "bin/rails", "dbconsole"]);
    expect(without.stderr).toContain("no password supplied");
    expect(without.code).not.toBe(0);
  });
});
