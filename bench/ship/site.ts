/** What the programs, both tools and the harness have in common. The programs run from a copy of this folder alone. */
import type { Host } from "../hosts/hosts";

/** A server, with its address in the private network, which the registry and the database listen on. */
export interface SiteHost extends Host {
  privateAddress: string;
}

/** The hosts, all of which are in the private network. @throws Error where one is not */
export const siteHosts = (hosts: readonly Host[]): SiteHost[] =>
  hosts.map((host) => {
    const { name, privateAddress } = host;
    if (privateAddress === undefined)
      throw new Error(`bench ship: ${name} has no address in the private network`);
    return { ...host, privateAddress };
  });

/** What the program that ships reads as JSON from BENCH. */
export interface Site {
  hosts: SiteHost[];
  /** The folder of the app, from that of the program. */
  context: string;
}

/** The host name of the app's route. */
export const routeHost = "shop.bench";

/** The ports of Kamal's proxy on the hosts; Sextant's has 80 and 443. */
export const kamalPorts = { http: 8080, https: 8443 };

/** Limits that both tools are given alike, in seconds. */
export const timing = {
  /** Eight Rails apps that boot at once on two cores take their time. */
  ready: 120,
  drain: 30,
  stop: 10,
};

/** The database, which neither tool has made. */
export const database = { user: "shop", name: "shop_production" };

/** The app's environment less its secret, where its database is at that address. */
export const environment = (address: string): Record<string, string> => ({
  DB_HOST: address,
  POSTGRES_USER: database.user,
  POSTGRES_DB: database.name,
  // One database has the connections of both tools' apps on all servers, two generations of one among them.
  RAILS_MAX_THREADS: "2",
});
