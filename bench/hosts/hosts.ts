/** The servers of the benchmark from inside, past their sshd, so that looking at them is not counted. */
import { dockerAt, type Docker } from "../../lab/docker/docker";
import type { LabFacts } from "../../lab/facts";
import { label } from "../../lab/machine/names";
import { type Counts, counterRules, parseCounters, readCounters, sumCounts } from "./counters";

export interface Host {
  name: string;
  address: string;
  /** `ssh-ed25519 AAAA…`, as it is pinned. */
  hostKey: string;
  /** In the private network; undefined where there is none. */
  privateAddress?: string;
}

export class Hosts {
  private constructor(
    private readonly docker: Docker,
    private readonly registry: string,
    readonly list: readonly Host[],
    private readonly containers: ReadonlyMap<string, string>,
  ) {}

  /** Finds the lab's servers of these names and addresses, and puts counters on them. */
  static async find(facts: LabFacts, servers: readonly Omit<Host, "hostKey">[]): Promise<Hosts> {
    const docker = dockerAt(facts.docker.host, false);
    const ids = (await docker.run(["ps", "--quiet", "--filter", `label=${label}=machine`]))
      .trim()
      .split("\n");
    const lines = await docker.run(["inspect", "--format", "{{.Config.Hostname}} {{.Id}}", ...ids]);
    const containers = new Map(
      lines
        .trim()
        .split("\n")
        .map((line): [string, string] => [line.split(" ")[0] ?? "", line.split(" ")[1] ?? ""]),
    );
    const hosts = new Hosts(docker, facts.registry.address, [], containers);
    const list: Host[] = [];
    for (const server of servers) {
      const key = await hosts.run(server.name, "cat /etc/ssh/ssh_host_ed25519_key.pub");
      list.push({ ...server, hostKey: key.trim().split(" ").slice(0, 2).join(" ") });
    }
    return new Hosts(docker, facts.registry.address, list, containers);
  }

  get names(): string[] {
    return this.list.map(({ name }) => name);
  }

  /** Runs shell lines as root on one server. */
  run(name: string, script: string): Promise<string> {
    const container = this.containers.get(name);
    if (container === undefined) throw new Error(`bench: the lab has no running server ${name}`);
    return this.docker.run(["exec", "--interactive", container, "sh", "-eu"], { input: script });
  }

  /** Runs the same shell lines on all servers, at once. */
  all(script: string): Promise<string[]> {
    return Promise.all(this.names.map((name) => this.run(name, script)));
  }

  /** Sets the counters to zero. */
  async startCounting(): Promise<void> {
    await this.all(`nft -f - <<'END'\n${counterRules(this.registry)}END\n`);
  }

  async counts(): Promise<Counts> {
    return sumCounts((await this.all(readCounters)).map(parseCounters));
  }
}
