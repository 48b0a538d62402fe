/** The lab's stack: `stacks/lab.ts` with a configuration that fits the running lab. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "./docker/exec";
import { type LabFacts, secret } from "./facts";
import { publicNetwork } from "./machine/names";
import { repoRoot } from "./paths";

/** The stack's configuration; made for this lab and not committed. */
const configFile = join(repoRoot, "stacks", "Pulumi.lab.yaml");

/** The environment in which `pulumi up` in the checkout means the lab's stack. */
export function stackEnvironment(facts: LabFacts): Record<string, string> {
  return { ...facts.env, PULUMI_STACK: "lab" };
}

/** Makes the stack where it isn't there and sets what it needs; `version` stays as it is when left out. */
export async function ensureStack(facts: LabFacts, version?: string): Promise<void> {
  const pulumi = (args: string[], input?: string): Promise<string> =>
    run("pulumi", args, { cwd: repoRoot, env: stackEnvironment(facts), input });
  const lab = secret("id");
  if (!existsSync(configFile) || !readFileSync(configFile, "utf8").includes(lab)) {
    rmSync(configFile, { force: true });
    await pulumi(["stack", "select", "--create", "--stack", "lab"]);
    const { registry } = facts;
    const secrets = {
      ...Object.fromEntries(
        ["dbPassword", "redisPassword", "secretKeyBase"].map((name) => [name, secret(name)]),
      ),
      registryPassword: registry.password,
    };
    // By standard input, so that no secret is in an argument list.
    for (const [name, value] of Object.entries(secrets))
      await pulumi(["config", "set", "--secret", name], value);
    const plain = {
      sshKeyFile: facts.sshKeyFile,
      registry: registry.address,
      registryUser: registry.username,
      operator: publicNetwork.ipv4.subnet,
      version: "v1",
      // Last, as it says that all the others are there.
      lab,
    };
    await pulumi([
      "config",
      "set-all",
      ...Object.entries(plain).flatMap(([name, value]) => ["--plaintext", `${name}=${value}`]),
    ]);
  }
  if (version !== undefined) await pulumi(["config", "set", "version", version]);
}
