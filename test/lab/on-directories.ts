/**
 * A program with the real engine and the real hcloud plugin against the API in this process; its machines are directories that a script
 * in the place of `ssh` looks into. It reads its edit as JSON from EDIT.
 */
import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { createHetzner, type Hetzner } from "../../lab/hetzner/server";
import { engineEnvironment, linkLibrary } from "./engine";
import { Directories } from "./replaced-server/directories";

const run = promisify(execFile);

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

export class OnDirectories<Edit> {
  private constructor(
    readonly folder: string,
    readonly program: string,
    private readonly hetzner: Hetzner,
    /** Where the API listens. */
    readonly endpoint: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** Copies `test/lab/NAME` into a folder of its own, and makes the stack `lab` of its program. */
  static async start<Edit>(name: string, token: string): Promise<OnDirectories<Edit>> {
    const folder = mkdtempSync(join(tmpdir(), `sextant-${name}-`));
    const machines = join(folder, "machines");
    for (const each of [machines, join(folder, "bin")]) mkdirSync(each);
    const hetzner = createHetzner({
      machines: new Directories(machines),
      stateFile: join(folder, "state.json"),
      token,
      actionDelayMs: 20,
    });
    const endpoint = await hetzner.listen();
    cpSync(join(__dirname, name), join(folder, "test/lab", name), { recursive: true });
    linkLibrary(folder);
    copyFileSync(join(__dirname, "replaced-server/ssh.sh"), join(folder, "bin/ssh"));
    const key = join(folder, "key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    const place = new OnDirectories<Edit>(
      folder,
      join(folder, "test/lab", name, "program"),
      hetzner,
      endpoint,
      {
        ...process.env,
        ...(await engineEnvironment(folder, { token, endpoint }, [join(folder, "bin")])),
        PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        KEY_FILE: key,
        MACHINES: machines,
      },
    );
    await place.must(["stack", "init", "lab"]);
    await place.must(["config", "set", "hcloud:pollInterval", "100ms"]);
    await place.must(["config", "set", "hcloud:pollFunction", "constant"]);
    return place;
  }

  /** The directories that are the machines. */
  get machines(): string {
    return join(this.folder, "machines");
  }

  /** Runs a command in a directory. */
  execute(file: string, args: readonly string[], cwd: string, edit: Partial<Edit> = {}): Promise<Ended> {
    const env = { ...this.environment, EDIT: JSON.stringify(edit) };
    return run(file, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: unknown) => error as Ended,
    );
  }

  pulumi(args: readonly string[], edit?: Partial<Edit>): Promise<Ended> {
    return this.execute("pulumi", [...args, "--non-interactive"], this.program, edit);
  }

  /** Runs what has to succeed; answers with what it printed. */
  async must(args: readonly string[], edit?: Partial<Edit>): Promise<Ended> {
    const ended = await this.pulumi(args, edit);
    expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(0);
    return ended;
  }

  async end(): Promise<void> {
    await this.hetzner.close();
    rmSync(this.folder, { recursive: true });
  }
}
