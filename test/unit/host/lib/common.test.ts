/** What verbs read out of the answers of Docker's API, by a real shell. */
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readVerbs } from "../../../../provider/host/scripts";

const common = join(__dirname, "../../../../host/lib/common.sh");
let bin: string;

beforeAll(() => {
  bin = mkdtempSync(join(tmpdir(), "sextant-test-"));
  writeFileSync(join(bin, "curl"), `#!/bin/sh\ncat ${bin}/answer\n`);
  writeFileSync(join(bin, "docker"), "#!/bin/sh\n");
  for (const name of ["curl", "docker"]) chmodSync(join(bin, name), 0o755);
});
afterAll(() => {
  rmSync(bin, { recursive: true });
});

/** Runs a line of shell where Docker answers every question with this. */
function ask(line: string, answer: unknown): { status: number | null; stdout: string } {
  writeFileSync(join(bin, "answer"), `${JSON.stringify(answer)}\n`);
  const { status, stdout } = spawnSync("/bin/sh", ["-euc", `. ${common}; ${line}`], {
    encoding: "utf8",
    env: { PATH: `${bin}:${process.env["PATH"] ?? ""}` },
  });
  return { status, stdout };
}

/** As Docker 20.10 answers, with the keys in its order. */
const container = (env: string[], health?: object) => ({
  Id: "0a1b",
  Created: "2026-01-01T00:00:00Z",
  Path: "server",
  Args: env,
  State: {
    ...{ Status: "running", Running: true, Paused: false, Restarting: false, OOMKilled: true, Dead: false },
    ...{ Pid: 4711, ExitCode: 3, Error: "", StartedAt: "", FinishedAt: "" },
    ...(health === undefined ? {} : { Health: health }),
  },
  RestartCount: 2,
  HostConfig: { CpuShares: 512, PidMode: "", NetworkMode: "sextant" },
  Config: { Env: env, Labels: Object.fromEntries(env.map((value) => [value, value])) },
  NetworkSettings: {
    IPAddress: "10.9.9.9",
    Networks: {
      other: { IPAMConfig: null, IPAddress: "10.8.8.8" },
      sextant: { IPAMConfig: null, Aliases: ["x"], IPAddress: "172.18.0.5", GlobalIPv6Address: "" },
      third: { IPAMConfig: null, IPAddress: "10.7.7.7" },
    },
  },
});

/** Values that look like parts of the answer, and any others. */
const value = fc.oneof(
  fc.constantFrom(
    '","Pid":1,"x":"',
    '"sextant":{',
    ',"Running":false,',
    '"State":{"Status":"dead"',
    "*",
    "a b",
  ),
  fc.string(),
);

describe("what Docker knows of a container", () => {
  it("is read on one line, whatever the values in between are", () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), (env) => {
        expect(ask("state web", container(env))).toEqual({
          status: 0,
          stdout: "true 0a1b 512 running 3 2 true 4711 none 172.18.0.5\n",
        });
      }),
      { numRuns: 60 },
    );
  });

  it("has the health that its check last found, and not the exit codes of the looks", () => {
    const health = { Status: "unhealthy", FailingStreak: 1, Log: [{ Start: "", End: "", ExitCode: 7 }] };
    expect(ask("state web", container([], health)).stdout).toBe(
      "true 0a1b 512 running 3 2 true 4711 unhealthy 172.18.0.5\n",
    );
  });

  it("is nothing for one that is not there", () => {
    expect(ask("state web", { message: "No such container: web" })).toEqual({ status: 1, stdout: "" });
  });
});

describe("the containers of all roles", () => {
  const listed = (name: string, role: string, state: string, label: string) => ({
    ...{ Id: name, Names: [`/${name}`], Image: "r/x:1", ImageID: "", Command: label, Created: 1, Ports: [] },
    Labels: { note: label, "sextant.role": role, service: "x" },
    ...{ State: state, Status: "Up 2 hours", HostConfig: { NetworkMode: "sextant" }, NetworkSettings: {} },
  });

  it("are a line each, whatever their labels say", () => {
    fc.assert(
      fc.property(value, (label) => {
        const answer = [
          listed("shop-web-1", "p/s/shop/web", "running", label),
          listed("shop-job-1", "p/s/shop/job", "exited", label),
        ];
        expect(ask("roles", answer).stdout).toBe(
          "shop-web-1 p/s/shop/web running\nshop-job-1 p/s/shop/job exited\n",
        );
      }),
      { numRuns: 40 },
    );
  });

  it("are none where there are none", () => {
    expect(ask("roles", [])).toEqual({ status: 0, stdout: "" });
  });
});

describe("a proxy that was taken over", () => {
  it("has nothing of its files or its memory run, or believed, by the host", async () => {
    // Its process has the name, and has put a PATH and programs of its own where the verbs once looked.
    const evil = join(bin, "evil");
    mkdirSync(evil, { recursive: true });
    copyFileSync("/bin/sleep", join(evil, "kamal-proxy"));
    chmodSync(join(evil, "kamal-proxy"), 0o755);
    const proxy = spawn(join(evil, "kamal-proxy"), ["60"], {
      env: { PATH: evil, LD_PRELOAD: join(evil, "none.so") },
      stdio: "ignore",
    });
    try {
      await expect.poll(() => readFileSync(`/proc/${proxy.pid ?? 0}/comm`, "utf8")).toBe("kamal-proxy\n");
      for (const name of ["kamal-proxy", "nsenter", "xargs", "env"]) {
        rmSync(join(evil, name), { force: true });
        writeFileSync(join(evil, name), `#!/bin/sh\n: >${bin}/owned\n`, { mode: 0o755 });
      }
      const docker = `case $1 in inspect) echo ${proxy.pid ?? 0} ;; *) echo "$@" >>${bin}/asked ;; esac`;
      writeFileSync(join(bin, "docker"), `#!/bin/sh\n${docker}\n`);
      ask("in_proxy kamal-proxy kamal-proxy remove shop-web; routes || true", {});
      expect(existsSync(join(bin, "owned"))).toBe(false);
      expect(readFileSync(join(bin, "asked"), "utf8")).toBe(
        "exec kamal-proxy kamal-proxy remove shop-web\nexec kamal-proxy kamal-proxy list\n",
      );
    } finally {
      proxy.kill();
      writeFileSync(join(bin, "docker"), "#!/bin/sh\n");
    }
  });

  it("says what it serves as lines of plain text, with an end", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        writeFileSync(join(bin, "list"), bytes);
        writeFileSync(join(bin, "docker"), `#!/bin/sh\ncat ${bin}/list; echo\n`);
        const { status, stdout } = ask("LC_ALL=C listed kamal-proxy", {});
        expect(status).toBe(0);
        // eslint-disable-next-line no-control-regex -- these are what must not be there
        expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
      }),
      { numRuns: 30 },
    );
    writeFileSync(join(bin, "docker"), "#!/bin/sh\nyes shop-web\n");
    expect(ask("listed kamal-proxy", {})).toMatchObject({ status: 1, stdout: "" });
    writeFileSync(join(bin, "docker"), "#!/bin/sh\n");
  });
});

describe("the verbs", () => {
  it("take nothing out of a container's files or memory, and join no mounts of one", () => {
    for (const [name, text] of Object.entries(readVerbs())) {
      // A verb's own parents are no container's.
      expect(text.replaceAll('"/proc/$parent/environ"', ""), name).not.toMatch(
        /\/environ\b|\/proc\/[^ ]*\/(root|cwd|exe)\b|nsenter[^\n]*(--mount|--all| -m\b| -a\b)(?! sh)/,
      );
    }
  });
});

describe("what a verb is at", () => {
  const run = (line: string): { status: number | null; stdout: string; stderr: string } =>
    spawnSync("/bin/sh", ["-euc", `. ${common}; ${line}`], { encoding: "utf8" });

  it("is a line of its own on the stream of errors", () => {
    expect(run("doing 'waits for 100%'; echo done")).toMatchObject({
      status: 0,
      stdout: "done\n",
      stderr: "\u001ewaits for 100%\n",
    });
  });

  it.each([
    ["closed", "exec 2>&-"],
    ["read by nobody", 'mkfifo "$dir/pipe"; exec 3<>"$dir/pipe" 2>"$dir/pipe" 3>&-'],
  ])("ends no verb whose stream is %s", (_, before) => {
    const { status, stdout } = run(`dir=$(mktemp -d); ${before}; doing a; doing b; rm -r "$dir"; echo done`);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "done\n" });
  });
});
