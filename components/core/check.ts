/** What is checked at preview, as docs/checks.md shows it: each check stands beside the code that makes its sentences. */

/** A check with its entry on the page. A sentence that refuses or warns ends with the anchor of the entry. */
export interface Check {
  /** Names it: the anchor in docs/checks.md. */
  readonly id: string;
  readonly title: string;
  /** Whether it stops the preview, or only says something. */
  readonly effect: "refused" | "warned" | "refused or warned";
  /** Why it is checked, and where the line is drawn. */
  readonly why: string;
  /** Whole sentences, as a user sees them. */
  readonly says: readonly string[];
}
