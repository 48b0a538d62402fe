/** What is measured: the shipping of a changed page, and the commands whose first answer a person waits for. */

export const tools = ["sextant", "kamal"] as const;
export type Tool = (typeof tools)[number];

export const asked = ["exec", "exec --reuse", "logs", "ps"] as const;
/** A command of a day's work, by Sextant's name for it. */
export type Asked = (typeof asked)[number];

export const caseNames = ["ship", ...asked] as const;
export type CaseName = (typeof caseNames)[number];

/** The tools with another one first each turn, so that none has always the same one before it. */
export const inTurn = (turn: number): Tool[] => (turn % 2 === 0 ? [...tools] : [...tools].reverse());

/** What is typed, and what the first of its answer looks like. */
export interface Question {
  words: string[];
  answer: RegExp;
}

/** The command that the app runs for `exec`; the answer is in no line that a tool prints of its own work. */
const page = "cat tmp/version";
/** A line of Rails' log. */
const ofLog = /Started (?:GET|POST)|Completed \d{3}/;

/**
 * The same question to either tool: `exec` on the first host, `logs` and `ps` on all.
 * @param commit the release that serves, by which both list their containers
 */
export function questionFor(tool: Tool, name: Asked, commit: string): Question {
  const kamal = tool === "kamal";
  switch (name) {
    case "exec":
      return { words: kamal ? ["app", "exec", "--primary", page] : ["exec", page], answer: /page-\d+/ };
    case "exec --reuse":
      return {
        words: kamal ? ["app", "exec", "--primary", "--reuse", page] : ["exec", "--reuse", page],
        answer: /page-\d+/,
      };
    case "logs":
      return { words: kamal ? ["app", "logs"] : ["logs"], answer: ofLog };
    case "ps":
      return { words: kamal ? ["app", "containers"] : ["ps"], answer: new RegExp(commit) };
  }
}
