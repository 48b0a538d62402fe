/** What a `ServerRegistry` on the lab's servers needs, and what is pushed to it: made when it is first asked for. */
import type { Docker, Progress } from "../docker/docker";
import { ensureImages } from "../images/images";
import { installDockerBuild } from "../plugins";
import { ensureRegistry } from "./registry";

/** The image that the lab has in place of the official one. */
const tag = "sextant/distribution:3.0.0";

/** Makes the plugin that builds images, and has the lab's registry serve the image of a registry. */
export async function prepareOwnRegistry(docker: Docker, progress: Progress): Promise<void> {
  await installDockerBuild(progress);
  await ensureImages({ docker, only: [tag], progress });
  await ensureRegistry(docker, [tag], progress);
}
