/** AWS Secrets Manager by `aws`; `--account` is a profile: https://docs.aws.amazon.com/cli/latest/reference/secretsmanager/batch-get-secret-value.html */
import { isObject } from "../../provider/core/is-object";
import { json, only, placed, someOf, valueOf, type Adapter, type Found, type Wish } from "./adapter";

const title = "AWS Secrets Manager";
/** So many ids are asked for at a time: the most that it takes. */
const most = 20;

interface Printed {
  readonly SecretValues?: readonly {
    readonly Name?: string;
    readonly ARN?: string;
    readonly SecretString?: string;
  }[];
  readonly Errors?: readonly { readonly SecretId?: string; readonly Message?: string }[];
}

export const awsSecretsManager: Adapter = {
  names: ["aws", "aws_secrets_manager"],
  title,
  program: "aws",
  fetch: (run, wish) => {
    const { account, from } = wish;
    const words = [...new Set(someOf(title, wish))];
    const pages = Array.from({ length: Math.ceil(words.length / most) }, (_, at) =>
      words.slice(at * most, (at + 1) * most),
    );
    return pages.flatMap((page) => {
      const ids = page.map((word) => placed(word, from));
      const ask = ["secretsmanager", "batch-get-secret-value", "--secret-id-list", ...ids];
      const more = [
        ...(account === undefined || account === "default" ? [] : ["--profile", account]),
        "--output",
        "json",
      ];
      return foundIn(
        { words: page, ...(from === undefined ? {} : { from }) },
        json("aws secretsmanager batch-get-secret-value", run([...ask, ...more])),
      );
    });
  },
};

/** The values in an answer: one of a text, and one for each key of a text that is a JSON object. */
export function foundIn({ words, from }: Wish, { SecretValues = [], Errors = [] }: Printed): Found[] {
  if (Errors.length > 0)
    throw new Error(
      `${title}: ${Errors.map(({ SecretId = "", Message = "" }) => `${SecretId}: ${Message}`).join("; ")}`,
    );
  return words.flatMap((word) => {
    const id = placed(word, from);
    const { SecretString: text } = only(
      title,
      id,
      SecretValues.filter(({ Name, ARN }) => [Name, ARN].includes(id)),
    );
    if (text === undefined) throw new Error(`${title}: ${id} is bytes and no text.`);
    const parsed = parse(text);
    if (!isObject(parsed)) return [{ word, name: id, value: valueOf(title, id, parsed ?? text) }];
    return Object.entries(parsed).map(([key, value]) => ({
      ...{ word, name: `${id}/${key}`, value: valueOf(title, `${id}/${key}`, value) },
    }));
  });
}

/** A text as JSON, where it is an object or a text in quotes; a number is a text whose digits count. */
function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) || typeof value === "string" ? value : text;
  } catch {
    return text;
  }
}
