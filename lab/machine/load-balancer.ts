/** Load balancers: haproxy in a container with a public address and a plug in each private network. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tryRun } from "../docker/exec";
import type { Docker } from "../docker/docker";
import { publicAddresses } from "./container";
import type { Fabric } from "./fabric";
import { certificateFile, haproxyConfig, serverName } from "./haproxy";
import type { LoadBalancerSpec, TargetHealth } from "./machines";
import { type Names, label } from "./names";

export class LoadBalancers {
  constructor(
    private readonly docker: Docker,
    private readonly fabric: Fabric,
    private readonly names: Names,
    private readonly dir: string,
  ) {}

  /** Makes the balancer so; haproxy takes a new configuration without dropping connections. */
  async apply(id: string, spec: LoadBalancerSpec, ranges: Map<string, string>): Promise<void> {
    const name = this.names.balancer(id);
    const dir = join(this.dir, id);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    spec.services.forEach((service, index) => {
      service.certificates?.forEach((pem, nth) => {
        writeFileSync(join(dir, certificateFile(index, nth)), pem, { mode: 0o600 });
      });
    });
    writeFileSync(join(dir, "haproxy.cfg"), haproxyConfig(spec));
    const address = `${spec.ipv4 ?? ""},${spec.ipv6 ?? ""}`;
    const format = `{{.State.Pid}} {{index .Config.Labels "${label}.address"}}`;
    const [pid, former] = ((await this.inspect(name, format)) ?? "").split(" ");
    if (pid && former === address && Number(pid) > 0) {
      await this.plug(id, spec, ranges, Number(pid));
      await this.docker.run(["kill", "--signal", "USR2", name]);
      return;
    }
    if (pid !== undefined && pid !== "") await this.docker.run(["rm", "--force", name]);
    await this.docker.run([
      ...[
        "run",
        "--detach",
        "--name",
        name,
        "--label",
        `${label}=balancer`,
        "--label",
        `${label}.address=${address}`,
      ],
      ...["--volume", `${dir}:/etc/lb:ro`, ...publicAddresses(spec), "--entrypoint", "/usr/sbin/haproxy"],
      ...["sextant/server", "-W", "-db", "-f", "/etc/lb/haproxy.cfg"],
    ]);
    await this.plug(id, spec, ranges, Number(await this.inspect(name, "{{.State.Pid}}")));
  }

  async remove(id: string): Promise<void> {
    const name = this.names.balancer(id);
    if ((await this.inspect(name, "{{.Id}}")) !== undefined) await this.docker.run(["rm", "--force", name]);
    rmSync(join(this.dir, id), { recursive: true, force: true });
  }

  /** What haproxy's own checks say. */
  async health(id: string, spec: LoadBalancerSpec): Promise<TargetHealth> {
    const args = ["exec", "--interactive", this.names.balancer(id), "nc", "-U", "-N", "/run/haproxy.sock"];
    const csv = await this.docker.run(args, { input: "show stat -1 4 -1\n" });
    const status = new Map<string, string>();
    for (const line of csv.split("\n")) {
      const fields = line.split(",");
      status.set(`${fields[0] ?? ""}/${fields[1] ?? ""}`, fields[17] ?? "");
    }
    return spec.services.flatMap(({ listenPort }) =>
      spec.targets.map((target) => ({
        target,
        listenPort,
        healthy: (status.get(`port-${listenPort}/${serverName(target)}`) ?? "").startsWith("UP"),
      })),
    );
  }

  private async plug(
    id: string,
    spec: LoadBalancerSpec,
    ranges: Map<string, string>,
    pid: number,
  ): Promise<void> {
    for (const [index, network] of spec.networks.entries()) {
      const length = ranges.get(network.id)?.split("/")[1] ?? "16";
      const addresses = [`${network.ip}/${length}`];
      const cable = {
        container: `balancer-${id}`,
        pid,
        network: network.id,
        interface: `ens${10 + index}`,
        addresses,
      };
      await this.fabric.script(this.fabric.plug(cable));
    }
  }

  private async inspect(name: string, format: string): Promise<string | undefined> {
    const outcome = await tryRun("docker", ["container", "inspect", "--format", format, name], {
      env: { DOCKER_HOST: this.docker.host },
    });
    if (outcome.code === 0) return outcome.stdout.trim();
    if (/no such container/i.test(outcome.stderr)) return undefined;
    throw new Error(`load balancer: docker container inspect ${name} failed: ${outcome.stderr.trim()}`);
  }
}
