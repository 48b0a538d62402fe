/** The step that waits until a proxy which was made or replaced answers with all its routes, and ends the bridging one. */
import { bridgingContainer } from "./proxy-names";
import type { Step, StepInputs } from "./step";

/** Which proxy is waited for. */
export interface SettleInputs extends StepInputs {
  /** The id of the proxy's container: another one is waited for anew. */
  container: string;
}

/** Seconds that the proxy may take until it answers. */
const patience = 60;

export const settleStep: Step<SettleInputs> = {
  call: () => ({ verb: "settle", words: [`timeout=${patience}`] }),
  about: ({ container }) => container,
  // It is one of passage.
  looks: () => [
    `found=$(docker ps --all --quiet --filter name=^/${bridgingContainer}$) || exit 1; if [ -z "$found" ]; then echo true; else echo false; fi`,
  ],
};
