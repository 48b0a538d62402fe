import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { causes } from "../../../../provider/diagnosis/causes";
import { diagnose } from "../../../../provider/diagnosis/diagnose";
import { stages, type Evidence } from "../../../../provider/diagnosis/evidence";
import { parseEvidence } from "../../../../provider/diagnosis/parse";
import { report } from "../../../../provider/diagnosis/report";
import { cases } from "./cases";

const first = (evidence: Evidence): string => diagnose(evidence).causes[0]?.id ?? "unknown";

describe("diagnose", () => {
  it.each(cases)("names $cause: $name", ({ cause, evidence }) => {
    const { causes: ranked } = diagnose(evidence);
    expect(ranked.map(({ id, confidence }) => `${id} ${confidence}`).join(", ") || "unknown").toMatch(
      new RegExp(`^${cause}\\b`),
    );
  });

  it("has a case for every cause", () => {
    const told = new Set(cases.map(({ cause }) => cause));
    expect(causes.map(({ id }) => id).filter((id) => !told.has(id))).toEqual([]);
  });

  it("has ids that are anchors, each once", () => {
    const ids = causes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it("comes to the same when the evidence went over the wire", () => {
    for (const { cause, evidence } of cases) {
      const read = parseEvidence(`noise\n${JSON.stringify(evidence)}\n`);
      expect(read.unread).toEqual([]);
      expect(first(read.evidence)).toBe(cause);
    }
  });

  it("speaks of Rails to those who have it", () => {
    const crashed = {
      stage: "ready",
      ending: "exited",
      state: { status: "exited", exitCode: 2, restarts: 0 },
    } as const;
    const cure = (log: string[], env: string[]): string =>
      diagnose({ ...crashed, log, env }).causes.find(({ id }) => id === "crash")?.cure ?? "";
    expect(cure(["fatal error: all goroutines are asleep - deadlock!"], ["PATH"])).not.toContain("RAILS");
    expect(cure(["boot.rb:3:in 'load': no key (KeyError)"], ["RAILS_ENV"])).toContain("RAILS_LOG_LEVEL");
  });

  it.each([
    ["an entry point with Windows line ends, whose file was looked at", "Unix line ends"],
    ["a program for musl in an image with glibc", "CGO_ENABLED=0"],
    ["a script for bash in an image without it", "install /bin/bash"],
    ["no such path, and one that is there", 'route.health: { path: "/healthz" }'],
    ["a fault of native code", "C library"],
    ["ALLOWED_HOSTS of Django with DEBUG off, which logs nothing", 'add "shop.example.com" to ALLOWED_HOSTS'],
    ["port 80 as a user, where that is for root", "route.port: 8080"],
    ["a volume of root's, by Redis", "mkdir -p /data"],
    ["Deno without --allow-env", "--allow-env"],
    ["no file watchers left", "fs.inotify"],
    [
      "slow boot of a web server that waits, and has said that it begins",
      "what it waits for; where that ends",
    ],
  ])("has the cure that fits: %s", (name, words) => {
    const evidence = cases.find((one) => one.name === name)?.evidence ?? { stage: "ready" };
    expect(diagnose(evidence).causes[0]?.cure).toContain(words);
  });

  it("gives no more time to what does nothing, and no port to what speaks no HTTP", () => {
    for (const { evidence } of cases.filter(({ cause }) => /^(no-web-server|unix-socket)$/.test(cause))) {
      const text = report(diagnose(evidence), evidence);
      expect(text).not.toMatch(/readyTimeout: |set route\.port/);
    }
  });

  it("guesses nothing of a process whose words nobody knows: its own are shown", () => {
    const evidence: Evidence = {
      stage: "ready",
      ending: "restarting",
      state: { status: "restarting", exitCode: 3, restarts: 3, exitCodes: [3, 3, 3] },
      configured: { command: ["bin/server"] },
      log: ["flux capacitor: insufficient gigawatts, giving up", "bye"],
    };
    const [cause] = diagnose(evidence).causes;
    expect(cause?.id).toBe("crash-loop");
    expect(cause?.cure).toBe("mend what its log says; all of it: docker logs CONTAINER on the host");
    expect(report(diagnose(evidence), evidence)).toContain("insufficient gigawatts");
  });

  it("claims nothing on no evidence", () => {
    for (const stage of stages) {
      expect(diagnose({ stage })).toEqual({ causes: [], ruledOut: [] });
      expect(diagnose({ stage, container: "a", image: "b:c", log: [], env: [] }).causes).toEqual([]);
    }
  });
});

/** Pairs that look alike from outside. */
const lookAlikes: [string, string][] = [
  ["/dev/shm is full", "disk full for the app"],
  ["no file watchers left", "disk full for the app"],
  ["the heap of Node is full", "OOM kill"],
  ["a build that was not copied, by Node", "missing library"],
  ["TLS of its own, by Node", "HTTP/2 alone"],
  ["a node of Erlang without a web server, such as an Elixir release without PHX_SERVER", "wrong port"],
  ["gunicorn on a unix socket", "slow boot"],
  ["no connection left", "wrong password"],
  ["Postgres takes TLS alone", "wrong password"],
  ["no such host for the app, and one that it takes", "no such path, and one that is there"],
  ["force_ssl", "redirect to a login page over HTTPS"],
  ["force_ssl", "redirect to a canonical host"],
  ["host authorization of Rails 7, empty page, said in the log", "Rack::Attack blocklist"],
  ["host authorization of Rails 6.1, with its page", "members only"],
  ["Rack::Attack blocklist", "members only"],
  ["Rack::Attack throttle", "403 after a run of 2xx"],
  ["wrong port", "loopback bind"],
  ["wrong port", "slow boot"],
  ["loopback bind", "slow boot"],
  ["exception in an initializer", "a command that is done"],
  ["a command that is done", "missing CMD: bash"],
  ["exception in an initializer", "crash loop"],
  ["OOM kill", "killed by someone, not for memory"],
  ["hang in the health path", "slow boot"],
  ["slow boot", "memory pressure with swap"],
  ["hang in the health path", "memory pressure of the host, while the health path is slow"],
  ["database not there: refused", "database not ready"],
  ["database not there: refused", "wrong password"],
  ["database not there: no such name", "DNS failure in the container"],
  ["DNS failure in the container", "no outbound network"],
  ["pull unauthorized", "tag not found"],
  ["pull unauthorized", "registry down"],
  ["tag not found", "registry without a name"],
  ["tag not found", "index without this architecture"],
  ["missing table", "exception in the health path"],
  ["missing environment variable in Ruby", "wrong RAILS_MASTER_KEY"],
  ["read-only file system", "a volume of root's"],
  ["image for another architecture, refused at the start", "no such command"],
  ["port taken by a container", "two apps with one host"],
  ["proxy too old", "two apps with one host"],
  ["wrong password in the release command", "release command that fails"],
];

describe("what looks alike", () => {
  it.each(lookAlikes)("%s, and %s", (left, right) => {
    const [a, b] = [left, right].map((name) => cases.find((one) => one.name === name));
    expect(a, left).toBeDefined();
    expect(b, right).toBeDefined();
    if (a === undefined || b === undefined) return;
    expect(first(a.evidence)).not.toBe(first(b.evidence));
    // Neither is even a candidate for the other, where both were seen for certain.
    const sure = (evidence: Evidence) =>
      diagnose(evidence)
        .causes.filter(({ confidence }) => confidence >= 0.9)
        .map(({ id }) => id);
    expect(sure(a.evidence)).not.toContain(b.cause);
    expect(sure(b.evidence)).not.toContain(a.cause);
  });

  it("tells where a full disk was met", () => {
    const verdict = (name: string) =>
      diagnose(cases.find((one) => one.name === name)?.evidence ?? { stage: "pull" }).causes[0]?.verdict;
    expect(verdict("disk full at the pull")).toContain("while the image was pulled");
    expect(verdict("disk full at the extraction")).toContain("while the image was unpacked");
    expect(verdict("disk full at the start")).toContain("when the container was started");
    expect(verdict("disk full for the app")).toContain("when the app wrote a file");
  });
});

/** Any evidence, of which every text may be one that causes look for. */
const telling = cases.flatMap(({ evidence }) => [
  ...(evidence.log ?? []),
  evidence.error ?? "",
  evidence.proxy?.answer ?? "",
]);

/** Commands after which data may be gone, and switches that make others so. */
const loses =
  /\bdocker (system|volume) (prune|rm)\b|\bdocker rm\b[^;.`]*(--volumes|\s-v)\b|\bdown (-v|--volumes)\b|\brm -r|\brm -fr|\bdropdb\b|\bDROP (DATABASE|TABLE|SCHEMA)\b|\bTRUNCATE\b|\bFLUSH(ALL|DB)\b|\bdb:(reset|drop|setup)\b|\bmigrate (reset|fresh)\b|db push --force-reset|\bmkfs|\bpg_resetwal\b|--fix\b|\binitdb\b|--force-reset|accept-data-loss/i;

describe("what is advised", () => {
  it("never loses data", () => {
    // A clean-up job by others is named as what may have removed a container.
    const named = /look for a cron job with docker system prune|clean-up job \(`docker system prune`/g;
    const docs = causes.flatMap(({ docs: { cure, proof, cause } }) => [cure, proof, cause]);
    const said = cases.flatMap(({ evidence }) => diagnose(evidence).causes.map(({ cure }) => cure));
    for (const text of [...docs, ...said]) expect(text.replace(named, "")).not.toMatch(loses);
    expect("docker volume rm shop-db-data").toMatch(loses);
  });

  it("is explained on the page, for each cause", () => {
    const page = readFileSync(join(__dirname, "../../../../docs/troubleshooting.md"), "utf8");
    for (const { id, title } of causes) {
      expect(page).toContain(`<a id="${id}"></a>`);
      expect(page).toContain(`- [${title}](#${id})`);
    }
  });
});

describe("for all input", () => {
  it("takes a name of an error for one only where it stands alone", () => {
    const names = fc.constantFrom(
      "ENOTFOUND",
      "EACCES",
      "EPERM",
      "ENOSPC",
      "EROFS",
      "EMFILE",
      "ENOMEM",
      "ETIMEDOUT",
    );
    const letters = fc.stringMatching(/^[a-zA-Z]{1,8}$/);
    fc.assert(
      fc.property(names, letters, letters, (name, before, after) => {
        // In a name of a class, such as ModuleNotFoundError or DatabaseAccessException.
        for (const word of [
          before + name + after,
          `${before}${name[0]}${name.slice(1).toLowerCase()}${after}`,
        ]) {
          const log = [`Traceback`, `zz.${word}Fault: no`];
          const plain = ["Traceback", "zz.Fault: no"];
          const ids = (lines: string[]) =>
            diagnose({
              stage: "ready",
              ending: "exited",
              state: { status: "exited", exitCode: 1, restarts: 0 },
              log: lines,
            }).causes.map(({ id }) => id);
          expect(ids(log)).toEqual(ids(plain));
        }
      }),
    );
    expect(
      first({
        stage: "ready",
        ending: "exited",
        state: { status: "exited", exitCode: 1 },
        log: ["Error: spawn /a EACCES"],
      }),
    ).toBe("permission-denied");
  });

  it("never throws, and the report is twelve short lines at most", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...cases),
        fc.constantFrom(...cases),
        fc.constantFrom(...stages),
        fc.array(fc.oneof(fc.constantFrom(...telling), fc.string({ unit: "binary", maxLength: 400 })), {
          maxLength: 60,
        }),
        ({ evidence: a }, { evidence: b }, stage, log) => {
          const evidence = { ...a, ...b, stage, log, error: log[0] } as Evidence;
          const text = report(diagnose(evidence), evidence);
          const lines = text.split("\n");
          expect(lines.length).toBeLessThanOrEqual(12);
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(160);
          expect(text).toMatch(/npx sextant docs troubleshooting#[a-z-]+/);
          expect(report(diagnose(evidence), evidence)).toBe(text);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("reads any JSON and any text, and says what it could not read", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc
            .jsonValue()
            .map((value) =>
              JSON.stringify({ stage: "ready", probe: value, state: value, log: value, dependencies: value }),
            ),
        ),
        (output) => {
          const { evidence, unread } = parseEvidence(output);
          const text = report(diagnose(evidence), evidence);
          expect(text.split("\n").length).toBeLessThanOrEqual(12);
          expect(stages).toContain(evidence.stage);
          expect(Array.isArray(unread)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("reads any part of an evidence that lacks other parts", () => {
    fc.assert(
      fc.property(fc.constantFrom(...cases), fc.array(fc.nat(30)), ({ evidence }, dropped) => {
        const parts = Object.entries(evidence).filter(
          ([name], at) => name === "stage" || !dropped.includes(at),
        );
        const less = Object.fromEntries(parts) as unknown as Evidence;
        expect(report(diagnose(less), less).split("\n").length).toBeLessThanOrEqual(12);
      }),
      { numRuns: 300 },
    );
  });
});
