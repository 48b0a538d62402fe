/** The step that puts the traffic of a role on a host, or its work, on a new container, and stops the old ones. */
import { seconds, type Duration } from "../core/units";
import { quote } from "../host/scripts";
import { deployFlags, type SwitchedRoute } from "./route";
import type { Step, StepInputs } from "./step";

/** What is switched on a host, to which container. */
export interface SwitchInputs extends StepInputs {
  /** `project/stack/app/role` */
  role: string;
  /** The container that gets the traffic or the work. */
  container: string;
  /** The route that is switched. @default none: a worker, whose old containers are stopped */
  route?: SwitchedRoute;
  /** All routes that the role has by the program, by their names in the proxy: others of it go. */
  services: string[];
  /** The hosts and paths that the program gives to others on this host, which take them by their own switches; another list is no change. */
  claimed: string[];
  /** Whether the old containers go on, as another route of the role is still to be switched. @default false */
  keepOld?: boolean;
  /** Whether the proxy is another program's, which may be replacing it now: that is waited for. @default false */
  awaitProxy?: boolean;
  /** How long the old containers may take to stop. */
  stopTimeout: Duration;
  /** How long the step may take; another time takes no step. */
  timeout: Duration;
}

export const switchStep: Step<SwitchInputs> = {
  call: (inputs) => {
    const { role, container, stopTimeout, services, claimed, keepOld, awaitProxy, route } = inputs;
    return {
      verb: "switch",
      words: [
        `role=${role}`,
        `container=${container}`,
        `stop=${seconds(stopTimeout)}`,
        `services=${services.join(",")}`,
        ...claimed.map((pair) => `claimed=${pair}`),
        ...(keepOld === true ? ["keep=old"] : []),
        ...(route === undefined
          ? []
          : [
              `service=${route.service}`,
              `port=${route.port}`,
              ...(awaitProxy === true ? ["bridge=wait"] : []),
              "--",
              ...deployFlags(route),
            ]),
      ],
    };
  },
  says: ({ route }, printed) => {
    const held = /^held=(paused|stopped)$/m.exec(printed)?.[1];
    if (route === undefined || held === undefined) return undefined;
    const [is, ends] = held === "stopped" ? ["in maintenance", "maintenance off"] : ["paused", "resume"];
    return `${route.service} is ${is}, and stays so: nobody sees the new release until npx sextant ${ends}.`;
  },
  undo: ({ role, route }) =>
    route === undefined ? undefined : { verb: "unroute", words: [route.service, `role=${role}`] },
  about: ({ container }) => container,
  limit: ({ timeout }) => timeout,
  aside: ["claimed"],
  lifecycleOnly: ["timeout"],
  looks: ({ role, container, route }, verbs) =>
    route === undefined ? [] : [serves(verbs, stackOf(role), route.service, `${container}:${route.port}`)],
};

/** `project/stack` of a role's label. */
function stackOf(role: string): string {
  return role.split("/").slice(0, 2).join("/");
}

/** A look whether the proxy sends the requests of a service to a target. */
function serves(verbs: string, stack: string, service: string, target: string): string {
  const list = `${verbs}/routes ${quote(`stack=${stack}`)}`;
  return `served=$(${list}) || exit; if printf '%s\\n' "$served" | grep -qxF ${quote(`${service} ${target}`)}; then echo true; else echo false; fi`;
}
