/** `sextant docs [PAGE[#SECTION]]`: prints the pages that lie in the package, so that a message can name one that is there. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { packageRoot } from "../provider/core/package";
import { alike } from "./alike";
import { anchors, section } from "./section";

const directory = join(packageRoot(), "docs");

/** Adds the command. */
export function addDocs(program: Command): void {
  program
    .command("docs")
    .description("print a page of the documentation, or a section of it")
    .argument(
      "[page]",
      'such as "guide/start" or "troubleshooting#wrong-port"; a list of all pages by default',
    )
    .action((page: string | undefined) => {
      console.log(page === undefined ? list() : read(page));
    });
}

/** The pages of the guide, then those of the reference. */
function names(): string[] {
  return ["guide", ""].flatMap((folder) =>
    readdirSync(join(directory, folder))
      .filter((name) => name.endsWith(".md") && name !== "README.md")
      .map((name) => [folder, name.slice(0, -".md".length)].filter(Boolean).join("/"))
      .sort(),
  );
}

function list(): string {
  const pages = names().map((name) => {
    const title = /^# (.*)$/m.exec(readFileSync(join(directory, `${name}.md`), "utf8"))?.[1] ?? "";
    return `  ${name.padEnd(16)} ${title}`;
  });
  return ["Print one by: sextant docs PAGE, or sextant docs PAGE#SECTION", ...pages].join("\n");
}

/** A page, or a section of it; it may be written as in a link, `docs/checks.md#values`. */
function read(wanted: string): string {
  const [path = "", anchor] = wanted.split("#", 2);
  const name = path.replace(/^docs\//, "").replace(/\.md$/, "");
  const file = join(directory, `${name}.md`);
  if (!names().includes(name)) {
    const [nearest] = alike(name, names(), (each) => [each, each.replace(/^guide\//, "")]);
    const meant = nearest === undefined ? "there are" : `did you mean ${nearest}? There are`;
    throw new Error(`docs: there is no page ${name}; ${meant} ${names().join(", ")}.`);
  }
  const text = readFileSync(file, "utf8");
  if (anchor === undefined || anchor === "") return text.trimEnd();
  const found = section(text, anchor);
  if (found === undefined)
    throw new Error(`docs: ${name} has no section ${anchor}; ${sectionsSaid(text, anchor)}.`);
  return found;
}

/** The sections of a page: of many those that are alike, and how many there are. */
function sectionsSaid(page: string, wanted: string): string {
  const all = anchors(page);
  const near = alike(wanted, all);
  const meant = near.length === 0 ? "" : `did you mean ${near.join(" or ")}? `;
  return `${meant}${meant === "" ? "it" : "It"} has ${all.join(", ")}`;
}
