/** What the tests of machines edit of their program; it reads them as JSON from MACHINES. */
export interface Edit {
  /** The name of the server. */
  name: string;
  /** The cloud's name of its image. */
  image: string;
  /** A `#cloud-config` of the user's, for the first boot. */
  cloudInit?: string;
  /** Whether the app and the workers are on it, or the server alone. */
  apps: boolean;
  /** Containers beside the app, each of which asks the server at once. */
  workers: number;
  /** What a new value of makes every worker anew. */
  round: string;
  /** The file of the key that opens the server, where it is not the right one. */
  keyFile?: string;
  /** Whether the server is taken for one that was there already, at this address. */
  existing?: string;
}
