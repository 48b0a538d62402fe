/** What the test of ways edits of its program; it reads it as JSON from WAYS. */
export interface Edit {
  /** The file of ssh's settings, in which the first two machines are. */
  settings: string;
  /** The key whose passphrase the agent alone knows. */
  lockedKey: string;
  /** Its public half, by which the agent alone is asked, without a file. */
  agentKey: string;
  /** The machine whose user is in the group docker and has no sudo. */
  member: { address: string; hostKey: string; user: string };
  version: string;
}
