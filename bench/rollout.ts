/** `npm run bench -- rollout [servers...]`: how long deploys take on 1, 2 and 8 servers, and what they cost the client. */
import { cpus } from "node:os";
import { type LabFacts, factsOfLab } from "../lab/facts";
import { labUp } from "../lab/lab";
import { type LoadReport, startLoad } from "../lab/load/load";
import { type Ran, Workspace } from "../lab/workspace";
import { whole } from "./flags";
import { watchMemory } from "./memory";
import type { Settings } from "./settings";

export interface Case {
  servers: number;
  case: string;
  seconds: number;
  requests: number;
  lost: number;
  /** Most memory of all client-side processes together, in MB. */
  peakMb: number;
}

const host = "lite.bench";
const progress = (line: string): void => {
  console.error(line);
};

export async function rollout(args: string[]): Promise<void> {
  const sizes = args.length > 0 ? args.map((each) => whole("bench rollout", each)) : [1, 2, 8];
  const facts = await factsOfLab(await labUp(progress));
  const cases: Case[] = [];
  for (const size of sizes) cases.push(...(await measure(facts, size)));
  console.table(cases);
  console.log(
    JSON.stringify({ cores: cpus().length, load: "60 requests a second, 2 s slow ones among them", cases }),
  );
}

async function measure(facts: LabFacts, servers: number): Promise<Case[]> {
  const workspace = await Workspace.make(facts, "bench/program", "bench", "compiled");
  const cases: Case[] = [];
  let targets: string[] = [];
  const run = async (
    name: string,
    settings: Settings,
    { command = "up", fails = false }: { command?: "up" | "preview"; fails?: boolean } = {},
  ): Promise<void> => {
    progress(`${servers} servers: ${name}`);
    const load = targets.length > 0 ? startLoad({ targets, host }) : undefined;
    const memory = watchMemory();
    const args = command === "up" ? ["up", "--yes", "--skip-preview"] : ["preview"];
    let ran: Ran;
    let report: LoadReport | undefined;
    try {
      ran = await workspace.tryPulumi(args, { BENCH: JSON.stringify(settings) });
    } finally {
      report = await load?.stop();
    }
    const peakMb = memory.stop();
    if ((ran.code !== 0) !== fails) throw new Error(`${name}: exit ${ran.code}\n${ran.text}`);
    for (const loss of report?.losses ?? []) progress(`lost: ${JSON.stringify(loss)}`);
    cases.push({
      servers,
      case: name,
      seconds: Math.round(ran.seconds * 100) / 100,
      requests: report?.requests ?? 0,
      lost: report?.lost ?? 0,
      peakMb,
    });
  };
  try {
    const env = { BOOT_DELAY: "1" };
    await run("first up", { servers, version: "v1", env });
    const { addresses } = await workspace.outputs<{ addresses: string[] }>();
    targets = addresses.map((address) => `http://${address}`);
    await run("deploy", { servers, version: "v2", env });
    await run("no change", { servers, version: "v2", env });
    await run("preview", { servers, version: "v3", env }, { command: "preview" });
    const failing = { servers, version: "v3", env: { ...env, EXIT_AT_BOOT: "1" } };
    await run("failed deploy", failing, { fails: true });
  } finally {
    await workspace.pulumi(["destroy", "--yes", "--skip-preview"], {
      BENCH: JSON.stringify({ servers, version: "v2", env: {} }),
    });
    workspace.remove();
  }
  return cases;
}
