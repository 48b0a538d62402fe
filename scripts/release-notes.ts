/** `npm run release-notes -- vX.Y.Z`: what the changelog says of a version that is to be published; refuses what is not ready. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { libraryPackage } from "../provider/core/package";

/**
 * The notes of a release, from the changelog's section of its version.
 * @throws Error when the tag is not that of the package, or the changelog has no such section, or nothing in it.
 */
export function releaseNotes(tag: string, version: string, changelog: string): string {
  if (tag !== `v${version}`)
    throw new Error(
      `The tag is ${tag || "missing"}, and package.json has version ${version}: tag it v${version}.`,
    );
  const sections = changelog.split(/^## /m).slice(1);
  const own = sections.find((section) => /^\[?([^\s\]]+)/.exec(section)?.[1] === version);
  if (own === undefined)
    throw new Error(`CHANGELOG.md has no section ${version}: give "Unreleased" this name and the date.`);
  const notes = own.slice(own.indexOf("\n")).trim();
  if (notes === "") throw new Error(`CHANGELOG.md says nothing of ${version}.`);
  return notes;
}

if (require.main === module) {
  try {
    const changelog = readFileSync(join(resolve(__dirname, ".."), "CHANGELOG.md"), "utf8");
    console.log(releaseNotes(process.argv[2] ?? "", libraryPackage().version, changelog));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
