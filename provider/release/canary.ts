/**
 * The step that gives a canary, a second version of a role on a host, a part of the role's visitors: kamal-proxy's rollout. Who is in it is told by
 * the cookie `kamal-rollout`, which the app sets: a value that is named, or whose hash is within the share. A request without it is in no share
 * (v0.9.2 internal/server/rollout_controller.go).
 */
import { isDeepStrictEqual } from "node:util";
import { seconds, type Duration } from "../core/units";
import { quote } from "../host/scripts";
import { partWords } from "./canary-part";
import type { SwitchedRoute } from "./route";
import type { Call, Step, StepInputs } from "./step";

/** A route of the role, as far as it counts for the canary: how the proxy asks and drains it, and what it does with requests for it. */
export interface CanaryRoute extends Pick<
  SwitchedRoute,
  | "port"
  | "deployTimeout"
  | "drainTimeout"
  | "responseTimeout"
  | "health"
  | "buffer"
  | "forwardHeaders"
  | "scopeCookiePaths"
  | "logHeaders"
> {
  /** Its name in the proxy. */
  service: string;
}

/** Which container is the canary, and who gets it. */
export interface CanaryInputs extends StepInputs {
  /** `project/stack/app/role` of the canary. */
  role: string;
  /** The canary's container. */
  container: string;
  /** How many of a hundred visitors get it. */
  percent: number;
  /** Who gets it in any case, by the values of their cookies. @default none */
  visitors?: string[];
  /** The routes of the role, in each of which it gets its part. */
  routes: CanaryRoute[];
  /** Whether the proxy is another program's, which may be replacing it now: that is waited for. @default false */
  awaitProxy?: boolean;
  /** How long an old canary may take to stop. */
  stopTimeout: Duration;
  /** How long the step may take; another time takes no step. */
  timeout: Duration;
}

/** What of a route counts for a canary. */
export function canaryRoute(route: SwitchedRoute): CanaryRoute {
  const { service, port, deployTimeout, drainTimeout, responseTimeout, health, buffer } = route;
  const { forwardHeaders, scopeCookiePaths, logHeaders } = route;
  return {
    ...{ service, port, deployTimeout, drainTimeout, responseTimeout, health, buffer },
    ...{ forwardHeaders, scopeCookiePaths, logHeaders },
  };
}

const routeWords = (routes: readonly CanaryRoute[]): string[] =>
  routes.map(
    (route) => `route=${[route.service, route.port, route.deployTimeout, route.drainTimeout].join("/")}`,
  );

/** Who gets which container by which routes. */
const verbWords = ({ role, container, percent, visitors = [], routes }: CanaryInputs): string[] => [
  `role=${role}`,
  `container=${container}`,
  `percent=${percent}`,
  ...visitors.map((value) => `visitor=${value}`),
  ...routeWords(routes),
];

export const canaryStep: Step<CanaryInputs> = {
  call: (inputs, former): Call => ({
    verb: "canary",
    words: [
      "put",
      ...verbWords(inputs),
      `stop=${seconds(inputs.stopTimeout)}`,
      // The proxy has the settings of a route for the canary as they were when it got the container.
      ...(former !== undefined && !isDeepStrictEqual(plain(former.routes), plain(inputs.routes))
        ? ["again=yes"]
        : []),
      ...(inputs.awaitProxy === true ? ["bridge=wait"] : []),
    ],
  }),
  undo: ({ role, routes }) => {
    // At preview a transform may give what is not known yet, which is a text then.
    if (!Array.isArray(routes)) return undefined;
    return {
      verb: "canary",
      words: ["end", `role=${role}`, ...routes.map(({ service }) => `service=${service}`)],
    };
  },
  about: ({ container }) => container,
  limit: ({ timeout }) => timeout,
  lifecycleOnly: ["timeout", "stopTimeout", "awaitProxy"],
  looks: (inputs, verbs) => [[`${verbs}/canary`, "look", ...verbWords(inputs).map(quote)].join(" ")],
  says: ({ container, percent, visitors = [] }) =>
    `${container} gets ${partWords(percent, visitors.length).join(", and ")}, of those that have the cookie kamal-rollout.`,
};

/** Without what is not given. */
const plain = (routes: readonly CanaryRoute[]): unknown => JSON.parse(JSON.stringify(routes));
