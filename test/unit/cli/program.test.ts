/** The program as a process, with a `pulumi` and an `ssh` on the PATH that answer as the real ones do. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withCure } from "../../../cli/stack";
import { sextant as programOf, withCommandApart } from "../../../cli/program";
import { repoRoot } from "../../../lab/paths";
import { compileCommand, runCommand, type Ended } from "./compiled";

let folder: string;
let command: string;

/** Runs the program, compiled and beside its pages as in the package. */
function sextant(
  words: readonly string[],
  path = `${join(folder, "bin")}${delimiter}${process.env["PATH"] ?? ""}`,
): Ended {
  return runCommand(command, words, { cwd: folder, env: { ...process.env, PATH: path, HOME: folder } });
}

function program(name: string, text: string): void {
  const file = join(folder, "bin", name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

/** A host as a state has it: its gate, and a step on it. */
const host = (name: string) => {
  const shell = { name, destination: `root@${name}.test`, port: 22 };
  return [
    { type: "sextant:index:HostReady", inputs: { shell, directory: "/usr/local/lib/sextant/0123456789ab" } },
    { type: "sextant:index:Ready", inputs: { shell } },
  ];
};
const failed = JSON.stringify({
  stage: "ready",
  container: "shop-web-web-1-abc1234",
  elapsed: 3,
  timeout: 10,
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sextant-cli-"));
  for (const name of ["bin", "elsewhere"]) mkdirSync(join(folder, name));
  command = await compileCommand(folder);
  writeFileSync(
    join(folder, "elsewhere", "state.json"),
    JSON.stringify({ deployment: { resources: [...host("web-1"), ...host("web-2")] } }),
  );
  program(
    "pulumi",
    [
      'echo "$*" >>"$HOME/asked"',
      'case "$*" in *--show-secrets*) [ -e shown.json ] && exec cat shown.json ;; esac',
      // What pulumi keeps of --config, in the file that it is given.
      'file=Pulumi.production.yaml; kept=; for word; do case "$before" in --config-file) file=$word ;; --config) kept=$word ;; esac; before=$word; done',
      'case "$*" in "stack --show-name"*) echo production; exit ;; preview*) [ -z "$kept" ] || echo "kept $kept" >>"$file"; cat "$file" >"$HOME/used" 2>/dev/null ;; esac',
      'case "$*" in *"--stack foo"*) echo "error: no stack named \'foo\' found" >&2; exit 255 ;; esac',
      "[ -e state.json ] && exec cat state.json",
      'echo "error: no stack selected; please use \\`pulumi stack select\\` to choose one" >&2',
      "exit 255",
    ].join("\n"),
  );
  program("ssh", `case "$*" in *web-1.test*) echo '${failed}' ;; esac`);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("sextant", () => {
  it("prints its version and its help", () => {
    const { version } = JSON.parse(readFileSync(join(repoRoot, "package.json"), "utf8")) as {
      version: string;
    };
    expect(sextant(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
    const help = sextant(["--help"]);
    expect(help.code).toBe(0);
    expect(help.stdout).toMatch(/init .*\n.*import .*\n.*preview .*\n.*doctor .*\n.*docs /s);
    const own = sextant(["doctor", "--help"]);
    expect(own.code).toBe(0);
    expect(own.stdout).toMatch(/--host.*--stack/s);
  });

  it.each([
    [["doctr"], "unknown command 'doctr'"],
    [["previe"], "(Did you mean preview?)"],
    [["doctor", "--hots", "web-1"], "unknown option '--hots'"],
    [["preview", "--form", "x"], "(Did you mean --from?)"],
    [["preview", "production"], "too many arguments"],
    [["preview", "--config", "version"], "It is a key and a value, such as version=v2."],
    [["logs", "--since", "yesterday"], "It is a time such as 30m, 24h, 2026-01-31 or 2026-01-31T09:00:00."],
    [["ps", "--hots", "x"], "(sextant ps --help says what it takes)"],
    [["doctor", "one", "two"], "too many arguments"],
    [[], "Usage: sextant"],
  ])("refuses %j with exit code 2", (words, said) => {
    const ended = sextant(words);
    expect(ended.code).toBe(2);
    expect(ended.stdout).toBe("");
    expect(ended.stderr).toContain(said);
  });
});

describe("the words of a program", () => {
  it.each([
    ["exec --role job ps -ef", "exec --role job -- ps -ef"],
    ["-s prod exec -i grep -r x -s y", "-s prod exec -i -- grep -r x -s y"],
    ["exec -e A=1 -e B=2 df -h", "exec -e A=1 -e B=2 -- df -h"],
    ["exec --app=shop ls --help", "exec --app=shop -- ls --help"],
    ["exec -- ls -l", "exec -- ls -l"],
    ["run --host web-1 df -h", "run --host web-1 -- df -h"],
    ["console --app shop -e test", "console --app shop -- -e test"],
    ["console --help", "console --help"],
    ["console --stack=prod --sandbox", "console --stack=prod -- --sandbox"],
    ["shell --new x --sandbox", "shell --new -- x --sandbox"],
    ["queues --stack prod x -y", "queues --stack prod -- x -y"],
    ["doctor run --stack prod", "doctor run --stack prod"],
    ["exec --help", "exec --help"],
    ["--help", "--help"],
    ["", ""],
  ])("are apart from sextant's own in %j", (given, read) => {
    expect(withCommandApart(programOf(["queues"]), given.split(" ")).join(" ")).toBe(read);
  });
});

describe("sextant docs", () => {
  it("prints a section that a message names, and lists the pages", () => {
    const { code, stdout } = sextant(["docs", "checks#mutable-tag"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^## Tag that moves\n/);
    expect(sextant(["docs"]).stdout).toMatch(/troubleshooting +Troubleshooting\n/);
  });

  it.each([
    [
      ["docs", "chekcs"],
      /there is no page chekcs; did you mean checks\? There are guide\/ci, .*, accessory, app, checks/,
    ],
    [["docs", "guide/strat"], /there is no page guide\/strat; did you mean guide\/start\?/],
    [["docs", "strat"], /there is no page strat; did you mean guide\/start\?/],
    [["docs", "guide/start#frist"], /guide\/start has no section frist; it has .*/],
    [["docs", "../package"], /there is no page/],
    [["docs", "checks#nothing"], /checks has no section nothing; it has public-port, same-route, /],
  ])("says what there is for %j", (words, said) => {
    const ended = sextant(words);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(said);
  });
});

describe("sextant doctor", () => {
  it("asks all hosts of the stack, in the directory and of the stack that are named", () => {
    const { code, stdout } = sextant(["-C", "elsewhere", "doctor", "--stack", "production"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^web-1: shop-web-web-1-abc1234 is not ready after 3s/);
    expect(stdout).toContain("web-2: nothing failed here that is still kept.");
    const asked = readFileSync(join(folder, "asked"), "utf8");
    expect(asked).toContain("--stack production");
    expect(asked).not.toContain("--show-secrets");
  });

  it("asks for the stack's secrets where a host is reached with one, and prints none", () => {
    const hidden = { "4dabf18193072939515e22adb298388d": "x", ciphertext: "v1:abc:def" };
    const [gate, step] = host("web-1");
    const place = join(folder, "hidden");
    mkdirSync(place);
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(place, "key")]);
    const privateKey = readFileSync(join(place, "key"), "utf8");
    const shell = { ...step?.inputs.shell, privateKey };
    for (const [file, value] of [
      ["state.json", hidden],
      ["shown.json", { ...hidden, ciphertext: undefined, plaintext: JSON.stringify(shell) }],
    ] as const) {
      const resources = [gate, step].map((each) => ({ ...each, inputs: { ...each?.inputs, shell: value } }));
      writeFileSync(join(place, file), JSON.stringify({ deployment: { resources } }));
    }
    const { code, stdout, stderr } = sextant(["-C", "hidden", "doctor"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^web-1: shop-web-web-1-abc1234 is not ready after 3s/);
    expect(stdout + stderr).not.toContain(privateKey.split("\n")[1]);
  });

  it("finds a container by its name or by how it begins, and says what there is else", () => {
    const ask = (...words: string[]): Ended => sextant(["doctor", "--cwd", "elsewhere", ...words]);
    for (const name of ["shop-web-web-1-abc1234", "shop-web"]) {
      const { code, stdout } = ask(name, "--raw");
      expect([code, stdout]).toEqual([0, `${failed}\n`]);
    }
    const unknown = ask("shop-wob");
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toBe(
      "doctor: nothing is kept of shop-wob; there is shop-web-web-1-abc1234 on web-1.\n",
    );
    expect(ask("shop-web", "--host", "web-2").stderr).toBe(
      "doctor: nothing is kept of shop-web; nothing failed that is still kept.\n",
    );
    expect(ask("--host", "web-3").stderr).toBe(
      "doctor: this stack has no host web-3; it has web-1, web-2.\n",
    );
  });

  it("says what stands in its way once", () => {
    expect(sextant(["doctor"])).toEqual({
      code: 1,
      stdout: "",
      stderr: "no stack selected; please use `pulumi stack select` to choose one\n",
    });
    const bare = sextant(["doctor"], dirname(process.execPath));
    expect([bare.code, bare.stderr]).toEqual([
      1,
      "The pulumi program is not on the PATH; install it: https://www.pulumi.com/docs/install/\n",
    ]);
    expect(sextant(["doctor", "-C", "nowhere"]).stderr).toBe("There is no directory nowhere; see -C.\n");
  });
});

describe("sextant build", () => {
  const image = (name: string, inputs: object) => ({
    urn: `urn:pulumi:prod::shop::sextant:index:Image$docker-build:index:Image::${name}`,
    type: "docker-build:index:Image",
    inputs: {
      ...{ tags: [`r.test:5000/${name}:v7@sha256:0`], context: { location: "../app" } },
      ...{ dockerfile: { location: "../app/Dockerfile" }, ...inputs },
    },
  });
  /** A secret as a state has it that is shown. */
  const shown = (value: unknown) => ({
    "4dabf18193072939515e22adb298388d": "1b4",
    plaintext: JSON.stringify(value),
  });
  const shop = image("shop", {
    target: "web",
    buildArgs: { NOTE: "a b", BUILDKIT_ATTEST_PROVENANCE: "mode=max" },
    secrets: shown({ TOKEN: "canary-token" }),
    ssh: [{ id: "default" }, { id: "git", paths: ["~/.ssh/a"] }],
  });
  const of = (folderName: string, resources: object[], words: string[]): Ended => {
    const there = join(folder, folderName, "program");
    mkdirSync(there, { recursive: true });
    writeFileSync(
      join(folder, folderName, "Pulumi.yaml"),
      "name: shop\nruntime: nodejs\nmain: program/index.ts\n",
    );
    writeFileSync(join(there, "index.ts"), "");
    writeFileSync(join(folder, folderName, "shown.json"), JSON.stringify({ deployment: { resources } }));
    return sextant(["-C", folderName, "build", ...words]);
  };
  beforeAll(() => {
    program("docker", 'pwd; for word; do echo "$word"; done; echo "secret $SEXTANT_BUILD_SECRET_0"; exit 3');
  });

  it("builds the files of the program's image for this machine, with its secrets in no word, and ends as Docker does", () => {
    const { code, stdout, stderr } = of("building", [shop], ["--no-cache"]);
    expect([code, stderr]).toEqual([3, ""]);
    expect(stdout.trim().split("\n")).toEqual([
      expect.stringMatching(/\/building\/program$/) as string,
      ...["buildx", "build", "--file", "../app/Dockerfile", "--tag", "r.test:5000/shop:dirty"],
      ...["--output", "type=docker", "--target", "web", "--build-arg", "NOTE=a b"],
      ...["--secret", "id=TOKEN,env=SEXTANT_BUILD_SECRET_0", "--ssh", "default", "--ssh", "git=~/.ssh/a"],
      ...["--no-cache", "../app", "secret canary-token"],
    ]);
  });

  it("goes where --output says, and is the one that is named", () => {
    const both = [shop, image("worker", {})];
    const { stdout } = of("two-images", both, ["worker", "--output", "local,dest=out"]);
    expect(stdout).toContain("--tag\nr.test:5000/worker:dirty\n--output\ntype=local,dest=out\n../app\n");
    expect(of("two-images", both, []).stderr).toBe(
      "build: which Image is meant: shop, worker? Write its name behind the command.\n",
    );
    expect(of("two-images", both, ["shob"]).stderr).toBe(
      "build: this stack has no Image shob; it has shop, worker.\n",
    );
    expect(of("two-images", [], []).stderr).toBe(
      "build: this stack has no Image yet: pulumi up builds those of the program.\n",
    );
  });
});

describe("--json, which is for what only looks,", () => {
  it.each([
    [
      ["lock", "a reason", "--json"],
      "lock: --json is for a look, and a reason locks; leave out one of them.",
    ],
    [
      ["rollback", "v1", "--json"],
      "rollback: --json is for the list, and a version is deployed; pulumi up has --json of its own.",
    ],
  ])("does nothing by %j", (words, said) => {
    expect(sextant(words)).toEqual({ code: 1, stdout: "", stderr: `${said}\n` });
  });
});

describe("a stack of which nothing is deployed yet", () => {
  const empty = { deployment: { manifest: {} } };

  it.each([
    [["ps"]],
    [["logs"]],
    [["logs", "--since", "2h"]],
    [["doctor"]],
    [["exec", "ls"]],
    [["prune"]],
    [["jobs"]],
    [["lock", "x"]],
  ])("is said to be one by %j", (words) => {
    mkdirSync(join(folder, "empty"), { recursive: true });
    writeFileSync(join(folder, "empty", "state.json"), JSON.stringify(empty));
    expect(sextant(["-C", "empty", ...words])).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "Nothing of this stack is deployed yet: pulumi up deploys it. Another stack is named by --stack; pulumi stack ls lists them.\n",
    });
  });

  it("is another thing than one without an app", () => {
    expect(sextant(["-C", "elsewhere", "logs"]).stderr).toBe(
      "logs: no app of this stack is deployed yet; pulumi up deploys what the program has.\n",
    );
  });

  it("is another thing than none of that name", () => {
    expect(sextant(["ps", "-s", "foo"]).stderr).toBe(
      "no stack named 'foo' found; pulumi stack ls lists those that there are, and pulumi stack init makes one\n",
    );
  });

  it("is another thing than a folder without a program", () => {
    const said =
      "no Pulumi.yaml project file found (searching upwards from /home/me). If you have not created a project yet, use `pulumi new` to do so: no project file found";
    expect(withCure(said)).toBe(
      "no Pulumi.yaml project file found (searching upwards from /home/me). Name the folder of the program by -C; npx sextant init begins one, npx sextant import one from Kamal's configuration",
    );
  });
});

describe("sextant preview", () => {
  const digest = join(repoRoot, "test/unit/cli/preview/fixtures/release.json");
  const page = /^### demo\/lab: 2 hosts get shop:v2, .*\n[^]*<!-- sextant preview demo\/lab -->\n$/;

  it("runs pulumi preview, of the stack and in the directory that are named, and with the configuration", () => {
    writeFileSync(join(folder, "elsewhere", "state.json"), readFileSync(digest));
    const words = ["-C", "elsewhere", "preview", "--stack", "production", "--config", "version=v2"];
    const { code, stdout, stderr } = sextant(words);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(page);
    expect(readFileSync(join(folder, "asked"), "utf8")).toContain(
      "preview --json --non-interactive --stack production --config version=v2\n",
    );
  });

  it.each([
    ["is made", digest, 0],
    ["fails", digest.replace("release", "lost"), 1],
  ])("leaves the stack's file as it is where the preview %s", (what, printed, code) => {
    const place = join(folder, `kept-${what.replace(" ", "-")}`);
    mkdirSync(place);
    writeFileSync(join(place, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    writeFileSync(join(place, "Pulumi.production.yaml"), "config:\n  shop:version: v1\n");
    writeFileSync(join(place, "state.json"), readFileSync(printed));
    const ended = sextant(["-C", place, "preview", "--config", "version=v2", "-c", "note=a=b"]);
    expect([ended.code, ended.stderr]).toEqual([code, ""]);
    expect(readFileSync(join(place, "Pulumi.production.yaml"), "utf8")).toBe("config:\n  shop:version: v1\n");
    // What pulumi had was the same, and more; the copy is gone.
    expect(readFileSync(join(folder, "used"), "utf8")).toMatch(/^config:\n {2}shop:version: v1\nkept /);
    const [, copy = ""] =
      /--config-file (\S+) --config version=v2 --config note=a=b\n$/.exec(
        readFileSync(join(folder, "asked"), "utf8"),
      ) ?? [];
    expect(copy).not.toBe("");
    expect(existsSync(dirname(copy))).toBe(false);
  });

  it("reads a file, or standard input, and prints the model", () => {
    expect(sextant(["preview", "--from", digest])).toMatchObject({ code: 0 });
    const input = readFileSync(digest, "utf8");
    const read = spawnSync(process.execPath, [command, "preview", "--from", "-", "--json"], {
      ...{ cwd: folder, encoding: "utf8", input },
    });
    expect(read.status, read.stderr).toBe(0);
    expect(JSON.parse(read.stdout)).toMatchObject({ stack: "demo/lab", failed: false });
  });

  it("ends with 1 where the preview is refused, or nothing can be previewed, and says it all the same", () => {
    const refused = sextant(["preview", "--from", digest.replace("release", "lost")]);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('- Accessory "search": web-2 is to be replaced by another machine');
    const none = sextant(["preview"]);
    expect(none.code).toBe(1);
    expect(none.stdout).toMatch(/^### The preview failed: 1 problem\.\n[^]*no stack selected; please use/);
  });

  it("hides what the environment has as a secret", () => {
    const env = { ...process.env, DEPLOY_TOKEN: "registry.test/shop" };
    const { stdout } = runCommand(command, ["preview", "--from", digest], { cwd: folder, env });
    expect(stdout).toContain("`[secret]`");
    expect(stdout).not.toContain("registry.test");
  });

  it.each([
    [["--from", "nowhere.json"], "preview: there is no file nowhere.json; see --from.\n"],
    [
      ["--from", join(repoRoot, "package.json")],
      "preview: this is not what pulumi preview --json prints; give it that whole.\n",
    ],
    [
      ["--from", digest, "--stack", "production"],
      "preview: --from is a preview that was made already; --stack and --config are of a new one.\n",
    ],
    [["-C", "nowhere"], "There is no directory nowhere; see -C.\n"],
  ])("says what is wrong with %j", (words, said) => {
    expect(sextant(["preview", ...words])).toEqual({ code: 1, stdout: "", stderr: said });
  });
});
