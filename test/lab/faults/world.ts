/** The running lab with the program of the fixtures on it: one server that serves, and whatever goes wrong with it. */
import { type Outcome, tryRun } from "../../../lab/docker/exec";
import { findDocker } from "../../../lab/docker/docker";
import { factsOfLab } from "../../../lab/facts";
import { labUp } from "../../../lab/lab";
import { type LoadReport, startLoad } from "../../../lab/load/load";
import { witnessed } from "../../../lab/registry/witness";
import { tryOn } from "../../../lab/ssh";
import { type Ran, Workspace } from "../../../lab/workspace";
import { type Edit, good } from "./edit";
import type { Fixture } from "./fixtures";
import { indexOfOnePlatform, manifestOf } from "./registry";
import { type Line, type Said, said } from "./said";

/** What became of a deploy. */
export interface Deployed {
  code: number;
  /** What pulumi printed. */
  lines: Line[];
  /** When pulumi was started, in ms since 1970. */
  begun: number;
  /** Seconds that pulumi took in all. */
  total: number;
  said: Said;
  /** Of the traffic meanwhile; undefined where the fault takes it away. */
  load: LoadReport | undefined;
  /** What the fixture's proof found; "shown" where the fault was there. */
  proof: string;
}

const host = "shop.fault";

/** Servers by their names. */
export type ServerName = "fault-1" | "fault-2" | "fault-3";

/** What set-ups have to know of where they are run. */
export interface Place {
  server: ServerName;
  /** The Docker network of the apps. */
  network: string;
  /** A label that the app's containers have. */
  label: string;
}

const ours: Place = { server: "fault-1", network: "sextant", label: "sextant.app=shop" };

export class FaultWorld {
  private constructor(
    readonly workspace: Workspace,
    private readonly base: Edit,
    private readonly addresses: Readonly<Record<string, string>>,
  ) {}

  /** What became of the logins that the registry was sent by a server since a moment, in ms since 1970: `taken` or `refused`, each once. */
  private async logins(server: ServerName, since: number): Promise<string[]> {
    const docker = await findDocker();
    if (docker === undefined) throw new Error("the lab's Docker does not answer");
    const came = (await witnessed(docker, new Date(since))).filter(
      ({ from }) => from === this.addressOf(server),
    );
    return [...new Set(came.map(({ taken }) => (taken ? "taken" : "refused")))];
  }

  /**
   * Brings the lab up, makes the servers, gives Docker a disk of its own where the fixtures fill it, and deploys the good
   * release. With Kamal there is a third server, for another tool, like the first.
   */
  static async start(
    stack: string,
    progress: (line: string) => void,
    { kamal = false }: { kamal?: boolean } = {},
  ): Promise<FaultWorld> {
    const facts = await factsOfLab(await labUp(progress));
    await indexOfOnePlatform(facts.registry, "foreign", "arm64", "index");
    const workspace = await Workspace.make(facts, "test/lab/faults/program", stack);
    try {
      return await FaultWorld.made(workspace, { ...good, kamal });
    } catch (error) {
      await new FaultWorld(workspace, { ...good, kamal }, {}).end();
      throw error;
    }
  }

  private static async made(workspace: Workspace, base: Edit): Promise<FaultWorld> {
    await workspace.setSecret("dbPassword", "fault-database");
    await workspace.pulumi(["up", "--yes", "--skip-preview"], deployed({ ...base, bare: true }));
    const { addresses, devices } =
      await workspace.outputs<Record<"addresses" | "devices", Record<string, string>>>();
    const world = new FaultWorld(workspace, base, addresses);
    for (const [server, device] of Object.entries(devices)) {
      await world.onServer(server as ServerName, dataOnDisk(device));
    }
    await world.restore();
    return world;
  }

  /** Deploys a fixture's release over the one that serves, with requests all the while. */
  async deploy(fixture: Fixture): Promise<Deployed> {
    const place = { ...ours, server: fixture.on ?? ours.server };
    if (fixture.setUp !== undefined) await this.onServer(place.server, this.filled(fixture.setUp, place));
    const load =
      fixture.serves === false ? undefined : startLoad({ targets: this.targets, host, slowSeconds: 1 });
    const lines: Line[] = [];
    const begun = Date.now();
    let ran: Ran;
    let report: LoadReport | undefined;
    let proof: string;
    try {
      ran = await this.workspace.tryPulumi(
        ["up", "--yes", "--skip-preview"],
        deployed(this.edited(fixture, place)),
        undefined,
        (text) => lines.push({ at: Date.now() - begun, text }),
      );
      proof = await this.prove(fixture, place, begun);
    } finally {
      report = await load?.stop();
      if (fixture.tearDown !== undefined)
        await this.onServer(place.server, this.filled(fixture.tearDown, place));
    }
    // A fault that did not show has gone live; the next fixture needs the good release under it.
    if (ran.code === 0) await this.restore();
    const { says, cause } = fixture;
    return {
      code: ran.code,
      lines,
      begun,
      total: ran.seconds,
      said: said(lines, says === undefined ? undefined : { says, cause }),
      load: report,
      proof,
    };
  }

  /** Whether what the fixture means to do was done: "shown", or what was found instead. */
  private async prove({ proof, edit }: Fixture, place: Place, begun: number): Promise<string> {
    if (typeof proof === "object" && "logins" in proof) {
      const came = await this.logins(place.server, begun);
      return came.join() === proof.logins.join()
        ? "shown"
        : `the registry's log says of logins: ${came.join()}`;
    }
    if (typeof proof === "object") {
      const { registry } = this.workspace.facts;
      const password = edit.registryPassword ?? registry.password;
      const answer = await manifestOf({ ...registry, password }, proof.tag);
      const shown = answer.status === proof.status && (proof.says?.test(answer.text) ?? true);
      if (!shown) return `the registry says ${answer.status} ${answer.text}`;
      if (proof.beside === undefined) return "shown";
      const beside = await manifestOf({ ...registry, password }, proof.beside);
      return beside.status === 200
        ? "shown"
        : `the registry says ${beside.status} of ${proof.beside}, which it has to have`;
    }
    const failed = `FAILED=$(docker ps --all --quiet --filter label=APP_LABEL | head -n 1)`;
    const script = this.filled(`${failed}; ${proof}`, place).replaceAll(
      "SINCE",
      String(Math.floor(begun / 1000)),
    );
    const outcome = await this.tryOnServer(place.server, script);
    return outcome.code === 0
      ? "shown"
      : `exit ${outcome.code} of ${script}\n${outcome.stdout}${outcome.stderr}`;
  }

  /** Deploys the good release. */
  async restore(): Promise<void> {
    await this.workspace.pulumi(["up", "--yes", "--skip-preview"], deployed(this.base));
  }

  /** The release that serves. */
  async serving(): Promise<string> {
    const answer = await tryRun("curl", [
      ...["--silent", "--noproxy", "*", "--max-time", "5", "--header", `Host: ${host}`],
      ...[
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code} %header{x-app-version}",
        `${this.targets[0] ?? ""}/up`,
      ],
    ]);
    return answer.stdout.trim();
  }

  get targets(): string[] {
    return [`http://${this.addressOf("fault-1")}`];
  }

  addressOf(server: ServerName): string {
    const address = this.addresses[server];
    if (address === undefined) throw new Error(`there is no server ${server}`);
    return address;
  }

  /** Runs a command as root on a server; a failure is an error with what it said. */
  async onServer(server: ServerName, command: string): Promise<string> {
    const outcome = await this.tryOnServer(server, command);
    if (outcome.code !== 0) {
      throw new Error(`${server}: exit ${outcome.code}: ${command}\n${outcome.stdout}${outcome.stderr}`);
    }
    return outcome.stdout.trim();
  }

  private tryOnServer(server: ServerName, command: string): Promise<Outcome> {
    return tryOn({ address: this.addressOf(server), keyFile: this.workspace.keyFile }, command);
  }

  /** Destroys what is left. */
  async end(): Promise<void> {
    await this.workspace.pulumi(
      ["destroy", "--yes", "--skip-preview"],
      deployed({ ...this.base, bare: true }),
    );
    this.workspace.remove();
  }

  /** The whole edit of a fixture. */
  edited(fixture: Fixture, place: Place = ours): Edit {
    return JSON.parse(this.filled(JSON.stringify({ ...this.base, ...fixture.edit }), place)) as Edit;
  }

  /** A text of a fixture with the words that stand for addresses and names filled in. */
  filled(text: string, place: Place): string {
    const { address } = this.workspace.facts.registry;
    const [name = "", port = ""] = address.split(":");
    return text
      .replaceAll("REGISTRY_HOST", name)
      .replaceAll("REGISTRY_PORT", port)
      .replaceAll("REGISTRY", address)
      .replaceAll("NETWORK", place.network)
      .replaceAll("APP_LABEL", place.label);
  }
}

/** The environment by which the program knows its edit. */
function deployed(edit: Edit): NodeJS.ProcessEnv {
  return { FAULTS: JSON.stringify(edit) };
}

/** Shell lines that move Docker's data to a volume; none of it is kept for root, who is the one that fills it. */
function dataOnDisk(device: string): string {
  return `set -e
    mkfs.ext4 -q -m 0 ${device}
    mkdir -p /mnt/disk
    mount ${device} /mnt/disk
    systemctl stop docker
    cp -a /var/lib/docker/. /mnt/disk/
    umount /mnt/disk
    mount ${device} /var/lib/docker
    systemctl start docker`;
}
