/** The types of steps, each with its inputs. */
import type { Step } from "./step";
import { switchStep, type SwitchInputs } from "./switch";

/** The inputs of each type of step. */
export interface InputsOfStep {
  Switch: SwitchInputs;
}

/** The name of a type of step. */
export type StepType = keyof InputsOfStep;

export const steps: { [Type in StepType]: Step<InputsOfStep[Type]> } = {
  Switch: switchStep,
};
