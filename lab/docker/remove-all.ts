/** Removal of everything in Docker that carries the lab's label; images stay, as a cache. */
import type { Docker } from "./docker";

/** Removes the lab's containers, then its volumes and networks. The machines' own driver goes first: see `removeAll` there. */
export async function removeLabelled(docker: Docker, label = "sextant.lab"): Promise<void> {
  const list = async (args: string[]): Promise<string[]> =>
    (await docker.run([...args, "--quiet", "--filter", `label=${label}`])).split("\n").filter(Boolean);
  const containers = await list(["ps", "--all"]);
  if (containers.length > 0) await docker.run(["rm", "--force", "--volumes", ...containers]);
  const volumes = await list(["volume", "ls"]);
  if (volumes.length > 0) await docker.run(["volume", "rm", "--force", ...volumes]);
  const networks = await list(["network", "ls"]);
  if (networks.length > 0) await docker.run(["network", "rm", ...networks]);
}
