/** The evidence as a host gathers it: the shell functions run for real, against commands that answer as a machine would. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diagnose } from "../../../../provider/diagnosis/diagnose";
import { finalAnswer } from "../../../../provider/diagnosis/final";
import { report } from "../../../../provider/diagnosis/report";
import { parseEvidence } from "../../../../provider/diagnosis/parse";
import { putScripts } from "../put-scripts";

const root = mkdtempSync(join(tmpdir(), "sextant-evidence-"));
const kit = join(root, "kit");
const bin = join(root, "bin");
const data = join(root, "data");

const environment = [
  "RAILS_MASTER_KEY=0123456789abcdef0123456789abcdef",
  "DATABASE_URL=postgres://shop:p%40ss-word@nowhere:5432/shop",
  "RAILS_ENV=production",
  "WEB_CONCURRENCY=2",
  "PEM=-----BEGIN KEY-----\nMIIEvQIBADANBgkqhki\n-----END KEY-----",
  "FLAG=true",
  "STORAGE=/rails/storage",
  "RS=a&b\\c/d*e[f]g.h",
  "ONLY_ON=web-7a1",
  "SMTP_PWD=correcthorse",
  "ADMIN_USER=jane",
  "UNLOCK_PIN=482913",
  "SHARED=a b+c/d",
  "DEBUG_SECRET=true",
];

/** The names that the program declares secret, as its label has them. */
const declared = "ADMIN_USER,DEBUG_SECRET,SHARED,SMTP_PWD";

/** A docker that knows one container. */
const docker = `#!/bin/sh
here=${data}
case "$*" in
  *Config.Env*) echo 0 2 false registry.example.com/shop:v4 ,${declared} /no/resolv.conf /no/hosts; cat "$here/known" ;;
  *State.ExitCode*) cat "$here/program" 2>/dev/null ;;
  cp*) name=\${3#*:}; [ -e "$here/files$name" ] || { echo "Error response from daemon: Could not find the file $name in container shop" >&2; exit 1; }; tar -C "$here/files\${name%/*}" -c "\${name##*/}" ;;
  *State.Running*) echo false 0 registry.example.com/kamal-proxy:v1 ;;
  events*) printf '%s\\n' 'start 1764195600000000000 ' 'die 1764195600310000000 1' 'start 1764195600500000000 ' 'die 1764195600900000000 1' ;;
  "logs --tail 400 shop"*) cat "$here/log" ;;
  image*) printf 'imageFacts\\037architecture\\037s\\037arm64\\036imageFacts\\037cmd\\037l\\037bin/server\\035-p\\0353000\\035\\036imageFacts\\037exposed\\037p\\0373000/tcp\\03580/tcp\\035\\036\\n' ;;
  info*) printf '/ host\\037docker\\037s\\03727.1.0\\036\\n' ;;
esac
exit 0
`;

const state =
  "state\x1fstatus\x1fs\x1frestarting\x1estate\x1fexitCode\x1fn\x1f1\x1e" +
  "state\x1frestarts\x1fn\x1f2\x1econfigured\x1fcommand\x1fl\x1fsh\x1d-c\x1decho p@ss-word\x1d\x1e";

beforeAll(() => {
  for (const directory of [kit, bin, data]) mkdirSync(directory);
  putScripts(kit);
  writeFileSync(join(kit, "gather"), 'set -u\n. "${0%/*}/lib/evidence"\nevidence "$@"\n');
  writeFileSync(join(kit, "call"), 'set -u\n. "${0%/*}/lib/common"\n. "${0%/*}/lib/probe"\n"$@"\n');
  writeFileSync(join(bin, "docker"), docker);
  chmodSync(join(bin, "docker"), 0o755);
  const variables = environment.map((pair) => `${pair}\x1e`).join("");
  writeFileSync(join(data, "known"), `${state}\x1c${variables}\n`);
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

function run(
  program: string,
  words: string[],
  more: NodeJS.ProcessEnv = {},
): { status: number | null; stdout: string; stderr: string } {
  const done = spawnSync("/bin/sh", [join(kit, program), ...words], {
    env: { SEXTANT_STATE: data, PATH: `${bin}:${process.env["PATH"] ?? ""}`, ...more },
  });
  return { status: done.status, stdout: done.stdout.toString("utf8"), stderr: done.stderr.toString("utf8") };
}

function gather(
  log: Buffer | string,
  words: string[],
  more: NodeJS.ProcessEnv = {},
): { line: string; evidence: ReturnType<typeof parseEvidence>["evidence"] } {
  writeFileSync(join(data, "log"), log);
  const { stdout, stderr } = run("gather", words, more);
  expect(stderr).toBe("");
  expect(stdout.split("\n")).toHaveLength(2);
  const { evidence, unread } = parseEvidence(stdout);
  expect(unread).toEqual([]);
  return { line: stdout, evidence };
}

describe("the evidence of a host", () => {
  it("is one line of JSON that the reader takes whole", () => {
    const { evidence } = gather("one\ntwo\n", [
      "ready",
      "restarting",
      "container=shop",
      "elapsed=3",
      "timeout=60",
      "port=3000",
      "path=/up",
      "host=shop.example.com",
      "proto=https",
    ]);
    expect(evidence).toMatchObject({
      stage: "ready",
      ending: "restarting",
      container: "shop",
      image: "registry.example.com/shop:v4",
      elapsed: 3,
      timeout: 60,
      probe: { port: 3000, path: "/up", host: "shop.example.com", proto: "https", trace: [] },
      state: {
        status: "restarting",
        exitCode: 1,
        oomKilled: false,
        restarts: 2,
        exitCodes: [1, 1],
        ranFor: [0.31, 0.4],
        firstStart: 1764195600000,
      },
      imageFacts: { architecture: "arm64", cmd: ["bin/server", "-p", "3000"], exposed: [3000, 80] },
      log: ["one", "two"],
      dependencies: [{ from: "DATABASE_URL", host: "nowhere", port: 5432 }],
    });
    expect(evidence.host).toMatchObject({ docker: "27.1.0", disk: { total: expect.any(Number) } });
    expect(evidence.env).toEqual(environment.map((pair) => pair.split("=")[0]));
  });

  it("shows no value of the environment, wherever it was written", () => {
    const key = "0123456789abcdef0123456789abcdef";
    const { line, evidence } = gather(
      [
        `key ${key}${key} end`,
        "url postgres://shop:p%40ss-word@nowhere:5432/shop",
        "decoded p@ss-word, encoded p%40ss-word",
        "MIIEvQIBADANBgkqhki",
        "special a&b\\c/d*e[f]g.h",
        "production is true at /rails/storage with 2",
      ].join("\n"),
      ["start", "start-failed", "container=shop", `error=no such ${key}`],
    );
    expect(evidence.log).toEqual([
      "key [RAILS_MASTER_KEY][RAILS_MASTER_KEY] end",
      "url [DATABASE_URL]",
      "decoded [DATABASE_URL], encoded [DATABASE_URL]",
      "[PEM]",
      "special [RS]",
      "production is true at /rails/storage with 2",
    ]);
    expect(evidence.error).toBe("no such [RAILS_MASTER_KEY]");
    expect(evidence.configured?.command).toEqual(["sh", "-c", "echo [DATABASE_URL]"]);
    for (const secret of [key, "ss-word", "MIIEvQ", "a&b"]) expect(line).not.toContain(secret);
  });

  it("shows no value that the program declares secret, whatever it looks like", () => {
    const { line, evidence } = gather(
      [
        "login of jane with correcthorse failed",
        "for URLs a%20b%2Bc%2Fd, in a header YSBiK2MvZA==",
        "debug is true, the pin is 482913",
      ].join("\n"),
      ["ready", "timeout", "container=shop"],
    );
    expect(evidence.log).toEqual([
      "login of [ADMIN_USER] with [SMTP_PWD] failed",
      "for URLs [SHARED], in a header [SHARED]==",
      // By its label it is not one; by the word of a verb whose container has none it is.
      "debug is true, the pin is 482913",
    ]);
    for (const secret of ["jane", "correcthorse", "YSBiK2"]) expect(line).not.toContain(secret);
    const told = gather("the pin is 482913\n", ["ready", "timeout", "container=shop"], {
      secret_names: "UNLOCK_PIN",
    });
    expect(told.evidence.log).toEqual(["the pin is [UNLOCK_PIN]"]);
  });

  it("leaves the names of container and image as Docker knows them", () => {
    const { evidence } = gather("on web-7a1\n", [
      "ready",
      "timeout",
      "container=shop-web-7a1",
      "image=shop:web-7a1",
    ]);
    expect(evidence).toMatchObject({
      container: "shop-web-7a1",
      image: "shop:web-7a1",
      log: ["on [ONLY_ON]"],
    });
  });

  it("takes any bytes", () => {
    const nasty = Buffer.concat([
      Buffer.from('quote " backslash \\ slash / tab \t end\n'),
      Buffer.from([0xff, 0xfe, 0x00, 0x01, 0x1b, 0x5b, 0x33, 0x31, 0x6d, 0x72, 0x65, 0x64, 0x0a]),
      Buffer.from("ä € 😀 \u2028\n"),
      Buffer.from([0xed, 0xa0, 0x80, 0xc0, 0xaf, 0xf4, 0x90, 0x80, 0x80, 0xe2, 0x82, 0x0a]),
      Buffer.from("progress 10%\rprogress 100%\n"),
      Buffer.from([...Array(256).keys()].filter((byte) => byte !== 0x0a && byte !== 0x0d)),
      Buffer.from("\n"),
      Buffer.from("ü".repeat(1000)),
    ]);
    const { evidence } = gather(nasty, ["ready", "timeout", "container=shop"]);
    expect(evidence.log?.[0]).toBe('quote " backslash \\ slash / tab \t end');
    expect(evidence.log?.[1]).toBe("\ufffd\ufffd\u0001red");
    expect(evidence.log?.[2]).toBe("ä € 😀 \u2028");
    expect(evidence.log?.[3]).toMatch(/^\ufffd+$/);
    expect(evidence.log?.[4]).toBe("progress 100%");
    expect(evidence.log?.[6]).toBe("ü".repeat(300));
  });

  it("stays within 48 KB, and keeps the end of the log", () => {
    const { line, evidence } = gather(
      Array.from({ length: 60 }, (_, at) => `${at} ${"\u0001".repeat(2000)}`).join("\n"),
      [
        "ready",
        "timeout",
        "container=shop",
        `error=${"\u0001".repeat(100_000)}`,
        `answer=${'"'.repeat(10_000)}`,
      ],
    );
    expect(Buffer.byteLength(line)).toBeLessThan(48 * 1024);
    expect(evidence.log?.at(-1)).toMatch(/^59 /);
  });

  it.each<[string, object]>([
    ["getaddrinfo ENOTFOUND redis", { host: "redis" }],
    ["getaddrinfo EAI_AGAIN cache.internal", { host: "cache.internal" }],
    ['psql: error: could not translate host name "db" to address: Name or service not known', { host: "db" }],
    ["dial tcp: lookup api.internal on 127.0.0.11:53: no such host", { host: "api.internal" }],
    [
      'connection to server at "10.0.0.3", port 5433 failed: Connection refused',
      { host: "10.0.0.3", port: 5433 },
    ],
    ["connect ECONNREFUSED 10.0.0.9:6379", { host: "10.0.0.9", port: 6379 }],
  ])("names the server that a log speaks of: %s", (line, server) => {
    const { evidence } = gather(`${line}\n`, ["ready", "exited", "container=shop"]);
    expect(evidence.dependencies?.filter(({ from }) => from === "log")).toMatchObject([server]);
    expect(evidence.dependencies).toHaveLength(2);
  });

  it.each<[string, string, number, object]>([
    [
      "/entry.sh",
      "#!/bin/sh\r\nexec true\r\n",
      0o755,
      {
        kind: "script",
        executable: true,
        windowsLineEnds: true,
        interpreter: "/bin/sh",
        interpreterThere: true,
      },
    ],
    [
      "/start",
      "#!/bin/bash\nexec true\n",
      0o755,
      { kind: "script", interpreter: "/bin/bash", interpreterThere: false },
    ],
    [
      "/server",
      "\u007fELF\u0002\u0001\u0000/lib/ld-musl-x86_64.so.1\u0000GNU\u0000",
      0o755,
      { kind: "binary", interpreter: "/lib/ld-musl-x86_64.so.1", interpreterThere: false },
    ],
    ["/static", "\u007fELF\u0002\u0001\u0000no loader\u0000", 0o644, { kind: "binary", executable: false }],
    ["/text", "plain", 0o755, { kind: "other", executable: true }],
  ])("looks at the file that was not started: %s", (path, content, mode, expected) => {
    mkdirSync(join(data, "files/bin"), { recursive: true });
    writeFileSync(join(data, "files/bin/sh"), "x");
    writeFileSync(join(data, "files", path), content);
    chmodSync(join(data, "files", path), mode);
    writeFileSync(join(data, "program"), `255\n${path}\n/app\n\n`);
    const { evidence } = gather(`exec ${path}: no such file or directory\n`, [
      "ready",
      "restarting",
      "container=shop",
    ]);
    expect(evidence.program).toMatchObject({ path, there: true, ...expected });
    // What was started, and ended by itself, is not looked at.
    expect(gather("a line\n", ["ready", "restarting", "container=shop"]).evidence.program).toBeUndefined();
    writeFileSync(join(data, "program"), "127\n/not/there\n/app\n\n");
    const missing = gather("", ["start", "start-failed", "container=shop"]).evidence.program;
    expect(missing).toEqual({ path: "/not/there", there: false });
    rmSync(join(data, "program"));
  });

  it("shows no value of a secret, whatever it is and wherever it comes up", () => {
    // Of four characters at least: shorter ones would make every text unreadable.
    const secret = fc
      .string({
        unit: fc.constantFrom(..."abcXYZ059 !#$%&'()*+,-./:;<=>?@[]^_`{|}~\\\""),
        minLength: 8,
        maxLength: 24,
      })
      .filter((value) => value.trim() === value && /[a-zA-Z]/.test(value) && !/^(https?|exec)/.test(value));
    const known = readFileSync(join(data, "known"));
    fc.assert(
      fc.property(secret, (value) => {
        writeFileSync(
          join(data, "known"),
          `state\x1funixSockets\x1fl\x1f/run/${value}\x1d\x1e${state}\x1cSMTP_PWD=${value}\x1e\n`,
        );
        writeFileSync(join(data, "program"), `127\n/bin/${value}\n/app\n\n`);
        const { line, evidence } = gather(`exec /bin/${value}: no such file or directory\n${value}\n`, [
          "start",
          "start-failed",
          "container=shop",
          `error=no ${value}`,
          `command=run ${value}`,
        ]);
        const text = [line, JSON.stringify(evidence), report(diagnose(evidence), evidence)].join("\n");
        expect(text).not.toContain(value);
        expect(text).not.toContain(JSON.stringify(value).slice(1, -1));
      }),
      { numRuns: 15 },
    );
    writeFileSync(join(data, "known"), known);
    rmSync(join(data, "program"));
  });

  it("is there for a container that is gone, and for a pull", () => {
    expect(
      gather("", ["pull", "pull-failed", "image=a/b:c", "error=manifest unknown"]).evidence,
    ).toMatchObject({
      stage: "pull",
      image: "a/b:c",
      error: "manifest unknown",
    });
  });
});

describe("what runs", () => {
  it("shows the unix sockets that are listened on, and what it used of the processor", async () => {
    // In a network of its own, as a container is.
    const path = join(root, "web.sock");
    const child = spawn("unshare", [
      ...["--net", "--map-root-user", "--", process.execPath, "--eval"],
      `require("node:http").createServer().listen(${JSON.stringify(path)}, () => console.log("listens"))`,
    ]);
    try {
      await new Promise<void>((done) => child.stdout.once("data", () => done()));
      expect(run("call", ["sockets_of_files", String(child.pid)]).stdout).toBe(`${path}\n`);
    } finally {
      child.kill();
    }
    expect(run("call", ["sockets_of_files", "0"]).stdout).toBe("");
    writeFileSync(join(kit, "gauge"), 'set -u\n. "${0%/*}/lib/evidence"\nprocessor_seconds "$@"\n');
    const used = Number(run("gauge", [String(process.pid)]).stdout);
    const { user, system } = process.cpuUsage();
    expect(used).toBeGreaterThan(0.5 * ((user + system) / 1e6));
    expect(run("gauge", ["0"]).stdout).toBe("");
  });
});

describe("what is final", () => {
  it("is the same on the host as in the library", () => {
    for (let status = 200; status < 600; status++) {
      if (status % 100 > 30) continue;
      for (const framework of [true, false]) {
        // One process for all would not tell a crash of the shell from a "no".
        if (![200, 301, 302, 304, 308, 400, 401, 403, 404, 410, 418, 421, 429, 500, 503].includes(status))
          continue;
        const { status: code } = run("call", ["final_answer", String(status), framework ? "yes" : ""]);
        expect(code === 0, `${status} ${framework}`).toBe(finalAnswer({ status, framework }));
      }
    }
  });

  it.each([
    ["running", 0, 0, "false", "", false],
    ["running", 0, 0, "true", "", true],
    ["exited", 1, 0, "false", "", true],
    ["restarting", 0, 0, "false", "", true],
    ["restarting", 127, 0, "false", "", true],
    ["restarting", 1, 1, "false", "what now\n", false],
    ["restarting", 1, 2, "false", "what now\n", true],
    ["running", 1, 2, "false", "PG::ConnectionBad: connection refused (PG::ConnectionBad)\n", false],
    ["restarting", 1, 0, "false", "a.rb:1:in `x': no (NoMethodError)\n", true],
    ["running", 0, 1, "false", "ValueError: no\n", true],
    ["restarting", 255, 0, "false", "exec /app/server: exec format error\n", true],
    ["restarting", 1, 1, "false", "ModuleNotFoundError: No module named 'shop'\n", true],
    ["restarting", 1, 1, "false", "Error: getaddrinfo ENOTFOUND redis\n", false],
    ["restarting", 1, 1, "false", "PG::ConnectionBad: connection refused (PG::ConnectionBad)\n", false],
    ["restarting", 1, 3, "false", "PG::ConnectionBad: connection refused (PG::ConnectionBad)\n", true],
  ])("%s, exit %i, %i restarts, OOM %s, log %j: %s", (status, exit, restarts, oom, log, final) => {
    const file = join(data, "end-of-log");
    writeFileSync(file, log);
    const { status: code } = run("call", ["final_state", status, String(exit), String(restarts), oom, file]);
    expect(code === 0).toBe(final);
  });
});

describe("the probe", () => {
  let server: Server;
  let port = 0;
  const trace = join(data, "trace");
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === "/redirect")
        response.writeHead(301, { Location: "https://shop.lab/redirect" }).end();
      else if (request.url === "/missing")
        response
          .writeHead(404, { "X-Runtime": "0.01", "Content-Type": "text/html" })
          .end('no\tsuch\r\npath\u0000 "x"');
      else if (request.url === "/big") response.writeHead(500).end("x".repeat(1_000_000));
      else if (request.url === "/host")
        response
          .writeHead(
            request.headers.host === "shop.lab" && request.headers["x-forwarded-proto"] === "https"
              ? 204
              : 400,
          )
          .end();
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const ask = async (path: string, at = port): Promise<number | null> => {
    // Not spawnSync: the server lives in this process.
    const child: ChildProcess = spawn(
      "/bin/sh",
      [
        join(kit, "call"),
        "ask_once",
        trace,
        String(Date.now()),
        "127.0.0.1",
        String(at),
        path,
        "shop.lab",
        "https",
        "1",
      ],
      { stdio: "inherit" },
    );
    return new Promise((done) => child.on("exit", done));
  };

  it("writes a trace of answers that the evidence tells again", async () => {
    writeFileSync(trace, "");
    expect(await ask("/host")).toBe(0);
    expect(await ask("/redirect")).toBe(1);
    expect(await ask("/redirect")).toBe(1);
    expect(await ask("/missing")).toBe(1);
    expect(await ask("/big")).toBe(1);
    expect(await ask("/hang")).toBe(1);
    expect(await ask("/x", 1)).toBe(1);
    expect(readFileSync(trace, "utf8").trimEnd().split("\n")).toHaveLength(7);
    const { evidence } = gather("", ["ready", "timeout", "container=shop", "port=3000", `trace=${trace}`]);
    expect(evidence.probe?.trace).toMatchObject([
      { status: 204, curl: 0, count: 1, connected: true },
      { status: 301, count: 2, location: "https://shop.lab/redirect" },
      { status: 404, framework: true, contentType: "text/html", body: 'no such path "x"' },
      { status: 500, curl: 0 },
      { status: 0, curl: 28, connected: true },
      { status: 0, curl: 7, connected: false },
    ]);
    expect(diagnose(evidence).causes).not.toEqual([]);
  });
});
