/** Limits that both tools are given alike, in seconds; they are Kamal's defaults. */
export const timing = {
  /** How long a new container may take to become ready. */
  ready: 30,
  /** How long running requests may take to end at the switch. */
  drain: 30,
  /** How long a container may take to stop; Kamal leaves it at Docker's own limit, which is this. */
  stop: 10,
};
