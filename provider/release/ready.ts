/** The step that starts a new container and waits until it is fit. */
import { seconds, type Duration } from "../core/units";
import { kamalWord, leftOver, type KamalRole } from "../kamal/names";
import { runs, type Step, type StepInputs } from "./step";

/** When a container of a role counts as fit. */
export interface ReadyInputs extends StepInputs {
  /** `project/stack/app/role` */
  role: string;
  /** The container. */
  container: string;
  /** The other new containers of the role on the host, which wait beside it. They follow from the release: others are no change. @default none */
  replicas?: string[];
  /** How long it may take. */
  timeout: Duration;
  /** The health question. @default none: a worker */
  health?: HealthQuestion;
  /** How long it has to keep running, without a health question and a command. @default "3s" */
  delay?: Duration;
  /** A command in the container that has to succeed. @default none */
  command?: string[];
  /** Kamal's role whose containers are stopped before it starts: of what must not run twice. @default none */
  takeOver?: KamalRole;
  /** How long it may wait for its switch, until it is stopped. It follows from all that is switched before: another is no change. @default for ever */
  lease?: Duration;
}

/** What a container is asked, directly and not through the proxy. */
export interface HealthQuestion {
  port: number;
  path: string;
  /** The Host header. @default the container's address */
  host?: string;
  /** X-Forwarded-Proto. */
  proto: "http" | "https";
  /** How long one answer may take. */
  timeout: Duration;
}

export const readyStep: Step<ReadyInputs> = {
  call: ({ role, container, replicas = [], timeout, health, delay, lease, takeOver, command = [] }) => ({
    verb: "ready",
    words: [
      `role=${role}`,
      `container=${container}`,
      ...replicas.map((name) => `beside=${name}`),
      `timeout=${seconds(timeout)}`,
      ...(health === undefined ? [] : questionWords(health)),
      ...(delay === undefined ? [] : [`delay=${seconds(delay)}`]),
      ...(lease === undefined ? [] : [`lease=${seconds(lease)}`]),
      ...(takeOver === undefined ? [] : [`kamal=${kamalWord(takeOver)}`]),
      ...(command.length === 0 ? [] : ["--", ...command]),
    ],
  }),
  says: ({ takeOver }, printed) => (takeOver === undefined ? undefined : leftOver(takeOver, printed)),
  about: ({ container }) => container,
  limit: ({ timeout }) => timeout,
  aside: ["lease", "replicas"],
  // It starts the container, so that nobody else sees that it has stopped.
  looks: ({ container }) => [runs(container)],
};

function questionWords({ port, path, host, proto, timeout }: HealthQuestion): string[] {
  return [
    `port=${port}`,
    `path=${path}`,
    ...(host === undefined ? [] : [`host=${host}`]),
    `proto=${proto}`,
    `probe=${seconds(timeout)}`,
  ];
}
