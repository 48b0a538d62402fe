/** A server of the lab as the bench looks at it: from outside, through the lab's Docker, so that no connection of ssh is the bench's. */
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Docker } from "../../lab/docker/docker";
import { namesOf } from "../../lab/machine/names";
import { Generations } from "./generations";

/** A container as the host lists it. */
export interface Listed {
  name: string;
  state: string;
  role: string;
  version: string;
}

// First what happens, then what is there, so that nothing is between them. When its input ends it ends.
const watch = `exec 3<&0
docker events --filter type=container --filter event=start --filter event=die --format '{{.Action}} {{.Actor.ID}} {{index .Actor.Attributes "sextant.role"}}' &
events=$!
sleep 0.2
docker ps --no-trunc --format 'there {{.ID}} {{.Label "sextant.role"}}'
{ cat <&3; kill $events; } >/dev/null 2>&1 &
wait $events
kill $! 2>/dev/null`;

export class Host {
  readonly generations = new Generations();
  private readonly machine: string;
  private child: ReturnType<typeof spawn> | undefined;
  private watching = true;

  constructor(
    private readonly docker: Docker,
    readonly id: number,
    readonly name: string,
    readonly address: string,
  ) {
    this.machine = namesOf("").machine(String(id));
    void this.watch();
  }

  get url(): string {
    return `http://${this.address}`;
  }

  run(command: string): Promise<string> {
    return this.docker.run(["exec", this.machine, "sh", "-c", command]);
  }

  async containers(): Promise<Listed[]> {
    const format = '{{.Names}}|{{.State}}|{{.Label "sextant.role"}}|{{.Image}}';
    const text = await this.run(`docker ps --all --format '${format}'`);
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => {
        const [name = "", state = "", role = "", image = ""] = line.split("|");
        // The tag is the version.
        return { name, state, role, version: image.replace(/^.*:/, "") };
      });
  }

  /**
   * What the library has running there, with the seconds for which each has. Not the end of a lease, which every release leaves asleep: a
   * switch has ended the lease itself, and what wakes then does nothing.
   */
  async scripts(): Promise<{ seconds: number; args: string }[]> {
    const text = await this.run("ps -eo etimes=,args=");
    return text
      .split("\n")
      .map((line) => /^ *(\d+) (.*)$/.exec(line))
      .flatMap((found) => (found === null ? [] : [{ seconds: Number(found[1]), args: found[2] ?? "" }]))
      .filter(({ args }) => args.includes("/usr/local/lib/sextant/") && !/ lease \/usr\/local/.test(args));
  }

  /** Follows what its engine does, over reboots. */
  private async watch(): Promise<void> {
    for (; this.watching; await sleep(300)) {
      const child = spawn("docker", ["exec", "-i", this.machine, "sh", "-c", watch], {
        env: { ...process.env, DOCKER_HOST: this.docker.host },
        stdio: ["pipe", "pipe", "ignore"],
      });
      this.child = child;
      this.generations.tell("again");
      let rest = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) this.generations.tell(line);
      });
      await new Promise((resolve) => child.on("close", resolve));
    }
  }

  close(): void {
    this.watching = false;
    this.child?.stdin?.end();
  }
}
