/** One run of one tool, with traffic on its release, and the traffic at rest to hold it against. */
import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "../../lab/load/request";
import { runClient } from "../client/run";
import type { Hosts } from "../hosts/hosts";
import { endSessions } from "../hosts/scripts";
import { rounded } from "../stats/statistics";
import { type RunningTraffic, type Traffic, startTraffic } from "../traffic/traffic";
import { type CaseName, type Release, cases } from "./cases";
import type { ToolDriver } from "./driver";
import { routeHost } from "./names";
import type { Quality, Rest, Run } from "./record";

export interface Setting {
  hosts: Hosts;
  servers: number;
  round: number;
  traffic: { rate: number; slowSeconds: number };
}

/** Seconds for which the traffic at rest is watched. */
const restSeconds = 10;

function traffic(driver: ToolDriver, setting: Setting): Promise<RunningTraffic> {
  return startTraffic({ targets: targets(driver, setting), host: routeHost, ...setting.traffic });
}

const targets = ({ port }: ToolDriver, { hosts }: Setting): string[] =>
  hosts.list.map(({ address }) => `http://${address}:${port}`);

/** Runs it; an end that the case does not ask for is an error with all that the tool printed. */
export async function measure(
  driver: ToolDriver,
  setting: Setting,
  name: CaseName,
  { release, standing }: { release: Release; standing: Release | undefined },
): Promise<{ run: Run; losses: Traffic["report"]["losses"] }> {
  const { hosts, servers, round } = setting;
  const { tool } = driver;
  await driver.prepare(hosts, name, release);
  await hosts.all(endSessions);
  await hosts.startCounting();
  const running = standing && tool !== "empty" ? await traffic(driver, setting) : undefined;
  if (running) await sleep(1000);
  let seen: Traffic | undefined;
  const client = await runClient(driver.command(hosts, name, release)).finally(async () => {
    seen = await running?.stop();
  });
  if ((client.code !== 0) !== (cases[name].fails ?? false))
    throw new Error(`${tool}, ${name}, ${servers} servers: exit ${client.code}\n${client.text}`);
  const counts = await hosts.counts();
  const serving = cases[name].fails || cases[name].harmless ? standing : release;
  if (tool !== "empty" && serving) await check(driver, setting, serving.version);
  const { seconds, cpuSeconds, peakMb, processes } = client;
  return {
    run: {
      round,
      servers,
      case: name,
      tool,
      seconds,
      ...(seen && { load: { ...quality(seen.report), lost: seen.report.lost } }),
      ...(seen?.change && { change: quality(seen.change) }),
      client: { cpuSeconds, peakMb, processes },
      hosts: counts,
    },
    losses: seen?.report.losses ?? [],
  };
}

export async function rest(driver: ToolDriver, setting: Setting): Promise<Rest> {
  const running = await traffic(driver, setting);
  await sleep(restSeconds * 1000);
  const { report } = await running.stop();
  const { round, servers } = setting;
  return { round, servers, tool: driver.tool, ...quality(report), lost: report.lost };
}

function quality(seen: { requests: number; p50: number; p99: number; longestGap: number }): Quality {
  const { requests, p50, p99, longestGap } = seen;
  return { requests, p50: rounded(p50), p99: rounded(p99), gap: rounded(longestGap, 1) };
}

/** A tool that says that it is done has to have done it, on every server. */
async function check(driver: ToolDriver, setting: Setting, version: string): Promise<void> {
  for (const target of targets(driver, setting)) {
    const answer = await ask({ method: "GET", url: `${target}/whoami`, host: routeHost, timeoutMs: 10_000 });
    if (answer.status !== 200 || answer.version !== version)
      throw new Error(
        `${driver.tool}: ${target} answers ${answer.status} with ${answer.version}, not with ${version}`,
      );
  }
}
