/** The workflows of this repository: what they run is there, and a package is published by the rules. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { repoRoot } from "../../lab/paths";

interface Job {
  permissions?: Record<string, string>;
  strategy?: { matrix: { node: number[] } };
  steps: { uses?: string; run?: string }[];
}
interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

const folder = join(repoRoot, ".github", "workflows");
const workflow = (name: string): Workflow => parse(readFileSync(join(folder, name), "utf8")) as Workflow;
const { scripts, engines } = JSON.parse(readFileSync(join(repoRoot, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
  engines: { node: string };
};
const runs = ({ steps }: Job): string[] => steps.flatMap(({ run }) => run ?? []);

describe("the workflows", () => {
  it.each(readdirSync(folder))("%s runs scripts that there are, and may write nothing by default", (name) => {
    const { permissions, jobs } = workflow(name);
    expect(permissions).toEqual({ contents: "read" });
    for (const line of Object.values(jobs).flatMap(runs))
      for (const [, script = ""] of line.matchAll(/npm run (?:--silent )?([\w:-]+)/g))
        expect(Object.keys(scripts)).toContain(script);
  });

  it("check what needs no server in one job, on the Node that is the least and on a newer one, and the lab apart", () => {
    const { check, lab } = workflow("ci.yml").jobs;
    const nodes = check?.strategy?.matrix.node ?? [];
    expect(`>=${Math.min(...nodes)}`).toBe(engines.node);
    expect(nodes.length).toBeGreaterThan(1);
    expect(check && runs(check)).toEqual(expect.arrayContaining(["npm run lint", "npm run test:unit"]));
    expect(check && runs(check).join()).not.toContain("npm test");
    expect(lab && runs(lab).join()).toContain("npm test -- test/lab/");
  });

  it("publish with provenance, after the plugin's archives are where the engine looks for them", () => {
    const { publish } = workflow("publish.yml").jobs;
    expect(publish?.permissions).toEqual({ contents: "write", "id-token": "write" });
    const lines = publish === undefined ? [] : runs(publish);
    const at = (part: string): number => lines.findIndex((line) => line.includes(part));
    expect(lines.at(-1)).toBe("npm publish --provenance --access public");
    expect([at("release-notes"), at("npm run archive"), at("gh release create")]).not.toContain(-1);
    expect(at("npm run archive")).toBeLessThan(at("gh release create"));
  });
});
