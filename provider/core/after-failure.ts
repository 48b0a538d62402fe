/** What an app's program tells the plugin of the line that is to run when a step of the app fails. Pure. */
import { oneLine } from "./one-line";
import { secretsIn } from "./secret-inputs";

/** The input by which the program tells it, of each resource of the app. It is in no state, so that an edit of it is no change. */
export const afterFailureInput = "__afterFailure";

export interface AfterFailure {
  /** A line for a shell. */
  line: string;
  /** The variables of Kamal's hooks. */
  environment: Record<string, string>;
  /** Whether what it prints is shown only where it fails itself. */
  quiet?: true;
}

/** Characters of an error that a line is told. */
const most = 500;

/**
 * What failed, as variables beside Kamal's: the resource's name, its host where it has one, and the first line of the error, in which the
 * values of secret inputs are masked.
 * @param urn of the resource
 */
export function failureVariables(
  urn: string,
  inputs: Record<string, unknown>,
  error: unknown,
): Record<string, string> {
  const message = error instanceof Error ? error.message : String(error);
  const host = (inputs["shell"] as { name?: unknown } | undefined)?.name;
  return {
    SEXTANT_FAILED_STEP: urn.split("::").slice(3).join("::"),
    ...(typeof host === "string" ? { SEXTANT_FAILED_HOST: host } : {}),
    SEXTANT_ERROR: masked(oneLine(message.trim().split("\n")[0] ?? ""), secretsIn(inputs)).slice(0, most),
  };
}

/** A text without some values: the longest first, since a value may hold another one. */
function masked(text: string, values: readonly string[]): string {
  const forms = values.flatMap((value) => [
    ...value.split("\n").map((line) => oneLine(line)),
    encodeURIComponent(value),
    Buffer.from(value, "utf8").toString("base64"),
  ]);
  return [...new Set(forms)]
    .filter((form) => form.length >= shortest)
    .sort((one, other) => other.length - one.length)
    .reduce((rest, form) => rest.replaceAll(form, "[secret]"), text);
}

/** A shorter value is in many a word by chance; what hosts print is masked there by the same measure (host/lib/evidence-json.sh). */
const shortest = 4;
