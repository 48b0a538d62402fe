/** What is asked, in which order, and what an answer is taken to be that nobody gives. */
import { registryOf } from "../../provider/core/registry-of";
import { nameOf, rules, type AnswerName, type Answers } from "./setup";

interface Question {
  readonly name: AnswerName;
  /** How it is asked; one without is never asked, and is set by its flag alone. */
  readonly text?: (answers: Answers) => string;
  /** The answer where nobody is asked; `undefined` where there is none to be had. */
  readonly usual: (answers: Answers) => string | undefined;
  /** What an empty line stands for, where it is something else than the usual answer. */
  readonly empty?: string;
  /** Whether these answers leave it open. */
  readonly open?: (answers: Answers) => boolean;
}

const nothing = (): string => "";
const unknown = (): undefined => undefined;
const atHetzner = ({ server }: Answers): boolean => (server ?? "") === "";

const questions: readonly Question[] = [
  {
    name: "server",
    text: () => "Address of the server (empty: a new one at Hetzner)",
    usual: unknown,
    empty: "",
    open: ({ hetzner }) => hetzner === undefined,
  },
  { name: "hetzner", text: () => "Server type at Hetzner", usual: () => "cx23", open: atHetzner },
  { name: "location", text: () => "Location at Hetzner", usual: () => "fsn1", open: atHetzner },
  {
    name: "sshFrom",
    text: () => "Network that may use SSH, such as 203.0.113.7/32 (empty: set it later)",
    usual: nothing,
    open: atHetzner,
  },
  { name: "sshKey", usual: nothing },
  { name: "sshUser", usual: nothing, open: (answers) => !atHetzner(answers) },
  { name: "sshPort", usual: nothing },
  { name: "hostKey", usual: nothing, open: (answers) => !atHetzner(answers) },
  { name: "image", text: () => "Image of the app, without its tag", usual: unknown },
  {
    name: "registryUser",
    text: ({ image = "" }) => `User at ${registryOf(image)} (empty: it asks for no login)`,
    usual: nothing,
  },
  { name: "host", text: () => "Host name that the app answers to", usual: unknown },
  { name: "port", text: () => "Port that it listens on in its container", usual: () => "3000" },
  { name: "postgres", text: () => "Version of a PostgreSQL beside it (empty: none)", usual: nothing },
  { name: "redis", text: () => "Version of a Redis beside it (empty: none)", usual: nothing },
  { name: "worker", text: () => "Command of a worker, such as bin/jobs (empty: none)", usual: nothing },
  {
    name: "secret",
    text: () => "Variables of the app that are secrets, such as RAILS_MASTER_KEY (empty: none)",
    usual: nothing,
  },
  {
    name: "name",
    text: () => "Name of the app and of the project",
    usual: ({ image = "" }) => nameOf(image),
  },
];

/** Asks one question; answers with the line, without its end. */
export type Ask = (question: string) => Promise<string>;

/** The flag that gives an answer: `--ssh-from`. */
export function flagOf(name: AnswerName): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * All answers: those of the flags, and of the others what is asked for, or is usual where nobody is asked.
 * @throws Error with a line for each flag that is wrong or missing.
 */
export async function answersOf(flags: Answers, ask: Ask | undefined, say: Say): Promise<Answers> {
  refuse([...wrong(flags), ...(ask === undefined ? missing(flags) : [])]);
  const answers = { ...flags };
  for (const question of questions.filter(({ name }) => flags[name] === undefined)) {
    if (question.open?.(answers) === false) continue;
    answers[question.name] =
      ask === undefined || question.text === undefined
        ? question.usual(answers)
        : await asked(question, question.text(answers), answers, ask, say);
  }
  // What is taken from other answers has rules, too.
  refuse(wrong(answers));
  return answers;
}

/** Prints a line. */
export type Say = (line: string) => void;

async function asked(
  question: Question,
  text: string,
  answers: Answers,
  ask: Ask,
  say: Say,
): Promise<string> {
  const { name, empty } = question;
  const usual = empty ?? question.usual(answers);
  const shown = usual === undefined || usual === "" ? "" : ` [${usual}]`;
  for (;;) {
    const answer = (await ask(`${text}${shown}: `)).trim();
    if (answer === "" && usual !== undefined) return usual;
    const problem = rules[name](answer);
    if (problem === undefined) return answer;
    say(`  ${problem}`);
  }
}

/** The flags that no answer can be taken for. */
function missing(flags: Answers): string[] {
  return questions
    .filter(
      ({ name, usual, open }) =>
        flags[name] === undefined && usual({}) === undefined && open?.(flags) !== false,
    )
    .map(({ name }) =>
      name === "server"
        ? "--server is missing: the address of a server that is there, or --hetzner cx23 for a new one"
        : `${flagOf(name)} is missing: ${rules[name]("") ?? ""}`,
    );
}

function wrong(answers: Answers): string[] {
  const both =
    (answers.server ?? "") !== "" && [answers.hetzner, answers.location, answers.sshFrom].some(Boolean);
  const known = (answers.hetzner ?? "") !== "" && (answers.hostKey ?? "") !== "";
  return [
    ...(known ? ["--host-key is of a machine that is there; a new one gets a key that is known"] : []),
    ...((answers.hetzner ?? "") !== "" && (answers.sshUser ?? "") !== ""
      ? ["--ssh-user is of a machine that is there; a new one is reached as root"]
      : []),
    ...(both
      ? ["--server is a machine that is there; --hetzner, --location and --ssh-from are of a new one"]
      : []),
    ...questions.flatMap(({ name, empty }) => {
      const answer = answers[name];
      const problem = answer === undefined || answer === empty ? undefined : rules[name](answer);
      return problem === undefined ? [] : [`${flagOf(name)} is ${JSON.stringify(answer)}, but ${problem}`];
    }),
  ];
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.map((problem) => `init: ${problem}.`).join("\n"));
}
