/** Containers whose image moves. */
import { isMutableTag } from "../../components/image/reference";
import { isContainer, known } from "./resource";

export function movingImage(type: string, props: Record<string, unknown>): string[] {
  const image = isContainer(type) ? known(() => props["image"]) : undefined;
  // By its id, or by a digest, it is the same everywhere.
  if (typeof image !== "string" || image.includes("sha256:")) return [];
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  return tag === undefined || isMutableTag(tag)
    ? [
        `the image ${image} has ${tag === undefined ? "no tag" : "a tag that moves"}; give it one of its own, or a digest.`,
      ]
    : [];
}
