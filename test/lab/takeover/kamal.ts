/** Kamal with an app on a server of the lab: its command line, as its user has it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { environmentIn, fillDirectory } from "../../../bench/kamal/directory";
import { installKamal, type KamalBinary } from "../../../bench/kamal/install";
import { tryRun } from "../../../lab/docker/exec";
import type { LabFacts } from "../../../lab/facts";
import { dbPassword, routeHost } from "./edit";

export class Kamal {
  private readonly directory = mkdtempSync(join(tmpdir(), "sextant-takeover-"));

  private constructor(
    private readonly facts: LabFacts,
    private readonly binary: KamalBinary,
  ) {}

  /** A directory with what its user has: configuration, secrets, and a repository of git, which a rollback asks for. */
  static async make(facts: LabFacts, at: { address: string; keyFile: string }): Promise<Kamal> {
    const kamal = new Kamal(
      facts,
      await installKamal((line) => {
        console.log(line);
      }),
    );
    await fillDirectory(kamal.directory);
    writeFileSync(join(kamal.directory, "config", "deploy.yml"), configuration(facts, at));
    return kamal;
  }

  /** Runs it; a failure is an error with all that was printed. */
  async run(...words: string[]): Promise<string> {
    const ran = await tryRun(this.binary.command, words, {
      cwd: this.directory,
      env: environmentIn(this.directory, this.binary, this.facts),
    });
    const text = ran.stdout + ran.stderr;
    if (ran.code !== 0) throw new Error(`kamal ${words.join(" ")}: exit ${ran.code}\n${text}`);
    return text;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function configuration(
  { registry }: LabFacts,
  { address, keyFile }: { address: string; keyFile: string },
): string {
  return stringify({
    // The image is labelled with this name, which Kamal looks for.
    service: "lite",
    image: "lite",
    servers: { web: { hosts: [address] }, job: { hosts: [address], cmd: "lite worker" } },
    registry: {
      server: registry.address,
      username: registry.username,
      password: ["KAMAL_REGISTRY_PASSWORD"],
    },
    builder: { arch: "amd64" },
    env: { clear: { REDIS_HOST: "lite-redis" } },
    volumes: ["lite-files:/files"],
    proxy: {
      host: routeHost,
      app_port: 3000,
      run: { registry: registry.address, repository: "kamal-proxy", version: "v0.9.2" },
    },
    accessories: {
      redis: { image: `${registry.address}/redis:7`, host: address, volumes: ["lite-redis:/data"] },
      db: {
        image: `${registry.address}/postgres:15`,
        host: address,
        env: { clear: { POSTGRES_USER: "lite", POSTGRES_DB: "lite", POSTGRES_PASSWORD: dbPassword } },
        directories: ["data:/var/lib/postgresql/data"],
      },
    },
    ssh: { keys: [keyFile], keys_only: true, config: false },
    deploy_timeout: 30,
    drain_timeout: 10,
    readiness_delay: 1,
  });
}
