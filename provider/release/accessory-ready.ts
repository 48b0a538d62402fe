/** The step that waits until an accessory is ready. */
import { seconds, type Duration } from "../core/units";
import type { Step, StepInputs } from "./step";

/** When an accessory counts as ready. */
export interface AccessoryReadyInputs extends StepInputs {
  /** The container. */
  container: string;
  /** The container's id: another one of the same name is asked anew. */
  instance: string;
  /** A command in the container that has to succeed. @default none: it has to keep running */
  command?: string[];
  /** How long it may take. */
  timeout: Duration;
  /** Names of secrets, for what is said of a failure; others are no change. @default none */
  secretNames?: string[];
}

/** Seconds that an accessory without a command has to keep running. */
const delay = 2;

export const accessoryReadyStep: Step<AccessoryReadyInputs> = {
  call: ({ container, timeout, secretNames = [], command }) => {
    const words = [
      `container=${container}`,
      `timeout=${seconds(timeout)}`,
      ...(secretNames.length === 0 ? [] : [`secrets=${secretNames.join(",")}`]),
    ];
    return command === undefined
      ? { verb: "ready", words: [...words, `delay=${delay}`] }
      : { verb: "accessory-ready", words: [...words, "--", ...command] };
  },
  about: ({ container }) => container,
  limit: ({ timeout }) => timeout,
  aside: ["secretNames"],
};
