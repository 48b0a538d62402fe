/** Enpass by `enpass-cli`; `--from` is the directory of a vault: https://github.com/hazcod/enpass-cli */
import { json, only, someOf, valueOf, type Adapter, type Found } from "./adapter";

const title = "Enpass";

interface Entry {
  readonly title?: string;
  readonly label?: string;
  readonly password?: unknown;
}

export const enpass: Adapter = {
  names: ["enpass"],
  title,
  program: "enpass-cli",
  fetch: (run, wish) => {
    const { from } = wish;
    if (from === undefined)
      throw new Error(`${title} has to be told where its vault is; write --from DIRECTORY.`);
    const words = someOf(title, wish);
    const titles = [
      ...new Set(words.map((word) => (word.includes("/") ? word.slice(0, word.lastIndexOf("/")) : word))),
    ];
    return foundIn(words, json("enpass-cli show", run(["-json", "-vault", from, "show", ...titles])));
  },
};

/** The passwords: of an entry by `TITLE/LABEL`, or all of a title. */
export function foundIn(words: readonly string[], printed: readonly Entry[]): Found[] {
  const all = printed
    .filter(({ password }) => password !== undefined && password !== "")
    .map(({ title: of = "", label = "", password }) => ({
      of,
      name: label === "" ? of : `${of}/${label}`,
      password,
    }));
  return words.flatMap((word) => {
    const meant = all.some(({ name }) => name === word)
      ? [
          only(
            title,
            word,
            all.filter(({ name }) => name === word),
          ),
        ]
      : all.filter(({ of }) => of === word);
    if (meant.length === 0) throw new Error(`${title} has no ${word}.`);
    return meant.map(({ name, password }) => ({ word, name, value: valueOf(title, name, password) }));
  });
}
