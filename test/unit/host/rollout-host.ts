/**
 * A host with containers and a proxy, as far as the verbs of a rollout see it: Docker's API and command line and kamal-proxy's, with
 * what they do to each other kept in this process. The app's health path is answered by a real server.
 */
import { mkdtempSync, existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn, type ChildProcess } from "node:child_process";
import { putScripts } from "./put-scripts";
import { writeFileSync } from "node:fs";
import { removeDirectory } from "./remove-directory";

export interface FakeContainer {
  role: string;
  running: boolean;
  /** Kamal's role whose it is: `service/role/destination`. */
  kamal?: string;
  /** Made with this body, where the API made it. */
  body?: Record<string, unknown>;
  /** Whether such a one was started. */
  started?: boolean;
}

interface Service {
  hosts: string[];
  paths: string[];
  /** The targets, those that get only reads behind the others. */
  target: string;
  readers?: string;
  flags: string[];
  /** The canary's targets, and who gets them. */
  rollout?: string;
  part?: { percentage: number; allowlist: string[] };
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export class RolloutHost {
  private readonly directory = mkdtempSync(join(tmpdir(), "sextant-rollout-"));
  private readonly server = createServer((request, response) => {
    void this.answer(request, response);
  });
  private app: Server | undefined;
  private readonly children: ChildProcess[] = [];
  /** What is kept over a reboot. */
  readonly kept = join(this.directory, "kept");
  /** What is not. */
  readonly untilBoot = join(this.directory, "run");
  readonly socket = join(this.directory, "docker.sock");
  /** In the order in which they were made. */
  readonly containers = new Map<string, FakeContainer>();
  readonly services = new Map<string, Service>();
  /** What was done, a line each: `stop NAME`, `start NAME`, `deploy SERVICE TARGET`, `remove SERVICE`. */
  readonly done: string[] = [];
  /** What the health path answers. */
  status = 200;
  /** How often the health path was asked. */
  asked = 0;
  /** Whether Docker answers at all. */
  awake = true;
  /** Whether the proxy runs. */
  proxy = true;
  /** Milliseconds that a stop takes. */
  stopMs = 0;
  /** Milliseconds that a wait for a container's end takes at least. */
  waitMs = 0;
  /** Called before a container starts. */
  onStart: (name: string) => void = () => undefined;
  /** How a command ends that is run inside a container. */
  execCode = 0;
  /** With which code a container that the API made ends. */
  exitCode = 0;
  /** What Docker says instead of making a container. */
  refuse: string | undefined;
  /** Milliseconds that such a container runs. */
  runMs = 0;
  /** For each host name that was asked for: which service served it after each change of the proxy. */
  readonly watch = new Map<string, string[]>();

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(this.socket, resolve));
    this.app = createServer((_request, response) => {
      this.asked += 1;
      response.writeHead(this.status).end("ok");
    });
    await new Promise<void>((resolve) => this.app?.listen(0, "127.0.0.1", resolve));
    putScripts(this.directory);
    this.command(
      "docker",
      `#!/bin/sh
answer=$(printf '%s\\036' "$@" | curl --silent --unix-socket ${this.socket} --data-binary @- http://docker/cli && echo x) || {
  echo 'Cannot connect to the Docker daemon' >&2; exit 1; }
answer=\${answer%x}
code=\${answer%%:*}
printf '%s' "\${answer#*:}"
exit "$code"`,
    );
    return this;
  }

  /** The port that the app's server listens on. */
  get port(): number {
    return (this.app?.address() as AddressInfo).port;
  }

  command(name: string, text: string): void {
    writeFileSync(join(this.directory, name), text, { mode: 0o755 });
  }

  add(name: string, role: string, running = true): void {
    this.containers.set(name, { role, running });
  }

  /** The names of what runs of a role. */
  running(role: string): string[] {
    return [...this.containers].filter(([, one]) => one.role === role && one.running).map(([name]) => name);
  }

  /** The text of a file that is kept. */
  keptText(path: string): string | undefined {
    const file = join(this.kept, path);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  }

  run(verb: string, words: string[], stdin = "", env: Record<string, string> = {}): Promise<Ended> {
    return this.start(verb, words, stdin, env).ended;
  }

  /** Starts a verb, with the process to end it by. */
  start(
    verb: string,
    words: string[],
    stdin = "",
    env: Record<string, string> = {},
  ): { child: ChildProcess; ended: Promise<Ended> } {
    const child = spawn(join(this.directory, verb), words, {
      env: {
        PATH: `${this.directory}:${process.env["PATH"] ?? ""}`,
        DOCKER_HOST: `unix://${this.socket}`,
        SEXTANT_STATE: this.kept,
        SEXTANT_RUN: this.untilBoot,
        SEXTANT_IMAGES: join(this.directory, "given"),
        ...env,
      },
    });
    this.children.push(child);
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
    const ended = new Promise<Ended>((resolve) =>
      child.on("close", (code) => {
        resolve({ code, stdout, stderr });
      }),
    );
    return { child, ended };
  }

  close(): void {
    for (const child of this.children) child.kill();
    this.server.closeAllConnections();
    this.server.close();
    this.app?.closeAllConnections();
    this.app?.close();
    // What they leave in the background, such as the end of a lease, may write a last file meanwhile.
    removeDirectory(this.directory);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://docker");
    let text = "";
    for await (const chunk of request) text += String(chunk);
    if (!this.awake) {
      request.socket.destroy();
      return;
    }
    const say = (status: number, body: unknown): void => {
      response.writeHead(status).end(body === undefined ? "" : `${JSON.stringify(body)}\n`);
    };
    if (pathname === "/cli") {
      const [code, said] = await this.cli(text.split("\u001e").slice(0, -1));
      response.writeHead(200).end(`${code}:${said}`);
      return;
    }
    if (pathname === "/containers/json") {
      const all = [...this.containers].reverse().map(([name, { role, running, body, started }]) => ({
        Id: name,
        Names: [`/${name}`],
        ImageID: "sha256:0",
        Labels: { ...(body?.["Labels"] ?? {}), ...(role === "" ? {} : { "sextant.role": role }) },
        State: running ? "running" : body !== undefined && started !== true ? "created" : "exited",
      }));
      say(200, all);
      return;
    }
    if (pathname === "/images/json") {
      say(200, []);
      return;
    }
    if (pathname === "/containers/create") {
      const name = new URL(request.url ?? "/", "http://docker").searchParams.get("name") ?? "";
      if (this.refuse !== undefined) {
        say(500, { message: this.refuse });
        return;
      }
      if (this.containers.has(name)) {
        say(409, { message: `Conflict. The container name "/${name}" is already in use` });
        return;
      }
      this.containers.set(name, {
        role: "",
        running: false,
        body: JSON.parse(text) as Record<string, unknown>,
      });
      this.done.push(`create ${name}`);
      say(201, { Id: name });
      return;
    }
    const [, name = "", what = ""] = /^\/containers\/([^/]*)\/?(.*)$/.exec(pathname) ?? [];
    const there = this.containers.get(name);
    if (name === "kamal-proxy") {
      say(200, {
        Id: name,
        State: { Status: this.proxy ? "running" : "exited", Running: this.proxy, Pid: 0 },
      });
      return;
    }
    if (there === undefined) {
      say(404, { message: `No such container: ${name}` });
      return;
    }
    if (request.method === "DELETE") {
      this.containers.delete(name);
      this.done.push(`delete ${name}`);
      say(204, undefined);
      return;
    }
    if (what === "start") {
      this.begin(name, there);
      say(204, undefined);
      return;
    }
    say(200, {
      Id: name,
      State: {
        Status: there.running ? "running" : "exited",
        Running: there.running,
        OOMKilled: false,
        Pid: there.running ? process.pid : 0,
        ExitCode: there.body === undefined ? 0 : this.exitCode,
        Error: "",
      },
      RestartCount: 0,
      HostConfig: { CpuShares: 0 },
      NetworkSettings: { Networks: { sextant: { IPAMConfig: null, IPAddress: "127.0.0.1", Aliases: null } } },
    });
  }

  private begin(name: string, there: FakeContainer): void {
    this.onStart(name);
    there.running = true;
    there.started = true;
    this.done.push(`start ${name}`);
    if (there.body === undefined) return;
    setTimeout(() => {
      there.running = false;
    }, this.runMs);
  }

  /** Docker's command line: its exit code, and what it prints. */
  private async cli(words: string[]): Promise<[number, string]> {
    const [command = "", ...rest] = words;
    const names = rest.filter(
      (word, at) => !word.startsWith("-") && !/^--(time|format|type)$/.test(rest[at - 1] ?? ""),
    );
    switch (command) {
      case "stop":
        for (const name of names) this.done.push(`stop ${name}`);
        await new Promise((resolve) => setTimeout(resolve, this.stopMs));
        for (const name of names) {
          const there = this.containers.get(name);
          if (there !== undefined) there.running = false;
        }
        return [0, ""];
      case "start":
        for (const name of names) {
          const there = this.containers.get(name);
          if (there === undefined) return [1, `Error: No such container: ${name}\n`];
          this.begin(name, there);
        }
        return [0, ""];
      case "wait": {
        const there = this.containers.get(names[0] ?? "");
        await new Promise((resolve) => setTimeout(resolve, this.waitMs).unref());
        while (there?.running === true) await new Promise((resolve) => setTimeout(resolve, 20));
        return there === undefined ? [1, ""] : [0, `${this.exitCode}\n`];
      }
      case "rm":
        for (const name of names) this.containers.delete(name);
        return [0, ""];
      case "exec":
        if (rest[1] === "cat") return this.proxy && this.readable ? [0, this.state()] : [1, ""];
        if (rest[2] === "rollout" && rest[3] === "deploy") {
          this.checks += 1;
          await new Promise((resolve) => setTimeout(resolve, this.rolloutMs));
        }
        return rest[1] === "kamal-proxy" ? this.kamalProxy(rest.slice(2)) : [this.execCode, ""];
      case "network":
        this.done.push(`connect ${rest.slice(1).join(" ")}`);
        return rest[1] === "nowhere" ? [1, "network nowhere not found\n"] : [0, ""];
      case "ps": {
        const labels = rest.filter((word) => word.startsWith("label=")).map((word) => word.slice(6));
        const of = ["service", "role", "destination"].map(
          (name) => labels.find((label) => label.startsWith(`${name}=`))?.slice(name.length + 1) ?? "?",
        );
        const found = [...this.containers].filter(([, one]) => one.running && one.kamal === of.join("/"));
        return [0, found.map(([name]) => `id-${name} ${name}\n`).join("")];
      }
      case "inspect":
        if (rest.some((word) => word.includes('"destination"'))) {
          const there = this.containers.get((names[0] ?? "").replace(/^id-/, ""));
          return there === undefined ? [1, ""] : [0, `${there.kamal ?? ""}\n`];
        }
        if (rest.includes("{{.Name}}")) {
          const name = (names[0] ?? "").replace(/^id-/, "");
          return this.containers.has(name) ? [0, `/${name}\n`] : [1, ""];
        }
        if (rest.some((word) => word.includes("sextant.role"))) {
          const roles = names.map((name) => {
            const there = this.containers.get(name.replace(/^id-/, ""));
            return there?.kamal === undefined ? there?.role : "another program";
          });
          return roles.includes(undefined) ? [1, ""] : [0, `${roles.join("\n")}\n`];
        }
        return names.every((name) => this.containers.has(name)) ? [0, "0\n"] : [1, ""];
      case "logs":
        return this.containers.has(names.at(-1) ?? "") ? [0, "its log\n"] : [1, "Error: No such container\n"];
      default:
        return [0, ""];
    }
  }

  /** The proxy's command line, with its rule that a host and path have one service (v0.9.2 internal/server/service_map.go). */
  private kamalProxy([command = "", name = "", ...flags]: string[]): [number, string] {
    if (!this.proxy) return [1, "container is not running\n"];
    const valuesOf = (flag: string): string[] =>
      flags.filter((word) => word.startsWith(`--${flag}=`)).map((word) => word.slice(flag.length + 3));
    if (command === "list") {
      const lines = [...this.services]
        .sort()
        .map(
          ([service, { hosts, paths, target }]) =>
            `${service}    ${hosts.join(",")}   ${paths.join(",")}   ${target}   running  no\n`,
        );
      return [0, `Service  Host  Path  Target  State  TLS\n${lines.join("")}`];
    }
    if (command === "remove") {
      if (!this.services.delete(name)) return [1, "Error: service not found\n"];
      this.done.push(`remove ${name}`);
      this.look();
      return [0, ""];
    }
    if (command === "rollout") return this.rollout(name, flags);
    const some = (values: string[], none: string): string[] => (values.length === 0 ? [none] : values);
    const [hosts, paths] = [some(valuesOf("host"), "*"), some(valuesOf("path-prefix"), "/")];
    for (const [service, other] of this.services) {
      const same =
        other.hosts.some((host) => hosts.includes(host)) && other.paths.some((path) => paths.includes(path));
      if (service !== name && same) return [1, "Error: host settings conflict with another service\n"];
    }
    const readers = valuesOf("read-target").join(",");
    const target = [...valuesOf("target"), ...valuesOf("read-target")].join(",");
    this.services.set(name, { ...this.services.get(name), hosts, paths, target, readers, flags });
    this.done.push(`deploy ${name} ${target}`);
    this.look();
    return [0, ""];
  }

  /** What a proxy does for a canary (v0.9.2 internal/server/router.go). */
  private rollout(command: string, [name = "", ...flags]: string[]): [number, string] {
    const service = this.services.get(name);
    if (service === undefined) return [1, "Error: service not found\n"];
    const valuesOf = (flag: string): string[] =>
      flags.filter((word) => word.startsWith(`--${flag}=`)).map((word) => word.slice(flag.length + 3));
    this.done.push(["rollout", command, name, ...valuesOf("target"), ...valuesOf("percent")].join(" "));
    if (this.refuseRollout === true || this.refuseRollout === name)
      return [1, "Error: target failed to become healthy within configured timeout\n"];
    if (command === "deploy") service.rollout = valuesOf("target").join(",");
    else if (command === "stop") delete service.part;
    else if (service.rollout === undefined) return [1, "Error: rollout target not set\n"];
    else service.part = { percentage: Number(valuesOf("percent")[0]), allowlist: valuesOf("list") };
    return [0, ""];
  }

  /** Whether the proxy's own check of a canary fails: for all services, or for one. */
  refuseRollout: boolean | string = false;
  /** How many checks of canaries the proxy has begun. */
  checks = 0;
  /** Milliseconds that it takes, whoever has ended the command meanwhile. */
  rolloutMs = 0;
  /** Whether the file of the proxy's routes can be read. */
  readable = true;

  /** The file that the proxy keeps (v0.9.2 internal/server/service.go marshalledService). */
  private state(): string {
    const all = [...this.services].map(([name, { hosts, target, readers = "", rollout, part }]) => ({
      ...{ name, options: { hosts, client: 'a "quoted" {name}' } },
      active_targets: target.split(",").filter((one) => !readers.split(",").includes(one)),
      active_readers: readers === "" ? [] : readers.split(","),
      rollout_targets: rollout?.split(",") ?? null,
      rollout_readers: rollout === undefined ? null : [],
      pause_controller: { state: 0, stop_message: 'rollout_targets": [' },
      rollout_controller: part === undefined ? null : { ...part, percentage_split_point: 4.2e8 },
    }));
    // As Go writes it.
    return `${JSON.stringify(all).replaceAll("&", "\\u0026").replaceAll("<", "\\u003c")}\n`;
  }

  /** The target that a request for the root of a host gets to; nothing where none does. */
  target(host: string): string | undefined {
    const all = [...this.services.values()];
    const wildcard = `*${host.slice(host.indexOf("."))}`;
    for (const name of [host, wildcard, "*"]) {
      const found = all.find(({ hosts }) => hosts.includes(name));
      if (found !== undefined) return found.target;
    }
    return undefined;
  }

  private look(): void {
    for (const [host, seen] of this.watch) seen.push(this.target(host) ?? "nothing");
  }
}
