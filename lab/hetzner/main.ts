/**
 * The simulator as a daemon: `tsx lab/hetzner/main.ts [--port 0] [--dir DIR] [--state FILE] [--token-file FILE]`,
 * or HETZNER_LAB_PORT, HETZNER_LAB_DIR, HETZNER_LAB_STATE, HETZNER_LAB_TOKEN_FILE. HETZNER_LAB_REQUESTS is how many requests an hour it
 * takes, for what goes beyond Hetzner's own limit on purpose, such as many fresh servers in a row.
 * Writes `pid`, `port` and `endpoint` into its directory when it can be called; SIGTERM ends it in order.
 */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { chance } from "../chance";
import { createMachines } from "../machine/driver";
import { labDir } from "../paths";
import { hourly, realRate, type RateLimit } from "./rate-limit";
import { createHetzner } from "./server";

/** Hetzner's tokens have 64 characters, and its provider insists on that. */
const tokenBytes = 32;

/** The token in the file; made when there is none. */
function tokenIn(file: string): string {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${randomBytes(tokenBytes).toString("hex")}\n`, { mode: 0o600 });
  }
  return readFileSync(file, "utf8").trim();
}

/** A machine boots within some four seconds, Docker included: some cables are in before it, some after. */
const cables = chance("when private cables are in");
const cableDelay = (): number => cables.integer(0, 7000);

function log(line: string): void {
  console.log(`${new Date().toISOString()} ${line}`);
}

function rateLimit(requests: string | undefined): RateLimit {
  if (requests === undefined) return realRate;
  if (!/^[1-9]\d*$/.test(requests))
    throw new Error(`HETZNER_LAB_REQUESTS is ${requests}: give a whole number`);
  return hourly(Number(requests));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: process.env["HETZNER_LAB_PORT"] ?? "0" },
      dir: { type: "string", default: process.env["HETZNER_LAB_DIR"] ?? join(labDir(), "hetzner") },
      state: { type: "string", default: process.env["HETZNER_LAB_STATE"] },
      "token-file": { type: "string", default: process.env["HETZNER_LAB_TOKEN_FILE"] },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`--port ${values.port} is no port: give 0 to 65535`);
  mkdirSync(values.dir, { recursive: true });
  const hetzner = createHetzner({
    machines: await createMachines({ cableDelay }),
    stateFile: values.state ?? join(values.dir, "state.json"),
    token: tokenIn(values["token-file"] ?? join(values.dir, "token")),
    rateLimit: rateLimit(process.env["HETZNER_LAB_REQUESTS"]),
    log,
  });
  const endpoint = await hetzner.listen(port);
  const files = { pid: String(process.pid), port: new URL(endpoint).port, endpoint };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(values.dir, name), `${text}\n`);
  log(`listening at ${endpoint}`);

  const end = (): void => {
    for (const name of Object.keys(files)) rmSync(join(values.dir, name), { force: true });
    hetzner.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log(`could not end in order: ${String(error)}`);
        process.exit(1);
      },
    );
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
