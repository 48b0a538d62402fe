/** The section of a changed page, from what `ship` has measured. Pure. */
import { type ShipResults, shipAims, shipFigures } from "../ship/figures";
import { rounded } from "../stats/statistics";
import { table } from "./words";

const toolNames = { sextant: "Sextant", kamal: "Kamal" } as const;
const kilo = (bytes: number | null): number | undefined =>
  bytes === null ? undefined : Math.round(bytes / 1000);

export function shipSection({ begun, commit, cores, assetsMb, runs }: ShipResults): string {
  const rows = shipFigures(runs);
  const rounds = Math.max(0, ...runs.map(({ round }) => round));
  const note = `The same commit of the Rails shop, with one page changed, built and deployed by both tools in turn in one run (${begun.slice(0, 10)}, commit
\`${commit}\`, ${cores} cores, ${rounds} ${rounds === 1 ? "round" : "rounds"}, medians). The layer that changes is the app with ${assetsMb} MB of assets. Kamal builds on
the client and pushes to a registry, from which all servers pull; Sextant has one server build and push to a \`ServerRegistry\` on another. "Client kB" is what leaves the client for servers and
registry; of a command the seconds are those until the first of its answer.`;
  const figures = table(
    ["servers", "case", "tool", "seconds", "client kB", "layers kB", "requests", "lost"],
    rows.map(({ servers, case: name, tool, seconds, bytes, layers, requests, lost }) => [
      ...[servers, name, toolNames[tool], rounded(seconds, 1).toFixed(1)],
      ...[kilo(bytes), kilo(layers), requests ?? undefined, lost ?? undefined],
    ]),
  );
  const aims = table(
    ["aim", "measured", "limit", "met"],
    shipAims(rows).map(({ aim, value, limit, met }) => [
      ...[aim, value ?? "not measured", limit],
      met === null ? "" : met ? "yes" : "**no**",
    ]),
  );
  return [note, figures, aims].join("\n\n");
}
