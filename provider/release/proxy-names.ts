/** The names of the proxy's containers on a host. */

/** The fixed name of the container: every operator of Kamal knows it. */
export const proxyContainer = "kamal-proxy";
/** The second proxy, which takes new connections while the first one is replaced. */
export const bridgingContainer = "kamal-proxy-bridge";
