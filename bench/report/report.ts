/** `npm run bench -- report`: writes `docs/performance.md` and its plot from the files in `bench/results`. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { repoRoot } from "../../lab/paths";
import { figures } from "../compare/figures";
import { type Measured, performancePage } from "./page";
import { secondsPlot } from "./plots";
import { svg } from "./svg";

const results = join(repoRoot, "bench", "results");
const docs = join(repoRoot, "docs");

export async function report(args: string[]): Promise<void> {
  if (args.length > 0) throw new Error("usage: npm run bench -- report");
  const compare = read<Measured["compare"]>("compare.json");
  if (!compare) {
    throw new Error(
      "bench report: bench/results/compare.json is not there; make it with npm run bench -- compare --out bench/results/compare.json",
    );
  }
  const measured: Measured = {
    compare,
    diagnosis: read<Measured["diagnosis"]>("diagnosis.json"),
    ship: read<Measured["ship"]>("ship.json"),
  };
  const rows = figures(compare);
  mkdirSync(join(docs, "performance"), { recursive: true });
  const files: Record<string, string> = {
    "performance.md": await format(performancePage(measured), { parser: "markdown", printWidth: 110 }),
    "performance/seconds.svg": await svg(secondsPlot(rows)),
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(docs, name), text);
    console.log(`docs/${name}`);
  }
}

function read<T>(name: string): T | undefined {
  const file = join(results, name);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as T) : undefined;
}
