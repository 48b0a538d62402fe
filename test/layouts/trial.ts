/** One layout through a deploy, an upgrade of the library, a refresh, a release and a destroy. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Hosts } from "../../bench/hosts/hosts";
import { type Outcome, run, tryRun } from "../../lab/docker/exec";
import type { LabFacts } from "../../lab/facts";
import type { Layout, Stage } from "./layouts";
import type { Tools } from "./tools";

/** What held: a step after one that failed is tried all the same. */
export interface Row {
  layout: string;
  up: boolean;
  /** The preview after the upgrade has nothing to do. */
  upgrade: boolean;
  /** A refresh, for which the program does not run, finds nothing to change. */
  refresh: boolean;
  /** The next release serves, and the former one's containers are gone. */
  release: boolean;
  /** Without the program, too; nothing is left on the host. */
  destroy: boolean;
  seconds: number;
}

export interface World {
  facts: LabFacts;
  hosts: Hosts;
  keyFile: string;
  tools: Tools;
  /** The packed library, of two versions. */
  libraries: readonly [string, string];
  /** What npm has installed for a manifest. */
  installed: Map<string, string>;
}

const routeHost = "layout.test";

export class Trial {
  private version = "v1";
  private stage: Stage;

  constructor(
    private readonly world: World,
    private readonly layout: Layout,
    private readonly folder: string,
    private readonly log: (line: string) => void,
  ) {
    this.stage = layout.before(`file:${world.libraries[0]}`);
    mkdirSync(join(folder, "backend"), { recursive: true });
    mkdirSync(join(folder, "elsewhere"));
  }

  async run(): Promise<Row> {
    const started = Date.now();
    const { before, after = before } = this.layout;
    const up = await this.step("up", async () => {
      await this.clone(this.stage);
      if (this.layout.automation === undefined) await this.pulumi(["stack", "init", "layout"]);
      await this.command("up");
      await this.serves();
    });
    const upgrade = await this.step("upgrade", async () => {
      await this.clone(after(`file:${this.world.libraries[1]}`));
      await this.command("preview");
    });
    const refresh = await this.step("refresh", () => this.command("refresh"));
    const release = await this.step("release", async () => {
      this.version = "v2";
      await this.command("up");
      await this.serves();
    });
    const destroy = await this.step("destroy", async () => {
      await this.command("destroy");
      const left = await this.onHost("docker ps --all --quiet; docker volume ls --quiet");
      if (left !== "") throw new Error(`the host still has ${left}`);
    });
    await this.clearHost();
    const seconds = Math.round((Date.now() - started) / 1000);
    return { layout: this.layout.name, up, upgrade, refresh, release, destroy, seconds };
  }

  private async step(name: string, work: () => Promise<unknown>): Promise<boolean> {
    const started = Date.now();
    let said = "ok";
    try {
      await work();
    } catch (error) {
      said = `FAILED: ${error instanceof Error ? error.message : String(error)}`;
    }
    this.log(`${this.layout.name}: ${name}: ${said} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    return said === "ok";
  }

  /** A fresh clone of the project with its packages installed; only the stack's settings come along. */
  private async clone(stage: Stage): Promise<void> {
    const settings = join(this.directory, "Pulumi.layout.yaml");
    const kept = existsSync(settings) ? readFileSync(settings) : undefined;
    rmSync(join(this.folder, this.stage.clone), { recursive: true, force: true });
    this.stage = stage;
    for (const [path, content] of Object.entries(stage.files)) {
      const file = join(this.folder, stage.clone, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content, undefined, 2));
    }
    if (kept !== undefined) writeFileSync(join(this.directory, "Pulumi.layout.yaml"), kept);
    await this.install(stage);
  }

  /** By the package manager; npm gives a root package the same files again, which are taken from its first time. */
  private async install(stage: Stage): Promise<void> {
    const root = join(this.folder, stage.clone);
    const same = JSON.stringify(
      stage.manager === "npm" && stage.program === "." && stage.files["package.json"],
    );
    const kept = same === "false" ? undefined : this.world.installed.get(same);
    if (kept !== undefined) {
      await run("cp", ["--archive", "--link", kept, join(root, "node_modules")]);
      return;
    }
    const { command, args } = this.world.tools.manager(stage.manager);
    await run(command, args, { cwd: root, env: this.environment });
    if (same === "false") return;
    const keep = `${this.folder}-installed-${this.world.installed.size}`;
    await run("cp", ["--archive", "--link", join(root, "node_modules"), keep]);
    this.world.installed.set(same, keep);
  }

  private get directory(): string {
    return join(this.folder, this.stage.clone, this.stage.program);
  }

  private get environment(): NodeJS.ProcessEnv {
    const { facts, hosts, keyFile, tools } = this.world;
    const [host] = hosts.list;
    const { PATH, ...node } = tools.environment(this.layout.node);
    return {
      ...facts.env,
      ...node,
      ...(PATH === undefined ? {} : { PATH: `${PATH}:${facts.env["PATH"] ?? ""}` }),
      PULUMI_BACKEND_URL: `file://${join(this.folder, "backend")}`,
      LAYOUT: JSON.stringify({
        images: facts.registry.address,
        username: facts.registry.username,
        password: facts.registry.password,
        address: host?.address,
        hostKey: host?.hostKey,
        keyFile,
        version: this.version,
      }),
    };
  }

  private async command(name: "up" | "preview" | "refresh" | "destroy"): Promise<void> {
    const { automation } = this.layout;
    if (automation !== undefined) {
      await this.ran("node", [join(this.directory, automation), name], join(this.folder, "elsewhere"));
      return;
    }
    const words = {
      up: ["up", "--yes", "--skip-preview"],
      preview: ["preview", "--expect-no-changes"],
      refresh: ["refresh", "--yes", "--skip-preview", "--expect-no-changes"],
      destroy: ["destroy", "--yes", "--skip-preview"],
    };
    await this.pulumi(words[name]);
  }

  private pulumi(words: string[]): Promise<string> {
    const stack = words[0] === "stack" ? [] : ["--stack", "layout"];
    return this.ran("pulumi", [...words, ...stack, "--non-interactive"], this.directory);
  }

  private async ran(command: string, args: string[], cwd: string): Promise<string> {
    const outcome: Outcome = await tryRun(command, args, { cwd, env: this.environment });
    if (outcome.code === 0) return outcome.stdout;
    throw new Error(
      `${command} ${args[0] ?? ""}: exit ${outcome.code}\n${outcome.stdout}\n${outcome.stderr}`,
    );
  }

  /** The version that is meant answers, alone. */
  private async serves(): Promise<void> {
    const [host] = this.world.hosts.list;
    const response = await run("curl", [
      ...["--silent", "--show-error", "--fail", "--max-time", "10", "--head", "--request", "GET"],
      ...["--header", `Host: ${routeHost}`, `http://${host?.address ?? ""}/`],
    ]);
    const answered = /^x-app-version: *(\S+)/im.exec(response)?.[1];
    if (answered !== this.version) throw new Error(`${answered ?? "nothing"} serves, not ${this.version}`);
    const names = await this.onHost("docker ps --all --filter name=layout-web --format '{{.Image}}'");
    if (!/^\S+:v\d$/.test(names) || !names.endsWith(`:${this.version}`))
      throw new Error(`the host has containers of ${names.replaceAll("\n", ", ")}`);
  }

  private async onHost(script: string): Promise<string> {
    const [host] = this.world.hosts.list;
    return (await this.world.hosts.run(host?.name ?? "", script)).trim();
  }

  /** What a failed trial left would be in the way of the next one. */
  private async clearHost(): Promise<void> {
    await this.onHost(
      'for each in $(docker ps --all --quiet); do docker rm --force "$each"; done >/dev/null\nfor each in $(docker volume ls --quiet); do docker volume rm --force "$each"; done >/dev/null\ndocker network prune --force >/dev/null',
    );
  }
}
