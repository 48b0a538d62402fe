/** Data that the server in the image does not read. */
import type { Cause } from "../cause";
import { complains, texts } from "../facts";
import { short } from "../log";

export const dataFormat: Cause = {
  id: "data-format",
  title: "database files are incompatible with server; PostgreSQL data in an old place",
  final: true,
  match: (evidence) => {
    const line = complains(evidence, "dataFormat");
    if (line === undefined) return undefined;
    const told = texts(evidence).join("\n");
    const [, old, wanted] = /version (\S+), which is not compatible with this version (\d+)/.exec(told) ?? [];
    return {
      confidence: 0.97,
      verdict:
        old === undefined || wanted === undefined
          ? "the data volume holds PostgreSQL data that this image does not read"
          : `the data volume holds data of PostgreSQL ${old}, which ${wanted} does not read`,
      seen: [`its log says: ${short(line)}`],
      why: "PostgreSQL reads data files of its own major version only, and nothing was changed in them.",
      cure: `set version back to ${old ?? "the major version that wrote the data"}; for another one make a second Postgres beside it and copy the data there with npx sextant copy-data`,
    };
  },
  docs: {
    chapter: "What the app needs",
    symptom:
      "`FATAL: database files are incompatible with server`, `The data directory was initialized by PostgreSQL version 15, which is not compatible with this version 16`, `in 18+, these Docker images are configured to store database data in a format …`.",
    cause:
      "The volume was filled by another major version. Preview refuses that after a look into the volume; it is seen where the server could not be asked.",
    proof: "`docker run --rm --volume VOLUME:/data:ro IMAGE cat /data/PG_VERSION` on the host.",
    cure: "Go back to the version that wrote the data; it is all there. For another one, make a second `Postgres` of it beside the first, copy the data there with `npx sextant copy-data`, and give the app its `url`.",
  },
};
