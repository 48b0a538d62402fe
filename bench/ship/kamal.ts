/** Kamal ships: it builds a clone of the repository, pushes to the registry, and has all hosts pull from there. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { dockerAt, type Docker } from "../../lab/docker/docker";
import type { LabFacts } from "../../lab/facts";
import type { ClientCommand } from "../client/run";
import { environmentIn } from "../kamal/directory";
import type { KamalBinary } from "../kamal/install";
import type { ToolDriver } from "./driver";
import { deployYml, service } from "./kamal-config";
import { type Layer, layersOf, manifestTypes } from "./layers";
import type { Repository } from "./repository";
import type { SiteHost } from "./site";
import { kamalPorts } from "./site";

export interface KamalParts {
  facts: LabFacts;
  binary: KamalBinary;
  /** The program of `docker buildx`. */
  buildx: string;
  repository: Repository;
  keyFile: string;
  databasePassword: string;
}

export class Kamal implements ToolDriver {
  readonly tool = "kamal";
  readonly port = kamalPorts.http;

  private constructor(
    private readonly parts: KamalParts,
    private readonly docker: Docker,
  ) {}

  /**
   * What its user has: the command for builds, secrets, and the app's base in the client's Docker. Without that, BuildKit in Docker 20.10
   * would ask the lab's registry for it by HTTPS, whatever Docker has in insecure-registries (github.com/moby/moby/issues/41059).
   */
  static async make(parts: KamalParts): Promise<Kamal> {
    const { directory } = parts.repository;
    const plugin = join(directory, "home/.docker/cli-plugins/docker-buildx");
    mkdirSync(dirname(plugin), { recursive: true });
    symlinkSync(parts.buildx, plugin);
    // Where it keeps its clone.
    mkdirSync(join(directory, "home/tmp"));
    writeFileSync(join(directory, ".kamal/secrets"), "POSTGRES_PASSWORD=$POSTGRES_PASSWORD\n", { flag: "a" });
    const docker = dockerAt(parts.facts.docker.host, false);
    const kamal = new Kamal(parts, docker);
    await docker.run(["tag", "sextant/shop:v1", kamal.base]);
    return kamal;
  }

  first(hosts: readonly SiteHost[]): ClientCommand {
    const { repository, facts, keyFile } = this.parts;
    const yml = deployYml({ hosts, registry: facts.registry, keyFile });
    writeFileSync(join(repository.directory, "config/deploy.yml"), yml);
    return this.ask(["setup"]);
  }

  ship(): ClientCommand {
    return this.ask(["deploy"]);
  }

  ask(words: readonly string[]): ClientCommand {
    const { repository, facts, binary, databasePassword } = this.parts;
    const cwd = repository.directory;
    return {
      command: binary.command,
      args: [...words],
      cwd,
      env: {
        ...environmentIn(cwd, binary, facts),
        TMPDIR: join(cwd, "home/tmp"),
        POSTGRES_PASSWORD: databasePassword,
      },
    };
  }

  layers(commit: string): Promise<Layer[]> {
    const { address, username, password } = this.parts.facts.registry;
    const login = Buffer.from(`${username}:${password}`).toString("base64");
    const ask = async (path: string): Promise<string> => {
      const answer = await fetch(`http://${address}${path}`, {
        headers: { Authorization: `Basic ${login}`, Accept: manifestTypes },
      });
      if (!answer.ok) throw new Error(`bench ship: the registry answers ${answer.status} to ${path}`);
      return answer.text();
    };
    return layersOf(ask, service, commit);
  }

  /** The images of the client's Docker; all else is in the repository's folder. */
  async remove(): Promise<void> {
    const built = `${this.parts.facts.registry.address}/${service}`;
    const ids = await this.docker.run(["image", "ls", "--quiet", "--no-trunc", built]);
    const images = [...new Set(ids.split("\n").filter(Boolean))];
    if (images.length > 0) await this.docker.run(["image", "rm", "--force", ...images]);
    await this.docker.run(["image", "rm", "--no-prune", this.base]);
  }

  private get base(): string {
    return `${this.parts.facts.registry.address}/shop:v1`;
  }
}
