/** The step that looks for a proxy which another program has made. */
import { proxyContainer } from "./proxy-names";
import { runs, type Step, type StepInputs } from "./step";

/** Which proxy is looked for. */
export interface ProxyThereInputs extends StepInputs {
  /** `project/stack/name` of the `Proxy` that it has to belong to. @default whoever it belongs to */
  owner?: string;
  /** The Docker network on which the proxy has to be, to reach the containers of this program. @default the one that they share */
  network?: string;
}

export const proxyThereStep: Step<ProxyThereInputs> = {
  call: ({ owner, network }) => ({
    verb: "proxy-there",
    words: [
      ...(owner === undefined ? [] : [`owner=${owner}`]),
      ...(network === undefined ? [] : [`network=${network}`]),
    ],
  }),
  looks: () => [runs(proxyContainer)],
};
