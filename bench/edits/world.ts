/** The two machines and the stacks on them: what the edits are made to, and what is seen of it. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LabFacts, factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { startLoad, type Load, type Loss } from "../../lab/load/load";
import { on } from "../../lab/ssh";
import { type Ran, Workspace } from "../../lab/workspace";
import { plain, type Given, type Machine, type Settings } from "./settings";
import type { Data, Ended } from "./verdict";

/** Requests for a host name at some machines. */
export interface LoadOn {
  host: string;
  on: Machine[];
}

/** The stacks: the one that is edited, one beside it, and one whose names read like those of the first. */
export type StackName = "main" | "staging" | "alike";
const stackNames: Record<StackName, string> = { main: "live-eu", staging: "staging", alike: "live" };

/** What the volumes of the first stack are called; they keep these names through all renames. */
export const rowVolume = "edits-live-eu-db-data";
export const fileVolume = "edits-live-eu-shop-files";

/** What is written into the row and the file. */
const words = { row: "a-row-that-is-kept", file: "a-file-that-is-kept" };
const both: readonly Machine[] = ["first", "second"];
const psql = "psql -qAtX -v ON_ERROR_STOP=1 -U app app";

/** What became of the requests. */
export interface LoadSeen {
  requests: number;
  lost: number;
  losses: Loss[];
}

/** A resource of a state. */
export interface Resource {
  urn: string;
  type: string;
}

export class World {
  private readonly stacks = new Map<StackName, Workspace>();

  private constructor(
    private readonly facts: LabFacts,
    private readonly machines: Workspace,
    private readonly addresses: Record<Machine, string>,
  ) {}

  /** Makes the machines. */
  static async make(log: (line: string) => void): Promise<World> {
    const facts = await factsOfLab(await labUp(log));
    const machines = await Workspace.make(facts, "bench/edits/program", "machines", "compiled");
    await machines.pulumi(["up", "--yes", "--skip-preview"], environment({ settings: plain }));
    const { addresses } = await machines.outputs<{ addresses: Record<Machine, string> }>();
    return new World(facts, machines, addresses);
  }

  async stack(name: StackName): Promise<Workspace> {
    const known = this.stacks.get(name);
    if (known !== undefined) return known;
    const made = await Workspace.make(this.facts, "bench/edits/program", stackNames[name], "compiled");
    this.stacks.set(name, made);
    return made;
  }

  /** Runs Pulumi on a stack with the program as the settings say. */
  async pulumi(name: StackName, args: string[], settings: Settings): Promise<Ran> {
    const stack = await this.stack(name);
    return stack.tryPulumi(args, this.given(settings));
  }

  private given(settings: Settings): NodeJS.ProcessEnv {
    const { addresses } = this;
    return environment({ existing: { addresses, keyFile: this.machines.keyFile }, settings });
  }

  /** Runs a command on a machine as root. */
  on(machine: Machine, command: string, input?: string): Promise<string> {
    return on({ address: this.addresses[machine], keyFile: this.machines.keyFile }, command, input);
  }

  /** Whether a stack has nothing in its state, as the outcome of a run. */
  async empty(name: StackName): Promise<Ended> {
    const left = (await this.resources(name)).map(({ urn }) => urn);
    return { code: left.length === 0 ? 0 : 1, text: left.join("\n") };
  }

  /**
   * Brings the first stack to its program as it is before any edit, with the row and the file: by a plain `up`, and from nothing where that
   * does not do it.
   */
  async renew(): Promise<void> {
    for (const attempt of ["up", "anew"]) {
      if (attempt === "anew") await this.wipe();
      const ran = await this.pulumi("main", ["up", "--yes", "--skip-preview"], plain);
      if (ran.code !== 0) {
        if (attempt === "anew") throw new Error(`bench edits: the stack is not made:\n${ran.text}`);
        continue;
      }
      await this.seed();
      return;
    }
  }

  /** Takes the stacks away, and all that is left of them on the machines. */
  private async wipe(): Promise<void> {
    for (const [name, stack] of this.stacks) {
      await stack.tryPulumi(["destroy", "--yes", "--skip-preview"], this.given(plain));
      stack.remove();
      this.stacks.delete(name);
    }
    const all = `docker ps --all --quiet | xargs -r docker rm --force --volumes; docker volume ls --quiet | xargs -r docker volume rm`;
    await Promise.all(both.map((machine) => this.on(machine, `(${all}) >/dev/null`)));
  }

  /** Writes the row and the file. */
  private async seed(): Promise<void> {
    const row = `create table if not exists kept (word text); truncate kept; insert into kept values ('${words.row}'); checkpoint;`;
    await this.on(
      "first",
      `docker exec --interactive $(docker ps --quiet --filter volume=${rowVolume}) ${psql}`,
      row,
    );
    const file = `cat >"$(docker volume inspect --format '{{.Mountpoint}}' ${fileVolume})/word"`;
    await Promise.all(both.map((machine) => this.on(machine, file, words.file)));
  }

  /** How the data stands. */
  async data(): Promise<Record<Machine, Data>> {
    const [first, second] = await Promise.all(both.map((machine) => this.dataOn(machine)));
    if (first === undefined || second === undefined) throw new Error("bench edits: no data was looked for");
    return { first, second };
  }

  private async dataOn(machine: Machine): Promise<Data> {
    const text = await this.on(
      machine,
      `place() { docker volume inspect --format '{{.Mountpoint}}' "$1" 2>/dev/null; }
users() { docker ps --quiet --filter volume="$1"; }
if row=$(place ${rowVolume}) && grep -rqsF ${words.row} "$row"; then echo row there; fi
for container in $(users ${rowVolume}); do
  [ "$(docker exec "$container" ${psql} -c 'select word from kept' 2>/dev/null)" != ${words.row} ] || echo row used
done
if file=$(place ${fileVolume}) && [ "$(cat "$file/word" 2>/dev/null)" = ${words.file} ]; then
  echo file there
  [ -z "$(users ${fileVolume})" ] || echo file used
fi`,
    );
    const standing = (what: keyof Data): Data[keyof Data] =>
      (["used", "there"] as const).find((how) => text.split("\n").includes(`${what} ${how}`)) ?? "none";
    return { row: standing("row"), file: standing("file") };
  }

  /** What runs on the machines and since when, to see whether anything was touched. */
  async running(): Promise<string> {
    const list =
      "docker ps --all --no-trunc --format '{{.ID}} {{.State}}' | sort; docker volume ls --quiet | sort";
    return (await Promise.all(both.map((machine) => this.on(machine, list)))).join("\n");
  }

  /** Sends requests until it is ended, and tells what became of them; a second end is none. */
  load(loads: readonly LoadOn[]): () => Promise<LoadSeen> {
    const running = loads.map(({ host, on: machines }) =>
      startLoad({
        targets: machines.map((machine) => `http://${this.addresses[machine]}`),
        host,
        rate: 10 * machines.length,
        slowSeconds: 1,
        timeoutMs: 30_000,
      }),
    );
    let ended: Promise<LoadSeen> | undefined;
    return () => (ended ??= sum(running));
  }

  /** The resources in the state of a stack. */
  async resources(name: StackName = "main"): Promise<Resource[]> {
    const stack = await this.stack(name);
    const { deployment } = JSON.parse(await stack.pulumi(["stack", "export"])) as {
      deployment: { resources?: Resource[] };
    };
    return deployment.resources ?? [];
  }

  /** The URN of a resource by the last part of its type and its name. */
  async urn(type: string, name: string): Promise<string> {
    const found = (await this.resources()).find(
      (each) => each.type.split(":").at(-1) === type && each.urn.endsWith(`::${name}`),
    );
    if (found === undefined) throw new Error(`bench edits: the state has no ${type} ${name}`);
    return found.urn;
  }

  async renameStack(name: string): Promise<void> {
    await (await this.stack("main")).pulumi(["stack", "rename", name]);
  }

  /** Gives the project another name, in its file, its state and the names of its configuration. */
  async renameProject(project: string): Promise<void> {
    const stack = await this.stack("main");
    const file = join(stack.directory, "Pulumi.yaml");
    const text = readFileSync(file, "utf8");
    const old = /^name: (\S+)$/m.exec(text)?.[1] ?? "";
    await stack.pulumi(["stack", "rename", `organization/${project}/${stack.stack}`]);
    writeFileSync(file, text.replace(/^name: \S+$/m, `name: ${project}`));
    const config = join(stack.directory, `Pulumi.${stack.stack}.yaml`);
    writeFileSync(config, readFileSync(config, "utf8").replaceAll(`  ${old}:`, `  ${project}:`));
    await stack.pulumi(["stack", "select", stack.stack]);
  }

  /** Takes everything out of the state; what is on the machines stays. */
  async loseState(): Promise<void> {
    const stack = await this.stack("main");
    const config = join(stack.directory, `Pulumi.${stack.stack}.yaml`);
    renameSync(config, `${config}.kept`);
    await stack.pulumi(["stack", "rm", "--force", "--yes", stack.stack]);
    await stack.pulumi(["stack", "init", stack.stack]);
    renameSync(`${config}.kept`, config);
  }

  /** Makes state and machines as a version of the library has left them whose verbs on the hosts were others. */
  async olderVerbs(): Promise<void> {
    const stack = await this.stack("main");
    const state = await stack.pulumi(["stack", "export"]);
    const hash = /\/usr\/local\/lib\/sextant\/([0-9a-f]{12})\b/.exec(state)?.[1];
    if (hash === undefined) throw new Error("bench edits: the state names no verbs");
    for (const machine of both)
      await this.on(machine, `cd /usr/local/lib/sextant && cp -r ${hash} ${olderHash} && rm -r ${hash}`);
    await stack.pulumi(["stack", "import"], {}, state.replaceAll(hash, olderHash));
  }

  /** Takes all that was made away. */
  async end(): Promise<void> {
    for (const name of ["alike", "staging", "main"] as const) {
      const stack = this.stacks.get(name);
      if (stack === undefined) continue;
      const ran = await stack.tryPulumi(["destroy", "--yes", "--skip-preview"], this.given(plain));
      if (ran.code !== 0) console.error(ran.text);
      stack.remove();
    }
    await this.machines.pulumi(["destroy", "--yes", "--skip-preview"], environment({ settings: plain }));
    this.machines.remove();
  }
}

const olderHash = "0123456789ab";

async function sum(running: readonly Load[]): Promise<LoadSeen> {
  const reports = await Promise.all(running.map((each) => each.stop()));
  return {
    requests: reports.reduce((all, { requests }) => all + requests, 0),
    lost: reports.reduce((all, { lost }) => all + lost, 0),
    losses: reports.flatMap(({ losses }) => losses),
  };
}

function environment(given: Given): NodeJS.ProcessEnv {
  return { EDITS: JSON.stringify(given) };
}
