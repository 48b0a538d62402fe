/** `npm run bench -- rollout`: measurements, each with a table and a last line of JSON. */
import { compare } from "./compare/compare";
import { diagnosis } from "./diagnosis/diagnosis";
import { faults } from "./faults/faults";
import { benchEdits } from "./edits/edits";
import { report } from "./report/report";
import { rollout } from "./rollout";
import { ship } from "./ship/ship";
import { takeover } from "./takeover/takeover";

const benches: Record<string, (args: string[]) => Promise<void>> = {
  rollout,
  compare,
  diagnosis,
  faults,
  edits: benchEdits,
  report,
  takeover,
  ship,
};

async function main(): Promise<void> {
  const [name = "", ...args] = process.argv.slice(2);
  const bench = benches[name];
  if (!bench) throw new Error(`usage: npm run bench -- ${Object.keys(benches).join(" | ")}`);
  await bench(args);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
