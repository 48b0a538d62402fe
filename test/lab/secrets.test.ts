/** `sextant secrets fetch` with the real engine: a password manager is a small program here, which writes down how it was asked. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chance } from "../../lab/chance";
import { ensureToolchain } from "../../lab/toolchain/toolchain";
import { toolPath } from "../../lab/toolchain/path";
import { compileCommand, runCommand, type Ended } from "../unit/cli/compiled";

const canary = `canary-${chance("value of secrets").text(8, 20, "abcdef0123456789")}`;
/** What a password may well be. */
const odd = `${canary}\n line="two" '$HOME' \`x\` \\n =é --help\n\n`;

let folder: string;
let command: string;
let env: NodeJS.ProcessEnv;

const sextant = (...words: string[]): Ended => {
  const ended = runCommand(command, ["secrets", "fetch", ...words], { cwd: folder, env });
  expect(ended.stdout + ended.stderr).not.toContain(canary);
  return ended;
};

function pulumi(...words: string[]): string {
  const ran = spawnSync("pulumi", [...words, "--non-interactive"], { cwd: folder, env, encoding: "utf8" });
  expect(ran.status, ran.stderr).toBe(0);
  return ran.stdout;
}

/** A program on the PATH, which notes its words and its session and answers as the lines say. */
function program(name: string, ...lines: string[]): void {
  const file = join(folder, "bin", name);
  writeFileSync(file, `#!/bin/sh\nprintf '%s\\n' "${name} $*" >>"$HOME/asked"\n${lines.join("\n")}\n`);
  chmodSync(file, 0o755);
}

const asked = (): string[] => readFileSync(join(folder, "asked"), "utf8").trim().split("\n");
const settings = (): string => readFileSync(join(folder, "Pulumi.prod.yaml"), "utf8");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sextant-secrets-"));
  for (const name of ["bin", "backend"]) mkdirSync(join(folder, name));
  command = await compileCommand(folder);
  env = {
    ...process.env,
    PATH: await toolPath([join(folder, "bin")]),
    HOME: folder,
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "a passphrase",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // As on a machine without either.
    OP_SERVICE_ACCOUNT_TOKEN: "",
    OP_CONNECT_TOKEN: "",
  };
  writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  pulumi("stack", "init", "prod");
  const field = (label: string, value: string) => ({
    label,
    reference: `op://Shop/Production/${label}`,
    value,
  });
  writeFileSync(
    join(folder, "item.json"),
    JSON.stringify([field("DB_PASSWORD", odd), field("RAILS_KEY", `${canary}2`)]),
  );
  program(
    "op",
    'case "$*" in',
    '"account get --account acme") exit 1 ;;',
    `"signin --account acme --force") echo 'export OP_SESSION_ACME="${canary}-session"' ;;`,
    `"item get Production --vault Shop --format json --account acme --fields label=DB_PASSWORD,label=RAILS_KEY")`,
    `[ "$OP_SESSION_ACME" = "${canary}-session" ] && exec cat "$HOME/item.json"; exit 3 ;;`,
    "*) exit 2 ;;",
    "esac",
  );
  // What pulumi is told is seen, and done by the real one.
  program("pulumi", `exec "${(await ensureToolchain()).bin}/pulumi" "$@"`);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const words = [
  "-a",
  "1password",
  "--account",
  "acme",
  "--from",
  "Shop/Production",
  "DB_PASSWORD",
  "masterKey=RAILS_KEY",
];

describe("sextant secrets fetch", () => {
  it("sets what it reads as secrets of the stack, byte by byte, and says names alone", () => {
    expect(sextant(...words, "--dry-run")).toEqual({
      code: 0,
      stdout:
        "dbPassword would be set, from Shop/Production/DB_PASSWORD.\nmasterKey would be set, from Shop/Production/RAILS_KEY.\n",
      stderr: "",
    });
    expect(sextant(...words)).toEqual({
      code: 0,
      stdout:
        "dbPassword is set, from Shop/Production/DB_PASSWORD.\nmasterKey is set, from Shop/Production/RAILS_KEY.\n",
      stderr: "",
    });
    const there = JSON.parse(pulumi("config", "--json", "--show-secrets")) as Record<
      string,
      { value: string; secret: boolean }
    >;
    expect(there["shop:dbPassword"]).toMatchObject({ value: odd, secret: true });
    expect(there["shop:masterKey"]).toMatchObject({ value: `${canary}2`, secret: true });
    expect(settings()).not.toContain(canary);
    expect(asked().join("\n")).not.toContain(canary);
    expect(asked()).toContain("pulumi config set --secret dbPassword --non-interactive");
  });

  it("changes nothing where the stack has it already, and makes a secret of what it has in the clear", () => {
    const before = settings();
    expect(sextant(...words).stdout).toBe(
      "dbPassword has the value of Shop/Production/DB_PASSWORD already.\nmasterKey has the value of Shop/Production/RAILS_KEY already.\n",
    );
    expect(settings()).toBe(before);
    pulumi("config", "set", "--plaintext", "masterKey", `${canary}2`);
    expect(sextant(...words).stdout).toContain("masterKey is set");
    expect(settings()).not.toContain(canary);
  });

  it("sets none where one of them is not to be had", () => {
    const before = settings();
    for (const [more, sentence] of [
      [
        ["--extract", "other=DB_PASSWORD", "TOKEN"],
        "secrets: there is no TOKEN among Shop/Production/DB_PASSWORD, Shop/Production/RAILS_KEY.",
      ],
      [["OTHER"], "secrets: op item get Production failed; what it says is above."],
    ] as const)
      expect(sextant(...words, ...more)).toEqual({ code: 1, stdout: "", stderr: `${sentence}\n` });
    expect(settings()).toBe(before);
  });

  it("asks nobody where the words or the stack are wrong", () => {
    const before = asked().filter((line) => line.startsWith("op "));
    expect(sextant("-a", "vault", "A").stderr).toContain(
      "secrets: there is no adapter vault; there are 1password,",
    );
    expect(sextant("-a", "1password", "A").stderr).toBe(
      "secrets: 1Password has to be told whose account it is; write --account.\n",
    );
    expect(sextant(...words, "--stack", "none").stderr).toContain("no stack named 'none' found");
    expect(sextant("-a", "lastpass", "--account", "me", "A").stderr).toBe(
      "secrets: LastPass is asked by its program lpass, which is not on the PATH; install it.\n",
    );
    expect(asked().filter((line) => line.startsWith("op "))).toEqual(before);
  });
});
