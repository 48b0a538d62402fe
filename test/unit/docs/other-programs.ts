/** The commands and flags of other programs that the documentation may tell to type, as their own `--help` has them. */

type Words = Readonly<Record<string, readonly string[]>>;

const everywhere = ["--stack", "--yes", "--non-interactive"];
const run = [...everywhere, "--config", "--refresh", "--diff", "--replace", "--target", "--policy-pack"];

/** Pulumi 3.259. */
const pulumi: Words = {
  login: ["--local"],
  stack: [...everywhere, "--show-urns"],
  "stack init": everywhere,
  "stack select": [],
  "stack ls": [],
  "stack output": everywhere,
  "stack export": [...everywhere, "--show-secrets", "--file"],
  "stack import": [...everywhere, "--file"],
  "stack history": everywhere,
  "config set": [...everywhere, "--secret"],
  "config rm": everywhere,
  preview: [...run, "--json", "--policy-pack-config"],
  up: [...run, "--skip-preview", "--otel-traces"],
  refresh: [...run, "--clear-pending-creates"],
  destroy: [...run, "--skip-preview"],
  cancel: everywhere,
  import: ["--parent", "--protect", "--generate-code"],
  "package get-schema": [],
};

/** npm 10. */
const npm: Words = {
  install: ["--save", "--save-dev", "--save-exact"],
  ci: [],
  ls: [],
  run: [],
  test: [],
  init: ["--yes"],
};

const programs: Readonly<Record<string, Words>> = { pulumi, npm };

/** What is wrong with a command; `undefined` where it is one that there is. */
export function wrongWords([program = "", ...words]: readonly string[]): string | undefined {
  const known = programs[program] ?? {};
  const command = [words.slice(0, 2).join(" "), words[0] ?? ""].find((each) => each in known);
  if (words.length === 0) return undefined;
  if (command === undefined) return `${program} has no command ${words.slice(0, 2).join(" ")}`;
  const end = words.includes("--") ? words.indexOf("--") : words.length;
  const flags = words.slice(0, end).filter((word) => word.startsWith("-"));
  const wrong = flags.find((flag) => !known[command]?.includes(flag.split("=", 1)[0] ?? ""));
  return wrong === undefined ? undefined : `${program} ${command} has no flag ${wrong}`;
}
