/** Bitwarden by `bw`: https://bitwarden.com/help/cli */
import { json, only, placed, someOf, valueOf, type Adapter, type Found, type Run } from "./adapter";

const title = "Bitwarden";

interface Item {
  readonly login?: { readonly password?: unknown } | null;
  readonly fields?: readonly { readonly name: string; readonly value?: unknown }[] | null;
}

export const bitwarden: Adapter = {
  names: ["bitwarden"],
  title,
  program: "bw",
  needsAccount: (env) => !env["BW_SESSION"],
  fetch: (run, wish) => {
    const session = signIn(run, wish.account ?? "");
    if (!run(["sync"], { env: session }).ok) throw new Error("bw sync failed; what it says is above.");
    return someOf(title, wish).flatMap((word) => {
      const name = placed(word, wish.from);
      const [item = "", field] = split(name);
      const printed = json<Item>(`bw get item ${item}`, run(["get", "item", item], { env: session }));
      return foundIn(word, item, field, printed);
    });
  },
};

/** An item, and one of its fields. */
function split(name: string): [item: string, field: string | undefined] {
  const at = name.indexOf("/");
  return at === -1 ? [name, undefined] : [name.slice(0, at), name.slice(at + 1)];
}

/** The variables of a session that is unlocked. */
function signIn(run: Run, account: string): Record<string, string> {
  const status = (env: Record<string, string> = {}): string =>
    json<{ status?: string }>("bw status", run(["status"], { env })).status ?? "";
  if (status() === "unauthenticated" && !run(["login", account]).ok)
    throw new Error(`bw login of ${account} failed; what it says is above.`);
  if (status() !== "locked") return {};
  const { stdout } = run(["unlock", "--raw"]);
  const session = { BW_SESSION: stdout.trim() };
  if (status(session) !== "unlocked") throw new Error("bw unlock failed; what it says is above.");
  return session;
}

/** The values of an item: a field, its password, or all fields. */
export function foundIn(
  word: string,
  item: string,
  field: string | undefined,
  { login, fields }: Item,
): Found[] {
  const of = (name: string): Found => ({
    word,
    name: `${item}/${name}`,
    value: valueOf(
      title,
      `${item}/${name}`,
      only(
        title,
        `${item}/${name}`,
        (fields ?? []).filter((each) => each.name === name),
      ).value,
    ),
  });
  if (field !== undefined) return [of(field)];
  const password = login?.password;
  if (typeof password === "string" && password !== "") return [{ word, name: item, value: password }];
  const names = (fields ?? []).map(({ name }) => name);
  if (names.length === 0) throw new Error(`${title} has neither a password nor fields in ${item}.`);
  return names.map(of);
}
