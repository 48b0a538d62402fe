/** A machine that no stack has made, with Docker and the images of the program beside this file. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Docker, findDocker } from "../../../lab/docker/docker";
import { run } from "../../../lab/docker/exec";
import { factsOfLab, labFacts } from "../../../lab/facts";
import { ensureImages } from "../../../lab/images/images";
import { labUp } from "../../../lab/lab";
import { type DockerMachines, createMachines } from "../../../lab/machine/driver";
import { on, sshWords, tryOn, type Reached } from "../../../lab/ssh";
import { Workspace } from "../../../lab/workspace";

export const image = "sextant/lite:v1";
export const proxyImage = "sextant/kamal-proxy:v0.9.2";

export class OldMachine {
  private constructor(
    readonly workspace: Workspace,
    readonly at: Reached,
    /** Of its sshd, as a program pins it. */
    readonly hostKey: string,
    private readonly docker: Docker,
    /** The machine is the first of these. */
    readonly machines: DockerMachines,
    private readonly dir: string,
  ) {}

  /**
   * @param stack of the program; it tells this machine from those of other tests, too
   * @param more its program's folder, and its address in the other family, where it has one
   */
  static async make(
    stack: string,
    address: string,
    { program = "test/lab/preflight/program", ipv6 }: { program?: string; ipv6?: string } = {},
  ): Promise<OldMachine> {
    const found = await findDocker();
    const docker = found && (await labFacts(found)) ? found : await labUp(console.log);
    await ensureImages({ docker, only: ["sextant/server"] });
    const facts = await factsOfLab(docker);
    const workspace = await Workspace.make(facts, program, stack);
    const dir = mkdtempSync(join(tmpdir(), "sextant-old-machine-"));
    const machines = await createMachines({ docker, dir, lab: `${stack}test` });
    await machines.create({
      id: "1",
      name: "old-1",
      cores: 2,
      memoryMb: 2048,
      architecture: "x86",
      sshPublicKeys: [readFileSync(`${workspace.keyFile}.pub`, "utf8")],
      ipv4: address,
      ...(ipv6 === undefined ? {} : { ipv6 }),
      volumes: [],
      imageName: "debian-12",
    });
    const at = { address, keyFile: workspace.keyFile };
    const deadline = Date.now() + 90_000;
    while ((await tryOn(at, "docker info && cloud-init status --wait")).code !== 0) {
      if (Date.now() > deadline) throw new Error("the machine does not take containers within 90 s");
      await sleep(300);
    }
    const printed = await on(at, "cat /etc/ssh/ssh_host_ed25519_key.pub");
    const hostKey = printed.split(" ").slice(0, 2).join(" ");
    const made = new OldMachine(workspace, at, hostKey, docker, machines, dir);
    await made.load(image, proxyImage);
    return made;
  }

  /** Brings images of the lab there. */
  async load(...images: string[]): Promise<void> {
    await ensureImages({ docker: this.docker, only: images });
    const load = `docker save ${images.join(" ")} | ssh "$@" docker load`;
    await run("sh", ["-c", load, "sh", ...sshWords(this.at)], { env: { DOCKER_HOST: this.docker.host } });
  }

  /** Takes it away, with what its program has written. */
  async remove(): Promise<void> {
    this.workspace.remove();
    await this.machines.removeAll();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
