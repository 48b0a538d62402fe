import { chance } from "../../../lab/chance";

/** What the fixtures edit of their program; it reads them as JSON from FAULTS. */
export interface Edit {
  /** Whether there is anything on the servers yet. */
  bare: boolean;
  /** Whether there is a third server, for another tool. */
  kamal: boolean;
  /** Type of the servers. */
  type: string;
  /** The image's repository in the lab's registry. */
  image: string;
  version: string;
  command?: string[];
  env: Record<string, string>;
  /** The database that DATABASE_URL tells of, where it is not the one that is there. */
  database: { host?: string; port?: number; password?: string };
  /** Environment that is secret. */
  secrets: Record<string, string>;
  hosts: string[];
  /** Port of the route. */
  port: number;
  healthPath: string;
  /** How long a container may take to become ready. */
  readyTimeout: `${number}s`;
  memory?: `${number}m`;
  /** Volumes by where they are mounted. */
  volumes: Record<string, string>;
  /** Whether the container's file system can only be read. */
  readOnly: boolean;
  /** The container's name servers, where they are not the host's. */
  dns: string[];
  /** Options of its resolver, as in resolv.conf. */
  dnsOptions: string[];
  /** A port of the host that the container takes besides. */
  publish?: number;
  release?: string[];
  /** The password that the registry is asked with, where it is not the right one. */
  registryPassword?: string;
  /** Tag of kamal-proxy. */
  proxy: string;
  /** A flag of `kamal-proxy deploy` that the route uses besides. */
  proxyFlags?: Record<string, string>;
  /** Whether the second server has a proxy too. */
  second: boolean;
}

/** The release that serves. */
export const good: Edit = {
  bare: false,
  kamal: false,
  type: chance("type of the fixtures' servers").pick(["cx23", "cpx22"]),
  image: "lite",
  version: "v1",
  env: {},
  database: {},
  secrets: {},
  hosts: ["shop.fault"],
  port: 3000,
  healthPath: "/up",
  readyTimeout: "30s",
  volumes: {},
  readOnly: false,
  dns: [],
  dnsOptions: [],
  proxy: "v0.9.2",
  second: false,
};
