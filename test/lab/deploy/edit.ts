import { appPort, names, serverType } from "./names";

/** What the tests edit of their program; it reads them as JSON from DEPLOY. */
export interface Edit {
  /** Names of all web servers that there may be, of which the first `web` are. */
  webNames: string[];
  workerName: string;
  /** Type of the servers. */
  type: string;
  /** The port that the app listens on. */
  port: number;
  /** Release of the shop. */
  version: string;
  env: Record<string, string>;
  /** The value of the secret API_TOKEN. */
  secret: string;
  hosts: string[];
  paths: string[];
  /** Memory limit of the web role. */
  memory: `${number}m`;
  /** Whether there is a second role without a route, beside the web servers. */
  clock: boolean;
  /** Number of web servers. */
  web: number;
  /** Tag of kamal-proxy. */
  proxy: string;
  release: string[];
  /** A second route, over TLS: files of the certificate and its key. */
  secure?: { certificate: string; key: string };
  /** How long a container may take to become ready. */
  readyTimeout: `${number}s`;
}

/** The program as it is before any edit. */
export const plain: Edit = {
  webNames: [1, 2, 3].map(names.web),
  workerName: names.worker,
  type: serverType,
  port: appPort,
  version: "v1",
  env: { SHOP_NAME: "Sextant" },
  secret: "canary-one",
  hosts: ["shop.test"],
  paths: ["/"],
  memory: "400m",
  clock: false,
  web: 2,
  proxy: "v0.9.2",
  release: ["bin/rails", "db:prepare"],
  readyTimeout: "60s",
};
