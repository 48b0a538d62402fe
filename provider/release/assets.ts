/** The step that puts the assets of a release beside those of the others, where a role's containers on a host have them mounted. */
import { quote } from "../host/scripts";
import type { Step, StepInputs } from "./step";

/** The assets of a role on a host. */
export interface AssetsInputs extends StepInputs {
  /** The directory on the host with all that the role has of them. */
  directory: string;
  /** The name of this release's directory in it. */
  release: string;
  /** The full reference of the image that they are in. */
  image: string;
  /** The login for the image, where it has gone from the host since it was pulled; a secret. Another one is no change. */
  __auth?: string;
  /** Where they are in the image. */
  path: string;
}

/** What the containers of a release have mounted: its own assets, and those of the other releases. */
export function servedAssets(directory: string, release: string): string {
  return `${directory}/${release}/served`;
}

export const assetsStep: Step<AssetsInputs> = {
  call: ({ directory, release, image, path }) => ({
    verb: "assets",
    words: [`directory=${directory}`, `release=${release}`, `image=${image}`, `path=${path}`],
  }),
  undo: ({ directory }) => ({ verb: "assets", words: [`directory=${directory}`, "remove"] }),
  about: ({ path }) => path,
  image: ({ image, __auth }) => ({ reference: image, login: __auth }),
  looks: ({ directory, release }) => [
    `if [ -s ${quote(`${directory}/${release}/of`)} ]; then echo true; else echo false; fi`,
  ],
};
