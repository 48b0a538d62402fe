/** What the tests edit of their program; it reads them as JSON from IMAGE. */
export interface Edit {
  /** A build argument. */
  note: string;
  /** Whether an sbom and the provenance are made. */
  attested?: boolean;
  /** An earlier release to go back to. */
  version: string | undefined;
  /** Whether there is an accessory of an image of its own. */
  accessory?: true;
}
