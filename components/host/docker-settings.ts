/** What all hosts have in common in Docker. */

/** The Docker network that everything on a host shares. */
export const sharedNetwork = "sextant";
