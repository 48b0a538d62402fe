/** Where Kamal's user has what it reads, and the environment of its command line. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../lab/docker/exec";
import type { LabFacts } from "../../lab/facts";
import type { KamalBinary } from "./install";

/** Fills a directory but for the configuration: secrets, and a repository of git, which a rollback asks for. */
export async function fillDirectory(cwd: string): Promise<void> {
  for (const name of ["config", ".kamal", "home"]) mkdirSync(join(cwd, name));
  writeFileSync(join(cwd, ".kamal", "secrets"), "KAMAL_REGISTRY_PASSWORD=$KAMAL_REGISTRY_PASSWORD\n");
  const who = ["-c", "user.name=lab", "-c", "user.email=lab@lab.invalid"];
  await run("git", ["init", "--quiet"], { cwd });
  await run("git", [...who, "commit", "--quiet", "--allow-empty", "--message", "The app"], { cwd });
}

/** In which it runs there. */
export function environmentIn(cwd: string, binary: KamalBinary, facts: LabFacts): NodeJS.ProcessEnv {
  return {
    ...binary.env,
    KAMAL_REGISTRY_PASSWORD: facts.registry.password,
    // Its known hosts are there; the lab's servers take the addresses of former ones.
    HOME: join(cwd, "home"),
    DOCKER_HOST: facts.docker.host,
    SSH_AUTH_SOCK: "",
  };
}
