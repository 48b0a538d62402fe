/** How a host is reached over SSH: by our own resources, and by a program's own commands and Docker provider. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type * as command from "@pulumi/command";
import * as check from "../core/checks";
import type { Problem } from "../core/problem";
import type { Shell } from "../dynamic/shell";

/**
 * SSH access to a host.
 *
 * @example { privateKeyFile: "~/.ssh/deploy_ed25519" }
 */
export interface SshArgs {
  /** The login user; it has to be root or able to talk to Docker. @default "root" */
  user?: string;
  /** The port that sshd listens on. @default 22 */
  port?: number;
  /**
   * The private key, as a file on the machine that runs `pulumi`. Its public half is read from the same name with
   * `.pub`.
   *
   * @default the first of ~/.ssh/id_ed25519, ~/.ssh/id_ecdsa and ~/.ssh/id_rsa
   */
  privateKeyFile?: string;
  /**
   * The private key itself, from a secret, where there is no file (CI). It is put in a file of mode 0600 below ~/.ssh,
   * as the `ssh` program needs one.
   *
   * @default none: the file is used
   */
  privateKey?: pulumi.Input<string>;
  /** The public half, in the form of authorized_keys. @default read from beside the private key's file */
  publicKey?: string;
}

/** `SshArgs` with its defaults, plain. */
export interface Ssh {
  user: string;
  port: number;
  privateKeyFile: string | undefined;
  privateKey: pulumi.Input<string> | undefined;
  publicKey: string | undefined;
}

/** Fills in defaults; looks into ~/.ssh only when no key is named. */
export function ssh(args: SshArgs = {}): Ssh {
  const usual = ["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => `~/.ssh/${name}`);
  const file =
    args.privateKeyFile ??
    (args.privateKey === undefined ? usual.find((name) => existsSync(untilded(name))) : undefined);
  const publicFile = file === undefined ? undefined : `${untilded(file)}.pub`;
  return {
    user: args.user ?? "root",
    port: args.port ?? 22,
    privateKeyFile: file,
    privateKey: args.privateKey,
    publicKey:
      args.publicKey?.trim() ??
      (publicFile !== undefined && existsSync(publicFile)
        ? readFileSync(publicFile, "utf8").trim()
        : undefined),
  };
}

/** What is wrong with SSH arguments. */
export function checkSsh(argument: string, args: SshArgs = {}): Problem[] {
  const problems = [...check.port(`${argument}.port`, args.port)];
  const resolved = ssh(args);
  if (args.privateKeyFile !== undefined && args.privateKey !== undefined) {
    problems.push({
      argument: `${argument}.privateKey`,
      rule: `only one of it and ${argument}.privateKeyFile can be given`,
      cure: "keep one of them",
    });
  }
  if (args.privateKeyFile !== undefined && !existsSync(untilded(args.privateKeyFile))) {
    problems.push({
      argument: `${argument}.privateKeyFile`,
      value: args.privateKeyFile,
      rule: "there is no such file on this machine",
      cure: `make it with ssh-keygen -t ed25519 -f ${args.privateKeyFile}, or name the right one`,
    });
  }
  if (resolved.privateKeyFile === undefined && resolved.privateKey === undefined) {
    problems.push({
      argument: `${argument}.privateKeyFile`,
      rule: "no key is given and ~/.ssh has none of the usual names",
      cure: "make one with ssh-keygen -t ed25519, or name its file",
    });
  }
  return problems;
}

/** The connection of remote commands. The whole of it is a secret, since it holds the private key. */
export function connectionOf(
  access: Ssh,
  address: pulumi.Input<string>,
  hostKey: pulumi.Input<string> | undefined,
): pulumi.Output<command.types.input.remote.ConnectionArgs> {
  const key =
    access.privateKey ??
    (access.privateKeyFile === undefined ? undefined : readFileSync(untilded(access.privateKeyFile), "utf8"));
  return pulumi.secret({
    host: address,
    port: access.port,
    user: access.user,
    privateKey: key,
    hostKey,
    // A machine that has just been made refuses connections until sshd is up: about two minutes of tries.
    dialErrorLimit: 30,
    perDialTimeout: 15,
  });
}

/** The `host` of the Docker provider. */
export function dockerHost(access: Ssh, address: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.interpolate`ssh://${access.user}@${address}:${access.port}`;
}

/** What the library's own resources reach the host by. */
export function shellOf(
  name: string,
  access: Ssh,
  address: pulumi.Input<string>,
  hostKey: pulumi.Input<string> | undefined,
): pulumi.Output<Shell> {
  return pulumi.all([address, hostKey, access.privateKey]).apply(([host, known, content]) => {
    const keyFile = content === undefined ? access.privateKeyFile : keyFileFor(content);
    return {
      name,
      destination: `${access.user}@${host}`,
      port: access.port,
      ...(keyFile === undefined ? {} : { keyFile }),
      ...(known === undefined ? {} : { hostKey: keyMaterial(known) }),
    };
  });
}

/** A public key without its comment, so that editing the comment is no change. */
export function keyMaterial(publicKey: string): string {
  return publicKey.trim().split(/\s+/).slice(0, 2).join(" ");
}

/** A key from a secret, as a file that only this user can read; named after the key, so that it is written once. */
function keyFileFor(content: string): string {
  const name = `sextant-${createHash("sha256").update(content).digest("hex").slice(0, 16)}`;
  const directory = join(homedir(), ".ssh");
  const path = join(directory, name);
  if (!existsSync(path)) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(path, content.endsWith("\n") ? content : `${content}\n`, { mode: 0o600 });
  }
  return `~/.ssh/${name}`;
}

/** A path with a leading `~/` resolved. */
export function untilded(path: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}
