/** `tsx lab/docker/main.ts [stop]`: the lab's Docker on its own; prints its DOCKER_HOST. */
import { ensureDocker, stopDocker } from "./docker";

async function main(): Promise<void> {
  if (process.argv[2] === "stop") await stopDocker();
  else console.log((await ensureDocker((line) => console.error(line))).host);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
