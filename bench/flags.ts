/** Values of flags that several benches take: pure functions from a flag's text. */

/** The names that are chosen, in their usual order; an unknown one is an error that lists them. */
export function chosen<T extends string>(flag: string, text: string, names: readonly T[]): T[] {
  const words = text.split(",");
  const unknown = words.find((word) => !(names as readonly string[]).includes(word));
  if (unknown !== undefined)
    throw new Error(`${flag}: there is no ${unknown}; there are ${names.join(", ")}.`);
  return names.filter((name) => words.includes(name));
}

/** A number from 1 up. */
export function whole(flag: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${flag}: ${text} is no number from 1 up.`);
  return number;
}

/** Such numbers, with commas between them, in the order in which they are given. */
export const wholes = (flag: string, text: string): number[] =>
  text.split(",").map((each) => whole(flag, each));
