/**
 * The volumes for what an image says that it keeps, by VOLUME, and no argument mounts. Docker itself would make one without a name, a new
 * one with each container, so that what was written there would be out of sight after the next release or edit. These have a name and an
 * owner, the next container finds them again, and old and new share them as they share all others.
 */
import type { SshAddress } from "../ssh/address";
import { sendOk } from "./api";
import { volumesOfImage, type ImageVolumes, type Mount } from "./container-body";
import { volumeProvider } from "./volume";

/** What is about to be made of an image. */
interface Wanted {
  shell: SshAddress;
  /** What the names begin with where `imageVolumes` says nothing. */
  name: string;
  image: string;
  volumes?: Mount[];
  imageVolumes?: ImageVolumes;
}

/** Makes the volumes, or takes those that are there, and answers with all that is to be mounted. */
export async function withImageVolumes(wanted: Wanted): Promise<Mount[]> {
  const { shell, name, imageVolumes, volumes = [] } = wanted;
  if (imageVolumes === undefined) return volumes;
  const { owner, component } = imageVolumes;
  const made: Mount[] = [];
  for (const { volume, containerPath } of volumesOfImage(imageVolumes, await pathsOf(wanted), volumes)) {
    const volumeName = `${imageVolumes.name ?? name}-${volume}`;
    await volumeProvider.create({
      shell,
      name: volumeName,
      ...(owner === undefined ? {} : { owner: `${owner}/${volume}`, formerly: owner }),
      ...(component === undefined ? {} : { component }),
    });
    made.push({ volumeName, containerPath });
  }
  return [...volumes, ...made];
}

/** The VOLUME paths of an image; none where it is not on the host. */
async function pathsOf({ shell, image }: Wanted): Promise<string[]> {
  const path = `/images/${image.split("/").map(encodeURIComponent).join("/")}/json`;
  const request = { method: "GET", path } as const;
  const { body } = await sendOk(shell, request, `looking at the image ${image}`, [404]);
  const { Config } = (body ?? {}) as { Config?: { Volumes?: Record<string, object> | null } };
  return Object.keys(Config?.Volumes ?? {});
}
