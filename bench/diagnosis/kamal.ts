/** Kamal with the fixtures, on a server of its own that is like the one of the other tool. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Outcome, tryRun } from "../../lab/docker/exec";
import type { Edit } from "../../test/lab/faults/edit";
import { good } from "../../test/lab/faults/edit";
import type { Fixture } from "../../test/lab/faults/fixtures";
import type { FaultWorld } from "../../test/lab/faults/world";
import type { KamalBinary } from "../kamal/install";
import { complaint, kamalConfig } from "./kamal-config";

export interface KamalRun {
  code: number;
  seconds: number;
  /** What it said of the reason. */
  printed: string;
}

const database = { host: "fault-db", password: "fault-database" };

export class KamalDeploys {
  private readonly directory = mkdtempSync(join(tmpdir(), "sextant-kamal-"));

  private constructor(
    private readonly world: FaultWorld,
    private readonly binary: KamalBinary,
  ) {
    for (const name of ["config", ".kamal", "home"]) mkdirSync(join(this.directory, name));
    writeFileSync(
      join(this.directory, ".kamal", "secrets"),
      "KAMAL_REGISTRY_PASSWORD=$KAMAL_REGISTRY_PASSWORD\n",
    );
  }

  /** Sets the server up with the good release and a database. */
  static async start(world: FaultWorld, binary: KamalBinary): Promise<KamalDeploys> {
    const kamal = new KamalDeploys(world, binary);
    const first = await kamal.run(good, "setup");
    if (first.code !== 0) throw new Error(`kamal setup: exit ${first.code}\n${first.stdout}${first.stderr}`);
    const { address } = world.workspace.facts.registry;
    await world.onServer(
      "fault-3",
      `docker run --detach --name ${database.host} --network kamal --env POSTGRES_USER=app \\
        --env POSTGRES_PASSWORD=${database.password} ${address}/postgres:15 >/dev/null`,
    );
    return kamal;
  }

  /** Deploys a fixture's release over the good one. */
  async deploy(fixture: Fixture): Promise<KamalRun> {
    const { world } = this;
    const place = { server: "fault-3" as const, network: "kamal", label: "service=lite" };
    if (fixture.setUp !== undefined) await world.onServer(place.server, world.filled(fixture.setUp, place));
    const begun = Date.now();
    let ran: Outcome;
    try {
      ran = await this.run(world.edited(fixture, place), "deploy");
    } finally {
      if (fixture.tearDown !== undefined)
        await world.onServer(place.server, world.filled(fixture.tearDown, place));
    }
    const seconds = (Date.now() - begun) / 1000;
    const text = `${ran.stdout}\n${ran.stderr}`;
    await world.onServer(
      place.server,
      "docker ps --all --quiet --filter label=service=lite --filter status=restarting | xargs -r docker stop --time 1",
    );
    if (ran.code === 0) await this.run(good, "deploy");
    return { code: ran.code, seconds, printed: ran.code === 0 ? "nothing: it went live" : complaint(text) };
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private run(edit: Edit, command: "setup" | "deploy"): Promise<Outcome> {
    const { facts, keyFile } = this.world.workspace;
    writeFileSync(
      join(this.directory, "config", "deploy.yml"),
      kamalConfig(edit, {
        address: this.world.addressOf("fault-3"),
        registry: facts.registry,
        keyFile,
        database,
      }),
    );
    return tryRun("nice", [this.binary.command, command, "--skip-push", "--version", edit.version], {
      cwd: this.directory,
      env: {
        ...this.binary.env,
        KAMAL_REGISTRY_PASSWORD: edit.registryPassword ?? facts.registry.password,
        // Its known hosts are there; the lab's servers take the addresses of former ones.
        HOME: join(this.directory, "home"),
        DOCKER_HOST: facts.docker.host,
        SSH_AUTH_SOCK: "",
      },
    });
  }
}
