/** A kamal-proxy of its own on this machine, which is given routes by the library's own flags. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type RouteArgs, type RouteDirectories, switchedRoute } from "../../../components/app/route";
import { proxyConfig } from "../../../components/proxy/args";
import { proxyCommand } from "../../../components/proxy/container";
import { type Outcome, tryRun } from "../../../lab/docker/exec";
import type { Duration } from "../../../provider/core/units";
import { deployFlags } from "../../../provider/release/route";

/** What a route is given besides its arguments. */
interface Given extends RouteDirectories {
  /** Ports of targets that get reads alone. */
  readers?: readonly number[];
  deployTimeout?: Duration;
}

export class RealProxy {
  private text = "";

  private constructor(
    private readonly binary: string,
    private readonly folder: string,
    private readonly child: ChildProcess,
    readonly http: number,
    readonly https: number,
    readonly metrics: number,
  ) {
    child.stdout?.setEncoding("utf8").on("data", (part: string) => (this.text += part));
  }

  /** Starts it with all options of a Proxy that a process has, and waits until it takes commands. */
  static async start(binary: string): Promise<RealProxy> {
    const folder = mkdtempSync(join(tmpdir(), "sextant-flags-"));
    mkdirSync(join(folder, "spill"));
    const [http, https, metrics] = [await freePort(), await freePort(), await freePort()];
    const [, ...words] = proxyCommand(proxyConfig({ servers: [], metricsPort: metrics, debug: true }));
    const ports = [`--http-port=${http}`, `--https-port=${https}`];
    const child = spawn(binary, [...words, ...ports], {
      env: environment(folder),
      stdio: ["ignore", "pipe", "inherit"],
    });
    const proxy = new RealProxy(binary, folder, child, http, https, metrics);
    for (const deadline = Date.now() + 15_000; (await proxy.command("list")).code !== 0; await sleep(100))
      if (Date.now() > deadline) throw new Error(`kamal-proxy takes no command within 15 s:\n${proxy.text}`);
    return proxy;
  }

  /** Gives a service its route. @param port where its target listens */
  route(service: string, port: number, route: RouteArgs, given: Given = {}): Promise<Outcome> {
    const { readers = [], deployTimeout = "10s", ...directories } = given;
    return this.command(
      "deploy",
      service,
      `--target=127.0.0.1:${port}`,
      ...readers.map((each) => `--read-target=127.0.0.1:${each}`),
      ...deployFlags(switchedRoute(service, route, deployTimeout, directories)),
    );
  }

  /** What it has logged, a value for each line. */
  get log(): Record<string, unknown>[] {
    return this.text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** The bodies that it holds on the disk at the moment. */
  get spilled(): string[] {
    return readdirSync(join(this.folder, "spill")).filter((name) => name.startsWith("proxy-buffer-"));
  }

  async stop(): Promise<void> {
    this.child.kill();
    await once(this.child, "close");
    rmSync(this.folder, { recursive: true, force: true });
  }

  private command(...words: string[]): Promise<Outcome> {
    return tryRun(this.binary, words, { env: environment(this.folder) });
  }
}

/** Its socket, its state and what it keeps on the disk. */
const environment = (folder: string): NodeJS.ProcessEnv => ({
  PATH: process.env["PATH"],
  HOME: folder,
  XDG_RUNTIME_DIR: folder,
  TMPDIR: join(folder, "spill"),
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
