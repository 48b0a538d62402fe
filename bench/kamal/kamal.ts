/** Kamal as a driver: its command line, on a configuration that is written for each run. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LabFacts } from "../../lab/facts";
import type { ClientCommand } from "../client/run";
import type { CaseName, Release } from "../compare/cases";
import type { ToolDriver } from "../compare/driver";
import { kamalPorts, routeHost } from "../compare/names";
import type { Hosts } from "../hosts/hosts";
import { forgetImage, forgetKamal, takeTurn } from "../hosts/scripts";
import { kamalConfig } from "./config";
import { environmentIn, fillDirectory } from "./directory";
import type { KamalBinary } from "./install";

export class Kamal implements ToolDriver {
  readonly port = kamalPorts.http;
  private readonly directory = mkdtempSync(join(tmpdir(), "sextant-kamal-"));

  private constructor(
    private readonly facts: LabFacts,
    private readonly binary: KamalBinary,
    private readonly keyFile: string,
    readonly tool: "kamal" | "kamal-serial",
  ) {}

  /** A directory with what its user has: secrets, and a repository of git, which a rollback asks for. */
  static async make(
    facts: LabFacts,
    binary: KamalBinary,
    keyFile: string,
    tool: "kamal" | "kamal-serial",
  ): Promise<Kamal> {
    const kamal = new Kamal(facts, binary, keyFile, tool);
    await fillDirectory(kamal.directory);
    return kamal;
  }

  async prepare(hosts: Hosts, name: CaseName, release: Release): Promise<void> {
    const { registry } = this.facts;
    writeFileSync(
      join(this.directory, "config", "deploy.yml"),
      kamalConfig({
        hosts: hosts.list.map(({ address }) => address),
        registry,
        keyFile: this.keyFile,
        ports: kamalPorts,
        host: routeHost,
        env: release.env,
        serial: this.tool === "kamal-serial",
      }),
    );
    const isNew = ["deploy", "slow", "failed"].includes(name);
    const image = `${registry.address}/lite:${release.version}`;
    await hosts.all(takeTurn("kamal") + (isNew ? forgetImage(image) : ""));
  }

  command(_hosts: Hosts, name: CaseName, { version }: Release): ClientCommand {
    return {
      command: this.binary.command,
      args: words(name, version),
      cwd: this.directory,
      env: environmentIn(this.directory, this.binary, this.facts),
    };
  }

  async reset(hosts: Hosts): Promise<void> {
    await hosts.all(takeTurn("kamal") + forgetKamal);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** What its user types; the image is in the registry already. */
function words(name: CaseName, version: string): string[] {
  switch (name) {
    case "first":
      return ["setup", "--skip-push", "--version", version];
    case "rollback":
      return ["rollback", version];
    case "deploy":
    case "config":
    case "same":
    case "slow":
    case "failed":
      return ["deploy", "--skip-push", "--version", version];
    case "preview":
    case "uncached":
      throw new Error("bench: Kamal has no preview");
  }
}
