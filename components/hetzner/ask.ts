/**
 * Asks Hetzner's API while a program is evaluated, so that a preview says what `pulumi up` would fail with. Constructors cannot
 * wait, so that another process asks, for some seconds at most; a program's second server asks nothing that the first one has.
 */
import { spawnSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";

/** Where and as whom. */
export interface Access {
  readonly token: string;
  readonly endpoint: string;
}

/** What came of a question: what the API said, or why it was not asked. */
export type Answer = { status: number; body: unknown } | { failed: string };

/** The questions of a run of a program, by the path that is asked. */
const runs = new WeakMap<object, Map<string, Answer>>();

const timeoutMs = 5000;

/**
 * How this program's servers are made, where that is known: by Hetzner's default provider, from the same settings and
 * variables. None without a stack, as in a user's unit tests.
 */
export function accessOf(provider: pulumi.ProviderResource | undefined): Access | undefined {
  if (provider !== undefined || pulumi.runtime.getStackResource() === undefined) return undefined;
  const config = new pulumi.Config("hcloud");
  const token = config.get("token") ?? process.env["HCLOUD_TOKEN"];
  if (token === undefined || token === "") return undefined;
  const endpoint = config.get("endpoint") ?? process.env["HCLOUD_ENDPOINT"] ?? "https://api.hetzner.cloud/v1";
  return { token, endpoint };
}

/** The answers to questions such as `/server_types`, by their paths. Lists are whole: all of their pages. */
export function ask(access: Access, paths: readonly string[]): Map<string, Answer> {
  const run = pulumi.runtime.getStackResource() ?? access;
  const known = runs.get(run) ?? new Map<string, Answer>();
  runs.set(run, known);
  const missing = paths.filter((path) => !known.has(path));
  for (const [path, answer] of missing.length === 0 ? [] : askAll(access, missing)) known.set(path, answer);
  return new Map(paths.map((path) => [path, known.get(path) ?? { failed: "it gave no answer" }]));
}

/** What runs in the other process. Its token comes by standard input: arguments and variables of a process can be read. */
const script = `
const { token, endpoint, paths, timeoutMs } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const signal = AbortSignal.timeout(timeoutMs);
async function get(url) {
  const response = await fetch(url, { headers: { authorization: "Bearer " + token }, signal });
  return { status: response.status, body: await response.json() };
}
async function whole(path) {
  const first = await get(endpoint + path);
  for (let next = first.body.meta?.pagination?.next_page; first.status === 200 && next; ) {
    const page = await get(endpoint + path + (path.includes("?") ? "&" : "?") + "page=" + next);
    if (page.status !== 200) return page;
    const [key] = Object.keys(page.body).filter((each) => each !== "meta");
    first.body[key].push(...page.body[key]);
    next = page.body.meta?.pagination?.next_page;
  }
  return first;
}
const reason = (error) => String(error.cause?.code ?? error.cause?.message ?? error.message);
Promise.all(paths.map(async (path) => [path, await whole(path).catch((error) => ({ failed: reason(error) }))]))
  .then((answers) => process.stdout.write(JSON.stringify(answers)));
`;

/** @returns an answer for each path, whatever goes wrong */
export function askAll({ token, endpoint }: Access, paths: readonly string[]): [string, Answer][] {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  const ran = spawnSync(process.execPath, ["-e", script], {
    input: JSON.stringify({ token, endpoint, paths, timeoutMs }),
    encoding: "utf8",
    env,
    timeout: timeoutMs + 2000,
    maxBuffer: 2 ** 26,
  });
  if (ran.status !== 0) {
    const failed = ran.error?.message ?? (ran.stderr.trim().split("\n").at(-1) || "it gave no answer");
    return paths.map((path) => [path, { failed }]);
  }
  return JSON.parse(ran.stdout) as [string, Answer][];
}
