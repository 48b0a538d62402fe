/** The step that puts the traffic of a role on a host, or its work, on a new container, and stops the old ones. */
import { seconds, type Duration } from "../core/units";
import { quote } from "../host/scripts";
import { kamalPrefix, kamalWord, leftOver, type KamalRole } from "../kamal/names";
import { deployFlags, type SwitchedRoute } from "./route";
import type { Step, StepInputs } from "./step";

/** What is switched on a host, to which container. */
export interface SwitchInputs extends StepInputs {
  /** `project/stack/app/role` */
  role: string;
  /** The container that gets the traffic or the work. */
  container: string;
  /** The further containers of the role on the host, which share its traffic or work with that one. @default none */
  replicas?: string[];
  /** The containers beside them that get only the reads of the route. @default none */
  readers?: string[];
  /** The role whose route leads to these containers, as they get its reads: the old ones are stopped when that has drained. @default none */
  reads?: string;
  /** The route that is switched. @default none: a worker, whose old containers are stopped */
  route?: SwitchedRoute;
  /** All routes that the role has by the program, by their names in the proxy: others of it go. */
  services: string[];
  /** The hosts and paths that the program gives to others on this host, which take them by their own switches; another list is no change. */
  claimed: string[];
  /** Kamal's role whose requests, or whose work, the container gets, and whose containers are stopped then. @default none */
  takeOver?: KamalRole;
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
  call: (inputs, former) => {
    const {
      role,
      stopTimeout,
      services,
      claimed,
      takeOver,
      keepOld,
      awaitProxy,
      route,
      readers = [],
    } = inputs;
    return {
      verb: "switch",
      words: [
        `role=${role}`,
        // Its stack or project may have another name: the route that it had before is its own still.
        ...(former === undefined || former.role === role ? [] : [`was=${former.role}`]),
        ...containersOf(inputs).map((name) => `container=${name}`),
        ...readers.map((name) => `reader=${name}`),
        ...(inputs.reads === undefined ? [] : [`reads=${inputs.reads}`]),
        `stop=${seconds(stopTimeout)}`,
        `services=${services.join(",")}`,
        ...claimed.map((pair) => `claimed=${pair}`),
        ...(takeOver === undefined ? [] : [`kamal=${kamalWord(takeOver)}`]),
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
  says: (inputs, printed) => {
    const said = [...ofKamal(inputs, printed), ...ofHeld(inputs, printed)];
    return said.length === 0 ? undefined : said.join("\n");
  },
  undo: ({ role, route }) =>
    route === undefined ? undefined : { verb: "unroute", words: [route.service, `role=${role}`] },
  about: ({ container }) => container,
  limit: ({ timeout }) => timeout,
  aside: ["claimed"],
  lifecycleOnly: ["timeout"],
  finds: ({ role, route, takeOver }, printed) => {
    const name = /^kamal=\/?(.+)$/m.exec(printed)?.[1];
    if (name === undefined) return undefined;
    const fault = route === undefined ? `${role} has ${name} beside it` : `${route.service} leads to ${name}`;
    const again =
      takeOver === undefined
        ? "Say takeOver in the App, and pulumi up takes it over"
        : "pulumi up takes over again";
    return `${fault}, a container of Kamal's, which has deployed since. ${again}; kamal lock acquire -m "pulumi up deploys" keeps Kamal from it.`;
  },
  looks: (inputs, verbs) => {
    const { role, route, takeOver } = inputs;
    if (route !== undefined) {
      const all = [...containersOf(inputs), ...(inputs.readers ?? [])];
      const targets = all.map((name) => `${name}:${route.port}`);
      return [serves(verbs, stackOf(role), route.service, targets.join(","))];
    }
    return takeOver === undefined ? [] : [runsNone(takeOver)];
  },
};

/** All that the traffic or the work is shared by. */
const containersOf = ({ container, replicas = [] }: SwitchInputs): string[] => [container, ...replicas];

/** What the proxy holds back still. */
function ofHeld({ route }: SwitchInputs, printed: string): string[] {
  const held = /^held=(paused|stopped)$/m.exec(printed)?.[1];
  if (route === undefined || held === undefined) return [];
  const [is, ends] = held === "stopped" ? ["in maintenance", "maintenance off"] : ["paused", "resume"];
  return [`${route.service} is ${is}, and stays so: nobody sees the new release until npx sextant ${ends}.`];
}

/** What was taken over of Kamal, and how it comes back. */
function ofKamal({ takeOver, route }: SwitchInputs, printed: string): string[] {
  if (takeOver === undefined) return [];
  const taken = /^took=(.+)$/m.exec(printed)?.[1]?.trim().replaceAll(" ", ", ");
  const serving = [...printed.matchAll(/^serves=(.+)$/gm)].map(([, name = ""]) => name);
  const left = leftOver(takeOver, printed);
  return [
    ...(taken === undefined
      ? []
      : [
          `${route?.service ?? ""} has taken over Kamal's route ${kamalPrefix(takeOver)}, which led to ${taken}.`,
        ]),
    ...(left === undefined ? [] : [left]),
    ...serving.map(
      (name) =>
        `Kamal's ${name} is not stopped: the proxy sends requests to it by another route; docker exec kamal-proxy kamal-proxy list shows which.`,
    ),
  ];
}

/** `project/stack` of a role's label. */
function stackOf(role: string): string {
  return role.split("/").slice(0, 2).join("/");
}

/** A look whether the proxy sends the requests of a service to its targets, as its list joins them; where they go to a container of Kamal's, it says to which. */
function serves(verbs: string, stack: string, service: string, targets: string): string {
  const list = `${verbs}/routes ${quote(`stack=${stack}`)}`;
  const found = `printf '%s\\n' "$served" | awk -v service=${quote(service)} '$1 == service { split($2, each, ","); sub(/:[0-9]+$/, "", each[1]); print each[1] }'`;
  return `served=$(${list}) || exit; if printf '%s\\n' "$served" | grep -qxF ${quote(`${service} ${targets}`)}; then echo true; else echo false; docker inspect --type container --format ${quote(ofKamalFormat)} "$(${found})" 2>/dev/null || true; fi`;
}

/** A look whether no container of a role of Kamal's runs; where one does, it says which. */
function runsNone({ service, role, destination = "" }: KamalRole): string {
  const filters = [`service=${service}`, `role=${role}`, `destination=${destination}`];
  const list = `docker ps ${filters.map((label) => `--filter ${quote(`label=${label}`)}`).join(" ")} --format 'kamal={{.Names}}'`;
  return `beside=$(${list}) || exit; if [ -z "$beside" ]; then echo true; else printf 'false\\n%s\\n' "$beside"; fi`;
}

/** Says the name of a container that Kamal has made. */
const ofKamalFormat =
  '{{if index .Config.Labels "sextant.role"}}{{else if index .Config.Labels "role"}}kamal={{.Name}}{{end}}';
