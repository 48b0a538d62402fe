import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { repoRoot } from "../../../../lab/paths";
import type { SshAddress } from "../../../../provider/ssh/address";
import { asRoot, rootFailure, withoutWarning } from "../../../../provider/ssh/as-root";

const shell: SshAddress = { name: "web-1", destination: "ubuntu@192.0.2.1", port: 22, sudo: true };
const said = (code: number, stderr: string, stdout = ""): string | undefined =>
  rootFailure(shell, { code, stdout, stderr })?.sentence;

describe("a line that runs as root", () => {
  it("is itself where root logs in", () => {
    expect(asRoot({}, "echo 'a b'")).toBe("echo 'a b'");
  });

  it("is one word for sudo, which asks for nothing, whatever is in it", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }).filter((line) => !line.includes("\0")),
        (line) => {
          const words = asRoot({ sudo: true }, line);
          const told = execFileSync("sh", ["-c", `sudo() { shift 4; printf %s "$1"; }; ${words}`], {
            encoding: "utf8",
          });
          expect(told.endsWith(`; export PATH; ${line}`)).toBe(true);
          expect(words.startsWith("sudo -n -H sh -c ")).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("a line that runs as root by Docker", () => {
  it("is the one word of the script, whatever is in it", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }).filter((line) => !line.includes("\0")),
        (line) => {
          const words = asRoot({ sudo: true }, line, "docker");
          // The script is the second word of the shell, and the line is what the script is given.
          const told = execFileSync("sh", ["-c", words.replace(/^sh -c /, "set -- ") + '; printf %s "$3"'], {
            encoding: "utf8",
          });
          expect(told).toBe(line);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("is itself where root logs in", () => {
    expect(asRoot({}, "echo 'a b'", "docker")).toBe("echo 'a b'");
  });
});

describe("what sudo says of a machine that does not know its own name", () => {
  it("is no error of a command", () => {
    const warning = "sudo: unable to resolve host web-1: Name or service not known\n";
    expect(withoutWarning(warning)).toBe("");
    expect(withoutWarning(`${warning}tar: no\nsudo: a password is required\n`)).toBe(
      "tar: no\nsudo: a password is required\n",
    );
  });
});

describe("a user who does not become root", () => {
  const cure =
    'put the line "ubuntu ALL=(ALL) NOPASSWD: ALL" there by visudo -f /etc/sudoers.d/sextant, or let the key in as root and leave ssh.user out.';

  // Debian 12 and 13's sudo, Ubuntu 26.04's sudo-rs, and a login whose sudo is for one command.
  it.each([
    "sudo: a password is required",
    "sudo: interactive authentication is required",
    "ubuntu is not in the sudoers file.",
    "ubuntu is not in the sudoers file.\nThis incident has been reported to the administrator.",
    "Sorry, user ubuntu is not allowed to execute '/usr/bin/sh -c true' as root on web-1.",
    "sudo: I'm sorry ubuntu. I'm afraid I can't do that",
  ])("is told which line of sudoers it takes: %s", (stderr) => {
    const last = stderr.split("\n").at(-1) ?? "";
    expect(said(1, `${stderr}\n`)).toBe(
      `web-1: ubuntu logs in, but sudo does not make it root without a password (${last}), and a deploy runs as root; ${cure}`,
    );
  });

  it("is told that there is no sudo, and that a terminal is asked for", () => {
    expect(said(127, "bash: line 1: sudo: command not found")).toBe(
      `web-1: ubuntu logs in, but there is no sudo (bash: line 1: sudo: command not found), and a deploy runs as root; install sudo there, and ${cure}`,
    );
    expect(said(1, "sudo: sorry, you must have a tty to run sudo")).toContain(
      'put the line "Defaults:ubuntu !requiretty" there by visudo -f /etc/sudoers.d/sextant, or',
    );
    expect(said(1, "", "This account is currently not available.\n")).toContain("(This account is currently");
  });

  it("is none where the command has ended well, by sudo or by Docker", () => {
    expect(said(0, "a greeting")).toBeUndefined();
    const refused = { code: 1, stdout: "", stderr: "sudo: a password is required" };
    expect(rootFailure(shell, refused, { code: 0, stdout: "", stderr: "" })).toBeUndefined();
  });

  it("says why Docker does not make it root, where the user may use Docker", () => {
    const refused = { code: 1, stdout: "", stderr: "sudo: a password is required\n" };
    const by = (code: number, stderr: string): string =>
      rootFailure(shell, refused, { code, stdout: "", stderr })?.sentence ?? "";
    expect(by(3, "")).toBe(said(1, refused.stderr));
    const help = "Run 'docker run --help' for more information";
    expect(by(125, `docker: authorization denied by plugin x\n\n${help}\n`)).toContain(
      "without a password (sudo: a password is required), and Docker, which it may use, does not either (docker: authorization denied by plugin x), and a deploy runs as root; put the line",
    );
  });
});

it("is what every ssh of the plugin is started with", () => {
  const provider = join(repoRoot, "provider");
  const sources = (readdirSync(provider, { recursive: true }) as string[])
    .filter((file) => file.endsWith(".ts"))
    .map((file) => ({ file, text: readFileSync(join(provider, file), "utf8") }));
  // What only opens a way to a port runs nothing there.
  const starting = sources.filter(({ text }) => text.includes('spawn("ssh"') && !text.includes('"-W"'));
  expect(starting.length).toBeGreaterThan(3);
  for (const { file, text } of starting) {
    expect(text, file).toContain("sshWords(");
    expect(text, file).not.toMatch(/\bdestination, /);
  }
});
