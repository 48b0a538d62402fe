/** A configuration of Kamal as values: its YAML without its Ruby, a destination laid over the base. Pure. */
import { parse, YAMLParseError } from "yaml";
import { marked, Mixed, withoutErb } from "./erb";

/** A value of the configuration. */
export type Raw = string | number | boolean | null | Mixed | readonly Raw[] | RawMap;
export interface RawMap {
  readonly [key: string]: Raw;
}

/** A file that has been read. */
export interface ReadFile {
  readonly value: RawMap;
  /** Ruby statements, which have been left out with all that they would do. */
  readonly statements: readonly string[];
}

/** Reads a file. @throws Error with one sentence for what is no map in YAML; the text itself is not shown. */
export function readConfiguration(file: string, source: string): ReadFile {
  const { text, values, statements } = withoutErb(file, source);
  const found = parsed(file, text);
  const value = resolved(found ?? {}, values);
  if (!isMap(value))
    throw new Error(`import: ${file} is no map of keys such as service and image; name Kamal's file.`);
  return { value, statements };
}

/** As Psych reads it for Kamal: YAML 1.1 with merge keys, and the last of two equal keys. */
function parsed(file: string, text: string): unknown {
  try {
    return parse(text, {
      ...{ version: "1.1", merge: true, uniqueKeys: false, prettyErrors: true, logLevel: "error" },
    });
  } catch (error) {
    if (!(error instanceof YAMLParseError) && !(error instanceof ReferenceError)) throw error;
    const [said = ""] = error.message.split("\n");
    throw new Error(`import: ${file} cannot be read as YAML: ${said.replace(/:$/, "")}; mend it first.`, {
      cause: error,
    });
  }
}

function resolved(value: unknown, values: Parameters<typeof marked>[1]): Raw {
  if (typeof value === "string") return marked(value, values);
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (value instanceof Date) return value.toISOString().replace(/T00:00:00\.000Z$/, "");
  if (Array.isArray(value)) return value.map((one) => resolved(one, values));
  if (typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one, values)]));
  return String(value as bigint);
}

export function isMap(value: Raw | undefined): value is RawMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Mixed);
}
