/** The lab with the bench's stack on it: its hosts, requests for each of them, and what is looked at when all is done. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Docker } from "../../lab/docker/docker";
import { type LabFacts, factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { ask } from "../../lab/load/request";
import { type Ran, Workspace } from "../../lab/workspace";
import type { Edit } from "./edit";
import { Host } from "./host";
import { warmConnections, type Process } from "./processes";
import { Run } from "./run";

const up = ["up", "--yes", "--skip-preview"];
const prefix = "faults-";

export class FaultWorld {
  private known: Host[] = [];

  private constructor(
    private readonly docker: Docker,
    private readonly facts: LabFacts,
    readonly workspace: Workspace,
  ) {}

  static async start(progress: (line: string) => void): Promise<FaultWorld> {
    const docker = await labUp(progress);
    const facts = await factsOfLab(docker);
    return new FaultWorld(
      docker,
      facts,
      await Workspace.make(facts, "bench/faults/program", "faults", "compiled"),
    );
  }

  /** Begins a `pulumi up`. */
  up(edit: Edit, ...flags: string[]): Run {
    return new Run(this.workspace, [...up, ...flags], environment(edit));
  }

  /** Any other command of Pulumi. */
  pulumi(edit: Edit, ...args: string[]): Promise<Ran> {
    return this.workspace.tryPulumi(args, { ...environment(edit), XDG_RUNTIME_DIR: "" });
  }

  /** How many operations the state has whose end is not known. */
  async pendingOperations(): Promise<number> {
    const text = await this.workspace.pulumi(["stack", "export"]);
    const { deployment } = JSON.parse(text) as { deployment: { pending_operations?: unknown[] } };
    return deployment.pending_operations?.length ?? 0;
  }

  /** The servers that the cloud has of this stack, watched from when they are first seen. */
  async hosts(): Promise<Host[]> {
    const { servers } = await this.api<{ servers: CloudServer[] }>("/servers?per_page=50");
    const own = servers.filter(({ name }) => name.startsWith(prefix));
    for (const host of this.known) if (!own.some(({ id }) => id === host.id)) host.close();
    this.known = own
      .map(
        ({ id, name, public_net }) =>
          this.known.find((host) => host.id === id) ??
          new Host(this.docker, id, name, public_net.ipv4?.ip ?? ""),
      )
      .sort((a, b) => a.name.localeCompare(b.name));
    return this.known;
  }

  /** Takes the power from a server for a moment; it boots by the time that this ends. */
  async reset({ id }: Host): Promise<void> {
    const { action } = await this.api<{ action: Action }>(`/servers/${id}/actions/reset`, "POST");
    for (let now = action; now.status !== "success";) {
      if (now.status === "error") throw new Error(`the server ${id} was not reset`);
      await sleep(200);
      now = (await this.api<{ action: Action }>(`/actions/${action.id}`)).action;
    }
  }

  /** Waits until a host answers requests for the shop again, and takes connections. */
  async isBack(host: Host): Promise<void> {
    const deadline = Date.now() + 90_000;
    for (;;) {
      const answer = await this.answer(host, "shop.faults");
      const open = await host.run("ss -Hltn sport = :22").catch(() => "");
      if (answer.startsWith("200") && open !== "") return;
      if (Date.now() > deadline) throw new Error(`${host.name} is not back within 90 s: ${answer}`);
      await sleep(300);
    }
  }

  /** What a host answers for a name: `200 v1`. */
  async answer(host: Host, name: string): Promise<string> {
    try {
      const { status, version } = await ask({
        method: "GET",
        url: `${host.url}/`,
        host: name,
        timeoutMs: 3000,
      });
      return status === 200 ? `200 ${version}` : String(status);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** What is other than the program says, a sentence each. */
  async wrong(edit: Edit): Promise<string[]> {
    const hosts = await this.hosts();
    const expected = [1, 2, ...(edit.third ? [3] : [])].map((at) => `${prefix}${at}`);
    const found = hosts.map(({ name }) => name);
    const wrong =
      found.join() === expected.join()
        ? []
        : [`the cloud has the servers ${found.join(", ")}, not ${expected.join(", ")}`];
    for (const host of hosts) {
      const news = edit.news && host.name !== `${prefix}3`;
      const answers = { "shop.faults": `200 v${edit.version}`, "news.faults": news ? "200 v9" : "404" };
      for (const [name, right] of Object.entries(answers)) {
        const answer = await this.answer(host, name);
        if (answer !== right) wrong.push(`${host.name} answers ${answer} for ${name}, not ${right}`);
      }
      wrong.push(...(await misfits(host, edit)));
    }
    return wrong;
  }

  /** The connections that ssh keeps warm. */
  warm(): Process[] {
    return warmConnections(join(this.workspace.env["HOME"] ?? "", ".sextant", "run"));
  }

  async end(edit: Edit): Promise<void> {
    const gone = await this.pulumi(edit, "destroy", "--yes", "--skip-preview");
    for (const host of this.known) host.close();
    if (gone.code !== 0) throw new Error(`bench faults: destroy: exit ${gone.code}\n${gone.text}`);
    this.workspace.remove();
  }

  private async api<Answer>(path: string, method = "GET"): Promise<Answer> {
    const { endpoint, token } = this.facts.api;
    const response = await fetch(`${endpoint}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}` },
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }
}

interface Action {
  id: number;
  status: "running" | "success" | "error";
}

interface CloudServer {
  id: number;
  name: string;
  public_net: { ipv4: { ip: string } | null };
}

/** The containers of a host that the program does not have, or has in another way. */
async function misfits(host: Host, edit: Edit): Promise<string[]> {
  const containers = await host.containers();
  const wanted = new Map([
    ["shop/web", `v${edit.version}`],
    ...(host.name === `${prefix}1` ? [["shop/job", `v${edit.version}`] as const] : []),
    ...(edit.news && host.name !== `${prefix}3` ? [["news/web", "v9"] as const] : []),
  ]);
  const wrong: string[] = [];
  for (const [role, version] of wanted) {
    const own = containers.filter((each) => each.role.endsWith(`/${role}`));
    const said = own.map(({ state, version: has }) => `${has} ${state}`).join(", ");
    if (said !== `${version} running`)
      wrong.push(`${host.name} has of ${role}: ${said || "nothing"}, not ${version} running`);
  }
  for (const { name, state, role } of containers) {
    const known =
      role === ""
        ? /^kamal-proxy$|^(?:.*-)?(?:cache|store)$/.test(name)
        : [...wanted.keys()].some((each) => role.endsWith(`/${each}`));
    if (!known) wrong.push(`${host.name} has the container ${name}, ${state}, which is left over`);
    else if (state !== "running") wrong.push(`${host.name} has the container ${name} ${state}`);
  }
  return wrong;
}

/** The environment by which the program knows its edit. */
function environment(edit: Edit): NodeJS.ProcessEnv {
  return { FAULTS: JSON.stringify(edit) };
}
