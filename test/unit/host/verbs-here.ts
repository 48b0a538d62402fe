/** The verbs as they lie on a host, run in a real shell with a real curl against Docker's API in this process. */
import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DockerApi } from "./docker-api";
import { putScripts } from "./put-scripts";
import { removeDirectory } from "./remove-directory";

export interface Ended {
  code: number | null;
  stderr: string;
}

export class VerbsHere {
  readonly directory = mkdtempSync(join(tmpdir(), "sextant-verbs-"));
  /** Where the verbs keep which images came. */
  readonly given = join(this.directory, "given");

  constructor(private readonly docker: DockerApi) {
    putScripts(this.directory);
  }

  /** Makes a command, in place of the machine's own. */
  command(name: string, script: string): void {
    writeFileSync(join(this.directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  async run(verb: string, words: string[], stdin = ""): Promise<Ended> {
    const { code, stderr } = await this.ranBy(verb, words, stdin);
    return { code, stderr };
  }

  /** The same, with what it prints. */
  async ranBy(verb: string, words: string[], stdin = ""): Promise<Ended & { stdout: string }> {
    const child = spawn(join(this.directory, verb), words, {
      env: {
        PATH: `${this.directory}:${process.env["PATH"] ?? ""}`,
        DOCKER_HOST: `unix://${this.docker.socket}`,
        SEXTANT_IMAGES: this.given,
        SEXTANT_RUN: join(this.directory, "run"),
      },
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    // A verb that refuses its words reads nothing.
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    return { code, stdout, stderr };
  }

  remove(): void {
    removeDirectory(this.directory);
  }
}
