/**
 * `npm run bench -- ship`: the same commit, with one page changed, by Kamal (its build, push, pull, deploy) and by Sextant (an `Image` on a
 * `ServerRegistry`), in turn in one run, with requests all the while; and the first answer of `exec`, `logs` and `ps`.
 *
 * What makes it fair, and what does not:
 * - Both build the same commit of the same repository with the same Dockerfile, which has one COPY of the app and its assets and no RUN: what
 *   a step of the build takes is the same for both, and is not measured. Each tool's builder has the layers of the build before.
 * - Kamal builds on the client by Docker itself (`driver: docker`), as BuildKit's own image, which its default driver starts, is in no registry of
 *   the lab. That driver makes no second copy of the image in a builder of its own. It pushes to the lab's registry, on the same machine.
 * - Sextant builds on a server, as the guide has it. Client, servers and registry share the cores of one machine: where the client is a machine of
 *   its own on a slow line, what it sends counts for more than here.
 * - Bytes are those of `client-bytes.ts`. The layers that changed are read from each tool's registry, compressed as they lie there.
 * - `exec` runs on the first host with both tools (`--primary` of Kamal's), `logs` and `ps` on all. The time ends with the first of the answer.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { type LabFacts, factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { prepareOwnRegistry } from "../../lab/registry/own";
import { onPinnedNode } from "../../lab/toolchain/node";
import { ensureBuildx } from "../../lab/toolchain/on-demand";
import { commit } from "../compare/machine";
import type { Hosts } from "../hosts/hosts";
import { Machines } from "../hosts/machines";
import { installKamal } from "../kamal/install";
import { type Tool } from "./cases";
import { ClientBytes } from "./client-bytes";
import type { ToolDriver } from "./driver";
import { type ShipResults, type ShipRun, lastLine, shipAims, shipFigures, tableRow } from "./figures";
import { Kamal } from "./kamal";
import { type ShipOptions, parseShipOptions } from "./options";
import { Repository } from "./repository";
import { Rounds } from "./rounds";
import { Sextant } from "./sextant";
import { siteHosts } from "./site";

const progress = (line: string): void => {
  console.error(line);
};

export async function ship(args: string[]): Promise<void> {
  const options = parseShipOptions(args);
  const docker = await labUp(progress);
  const facts = await factsOfLab(docker);
  await prepareOwnRegistry(docker, progress);
  const results = await measure(facts, options);
  const rows = shipFigures(results.runs);
  console.table(rows.map(tableRow));
  console.table(shipAims(rows));
  console.log(lastLine(rows));
}

async function measure(facts: LabFacts, options: ShipOptions): Promise<ShipResults> {
  const results: ShipResults = {
    begun: new Date().toISOString(),
    commit: await commit(),
    cores: cpus().length,
    assetsMb: options.assetsMb,
    runs: [],
  };
  const keep = (run: ShipRun): void => {
    results.runs.push(run);
    if (options.out !== undefined) writeFileSync(options.out, `${JSON.stringify(results, undefined, 2)}\n`);
  };
  const directory = mkdtempSync(join(tmpdir(), "sextant-ship-"));
  const databasePassword = randomBytes(12).toString("hex");
  const machines = await Machines.make(facts, "bench/ship/servers", { databasePassword });
  let made: Readonly<Record<Tool, ToolDriver>> | undefined;
  let bytes: ClientBytes | undefined;
  // The servers that there are now.
  let hosts: Hosts | undefined;
  try {
    const repository = await Repository.make(join(directory, "shop"), options.assetsMb);
    const parts = { facts, repository, keyFile: machines.keyFile, databasePassword };
    const onHost = (name: string, script: string): Promise<string> => {
      if (hosts === undefined) throw new Error("bench ship: there are no servers yet");
      return hosts.run(name, script);
    };
    made = {
      sextant: await Sextant.make({ ...parts, onNode: await onPinnedNode(progress), onHost }),
      kamal: await Kamal.make({
        ...parts,
        binary: await installKamal(progress),
        buildx: await ensureBuildx(progress),
      }),
    };
    for (const size of options.sizes) {
      progress(`making ${size} servers`);
      hosts = await machines.count(size);
      bytes ??= await ClientBytes.find(facts);
      const bench = { drivers: made, repository, rounds: options.rounds, progress, keep };
      await new Rounds(bench, hosts, siteHosts(hosts.list)).run(bytes);
    }
  } finally {
    progress("removing the servers");
    await bytes?.remove();
    await machines.remove();
    for (const driver of Object.values(made ?? {})) await driver.remove();
    rmSync(directory, { recursive: true, force: true });
  }
  return results;
}
