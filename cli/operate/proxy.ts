/** `sextant proxy restart`, `stop` and `start`: the proxies of the stack, on its hosts. Another image or option of one is an edit of the program. */
import type { Command } from "commander";
import { sendOk } from "../../provider/docker/api";
import { bridgeStep, type BridgeInputs } from "../../provider/release/bridge";
import { proxyContainer } from "../../provider/release/proxy-names";
import { settleStep } from "../../provider/release/settle";
import { runCall } from "../../provider/release/step";
import { deployed, hostsNamed, type Deployed } from "../deployed";
import type { DeployedHost } from "../hosts";
import { stackChoice } from "../stack";
import { plain, resourcesOf } from "../state";
import { askAll, onHosts, sayProblems } from "./choice";
import { refuseLocked } from "./lock";
import { noted } from "./note";
import { routesOn } from "./routes";
import { saysYes } from "./terminal";

interface Options {
  host?: string;
  yes?: boolean;
}

/** A host with a proxy of the stack's, and what that is made from. */
interface Place {
  readonly host: DeployedHost;
  readonly made: BridgeInputs;
}

/** Seconds that requests which are under way may take. */
const drain = 30;
/** Seconds for a verb, and over what may drain. */
const grace = 120;
/** What the bridge of a restart is known by: the proxy itself is made from something else, whatever it is. */
const bridgeName = "restart";

/** Adds the commands. */
export function addProxy(program: Command): void {
  const proxy = program.command("proxy").description("restart, stop or start the proxies of the stack");
  onHosts(
    proxy
      .command("restart")
      .alias("reboot")
      .description("restart the proxies, host after host, without losing a request"),
  )
    .addHelpText(
      "after",
      "\nA second proxy with the same routes takes new connections meanwhile. Another image or option is an edit of the Proxy: pulumi up replaces it in the same way.",
    )
    .action(async (options: Options, command: Command) => {
      const { stack, places } = await chosen("restart", options, command);
      await refusePaused(places);
      await noted(
        stack,
        "proxy restart",
        places.map(({ host }) => host),
      );
      // One after the other: what goes wrong on one is no reason to begin with the next.
      for (const place of places) console.log(await restart(place));
    });
  onHosts(
    proxy.command("stop").description("stop the proxies: nothing behind them answers until they are started"),
  )
    .option("-y, --yes", "without a question", false)
    .addHelpText(
      "after",
      "\nIt is an outage of every app on the host, also of other stacks; sextant maintenance answers with a page instead. A release fails meanwhile, and pulumi up --refresh says that the proxy is stopped, and starts it.",
    )
    .action(async (options: Options, command: Command) => {
      const { stack, places } = await chosen("stop", options, command);
      await agreed(places, options.yes === true);
      await noted(
        stack,
        "proxy stop",
        places.map(({ host }) => host),
      );
      await each(places, stop);
    });
  onHosts(proxy.command("start").description("start proxies that were stopped")).action(
    async (options: Options, command: Command) => {
      const { stack, places } = await chosen("start", options, command);
      await noted(
        stack,
        "proxy start",
        places.map(({ host }) => host),
      );
      await each(places, start);
    },
  );
}

async function chosen(
  verb: string,
  { host }: Options,
  command: Command,
): Promise<{ stack: Deployed; places: Place[] }> {
  const stack = deployed(stackChoice(command));
  const places = placesOf(stack, hostsNamed(`proxy ${verb}`, stack.hosts, host), host !== undefined);
  await refuseLocked(`proxy ${verb}`, stack);
  return { stack, places };
}

/**
 * The hosts that have a proxy of this stack.
 * @param named whether they were named one by one
 * @throws Error where there is none, or a host that was named has none
 */
export function placesOf(
  { state }: Pick<Deployed, "state">,
  hosts: readonly DeployedHost[],
  named: boolean,
): Place[] {
  const made = new Map(
    resourcesOf<{ type: string; delete?: boolean; inputs?: BridgeInputs }>(state).flatMap(
      ({ type, delete: goes, inputs }) =>
        type === "sextant:index:Bridge" && goes !== true && inputs !== undefined
          ? [[(plain(inputs.shell) as BridgeInputs["shell"]).name, inputs] as const]
          : [],
    ),
  );
  const places = hosts.flatMap((host) => {
    const inputs = made.get(host.shell.name);
    return inputs === undefined ? [] : [{ host, made: inputs }];
  });
  const without = hosts.filter(({ shell }) => !made.has(shell.name)).map(({ shell }) => shell.name);
  if (places.length === 0 || (named && without.length > 0))
    throw new Error(
      `proxy: this stack has no Proxy on ${without.join(", ")}; where it is another program's, do it there.`,
    );
  return places;
}

const changed = (host: DeployedHost, what: string): ReturnType<typeof sendOk> =>
  sendOk(
    host.shell,
    { method: "POST", path: `/containers/${proxyContainer}/${what}`, timeout: drain + grace },
    `${what.replace(/\?.*$/, "")} of the proxy`,
    [304],
  );

const settled = ({ shell }: DeployedHost): Promise<string> =>
  runCall(shell, settleStep.call({ shell, container: proxyContainer }), grace);

/** The bridge takes new connections, the proxy drains and comes again, and the bridge gives them back. A restart that was cut off goes on. */
async function restart({ host, made }: Place): Promise<string> {
  const { freePorts: _, ...inputs } = made;
  await runCall(host.shell, bridgeStep.call({ ...inputs, config: bridgeName }), grace);
  await changed(host, `restart?t=${drain}`);
  await settled(host);
  return `${host.shell.name}: the proxy has restarted, and no request was refused meanwhile.`;
}

async function stop({ host }: Place): Promise<string> {
  const { status } = await changed(host, `stop?t=${drain}`);
  return `${host.shell.name}: the proxy is stopped${status === 304 ? " already" : ""}; sextant proxy start starts it.`;
}

async function start({ host }: Place): Promise<string> {
  const { status } = await changed(host, "start");
  await settled(host);
  return `${host.shell.name}: the proxy ${status === 304 ? "runs already" : "is started, and answers"}.`;
}

async function each(places: readonly Place[], work: (place: Place) => Promise<string>): Promise<void> {
  const { answers, problems } = await askAll(places, work);
  for (const line of answers) console.log(line);
  sayProblems(problems);
}

/**
 * kamal-proxy 0.9.2 that starts with a paused service ends when that is resumed: it closes a channel that it has not made
 * (internal/server/pause_controller.go).
 */
async function refusePaused(places: readonly Place[]): Promise<void> {
  const { answers, problems } = await askAll(places, async ({ host }) => ({
    host,
    routes: await routesOn(host),
  }));
  const [problem] = problems;
  // One that is stopped has nothing to lose.
  if (problem !== undefined && !/is not running/.test(problem)) throw new Error(`proxy restart: ${problem}`);
  for (const { host, routes } of answers) {
    const held = routes.filter(({ state }) => state === "paused").map(({ service }) => service);
    if (held.length > 0)
      throw new Error(
        `proxy restart: ${held.join(", ")} on ${host.shell.name} is paused, which a proxy does not take up again when it starts; resume it first: sextant resume.`,
      );
  }
}

/** What a stop takes away, and whether it is meant. @throws Error where nobody says so */
async function agreed(places: readonly Place[], yes: boolean): Promise<void> {
  const { answers } = await askAll(places, async ({ host }) => {
    const served = (await routesOn(host)).map(({ hosts, path }) =>
      path === "/" ? hosts : `${hosts}${path}`,
    );
    return `${host.shell.name}: nothing answers for ${served.join(", ") || "what it serves"} until the proxy is started.`;
  });
  for (const line of answers) console.error(line);
  if (yes) return;
  if (!process.stdin.isTTY)
    throw new Error(
      "proxy stop: it is an outage, and there is no terminal to ask on; say --yes where it is meant.",
    );
  if (!(await saysYes("Stop them?"))) throw new Error("proxy stop: nothing was stopped.");
}
