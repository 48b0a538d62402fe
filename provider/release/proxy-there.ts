/** The step that looks for a proxy which another program has made. */
import { proxyContainer } from "./proxy-names";
import { runs, type Step, type StepInputs } from "./step";

/** Which proxy is looked for. */
export interface ProxyThereInputs extends StepInputs {
  /** `project/stack/name` of the `Proxy` that it has to belong to. @default whoever it belongs to */
  owner?: string;
}

export const proxyThereStep: Step<ProxyThereInputs> = {
  call: ({ owner }) => ({ verb: "proxy-there", words: owner === undefined ? [] : [`owner=${owner}`] }),
  looks: () => [runs(proxyContainer)],
};
