/** Names and ports that the programs and the harness share. */

/** The name of a server, counted from 0. */
export const serverName = (at: number): string => `cmp-${at + 1}`;
/** The host name of the app's route. */
export const routeHost = "lite.bench";
/** Host ports of Kamal's proxy; Sextant's has 80 and 443. */
export const kamalPorts = { http: 8080, https: 8443 };
