/** What `sextant init` has to know of a project before it can write one: the words of its flags, and what can be wrong with them. */
import { isIPv6 } from "node:net";

/** The answers, by the flags that give them. An empty text is a "none" that somebody meant. */
export interface Answers {
  server?: string;
  hetzner?: string;
  location?: string;
  sshFrom?: string;
  sshKey?: string;
  sshUser?: string;
  sshPort?: string;
  hostKey?: string;
  image?: string;
  registryUser?: string;
  host?: string;
  port?: string;
  postgres?: string;
  redis?: string;
  worker?: string;
  secret?: string;
  name?: string;
}

export type AnswerName = keyof Answers;

/** A project, as the files are rendered from it. */
export interface Setup {
  /** The name of the project and of the app. */
  readonly name: string;
  readonly machine: ExistingMachine | NewMachine;
  /** How it is reached; `user` is of a machine that is there. */
  readonly ssh: { readonly keyFile?: string; readonly user?: string; readonly port?: number };
  readonly image: string;
  /** The user at the image's registry, where it asks for a login. */
  readonly registryUser?: string;
  /** The host name that the app answers to. */
  readonly host: string;
  /** The port that the app listens on in its container. */
  readonly port: number;
  /** The version of a PostgreSQL beside the app. */
  readonly postgres?: string;
  /** The version of a Redis beside the app. */
  readonly redis?: string;
  /** The command of a worker, as a line. */
  readonly worker?: string;
  /** Environment variables of the app that are secrets. */
  readonly secrets: readonly string[];
  /** Whether a runner of GitHub's deploys it, which has no key and knows no host: both are of the stack's configuration. */
  readonly github?: boolean;
}

export interface ExistingMachine {
  readonly kind: "existing";
  readonly address: string;
  /** The key that it has to answer with; the first one that is seen where it is not given. */
  readonly hostKey?: string;
}

export interface NewMachine {
  readonly kind: "hetzner";
  readonly type: string;
  readonly location?: string;
  /** The network that may use SSH; the program reads it from the stack's configuration where it is not known yet. */
  readonly sshFrom?: string;
}

/** What an answer has to be; `undefined` where it is that. */
export type Rule = (answer: string) => string | undefined;

const rule =
  (form: RegExp, sentence: string): Rule =>
  (answer) =>
    form.test(answer) ? undefined : sentence;

const orNone =
  (some: Rule): Rule =>
  (answer) =>
    answer === "" ? undefined : some(answer);

const port: Rule = (answer) =>
  /^\d{1,5}$/.test(answer) && Number(answer) >= 1 && Number(answer) <= 65_535
    ? undefined
    : "a port is a whole number from 1 to 65535, such as 3000";

/** The names that the program gives to what is beside the app. */
const taken = ["web-1", "edge", "registry", "proxy", "db", "cache"];

/** The values that the program asks the stack's configuration for, whatever its secrets are. */
const values = ["version", "sshFrom", "registryPassword", "dbPassword"];

/** The rules of all answers. What only the library knows, such as the types that Hetzner has, it says at the first preview. */
export const rules: Readonly<Record<AnswerName, Rule>> = {
  server: (answer) =>
    isIPv6(answer) || /^[A-Za-z0-9._-]+$/.test(answer)
      ? undefined
      : "it is an address or a name without user and port, such as 203.0.113.10",
  hetzner: rule(/^[a-z0-9-]+$/, "it is a server type of Hetzner's, such as cx23"),
  location: orNone(rule(/^[a-z0-9-]+$/, "it is a location of Hetzner's, such as fsn1")),
  sshFrom: orNone(
    rule(/^[0-9a-fA-F.:]+\/\d{1,3}$/, "it is a network, such as 203.0.113.0/24 or 203.0.113.7/32"),
  ),
  sshKey: orNone(rule(/^\S+$/, "it is the file of a private key, such as ~/.ssh/id_ed25519")),
  sshUser: orNone(
    rule(
      /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/,
      "it is the name of a user, such as ubuntu, who may become root by sudo or Docker",
    ),
  ),
  sshPort: orNone(port),
  hostKey: orNone(
    rule(
      /^ssh-ed25519 [A-Za-z0-9+/]+=*$/,
      "it is ssh-ed25519 and the key, as ssh-keyscan -t ed25519 ADDRESS prints it, less the address",
    ),
  ),
  image: (answer) => {
    if (/[:@]/.test(answer.slice(answer.lastIndexOf("/") + 1)))
      return "it is named without its tag, which the value version of the stack's configuration has";
    return /^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9][a-z0-9._-]*)*$/.test(answer)
      ? undefined
      : "it is a lower-case path without scheme, such as registry.example.com/shop";
  },
  registryUser: orNone(rule(/^[^\s:]+$/, "it is the user or the name of the token, without the password")),
  host: rule(
    /^(?=.{1,253}$)[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+$/,
    "it is a DNS name without scheme, port and path, such as shop.example.com",
  ),
  port,
  postgres: orNone(rule(/^\d[\w.-]*$/, "it is a version of PostgreSQL, such as 17")),
  redis: orNone(rule(/^\d[\w.-]*$/, "it is a version of Redis, such as 8")),
  worker: orNone(rule(/^[^\n\r]*\S[^\n\r]*$/, "it is a command in one line, such as bin/jobs")),
  secret: (answer) => {
    const wrong = words(answer).find((word) => !/^_*[A-Za-z][A-Za-z0-9_]*$/.test(word));
    if (wrong !== undefined)
      return `${wrong} is no name of an environment variable, such as RAILS_MASTER_KEY; its value is asked for later`;
    const names = words(answer).map(configName);
    const twice = names.find((name, at) => values.includes(name) || names.indexOf(name) !== at);
    return twice === undefined
      ? undefined
      : `the stack's configuration has another value of the name ${twice}`;
  },
  name: (answer) => {
    if (!/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/.test(answer))
      return "it has up to 40 lower-case letters, digits and inner hyphens, and begins with a letter";
    return taken.includes(answer) ? `the program has something else of the name ${answer}` : undefined;
  },
};

/** The secrets whose values the stack has; the addresses of what is beside the app are outputs of it. */
export function secretsOfStack({ postgres, redis, secrets }: Setup): string[] {
  const made = [
    ...(postgres === undefined ? [] : ["DATABASE_URL"]),
    ...(redis === undefined ? [] : ["REDIS_URL"]),
  ];
  return secrets.filter((secret) => !made.includes(secret));
}

/** The words of an answer that may have several. */
export function words(answer: string): string[] {
  return answer.split(/[\s,]+/).filter(Boolean);
}

/** The name of an image's app: the last part of its path, as a name can be. */
export function nameOf(image: string): string {
  const last = image.slice(image.lastIndexOf("/") + 1).toLowerCase();
  const name = last.replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^[^a-z]+|-+$/g, "");
  const cut = name.slice(0, 40).replace(/-+$/, "");
  return cut === "" || taken.includes(cut) ? "app" : cut;
}

/** The name under which the stack's configuration has the value of an environment variable: `RAILS_MASTER_KEY` as `railsMasterKey`. */
export function configName(variable: string): string {
  const parts = variable.toLowerCase().split("_").filter(Boolean);
  return parts.map((part, at) => (at === 0 ? part : part.slice(0, 1).toUpperCase() + part.slice(1))).join("");
}

/** What does not go where a runner deploys it. */
export function githubProblems({ sshKey, secret }: Answers): string[] {
  const own = ["sshPrivateKey", "sshPublicKey", "hostKey"];
  const taken = words(secret ?? "").filter((variable) => own.includes(configName(variable)));
  return [
    ...((sshKey ?? "") === ""
      ? []
      : [
          "--ssh-key is a file of this machine; with --github the key is a secret of the stack, sshPrivateKey",
        ]),
    ...taken.map(
      (variable) =>
        `--secret has ${variable}, whose value ${configName(variable)} is that of SSH with --github`,
    ),
  ];
}

/** The project of complete answers, which keep the rules. */
export function setupOf(answers: Answers, github = false): Setup {
  const { name = "", server = "", hetzner = "", image = "", host = "", port: listens = "" } = answers;
  const some = (answer: string | undefined): string | undefined => (answer === "" ? undefined : answer);
  const sshPort = some(answers.sshPort);
  return {
    name,
    machine:
      server === ""
        ? { kind: "hetzner", type: hetzner, location: some(answers.location), sshFrom: some(answers.sshFrom) }
        : { kind: "existing", address: server, hostKey: some(answers.hostKey) },
    ssh: {
      ...{ keyFile: some(answers.sshKey), user: some(answers.sshUser) },
      port: sshPort === undefined ? undefined : Number(sshPort),
    },
    image,
    registryUser: some(answers.registryUser),
    host,
    port: Number(listens),
    ...{ postgres: some(answers.postgres), redis: some(answers.redis), worker: some(answers.worker) },
    secrets: words(answers.secret ?? ""),
    ...(github ? { github } : {}),
  };
}
