/** Three machines as people have them, and what ssh needs to know of them: a file of settings, and an agent with a locked key. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { chance } from "../../../lab/chance";
import type { Docker } from "../../../lab/docker/docker";
import { registryAddress } from "../../../lab/docker/docker";
import { type Outcome, tryRun } from "../../../lab/docker/exec";
import { factsOfLab } from "../../../lab/facts";
import { labUp } from "../../../lab/lab";
import { type DockerMachines, createMachines } from "../../../lab/machine/driver";
import { namesOf } from "../../../lab/machine/names";
import { choose, noteChoiceFor } from "../../../lab/machine/system";
import { Workspace } from "../../../lab/workspace";

const lab = "waystest";
const passphrase = "open sesame";
const addresses = { 1: "10.213.247.41", 2: "10.213.247.42", 3: "10.213.247.43" } as const;
export type Id = keyof typeof addresses;
/** The user in the group docker, who has sudo for nothing. */
export const member = "deploy";

interface Login {
  user: string;
  key: string;
  groups?: string;
}

function cloudConfig({ user, key, groups }: Login, port: number): string {
  const settings = [
    `Port ${port}`,
    "PasswordAuthentication no",
    "MaxStartups 100:30:200",
    "AllowTcpForwarding yes",
  ];
  const sudoers = user === member ? "" : `${user} ALL=(ALL) NOPASSWD: ALL\n`;
  const login =
    user === "root" ? [] : [{ name: user, shell: "/bin/bash", groups, ssh_authorized_keys: [key] }];
  return `#cloud-config\n${stringify({
    users: login,
    write_files: [
      { path: "/etc/ssh/sshd_config.d/00-ways.conf", content: `${settings.join("\n")}\n` },
      { path: "/etc/sudoers.d/90-ways", content: sudoers, permissions: "0440" },
      {
        path: "/root/daemon.json",
        content: JSON.stringify({ "insecure-registries": [registryAddress], "live-restore": true }),
      },
    ],
  })}`;
}

export class WaysMachines {
  private constructor(
    readonly workspace: Workspace,
    /** The file of ssh's settings, from the project's directory. */
    readonly settings: string,
    readonly lockedKey: string,
    /** The socket of the agent that holds the locked key. */
    readonly agent: string,
    private readonly agentPid: number,
    private readonly docker: Docker,
    private readonly machines: DockerMachines,
    private readonly dir: string,
  ) {}

  static async make(): Promise<WaysMachines> {
    const docker = await labUp(console.log);
    const workspace = await Workspace.make(await factsOfLab(docker), "test/lab/ways/program", "ways");
    const dir = mkdtempSync(join(tmpdir(), "sextant-ways-"));
    const machines = await createMachines({ docker, dir, lab });
    const port = chance("ways").integer(1025, 9999);
    const key = readFileSync(`${workspace.keyFile}.pub`, "utf8").trim();
    const lockedKey = join(dir, "locked");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-f", lockedKey]);
    const locked = readFileSync(`${lockedKey}.pub`, "utf8").trim();
    const logins: Record<Id, Login> = {
      1: { user: "root", key },
      2: { user: "ubuntu", key: locked },
      3: { user: member, key: locked, groups: "docker" },
    };
    const settings = "ssh.settings";
    writeFileSync(join(workspace.directory, settings), settingsFile(workspace.keyFile, port), {
      mode: 0o600,
    });
    const agent = join(dir, "agent");
    const agentPid = startAgent(agent, lockedKey, dir);
    await Promise.all(
      ([1, 2, 3] as const).map(async (id) => {
        noteChoiceFor(`ways-${id}`, choose(undefined, "debian-12"));
        await machines.create({
          ...{ id: String(id), name: `ways-${id}`, ipv4: addresses[id], imageName: "debian-12" },
          ...{ cores: 2, memoryMb: 2048, architecture: "x86" as const, volumes: [] },
          sshPublicKeys: id === 1 ? [key] : [],
          userData: cloudConfig(logins[id], id === 3 ? 22 : port),
        });
      }),
    );
    const made = new WaysMachines(workspace, settings, lockedKey, agent, agentPid, docker, machines, dir);
    for (const id of [1, 2, 3] as const) await made.booted(id, id === 3 ? 22 : port);
    // The second machine is reached through the first one alone.
    const from = (source: string, at: string) => ({
      ...{ direction: "in" as const, protocol: "tcp" as const, port: at },
      ...{ sourceIps: [source], destinationIps: [] },
    });
    await machines.firewall("2", [from(`${addresses[1]}/32`, String(port))]);
    return made;
  }

  address(id: Id): string {
    return addresses[id];
  }

  /** A command on a machine as root, past sshd. */
  async says(id: Id, command: string): Promise<string> {
    const outcome = await this.run(id, command);
    if (outcome.code !== 0) throw new Error(`machine ${id}: ${command}\n${outcome.stdout}${outcome.stderr}`);
    return outcome.stdout.trim();
  }

  private run(id: Id, command: string): Promise<Outcome> {
    const words = ["exec", namesOf(lab).machine(String(id)), "sh", "-c", command];
    return tryRun("docker", words, { env: { DOCKER_HOST: this.docker.host } });
  }

  private async booted(id: Id, port: number): Promise<void> {
    const up = `cloud-init status --wait >/dev/null; ss -Hltn | grep -q ':${port} '`;
    for (const deadline = Date.now() + 120_000; (await this.run(id, up)).code !== 0; await sleep(500))
      if (Date.now() > deadline) throw new Error(`machine ${id} is not up within 120 s`);
    await this.says(
      id,
      "mkdir -p /etc/docker && cp /root/daemon.json /etc/docker/ && systemctl restart docker",
    );
  }

  async remove(): Promise<void> {
    process.kill(this.agentPid);
    this.workspace.remove();
    await this.machines.removeAll();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** The first machine is an alias with its name, port and key; the second is behind it, without a key. Both would have the agent forwarded. */
function settingsFile(keyFile: string, port: number): string {
  const common = [`  Port ${port}`, "  ForwardAgent yes", "  StrictHostKeyChecking accept-new"];
  return [
    ...["Host first.alias", `  HostName ${addresses[1]}`, ...common],
    ...[`  IdentityFile ${keyFile}`, "  IdentitiesOnly yes"],
    ...["Host second.alias", `  HostName ${addresses[2]}`, ...common],
    "  ProxyCommand ssh -F ssh.settings -W %h:%p root@first.alias",
    "",
  ].join("\n");
}

/** An agent of the test's own. @returns its process */
function startAgent(socket: string, key: string, dir: string): number {
  const said = execFileSync("ssh-agent", ["-s", "-a", socket], { encoding: "utf8" });
  const askpass = join(dir, "askpass");
  writeFileSync(askpass, `#!/bin/sh\necho '${passphrase}'\n`, { mode: 0o755 });
  const asking = { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: "force", DISPLAY: ":0", SSH_AUTH_SOCK: socket };
  execFileSync("ssh-add", ["-q", key], { env: { ...process.env, ...asking } });
  return Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1]);
}
