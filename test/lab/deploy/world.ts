/** The running lab with one stack on it, as a user drives it: pulumi on the command line, ssh and HTTP. */
import { join } from "node:path";
import { expect } from "vitest";
import { findDocker } from "../../../lab/docker/docker";
import { type Outcome, run } from "../../../lab/docker/exec";
import { type LabServer, factsOfLab, labFacts } from "../../../lab/facts";
import type { ApiAccess } from "../../../lab/hetzner/daemon";
import { labUp } from "../../../lab/lab";
import { type LoadReport, startLoad } from "../../../lab/load/load";
import { repoRoot } from "../../../lab/paths";
import { tryOn } from "../../../lab/ssh";
import { type Ran, Workspace } from "../../../lab/workspace";
import type { Edit } from "./edit";
import { withPlainNames } from "./names";

/** Values of the program's secrets that are found wherever they leak to. */
export const canaries = {
  dbPassword: "canary-database",
  redisPassword: "canary-redis",
  secretKeyBase: "canary-key-base-0123456789abcdef0123456789abcdef",
};

/** One line of a plan: `update command:remote/command:Command shop-web-test-web-1-switch`. */
export type PlanLine = string;

export class World {
  private constructor(private readonly workspace: Workspace) {}

  /** Brings the lab up and makes an empty stack of the program, with a canary for each of its secrets. */
  static async start(stack: string): Promise<World> {
    const docker = await labUp((line) => {
      console.log(line);
    });
    const facts = await factsOfLab(docker);
    await sweep(facts.api, "test-");
    const workspace = await Workspace.make(facts, "test/lab/deploy/program", stack);
    for (const [name, value] of Object.entries(canaries)) await workspace.setSecret(name, value);
    return new World(workspace);
  }

  get registryPassword(): string {
    return this.workspace.facts.registry.password;
  }

  /** Runs pulumi; a failure is an error with all that was printed. */
  pulumi(args: string[], env?: NodeJS.ProcessEnv): Promise<string> {
    return this.workspace.pulumi(args, env);
  }

  tryPulumi(args: string[], env?: NodeJS.ProcessEnv): Promise<Ran> {
    return this.workspace.tryPulumi(args, env);
  }

  /** `pulumi up` of the program as edited; fails the test when it fails. */
  async up(edit: Edit, ...flags: string[]): Promise<Ran> {
    const outcome = await this.tryUp(edit, ...flags);
    expect(outcome.code, outcome.text).toBe(0);
    return outcome;
  }

  async tryUp(edit: Edit, ...flags: string[]): Promise<Ran> {
    const outcome = await this.workspace.tryPulumi(
      ["up", "--yes", "--skip-preview", ...flags],
      deployed(edit),
    );
    console.log(`pulumi up ${flags.join(" ")}: exit ${outcome.code}, ${outcome.seconds.toFixed(1)} s`);
    return outcome;
  }

  /** What an edit would do, a line for each resource that is not the same; sorted, so that order does not count. */
  async plan(edit: Edit, ...flags: string[]): Promise<PlanLine[]> {
    const text = await this.pulumi(["preview", "--json", ...flags], deployed(edit));
    const { steps } = JSON.parse(text) as { steps: { op: string; urn: string }[] };
    const lines = steps
      .filter(({ op }) => !["same", "refresh", "read"].includes(op))
      .map(({ op, urn }) => {
        const [types = "", name = ""] = urn.split("::").slice(2);
        return withPlainNames(`${op} ${types.split("$").at(-1) ?? ""} ${name}`);
      });
    return lines.sort();
  }

  /** Runs the work with requests on all servers all the while. */
  async underLoad<T>(
    targets: string[],
    host: string,
    work: () => Promise<T>,
  ): Promise<{ done: T; load: LoadReport }> {
    // Three Rails apps boot on the two cores that serve and ask: an answer may be late, and must not be missing. The limit
    // is the proxy's own for an answer.
    const running = startLoad({ targets, host, rate: 54, slowSeconds: 2, timeoutMs: 30_000 });
    try {
      const done = await work();
      const load = await running.stop();
      const { requests, rate, lost, retries, p99, longestGap, lagMs, losses } = load;
      console.log("load", JSON.stringify({ requests, rate, lost, retries, p99, longestGap, lagMs, losses }));
      if (lost > 0) await this.showProxies();
      return { done, load };
    } catch (error) {
      console.log("load", JSON.stringify(await running.stop()));
      throw error;
    }
  }

  /** Prints what the proxies log of requests that went wrong or took long, and what Docker did meanwhile. */
  private async showProxies(): Promise<void> {
    const long = `awk 'match($0, /"duration":[0-9]+/) && substr($0, RSTART + 11, RLENGTH - 11) > 5e9 || /"status":[45]/'`;
    const script = `docker logs --since 3m kamal-proxy 2>&1 | ${long} | tail -n 20 | cut -c1-700
      docker events --since 3m --until 0s --filter type=container --format '{{.Time}} {{.Action}} {{.Actor.Attributes.name}}' | grep -v exec_`;
    for (const { name } of await this.servers())
      console.log(`${name}:\n${(await this.ssh(name, script)).stdout}`);
  }

  /** URLs of the web servers in both families. */
  async targets(): Promise<string[]> {
    const { addresses, addresses6 } =
      await this.workspace.outputs<Record<"addresses" | "addresses6", string[]>>();
    return [...addresses.map((ip) => `http://${ip}`), ...addresses6.map((ip) => `http://[${ip}]`)];
  }

  /** The servers of this stack that the cloud has. */
  async servers(): Promise<LabServer[]> {
    const facts = await labFacts(await findDocker());
    return (facts?.servers ?? []).filter(({ name }) => name.startsWith("test-"));
  }

  /** Runs a command on a server as root. */
  async ssh(server: string, command: string): Promise<Outcome> {
    const { ipv4 = "" } = (await this.servers()).find(({ name }) => name === server) ?? {};
    return tryOn({ address: ipv4, keyFile: this.workspace.keyFile }, command);
  }

  async onServer(server: string, command: string): Promise<string> {
    const outcome = await this.ssh(server, command);
    expect(outcome, `${server}: ${command}`).toMatchObject({ code: 0 });
    return outcome.stdout.trim();
  }

  /** The cloud's answer to a GET. */
  async api(path: string): Promise<Record<string, { name?: string }[]>> {
    const response = await fetch(`${this.workspace.facts.api.endpoint}${path}`, {
      headers: { Authorization: `Bearer ${this.workspace.facts.api.token}` },
    });
    expect(response.status, path).toBe(200);
    return (await response.json()) as Record<string, { name?: string }[]>;
  }

  async deleteServer(name: string): Promise<void> {
    const { servers = [] } = await this.api(`/servers?name=${name}`);
    const id = (servers[0] as { id?: number } | undefined)?.id;
    const response = await fetch(`${this.workspace.facts.api.endpoint}/servers/${String(id)}`, {
      method: "DELETE",
      headers: { Authorization: `Bearer ${this.workspace.facts.api.token}` },
    });
    expect(response.status).toBe(200);
  }

  /** The versions of a role's containers on a server, with whether they run: `v1 running`. */
  async containers(server: string, role: string): Promise<string[]> {
    const format = "{{.Image}} {{.State}}";
    const text = await this.onServer(
      server,
      `docker ps --all --filter label=sextant.role=${roleLabel(role)} --format '${format}'`,
    );
    // The tag is the version.
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => line.replace(/^\S*:/, ""))
      .sort();
  }

  /** What `sextant doctor` says where pulumi runs. */
  async doctor(...words: string[]): Promise<string> {
    const cli = join(repoRoot, "cli/main.ts");
    const args = ["--import", "tsx", cli, "doctor", ...words];
    return run(process.execPath, args, { cwd: this.workspace.directory, env: this.workspace.env });
  }

  /** The state as it lies on disk. */
  stateText(): string {
    return this.workspace.stateText();
  }

  /** Destroys what is left. */
  async end(edit: Edit): Promise<void> {
    await this.pulumi(["destroy", "--yes", "--skip-preview", "--refresh"], deployed(edit));
    this.workspace.remove();
  }
}

/** Removes from the cloud what a run that was killed has left. */
async function sweep({ endpoint, token }: ApiAccess, prefix: string): Promise<void> {
  const headers = { Authorization: `Bearer ${token}` };
  for (const kind of ["servers", "firewalls", "networks"]) {
    const list = async (): Promise<number[]> => {
      const response = await fetch(`${endpoint}/${kind}?per_page=50`, { headers });
      const { [kind]: found = [] } = (await response.json()) as Record<
        string,
        { id: number; name: string }[]
      >;
      return found.filter(({ name }) => name.startsWith(prefix)).map(({ id }) => id);
    };
    const deadline = Date.now() + 60_000;
    for (let left = await list(); left.length > 0; left = await list()) {
      if (Date.now() > deadline)
        throw new Error(`${kind} of an earlier run can't be deleted: ${left.join(", ")}`);
      await Promise.all(left.map((id) => fetch(`${endpoint}/${kind}/${id}`, { method: "DELETE", headers })));
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** The label of a role of the shop. */
export function roleLabel(role: string): string {
  return `deploy/deploy/shop/${role}`;
}

/** The environment by which the program knows its edit. */
export function deployed(edit: Edit): NodeJS.ProcessEnv {
  return { DEPLOY: JSON.stringify(edit) };
}
