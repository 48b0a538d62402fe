/** Two machines as people have them: sshd on another port, root shut out, users of clouds, and one machine behind the other. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { chance } from "../../../lab/chance";
import { type Docker, registryAddress } from "../../../lab/docker/docker";
import { type Outcome, tryRun } from "../../../lab/docker/exec";
import { factsOfLab } from "../../../lab/facts";
import { labUp } from "../../../lab/lab";
import { type DockerMachines, createMachines } from "../../../lab/machine/driver";
import { namesOf } from "../../../lab/machine/names";
import { choose, noteChoiceFor } from "../../../lab/machine/system";
import { Workspace } from "../../../lab/workspace";
import type { Login } from "./edit";

const lab = "accesstest";
const drawn = chance("access");
const name = (): string => drawn.pick(["ubuntu", "admin", "debian", "deploy", drawn.text(3, 12, "abc_x-1.")]);

/** The users of the machine behind the jump host, by what they may. */
export const users = {
  /** Becomes root without a password. The sudo in Rust of Debian 13 takes no name that begins with "_" (accept_1st of its tokens.rs, 0.2.5). */
  sudoer: name().replace(/^[-._1]/, "u"),
  none: "nobody-special",
  password: "asked",
  terminal: "at-desk",
} as const;

/** Who may be root on the machines, in sudo's own words; the log holds each command with its words. */
const sudoers = (sudoer: string): string =>
  [
    "Defaults logfile=/var/log/sudo.log",
    `${sudoer} ALL=(ALL) NOPASSWD: ALL`,
    `${users.password} ALL=(ALL) ALL`,
    `Defaults:${users.terminal} requiretty`,
    `${users.terminal} ALL=(ALL) NOPASSWD: ALL`,
  ]
    .map((line) => `${line}\n`)
    .join("");

function cloudConfig(key: string, port: number, all: readonly string[], sudoer: string): string {
  const settings = [
    `Port ${port}`,
    "PermitRootLogin no",
    "PasswordAuthentication no",
    "MaxStartups 100:30:200",
    "AllowTcpForwarding yes",
  ];
  const daemon = JSON.stringify({ "insecure-registries": [registryAddress] });
  return `#cloud-config\n${stringify({
    users: [...new Set(all)].map((user) => ({ name: user, shell: "/bin/bash", ssh_authorized_keys: [key] })),
    write_files: [
      { path: "/etc/ssh/sshd_config.d/00-access.conf", content: `${settings.join("\n")}\n` },
      { path: "/etc/sudoers.d/90-access", content: sudoers(sudoer), permissions: "0440" },
      { path: "/root/daemon.json", content: daemon },
    ],
  })}`;
}

export class AccessMachines {
  private constructor(
    readonly workspace: Workspace,
    readonly inner: Login,
    readonly outer: Login,
    readonly jump: Login,
    private readonly docker: Docker,
    private readonly machines: DockerMachines,
    private readonly dir: string,
  ) {}

  static async make(): Promise<AccessMachines> {
    const docker = await labUp(console.log);
    const facts = await factsOfLab(docker);
    const workspace = await Workspace.make(facts, "test/lab/access/program", "access");
    const key = readFileSync(`${workspace.keyFile}.pub`, "utf8").trim();
    const dir = mkdtempSync(join(tmpdir(), "sextant-access-"));
    const machines = await createMachines({ docker, dir, lab });
    const inner = { address: "10.213.247.31", port: drawn.integer(1025, 9999), user: users.sudoer };
    const outer = { address: "10.213.247.32", port: drawn.integer(1025, 9999), user: "ec2-user" };
    const jump = { ...outer, user: "passer-by" };
    noteChoiceFor("access-inner", choose(undefined, "bare"));
    noteChoiceFor("access-outer", choose(undefined, "debian-12"));
    const common = {
      cores: 2,
      memoryMb: 2048,
      architecture: "x86" as const,
      sshPublicKeys: [key],
      volumes: [],
    };
    await Promise.all([
      machines.create({
        ...{ ...common, id: "1", name: "access-inner", ipv4: inner.address, imageName: "debian-12" },
        userData: cloudConfig(key, inner.port, Object.values(users), users.sudoer),
      }),
      machines.create({
        ...{ ...common, id: "2", name: "access-outer", ipv4: outer.address, imageName: "debian-12" },
        userData: cloudConfig(key, outer.port, [outer.user, jump.user], outer.user),
      }),
    ]);
    // Nobody but the jump host comes to its sshd.
    const from = (source: string, port: number) => ({
      ...{ direction: "in" as const, protocol: "tcp" as const, port: String(port) },
      ...{ sourceIps: [source], destinationIps: [] },
    });
    await machines.firewall("1", [from(`${outer.address}/32`, inner.port), from("0.0.0.0/0", 80)]);
    const made = new AccessMachines(workspace, inner, outer, jump, docker, machines, dir);
    await made.booted(1);
    await made.booted(2);
    await made.says(
      2,
      "mkdir -p /etc/docker && cp /root/daemon.json /etc/docker/ && systemctl restart docker",
    );
    return made;
  }

  /** A command on a machine as root, past sshd. */
  run(id: 1 | 2, command: string): Promise<Outcome> {
    const words = ["exec", namesOf(lab).machine(String(id)), "sh", "-c", command];
    return tryRun("docker", words, { env: { DOCKER_HOST: this.docker.host } });
  }

  async says(id: 1 | 2, command: string): Promise<string> {
    const outcome = await this.run(id, command);
    if (outcome.code !== 0) throw new Error(`machine ${id}: ${command}\n${outcome.stdout}${outcome.stderr}`);
    return outcome.stdout.trim();
  }

  hostKey(id: 1 | 2): Promise<string> {
    return this.says(id, "cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub");
  }

  private async booted(id: 1 | 2): Promise<void> {
    const port = id === 1 ? this.inner.port : this.outer.port;
    const up = `cloud-init status --wait >/dev/null; ss -Hltn | grep -q ':${port} '`;
    for (const deadline = Date.now() + 120_000; (await this.run(id, up)).code !== 0; await sleep(500))
      if (Date.now() > deadline) throw new Error(`machine ${id} is not up within 120 s`);
  }

  async remove(): Promise<void> {
    this.workspace.remove();
    await this.machines.removeAll();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
