/** 1Password by `op`: https://developer.1password.com/docs/cli/reference */
import {
  json,
  only,
  placed,
  valueOf,
  type Adapter,
  type Answer,
  type Found,
  type Run,
  type Wish,
} from "./adapter";

const title = "1Password";

interface Field {
  readonly label?: string;
  readonly reference?: string;
  readonly value?: unknown;
}

/** An item, with the fields that are wanted of it, each by the word that asks for it. */
interface Item {
  readonly vault: string;
  readonly item: string;
  readonly fields: { readonly word: string; readonly path: string }[];
}

export const onePassword: Adapter = {
  names: ["1password", "one_password"],
  title,
  program: "op",
  // A service account is its token's: https://developer.1password.com/docs/service-accounts/use-with-1password-cli
  needsAccount: (env) => !hasToken(env),
  fetch: (run, wish, env) => {
    const { account } = wish;
    const session = account === undefined || hasToken(env) ? {} : signIn(run, account);
    const whose = account === undefined || hasToken(env) ? [] : ["--account", account];
    const get = ({ vault, item }: Item, fields: readonly string[]): Answer =>
      run(
        [
          ...["item", "get", item, "--vault", vault, "--format", "json", ...whose],
          ...(fields.length === 0 ? [] : ["--fields", fields.map((path) => `label=${path}`).join(",")]),
        ],
        { env: session },
      );
    return itemsOf(wish).flatMap((one) => {
      const paths = one.fields.map(({ path }) => path.replaceAll("/", "."));
      return foundIn(one, json(`op item get ${one.item}`, get(one, paths)));
    });
  },
};

const hasToken = (env: NodeJS.ProcessEnv): boolean =>
  Boolean(env["OP_SERVICE_ACCOUNT_TOKEN"]) || Boolean(env["OP_CONNECT_TOKEN"]);

/** The variables of a session: none with the desktop app, which needs none. */
function signIn(run: Run, account: string): Record<string, string> {
  if (run(["account", "get", "--account", account], { quiet: true }).ok) return {};
  const { ok, stdout } = run(["signin", "--account", account, "--force"]);
  if (!ok) throw new Error(`op signin of ${account} failed; what it says is above.`);
  return sessionOf(stdout);
}

/** What `op signin` prints for a shell: `export OP_SESSION_X="…"`. */
export function sessionOf(printed: string): Record<string, string> {
  const [, name, token] = /^export (OP_SESSION\w*)="?([^"\n]*)"?$/m.exec(printed) ?? [];
  return name === undefined || token === undefined ? {} : { [name]: token };
}

/** The items, in the order in which they are first named; without words the one of `from`, with all that it has. */
export function itemsOf({ from = "", words }: Wish): Item[] {
  const items = new Map<string, Item>();
  for (const word of words.length === 0 ? [""] : words) {
    const [vault = "", item = "", ...fields] = placed(word, from)
      .replace(/^op:\/\//, "")
      .split("/");
    if (vault === "" || item === "")
      throw new Error(
        `${title}: ${placed(word, from) || "nothing"} names no vault with an item; write --from VAULT/ITEM.`,
      );
    const one = items.get(`${vault}/${item}`) ?? { vault, item, fields: [] };
    items.set(`${vault}/${item}`, one);
    if (words.length > 0)
      one.fields.push({ word, path: fields.length === 0 ? "password" : fields.join("/") });
  }
  return [...items.values()];
}

/** The values in what `op item get` prints: a field, some, or an item with all of its fields. */
export function foundIn(
  { vault, item, fields }: Item,
  printed: Field | readonly Field[] | { fields?: readonly Field[] },
): Found[] {
  const name = (path: string): string => `${vault}/${item}/${path}`;
  if (fields.length === 0) {
    const { fields: all = [] } = printed as { fields?: readonly Field[] };
    return all
      .filter(({ value }) => value !== undefined && value !== "")
      .map((field) => ({
        word: "",
        name: name(pathOf(field)),
        value: valueOf(title, pathOf(field), field.value),
      }));
  }
  const all = Array.isArray(printed) ? (printed as readonly Field[]) : [printed as Field];
  return fields.map(({ word, path }) => {
    const meant =
      fields.length === 1 ? all : all.filter((field) => pathOf(field) === path || field.label === path);
    const field = only(title, name(path), meant);
    return { word, name: name(path), value: valueOf(title, name(path), field.value) };
  });
}

/** The section and the label of a field, by the place that 1Password says of it: `op://vault/item/section/label`. */
function pathOf({ reference = "", label = "" }: Field): string {
  const [, , ...path] = reference.replace(/^op:\/\//, "").split("/");
  return path.length === 0 ? label : path.join("/");
}
