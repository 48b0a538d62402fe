/** What the tests edit of their program; it reads them as JSON from CERTIFICATES. */
export interface Edit {
  /** Tag of kamal-proxy. */
  proxy: string;
  /** The hosts of the route, and where its certificate comes from. */
  hosts: string[];
  tls: "none" | "letsEncrypt" | "staging" | "own";
  /** PEM of the route's own certificate and its key. */
  own?: { certificate: string; key: string };
  /** The name server, and PEM of the authority that the proxy has to trust to talk to Let's Encrypt. */
  acme: { address: string; trust: string };
  /** Whether there is a second server, with nginx in front of the Rails shop. */
  front: boolean;
}

/** The environment by which the program knows its edit. */
export function deployed(edit: Edit): NodeJS.ProcessEnv {
  return { CERTIFICATES: JSON.stringify(edit) };
}
