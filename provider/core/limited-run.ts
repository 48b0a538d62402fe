/** A run that is limited to some hosts or roles of apps by the environment. The program and the plugin have the same one. Pure. */

/** Variables of the environment of a run: names with commas between them, in which `*` stands for anything. */
export const hostsVariable = "SEXTANT_HOSTS";
export const rolesVariable = "SEXTANT_ROLES";

/** The input by which the program tells the plugin that a run leaves a resource out. It is in no state. */
export const leftOutInput = "__leftOut";

export type Environment = Partial<Record<string, string>>;

/** What a run names. */
export interface Limits {
  readonly host: (name: string) => boolean;
  readonly role: (name: string) => boolean;
  /** The variables by which it is limited, with their values; none where it is not. */
  readonly by: readonly { readonly variable: string; readonly value: string }[];
}

/** Reads what a run names. A list without a name names everything. */
export function limitsOf(environment: Environment): Limits {
  const by = [hostsVariable, rolesVariable].flatMap((variable) => {
    const value = environment[variable] ?? "";
    return namesIn(value).length === 0 ? [] : [{ variable, value }];
  });
  return { host: matcher(environment[hostsVariable]), role: matcher(environment[rolesVariable]), by };
}

const namesIn = (list: string): string[] =>
  list
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** Whether a name is one of a list; without a list each is. */
function matcher(list = ""): (name: string) => boolean {
  const names = namesIn(list);
  if (names.length === 0) return () => true;
  const forms = names.map((part) => {
    const plain = part.split("*").map((text) => text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
    return new RegExp(`^${plain.join(".*")}$`);
  });
  return (name) => forms.some((form) => form.test(name));
}
