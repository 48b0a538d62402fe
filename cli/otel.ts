/**
 * `pulumi up 2>&1 | npx sextant otel ENDPOINT`: passes on what a run prints, and ships it to a collector of OpenTelemetry as well, as Kamal does
 * (lib/kamal/otel_shipper.rb): log records by OTLP over HTTP, in JSON.
 *
 * It reads as long as the run writes. Were it gone before, a line of Pulumi's would end Pulumi in the middle of an update, by SIGPIPE
 * (os/signal of Go: a write to a broken pipe on standard output), with the stack locked and operations pending.
 */
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { InvalidArgumentError, type Command } from "commander";
import { libraryPackage } from "../provider/core/package";
import { whoami } from "./operate/who";

/** A line, and when it came. */
export interface Line {
  readonly text: string;
  readonly at: Date;
}

/** Lines of a request at most, and how long a line waits for others: those of Kamal. */
const mostLines = 100;
const waitMs = 5000;
/** How long a collector may take to answer. */
const answerMs = 5000;

/** What a terminal or a job sends to all of a pipe. Pulumi takes it as the word to cancel, and has to print what it does then. */
const toAll = ["SIGINT", "SIGHUP", "SIGTERM"] as const;

/** Adds the command. */
export function addOtel(program: Command): void {
  program
    .command("otel")
    .description(
      "ship what pulumi prints to a collector of OpenTelemetry: pulumi up 2>&1 | npx sextant otel URL",
    )
    .argument("<endpoint>", "its address for OTLP over HTTP, such as http://127.0.0.1:4318", endpointOf)
    .action(async (endpoint: string, _options: object, command: Command) => {
      const { stack } = command.optsWithGlobals<{ stack?: string }>();
      await ship(endpoint, {
        "service.name": "sextant",
        "service.version": libraryPackage().version,
        "sextant.run_id": randomUUID(),
        "sextant.performer": whoami(),
        ...(stack === undefined ? {} : { "deployment.environment.name": stack }),
      });
    });
}

function endpointOf(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError("write it like http://127.0.0.1:4318");
  return text.replace(/\/+$/, "");
}

/** The body of a request. Pure. */
export function logsOf(lines: readonly Line[], attributes: Readonly<Record<string, string>>): object {
  const values = Object.entries(attributes).map(([key, text]) => ({ key, value: { stringValue: text } }));
  return {
    resourceLogs: [
      {
        resource: { attributes: values },
        scopeLogs: [{ scope: { name: "sextant" }, logRecords: lines.map(recordOf) }],
      },
    ],
  };
}

function recordOf({ text, at }: Line): object {
  const time = `${at.getTime()}000000`;
  const plain = stripVTControlCharacters(text);
  const [severityNumber, severityText] = /^\s*(error|warning)\b/i.test(plain)
    ? /^\s*error/i.test(plain)
      ? [17, "ERROR"]
      : [13, "WARN"]
    : [9, "INFO"];
  return {
    ...{ timeUnixNano: time, observedTimeUnixNano: time, severityNumber, severityText },
    body: { stringValue: plain },
  };
}

/** Passes standard input on, and ships it. What cannot be shipped is said once, and is no failure of the run. */
async function ship(endpoint: string, attributes: Record<string, string>): Promise<void> {
  let waiting: Line[] = [];
  let failed = false;
  let sent: Promise<void> = Promise.resolve();
  const send = async (lines: readonly Line[]): Promise<void> => {
    try {
      const answer = await fetch(`${endpoint}/v1/logs`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(logsOf(lines, attributes)),
        signal: AbortSignal.timeout(answerMs),
      });
      if (!answer.ok) throw new Error(`it answered ${answer.status}`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (!failed) console.error(`sextant otel: ${endpoint} does not take the log: ${why}.`);
      failed = true;
    }
  };
  const flush = (): void => {
    if (waiting.length === 0) return;
    const lines = waiting;
    waiting = [];
    sent = sent.then(() => send(lines));
  };
  const timer = setInterval(flush, waitMs);
  const goOn = (): void => undefined;
  // With SIGTERM kept, standard output may break as well: see main.ts.
  for (const signal of toAll) process.on(signal, goOn);
  for await (const text of createInterface({ input: process.stdin })) {
    process.stdout.write(`${text}\n`);
    waiting.push({ text, at: new Date() });
    if (waiting.length >= mostLines) flush();
  }
  clearInterval(timer);
  // Nobody writes any more: who does not want to wait for the collector may end it.
  process.off("SIGINT", goOn).off("SIGHUP", goOn);
  flush();
  await sent;
}
