/** All pages of the reference, formatted. */
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { repoRoot } from "../../lab/paths";
import { checksPage } from "./checks";
import { kamalPage } from "./kamal";
import { pageName, type Library } from "./model";
import { componentPage, indexPage } from "./page";
import { preflightPage } from "./preflight";
import { policyPage } from "./policy";
import { readLibrary } from "./read";
import { troubleshootingPage } from "./troubleshooting";

/** The pages by the names of their files. */
export async function renderPages(library: Library = readLibrary()): Promise<Map<string, string>> {
  const names = library.components.map(({ name }) => name);
  const config = await resolveConfig(join(repoRoot, "docs", "README.md"));
  const formatted = async (name: string, text: string): Promise<[string, string]> => [
    name,
    await format(text, { ...config, parser: "markdown" }),
  ];
  return new Map(
    await Promise.all([
      formatted("README.md", indexPage(library)),
      formatted("preflight.md", preflightPage()),
      formatted("troubleshooting.md", troubleshootingPage()),
      formatted("checks.md", checksPage()),
      formatted("kamal.md", kamalPage()),
      formatted("policy.md", policyPage()),
      ...library.components.map((component) =>
        formatted(pageName(component.name), componentPage(component, names)),
      ),
    ]),
  );
}
