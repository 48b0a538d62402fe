#!/usr/bin/env node
/**
 * `npx sextant doctor [CONTAINER]`, in the directory of a Pulumi program: asks the hosts of the selected stack for what was
 * gathered when a release failed, and says again why, with the cure. `--host NAME` asks one host; `--raw` prints the evidence.
 */
import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import { verdict } from "../diagnosis/verdict";
import { onHost } from "../dynamic/shell";
import { hostsOf, type DeployedHost } from "./hosts";

const usage = "usage: sextant doctor [--host NAME] [--raw] [CONTAINER]";

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { host: { type: "string" }, raw: { type: "boolean", default: false } },
  });
  const [command, container, ...more] = positionals;
  if (command !== "doctor" || more.length > 0) throw new Error(usage);
  const hosts = hostsOf(exported()).filter(
    ({ shell }) => values.host === undefined || shell.name === values.host,
  );
  if (hosts.length === 0) {
    throw new Error(
      values.host === undefined
        ? "doctor: the selected stack has no hosts; select another with pulumi stack select."
        : `doctor: the selected stack has no host ${values.host}; leave --host out to ask all.`,
    );
  }
  for (const lines of await Promise.all(hosts.map((host) => ask(host, container, values.raw)))) {
    for (const line of lines) console.log(line);
  }
}

/** The stack's state, secrets in clear: they are part of how a host is reached, and stay in this process. */
function exported(): unknown {
  const words = ["stack", "export", "--show-secrets"];
  return JSON.parse(execFileSync("pulumi", words, { encoding: "utf8", maxBuffer: 2 ** 30 }));
}

async function ask(
  { shell, directory }: DeployedHost,
  container: string | undefined,
  raw: boolean,
): Promise<string[]> {
  const line = [`${directory}/doctor`, "evidence", ...(container === undefined ? [] : [container])].join(" ");
  const ran = await onHost(shell, line, { timeout: 30, what: "doctor" });
  if (ran.code !== 0) return [verdict("", ran.stderr, shell.name)];
  const documents = ran.stdout.split("\n").filter(Boolean);
  if (documents.length === 0) return [`${shell.name}: nothing failed here that is still kept.`];
  return raw ? documents : documents.map((document) => `${verdict(document, "", shell.name)}\n`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
