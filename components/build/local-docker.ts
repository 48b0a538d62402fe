/** The Docker behind a builder of this machine, where that is no builder of buildx's own making. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DockerInfo } from "../../provider/docker/builder";
import { buildxDirectory } from "./builder";

/** Milliseconds for Docker to say what it is. */
const patience = 10_000;

/**
 * What the Docker of a builder says of itself. The builders of buildx have a file each; any other name is that of a context of Docker's, and
 * `default` what DOCKER_HOST leads to (buildx v0.35 builder/builder.go, New).
 *
 * @returns undefined where the builder is one of buildx, or nobody answers
 */
export function dockerBehind(builder: string, env: NodeJS.ProcessEnv = process.env): DockerInfo | undefined {
  if (existsSync(join(buildxDirectory(env), "instances", builder))) return undefined;
  const context = builder === "default" ? [] : ["--context", builder];
  const { status, stdout } = spawnSync("docker", [...context, "info", "--format", "{{json .}}"], {
    ...{ env, encoding: "utf8", timeout: patience, stdio: ["ignore", "pipe", "ignore"] },
  });
  if (status !== 0) return undefined;
  try {
    return JSON.parse(stdout) as DockerInfo;
  } catch {
    return undefined;
  }
}
