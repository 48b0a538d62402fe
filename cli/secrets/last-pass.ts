/** LastPass by `lpass`: https://lastpass.github.io/lastpass-cli/lpass.1.html */
import { json, only, placed, someOf, valueOf, type Adapter, type Found, type Wish } from "./adapter";

const title = "LastPass";

interface Entry {
  readonly fullname?: string;
  readonly password?: unknown;
}

export const lastPass: Adapter = {
  names: ["lastpass", "last_pass"],
  title,
  program: "lpass",
  needsAccount: () => true,
  fetch: (run, wish) => {
    const { account = "" } = wish;
    const names = someOf(title, wish).map((word) => placed(word, wish.from));
    const status = run(["status", "--color", "never"]).stdout.trim();
    if (status !== `Logged in as ${account}.` && !run(["login", account]).ok)
      throw new Error(`lpass login of ${account} failed; what it says is above.`);
    return foundIn(wish, json("lpass show", run(["show", ...names, "--json"])));
  },
};

/** The passwords in what `lpass show --json` prints. */
export function foundIn({ words, from }: Wish, printed: readonly Entry[]): Found[] {
  return words.map((word) => {
    const name = placed(word, from);
    const { password } = only(
      title,
      name,
      printed.filter(({ fullname }) => fullname === name),
    );
    return { word, name, value: valueOf(title, name, password) };
  });
}
