/** The step before a proxy's container is replaced: a second proxy takes new connections meanwhile, where there is something to replace. */
import type { Step, StepInputs } from "./step";

/** What the proxy is going to be made from. */
export interface BridgeInputs extends StepInputs {
  /** The hash of all that the proxy's container is made from, by which the host sees a change. */
  config: string;
  /** The full reference of the proxy's image. */
  image: string;
  /** The login for the image, where it has gone from the host since it was pulled; a secret. Another one is no change. */
  __auth?: string;
  /** `project/stack/name` of the `Proxy`: no other's is touched. */
  owner: string;
  /** The port of the host for HTTP. */
  httpPort: number;
  /** The port of the host for HTTPS. */
  httpsPort: number;
  /** Whether nobody else may have these ports where no proxy runs yet. @default false */
  freePorts?: boolean;
  /** What the proxy runs. @default what its image says */
  command?: string[];
}

export const bridgeStep: Step<BridgeInputs> = {
  call: ({ config, image, owner, httpPort, httpsPort, freePorts, command }, former) => ({
    verb: "bridge",
    words: [
      `config=${config}`,
      `image=${image}`,
      `owner=${owner}`,
      // What was made by a former name is still its own, as after a rename.
      ...(former === undefined || former.owner === owner ? [] : [`owner=${former.owner}`]),
      `http=${httpPort}`,
      `https=${httpsPort}`,
      ...(freePorts === true ? ["free=yes"] : []),
      // A flag that its image does not know is found while the old one still serves.
      ...(command === undefined ? [] : ["--", ...command]),
    ],
  }),
  undo: ({ owner }) => ({ verb: "bridge", words: ["end=yes", `owner=${owner}`] }),
  about: ({ image }) => image,
  image: ({ image, __auth }) => ({ reference: image, login: __auth }),
};
