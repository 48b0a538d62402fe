/** The types of steps, each with its inputs. */
import { accessoryReadyStep, type AccessoryReadyInputs } from "./accessory-ready";
import { readyStep, type ReadyInputs } from "./ready";
import { releaseStep, type ReleaseInputs } from "./release";
import type { Step } from "./step";
import { switchStep, type SwitchInputs } from "./switch";

/** The inputs of each type of step. */
export interface InputsOfStep {
  AccessoryReady: AccessoryReadyInputs;
  Ready: ReadyInputs;
  Release: ReleaseInputs;
  Switch: SwitchInputs;
}

/** The name of a type of step. */
export type StepType = keyof InputsOfStep;

export const steps: { [Type in StepType]: Step<InputsOfStep[Type]> } = {
  AccessoryReady: accessoryReadyStep,
  Ready: readyStep,
  Release: releaseStep,
  Switch: switchStep,
};
