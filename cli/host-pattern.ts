/** The words of `--host`: names of hosts, with commas between them, in which `*` stands for anything. Pure. */

/** The parts of such a list. */
export const partsOfList = (list: string): string[] =>
  list
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);

/** Whether a host is named by a list; without one, each is. */
export function isNamedBy(list: string | undefined): (host: string) => boolean {
  if (list === undefined) return () => true;
  const parts = partsOfList(list).map(expression);
  return (host) => parts.some((part) => part.test(host));
}

/** One part as an expression for a whole name. */
function expression(part: string): RegExp {
  const text = part
    .split("*")
    .map((plain) => plain.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join(".*");
  return new RegExp(`^${text}$`);
}
