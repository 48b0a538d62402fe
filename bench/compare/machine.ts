/** What the figures were taken on. */
import { cpus, release, totalmem } from "node:os";
import { run, tryRun } from "../../lab/docker/exec";
import type { LabFacts } from "../../lab/facts";
import { repoRoot } from "../../lab/paths";
import { nodeVersion } from "../../lab/toolchain/node";
import { kamalVersion } from "../kamal/install";
import type { Machine } from "./record";

export async function machine(facts: LabFacts): Promise<Machine> {
  const pulumi = await run("pulumi", ["version"], { env: facts.env });
  const docker = await run("docker", ["version", "--format", "{{.Server.Version}}"], {
    env: { DOCKER_HOST: facts.docker.host },
  });
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: `v${nodeVersion}`,
    versions: { pulumi: pulumi.trim(), kamal: kamalVersion, "kamal-proxy": "v0.9.2", docker: docker.trim() },
  };
}

/** The commit of the checkout, with a mark when files differ from it; "unknown" outside a repository. */
export async function commit(): Promise<string> {
  const { code, stdout } = await tryRun("git", ["describe", "--always", "--dirty", "--abbrev=12"], {
    cwd: repoRoot,
  });
  return code === 0 ? stdout.trim() : "unknown";
}
