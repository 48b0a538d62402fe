/**
 * The line of an app's own that runs where a step of it fails. The plugin takes each step of an app, so that it is here that a failure is
 * known first, and the engine waits for the answer to the step until the line has ended. Pulumi's own error hooks would be bound to each
 * resource by a name that stays in the state: a delete whose run has no program asks for it, and the error that it is not there takes the
 * place of the step's own (pkg/resource/deploy/step.go RunErrorHooks, retries.go withRetries). The mocks of its SDK have none at all.
 */
import { failureVariables, type AfterFailure } from "./core/after-failure";
import { hooksSkipped } from "./core/hook-shell";
import { runHookLine } from "./hook-line";
import { say, warn } from "./say";
import { isInterrupted } from "./ssh/children";
import { Unreached } from "./ssh/unreached";

/** The lines of the program's resources, by their URNs. */
const lines = new Map<string, AfterFailure>();
/** The apps whose line has run, or runs at the moment: an engine starts its plugin anew for each run. */
const ran = new Set<string>();

/** The program has this resource with this line, or with none. */
export function knowLine(urn: string, line: AfterFailure | undefined): void {
  if (line === undefined) lines.delete(urn);
  else lines.set(urn, line);
}

/**
 * Takes a step. Where it fails, the line of its app has run by the time that the error is thrown on: once for an app, by the step that fails
 * first, and not where the user has ended the run.
 */
export async function tellingFailure<T>(
  urn: string,
  inputs: Record<string, unknown>,
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const line = lines.get(urn);
    if (line !== undefined && !isInterrupted() && !hooksSkipped(process.env))
      await tell(line, failureVariables(urn, inputs, reasonOf(error)));
    throw error;
  }
}

/** Where another resource has said that its host is down, what was said there. */
const reasonOf = (error: unknown): unknown =>
  error instanceof Error && error.cause instanceof Unreached ? error.cause : error;

async function tell(
  { line, environment, quiet }: AfterFailure,
  failed: Record<string, string>,
): Promise<void> {
  const app = environment["KAMAL_SERVICE"] ?? "";
  if (ran.has(app)) return;
  ran.add(app);
  try {
    const printed = await runHookLine(line, { ...environment, ...failed }, { runtime: true });
    if (quiet !== true && printed.trim() !== "") say(printed.trimEnd());
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    warn(
      `App "${app}": hooks.afterFailure, ${line}, ${said} The step failed for another reason, which is said of it.`,
    );
  }
}
