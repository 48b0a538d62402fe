/** What all hosts have in common in Docker. */

/** The Docker network that everything on a host shares. */
export const sharedNetwork = "sextant";

/** The MTU of Hetzner's private networks; a larger one loses packets there. */
export const mtu = 1450;
