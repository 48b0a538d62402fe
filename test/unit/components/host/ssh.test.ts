/** Which key is taken, from what a program says and from what the machine has. */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ExistingServer } from "../../../../components/server/existing-server";
import { providerOptionsHere } from "../../../../components/host/provider-options";
import { checkSsh, secretKey, shellOf, ssh } from "../../../../components/host/ssh";
import { keyMaterial } from "../../../../provider/ssh/private-key";
import { newGraph, value } from "../graph";

let home: string;
let agent: string | undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "sextant-home-"));
  mkdirSync(join(home, ".ssh"));
  vi.stubEnv("HOME", home);
  vi.stubEnv("SSH_AUTH_SOCK", "");
});

afterEach(() => {
  vi.unstubAllEnvs();
  if (agent !== undefined) process.kill(Number(agent));
  agent = undefined;
  rmSync(home, { recursive: true });
});

/** Makes a key, and answers with its public half. */
function make(name: string, passphrase = ""): string {
  const path = join(home, name);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", "me", "-f", path]);
  return keyMaterial(readFileSync(`${path}.pub`, "utf8"));
}

/** Starts an agent with keys that `make` has made. */
function hold(...names: string[]): void {
  const socket = join(home, `agent-${names.length}`);
  const said = execFileSync("ssh-agent", ["-s", "-a", socket], { encoding: "utf8" });
  agent = /SSH_AGENT_PID=(\d+)/.exec(said)?.[1];
  vi.stubEnv("SSH_AUTH_SOCK", socket);
  for (const name of names) execFileSync("ssh-add", ["-q", join(home, name)]);
}

const said = (args: Parameters<typeof checkSsh>[1]): string[] =>
  checkSsh("ssh", args).map((problem) => {
    const wrong = "fault" in problem ? ` ${problem.fault}` : `: ${problem.rule}`;
    return `${problem.argument}${wrong}; ${problem.cure}`;
  });

describe("without a key in the program", () => {
  it("takes the usual file, names it in no state, and reads its public half from the key itself", async () => {
    const publicKey = make(".ssh/id_ed25519");
    rmSync(join(home, ".ssh/id_ed25519.pub"));
    const access = ssh();
    expect(access).toMatchObject({ publicKey, privateKeyFile: undefined, agentKey: undefined });
    expect(said({})).toEqual([]);
    await newGraph();
    const shell = await value(
      shellOf({ label: "x", componentName: "web-1" }, access, "192.0.2.1", undefined),
    );
    expect(shell).toEqual({ name: "web-1", destination: "root@192.0.2.1", port: 22 });
  });

  it("takes the one key of an agent, with its public half for Hetzner", () => {
    const publicKey = make("only");
    hold("only");
    expect(ssh()).toMatchObject({ publicKey, agentKey: publicKey });
    expect(said({})).toEqual([]);
  });

  it("takes the key of an agent that is named", () => {
    make("one");
    const publicKey = make("other");
    hold("one", "other");
    expect(ssh().publicKey).toBeUndefined();
    expect(ssh({ publicKey: `${publicKey} me@laptop` })).toMatchObject({ agentKey: publicKey });
    expect(said({ publicKey })).toEqual([]);
    expect(said({ publicKey: make("third") })[0]).toMatch(/^ssh.publicKey: the agent does not hold that key/);
  });

  it("is refused where there is none, unless the user's settings name one", () => {
    expect(said({})).toEqual([
      "ssh.privateKeyFile is missing, ~/.ssh has no key of the usual names, and no agent holds one; make one with ssh-keygen -t ed25519, name its file, or run ssh-add",
    ]);
    writeFileSync(join(home, ".ssh/config"), "Host web\n  IdentityFile ~/.ssh/web\n");
    expect(said({})).toEqual([]);
  });
});

describe("a key with a passphrase", () => {
  it("is refused at preview unless an agent holds it", () => {
    make("locked", "open sesame");
    make("unlocked");
    const args = { privateKeyFile: join(home, "locked") };
    expect(said(args)).toEqual([
      `ssh.privateKeyFile: it has a passphrase, and no agent holds the key; run ssh-add ${join(home, "locked")} in a shell with an agent first, or name a key without a passphrase`,
    ]);
    copyFileSync(join(home, "locked"), join(home, "opened"));
    execFileSync("ssh-keygen", ["-q", "-p", "-P", "open sesame", "-N", "", "-f", join(home, "opened")]);
    hold("opened");
    expect(said(args)).toEqual([]);
    expect(said({ privateKey: readFileSync(join(home, "locked"), "utf8") })[0]).toMatch(
      /^ssh.privateKey has a passphrase/,
    );
  });
});

describe("a key from a secret", () => {
  it("is mended, secret, in the shell of all that is on the host, and gives its public half where it is plain", async () => {
    const publicKey = make("deploy");
    const text = readFileSync(join(home, "deploy"), "utf8");
    expect(ssh({ privateKey: text.replaceAll("\n", "\r\n") })).toMatchObject({ publicKey });
    const graph = await newGraph();
    const privateKey = pulumi.secret(text.replaceAll("\n", "\r\n"));
    const server = new ExistingServer("web-1", { address: "192.0.2.1", ssh: { privateKey } });
    await Promise.all([value(server.preflight.id), value(server.network.id)]);
    expect(await value(server.ssh)).toMatchObject({ privateKey: text });
    expect(await pulumi.isSecret(server.ssh)).toBe(true);
    expect(await value(server.connection)).toMatchObject({ privateKey: text });
    expect(graph.made.length).toBeGreaterThan(2);
  });

  it("that is known only when it is read is refused then, without a word of it", () => {
    expect(() => secretKey({ label: 'Server "a"', componentName: "a" }, "canary")).toThrow(
      'Server "a": ssh.privateKey is no private key, or only a part of one; give all of it, from "-----BEGIN" to the last line (npx sextant docs checks#ssh-key).',
    );
  });
});

describe("the file of settings of the program's own Docker provider", () => {
  const address = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
  const jump = { destination: "root@192.0.2.2", port: 22 };
  const fileOf = (config: string): string[] => {
    const options = providerOptionsHere({ ...address, jump, config });
    const way = options.find((option) => option.startsWith("ProxyCommand=")) ?? "";
    return [options[options.indexOf("-F") + 1] ?? "", / -F (\S+)/.exec(way)?.[1] ?? ""];
  };

  it("is as the program names it, and so the same on every machine", () => {
    const whole = join(home, "settings");
    writeFileSync(whole, "");
    for (const written of [
      relative(process.cwd(), whole),
      `./${relative(process.cwd(), whole)}`,
      whole,
      "none",
    ])
      expect(fileOf(written)).toEqual([written, written]);
  });

  it("is a whole path from ~/, which ssh opens nothing by after -F", () => {
    const whole = join(home, "settings");
    writeFileSync(whole, "Host web\n  HostName 192.0.2.7\n");
    expect(fileOf("~/settings")).toEqual([whole, whole]);
    const asked = (file: string): string =>
      spawnSync("ssh", ["-G", "-F", file, "web"], { cwd: home, encoding: "utf8" }).stdout;
    expect(asked("settings")).toContain("hostname 192.0.2.7\n");
    expect(asked("~/settings")).toBe("");
  });

  it("has to be there", () => {
    expect(() => fileOf("nowhere/settings")).toThrow("web-1: ssh.configFile is the file nowhere/settings");
  });
});
