/** The step that puts a role with a schedule on its host: what each of its runs is made from, and when it runs. */
import { seconds, type Duration } from "../core/units";
import { containerBody, ownerLabel, type ImageVolumes, type Mount } from "../docker/container-body";
import { withImageVolumes } from "../docker/image-volumes";
import { calendars, isCron, readCron } from "./cron";
import type { Call, Step, StepInputs } from "./step";

/** A role with a schedule on the host that runs it. */
export interface ScheduleInputs extends StepInputs {
  /** What its timer and its containers are called. */
  name: string;
  /** `project/stack/app/role` */
  role: string;
  /** `project/stack/app/name`: whose its containers are. */
  owner: string;
  /** When it runs: minute, hour, day of the month, month, day of the week. */
  schedule: string;
  /** The time zone of that, as `Europe/Berlin`. */
  timeZone: string;
  /** How long a run may take. */
  timeout: Duration;
  /** How long it may take to stop then. */
  stopTimeout: Duration;
  /** The full reference of the image. */
  image: string;
  /** The login for the image, where it has gone from the host since it was pulled; a secret. Another one is no change. */
  __auth?: string;
  /** The command. @default the image's own */
  command?: string[];
  /** What the containers call themselves. */
  hostname?: string;
  /** The variables that are no secrets. */
  env?: Record<string, string>;
  /** The variables that are secrets: their values are in no diff, and not in clear in the state. */
  secrets?: Record<string, string>;
  /** Labels on the containers. */
  labels?: Record<string, string>;
  /** The Docker network. */
  network: string;
  /** Further Docker networks, which somebody else has made. @default none */
  alsoOn?: string[];
  /** Docker volumes, or directories of the host, in the container. */
  volumes?: Mount[];
  /** The volumes for what the image keeps where nothing is mounted. Another value is no change. */
  imageVolumes?: ImageVolumes;
  /** MiB. @default no limit */
  memory?: number;
  /** MiB of memory and swap together. @default no limit */
  memorySwap?: number;
  /** Cores. @default no limit */
  cpus?: number;
  /** Docker's log driver. */
  logDriver?: string;
  /** Its options. */
  logOpts?: Record<string, string>;
  /** Anything else, as the body of `POST /containers/create` in Docker's API has it; laid over what the inputs above say. */
  body?: Record<string, unknown>;
}

/** The label of a run's container, with the role. */
export const jobLabel = "sextant.job";

/** What Docker makes the container of a run from, as JSON without a line end. The same release gives the same text. */
export function scheduleBody(inputs: ScheduleInputs): string {
  const { role, owner, secrets = {}, labels, network } = inputs;
  const [, stack = "", app = ""] = role.split("/");
  return JSON.stringify(
    containerBody({
      ...inputs,
      env: { KAMAL_DESTINATION: stack, ...inputs.env },
      labels: {
        ...labels,
        "sextant.app": app,
        [ownerLabel]: owner,
        [jobLabel]: role,
        "sextant.secrets": Object.keys(secrets).sort().join(","),
      },
      network: { name: network, id: "" },
      restart: "no",
    }),
  );
}

function call(inputs: ScheduleInputs, former?: ScheduleInputs): Call {
  const { name, role, image, timeout, stopTimeout, alsoOn = [], command = [], schedule, timeZone } = inputs;
  const read = readCron(schedule);
  // The program has refused it; a transform may have changed it since.
  if (!isCron(read))
    throw new Error(`the schedule "${schedule}" of ${role} cannot be read: ${read.rule}; ${read.cure}.`);
  return {
    verb: "schedule",
    words: [
      `name=${name}`,
      // The app or its stack has another name: what it was called before must not run beside it.
      ...(former === undefined || former.name === name ? [] : [`formerly=${former.name}`]),
      `role=${role}`,
      ...(former === undefined || former.role === role ? [] : [`was=${former.role}`]),
      `image=${image}`,
      `timeout=${seconds(timeout)}`,
      `stop=${seconds(stopTimeout)}`,
      ...alsoOn.map((network) => `join=${network}`),
      ...calendars(read, timeZone).map((calendar) => `calendar=${calendar}`),
      ...(command.length === 0 ? [] : ["--", ...command]),
    ],
    stdin: scheduleBody(inputs),
  };
}

export const scheduleStep: Step<ScheduleInputs> = {
  call,
  undo: ({ name, role }) => ({ verb: "schedule", words: [`name=${name}`, `role=${role}`, "forget"] }),
  about: ({ role }) => role,
  // A run that is under way is stopped in its own time when the role goes.
  limit: ({ stopTimeout }) => `${300 + seconds(stopTimeout)}s`,
  image: ({ image, __auth }) => ({ reference: image, login: __auth }),
  prepare: async (inputs) => ({ ...inputs, volumes: await withImageVolumes(inputs) }),
  aside: ["imageVolumes"],
  looks: ({ name }) => [
    `if [ -s /var/lib/sextant/jobs/${name}/body ] && systemctl is-active --quiet sextant-job-${name}.timer; then echo true; fi`,
  ],
  finds: ({ role }) =>
    `${role} does not run by its schedule any more: its timer was stopped or removed. pulumi up puts it back.`,
};
