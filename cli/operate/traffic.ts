/** `sextant maintenance`, `pause` and `resume`: what the proxies do with the requests of an app. A deploy leaves it as it is. */
import { InvalidArgumentError, type Command } from "commander";
import { quote } from "../../provider/host/scripts";
import { proxyContainer } from "../../provider/release/proxy-names";
import { runOverSsh } from "../../provider/ssh/run";
import { deployed, type Deployed } from "../deployed";
import type { DeployedHost } from "../hosts";
import { stackChoice } from "../stack";
import { askAll, hostsWith, onHosts, partsNamed, sayProblems } from "./choice";
import { refuseLocked } from "./lock";
import { noted } from "./note";
import type { Part } from "./parts";
import { routesOn, type Route } from "./routes";
import { runningOn } from "./running";

interface Options {
  app?: string;
  host?: string;
  message?: string;
  drain?: string;
  maxPause?: string;
}

/** What the proxy is told of a service. */
interface Order {
  /** The proxy's own command, and its words after the service. */
  readonly verb: "stop" | "pause" | "resume";
  readonly words: readonly string[];
  /** What then is: for a person. */
  readonly said: string;
}

/** Requests that are under way may take so long; the proxy's own default is 30 s, too. */
const usualDrain = "30s";
/** Where it is noted on a host that this start of the proxy was told to pause. */
const notes = "/var/lib/sextant/paused";
/** Beyond what may drain: seconds that the proxy may take to answer. */
const answerSeconds = 30;

/** Adds the commands. */
export function addTraffic(program: Command): void {
  const maintenance = about(
    program
      .command("maintenance")
      .description("answer each request with a page of 503, until it is turned off"),
  )
    .argument("<on|off>", "whether it is on", onOrOff)
    .option("--message <text>", "a sentence for the page")
    .option("--drain <time>", "how long requests that are under way may take", duration, usualDrain);
  maintenance.action(async (on: "on" | "off", options: Options, command: Command) => {
    const { message, drain = usualDrain } = options;
    const words = ["--drain-timeout", drain, ...(message === undefined ? [] : ["--message", message])];
    await tell(
      "maintenance",
      on === "on" ? { verb: "stop", words, said: "is in maintenance" } : resume,
      deployed(stackChoice(command)),
      options,
    );
  });
  about(program.command("pause").description("hold requests back, until they are resumed or a time is over"))
    .option("--drain <time>", "how long requests that are under way may take", duration, usualDrain)
    .option("--max-pause <time>", "how long a request is held before it is given up", duration, "30s")
    .action(async (options: Options, command: Command) => {
      const { drain = usualDrain, maxPause = "30s" } = options;
      const words = ["--drain-timeout", drain, "--max-pause", maxPause];
      await tell(
        "pause",
        { verb: "pause", words, said: "holds its requests back" },
        deployed(stackChoice(command)),
        options,
      );
    });
  about(program.command("resume").alias("live").description("send requests to the app again")).action(
    (options: Options, command: Command) => tell("resume", resume, deployed(stackChoice(command)), options),
  );
}

const resume: Order = { verb: "resume", words: [], said: "serves" };

function about(command: Command): Command {
  return onHosts(command.option("--app <name>", "of this app alone"));
}

function onOrOff(text: string): string {
  if (text !== "on" && text !== "off") throw new InvalidArgumentError("It is on or off.");
  return text;
}

/** A time as the proxy reads it: https://pkg.go.dev/time#ParseDuration, of which a person needs these. */
const time = /^(\d+(ms|s|m|h))+$/;

function duration(text: string): string {
  if (!time.test(text)) throw new InvalidArgumentError("Write a time such as 30s or 2m.");
  return text;
}

/**
 * Puts the apps of a stack in maintenance, or one of them, as `sextant maintenance on` does.
 * @returns why some of it is not in maintenance, a sentence each; none where all is
 */
export function maintenanceOn(stack: Deployed, app: string | undefined): Promise<readonly string[]> {
  const order = { verb: "stop", words: ["--drain-timeout", usualDrain], said: "is in maintenance" } as const;
  return told("maintenance", order, stack, app === undefined ? {} : { app });
}

async function tell(name: string, order: Order, stack: Deployed, options: Options): Promise<void> {
  sayProblems(await told(name, order, stack, options));
}

/** Tells the proxies, and says of each route how it is then. @returns what stood in the way of some of it */
async function told(
  name: string,
  order: Order,
  stack: Deployed,
  options: Options,
): Promise<readonly string[]> {
  const roles = partsNamed(name, stack, options.app === undefined ? {} : { app: options.app }, "always");
  const hosts = hostsWith(name, stack, roles, options.host);
  await refuseLocked(name, stack);
  await noted(
    stack,
    name === "maintenance" ? `${name} ${order.verb === "stop" ? "on" : "off"}` : name,
    hosts,
    roles.map((role) => role.name).join(", "),
  );
  const { answers, problems } = await askAll(hosts, (host) => tellHost(host, roles, order));
  for (const line of answers.flat()) console.log(line);
  if (answers.flat().length === 0 && problems.length === 0)
    throw new Error(`${name}: no proxy serves any of ${roles.map((role) => role.name).join(", ")}.`);
  return problems;
}

/** Tells the proxy of a host, of each service that sends requests to containers of the roles. */
async function tellHost(host: DeployedHost, roles: readonly Part[], order: Order): Promise<string[]> {
  const { shell } = host;
  const [routes, containers] = await Promise.all([routesOn(host), runningOn(host, roles)]);
  const names = new Set(containers.map(({ name }) => name));
  await refuseDead(host, routes, order);
  const said: string[] = [];
  for (const route of routes.filter((each) => each.containers.some((one) => names.has(one)))) {
    const line = lineFor(route, order);
    const ran = await runOverSsh(shell, line, {
      timeout: secondsFor(order),
      what: `kamal-proxy ${order.verb}`,
    });
    if (ran.code !== 0)
      throw new Error(
        `${shell.name}: kamal-proxy ${order.verb} ${route.service} failed: ${ran.stderr.trim()}`,
      );
    said.push(
      `${shell.name}: ${route.service} (${route.hosts}${route.path === "/" ? "" : route.path}) ${order.said}.`,
    );
  }
  return said;
}

/**
 * kamal-proxy 0.9.2 that starts with a paused service ends when it is resumed or stopped: it closes a channel that it has not made
 * (pause_controller.go). So what was paused before the proxy started is not touched.
 */
async function refuseDead({ shell }: DeployedHost, routes: readonly Route[], order: Order): Promise<void> {
  const ask = (line: string): ReturnType<typeof runOverSsh> =>
    runOverSsh(shell, line, { timeout: answerSeconds, what: "looking when the proxy started" });
  const { stdout } = await ask(`docker inspect --format '{{.State.StartedAt}}' ${proxyContainer}`);
  const note = `${notes}/${stdout.trim().replaceAll(/[^0-9A-Za-z]+/g, "-")}`;
  const held = routes.filter(({ state }) => state === "paused").map(({ service }) => service);
  if (held.length > 0 && (await ask(`test -e ${note}`)).code !== 0)
    throw new Error(
      `${shell.name}: the proxy has started since ${held.join(", ")} was paused, and would end by this, with all that it serves; take the route off by docker exec ${proxyContainer} kamal-proxy remove ${held[0] ?? ""} there, and bring it back by pulumi up --refresh.`,
    );
  if (order.verb !== "pause") return;
  const noted = await ask(`mkdir -p ${notes} && rm -f ${notes}/* && : >${note}`);
  if (noted.code !== 0) throw new Error(`${shell.name}: ${notes} cannot be written: ${noted.stderr.trim()}`);
}

export function lineFor({ service }: Pick<Route, "service">, { verb, words }: Order): string {
  return ["docker", "exec", proxyContainer, "kamal-proxy", verb, service, ...words].map(quote).join(" ");
}

/** All times in the words of an order together, and the time for an answer. */
function secondsFor({ words }: Order): number {
  const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };
  const each = words.filter((word) => time.test(word));
  const parts = each.flatMap((word) => [...word.matchAll(/(\d+)(ms|s|m|h)/g)]);
  return (
    answerSeconds + parts.reduce((sum, [, count, unit = "s"]) => sum + Number(count) * (units[unit] ?? 0), 0)
  );
}
