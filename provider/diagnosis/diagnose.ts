/** From evidence to causes. */
import type { Cause, Found } from "./cause";
import { causes } from "./causes";
import type { Evidence } from "./evidence";
import { ruledOut } from "./ruled-out";

/** A cause that an evidence speaks for. */
export interface Diagnosed extends Found {
  /** The cause's id, its anchor in docs/troubleshooting.md. */
  id: string;
  title: string;
  /** True when waiting longer cannot help. */
  final: boolean;
}

export interface Diagnosis {
  /** The most likely first; none when nothing is known well enough. */
  causes: Diagnosed[];
  /** What the evidence excludes, a phrase each. */
  ruledOut: string[];
}

/** Less than this is a guess, and no guess is told. */
const enough = 0.45;

/**
 * The causes that an evidence speaks for, ranked. Pure: the same evidence gives the same diagnosis.
 *
 * @param table the causes to choose from
 */
export function diagnose(evidence: Evidence, table: readonly Cause[] = causes): Diagnosis {
  const found = table.flatMap(({ id, title, final, match }): Diagnosed[] => {
    const found_ = match(evidence);
    return found_ === undefined || found_.confidence < enough ? [] : [{ id, title, final, ...found_ }];
  });
  return {
    // The sort is stable: of equals the first of the table is first.
    causes: found.sort((a, b) => b.confidence - a.confidence),
    ruledOut: ruledOut(evidence),
  };
}
