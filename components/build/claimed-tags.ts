/** The tags that the images of a program are pushed to: of two builds with one tag going back would find whichever was pushed last. */
import { Claims } from "../core/claims";
import type { Problem } from "../core/problem";
import { parseReference } from "../image/reference";
import { unmarked } from "./revision";

/** What is pushed where. */
export interface Tagged {
  /** What it is, for errors. @example 'Image "shop"' */
  label: string;
  repository: string;
  version: string;
}

const tags = new Claims();

/**
 * Takes a tag for an image. Where a build has what is in no commit, the tag of the commit is meant: the next commit has no mark.
 *
 * @param run what tells one run of a program from another
 * @returns what is wrong where another image of the run has the tag
 */
export function claimTag(run: object, { label, repository, version }: Tagged): Problem[] {
  const { registry, repository: path, tag } = parseReference(repository, unmarked(version));
  const other = tags.take(run, `${registry}/${path}:${tag}`, label);
  if (other === undefined) return [];
  return [
    {
      argument: "repository",
      value: repository,
      rule: `${other} pushes ${tag} there, too, and of two builds of one tag the last alone has it`,
      cure: "give it a repository of its own",
    },
  ];
}
