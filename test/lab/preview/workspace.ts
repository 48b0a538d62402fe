/** A program that is only previewed, with the real engine, against Hetzner's API in this process. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run, tryRun, type Outcome } from "../../../lab/docker/exec";
import { createHetzner, type Hetzner } from "../../../lab/hetzner/server";
import { repoRoot } from "../../../lab/paths";
import { Recorder } from "../../unit/lab/hetzner/recorder";
import { engineEnvironment, linkLibrary } from "../engine";

const token = "t".repeat(64);

export class PreviewWorkspace {
  private constructor(
    readonly folder: string,
    private readonly hetzner: Hetzner,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** Copies a program (a file below test/lab) beside the library, and makes an empty stack `test`; `path` goes first on the PATH. */
  static async make(program: string, path: readonly string[] = []): Promise<PreviewWorkspace> {
    const folder = mkdtempSync(join(tmpdir(), "sextant-preview-"));
    const stateFile = join(folder, "state.json");
    const hetzner = createHetzner({ machines: new Recorder(), stateFile, token });
    const project = join(folder, "project");
    mkdirSync(project);
    linkLibrary(project);
    mkdirSync(join(project, "test", "lab", dirname(program)), { recursive: true });
    cpSync(join(repoRoot, "test", "lab", program), join(project, "test", "lab", program));
    writeFileSync(
      join(project, "Pulumi.yaml"),
      `name: preview\nruntime: nodejs\nmain: test/lab/${program}\n` +
        "plugins:\n  providers:\n    - name: sextant\n      path: dist/plugin\n",
    );
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "deploy", "-f", join(folder, "key")]);
    const workspace = new PreviewWorkspace(folder, hetzner, {
      ...(await engineEnvironment(folder, { token, endpoint: await hetzner.listen() }, path)),
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      SSH_KEY_FILE: join(folder, "key"),
    });
    await workspace.pulumi(["stack", "init", "test"]);
    return workspace;
  }

  /** Runs pulumi; what it exits with is left to the caller. */
  async pulumi(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome & { text: string }> {
    const outcome = await tryRun("pulumi", [...args, "--non-interactive"], {
      cwd: join(this.folder, "project"),
      env: { ...this.environment, ...env },
    });
    return { ...outcome, text: `${outcome.stdout}\n${outcome.stderr}` };
  }

  /** Calls Hetzner's API, or the simulator's own below `/_lab`. */
  async hcloud(method: string, path: string, body?: object): Promise<unknown> {
    const endpoint = this.environment["HCLOUD_ENDPOINT"] ?? "";
    const response = await fetch(
      path.startsWith("/_lab") ? endpoint.replace("/v1", path) : `${endpoint}${path}`,
      {
        method,
        headers: { Authorization: `Bearer ${token}` },
        body: body === undefined ? undefined : JSON.stringify(body),
      },
    );
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered ${String(response.status)}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  /** A file beside the program, such as a policy's configuration. */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  async remove(): Promise<void> {
    await this.hetzner.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
