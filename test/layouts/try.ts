/** Layouts one after the other, on one server of the lab. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Machines } from "../../bench/hosts/machines";
import { factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import type { Layout } from "./layouts";
import { Library } from "./pack";
import { layoutTools } from "./tools";
import { type Row, Trial } from "./trial";

/** Tries layouts one after the other, on one server of the lab. */
export async function tryLayouts(chosen: readonly Layout[], log: (line: string) => void): Promise<Row[]> {
  const facts = await factsOfLab(await labUp(log));
  const folder = mkdtempSync(join(tmpdir(), "sextant-layouts-"));
  const machines = await Machines.make(facts);
  try {
    const library = new Library(folder);
    const libraries = [(await library.pack("0.1.0")).file, (await library.pack("0.1.1")).file] as const;
    const tools = await layoutTools();
    const hosts = await machines.count(1);
    const installed = new Map<string, string>();
    const rows: Row[] = [];
    for (const [at, layout] of chosen.entries()) {
      const own = join(folder, String(at));
      const world = { facts, hosts, keyFile: machines.keyFile, tools, libraries, installed };
      rows.push(await new Trial(world, layout, own, log).run());
      rmSync(own, { recursive: true, force: true });
    }
    return rows;
  } finally {
    await machines.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether all that was tried held. */
export function good({ up, upgrade, refresh, release, destroy }: Row): boolean {
  return up && upgrade && refresh && release && destroy;
}
