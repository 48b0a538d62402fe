/** The environment of `npm run lab -- shell`: pulumi on the lab's stack, docker on its daemon, ssh by server name. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./docker/exec";
import type { LabFacts } from "./facts";
import { labDir } from "./paths";
import { ensureStack, stackEnvironment } from "./stack";

/** Writes what the shell needs into the lab's directory, and returns its environment. */
export async function makeShell(facts: LabFacts): Promise<Record<string, string>> {
  await ensureStack(facts);
  const dir = join(labDir(), "shell");
  mkdirSync(join(dir, "bin"), { recursive: true, mode: 0o700 });
  writeFileSync(join(dir, "ssh_config"), sshConfig(facts, join(dir, "known_hosts")));
  const ssh = join(dir, "bin", "ssh");
  const real = (await run("sh", ["-c", "command -v ssh"])).trim();
  writeFileSync(ssh, `#!/bin/sh\nexec ${real} -F '${join(dir, "ssh_config")}' "$@"\n`);
  chmodSync(ssh, 0o755);
  const env = stackEnvironment(facts);
  return { ...env, PATH: [join(dir, "bin"), env["PATH"]].join(delimiter), DOCKER_HOST: facts.docker.host };
}

/** Each server by its name, with the lab's key. */
function sshConfig(facts: LabFacts, knownHosts: string): string {
  const servers = facts.servers.map(
    ({ name, ipv4, ipv6 }) => `Host ${name}\n  HostName ${ipv4 ?? ipv6 ?? name}\n`,
  );
  return [
    ...servers,
    "Host *",
    "  User root",
    `  IdentityFile ${facts.sshKeyFile}`,
    "  IdentitiesOnly yes",
    // A server of the lab that is made again has the address of the former one, with another key.
    "  StrictHostKeyChecking no",
    `  UserKnownHostsFile ${knownHosts}`,
    "  LogLevel ERROR",
    "",
  ].join("\n");
}
