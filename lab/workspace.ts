/**
 * A stack of a program of this checkout on the lab, as a user drives it: `pulumi` on the command line. The program runs
 * from a temporary copy with a state of its own, so that nothing is written into the checkout.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { type Outcome, run, tryRun } from "./docker/exec";
import type { LabFacts } from "./facts";
import { publicNetwork } from "./machine/names";
import { productFolders, repoRoot } from "./paths";

export interface Ran extends Outcome {
  seconds: number;
  /** What was printed, on both streams. */
  text: string;
}

export class Workspace {
  private constructor(
    readonly facts: LabFacts,
    /** The copy's root; links to the rest of the checkout. */
    private readonly root: string,
    private readonly program: string,
    readonly stack: string,
  ) {}

  /**
   * Copies the program (a folder below the checkout's root, with its siblings, which it may import), makes an empty stack
   * and sets what every program on the lab needs: registry, its login, SSH key, the operator's addresses.
   * With the compiled library a program starts as one does that has the npm package: its sources take a second more to load.
   */
  static async make(
    facts: LabFacts,
    program: string,
    stack: string,
    library: "sources" | "compiled" = "sources",
  ): Promise<Workspace> {
    const root = mkdtempSync(join(tmpdir(), "sextant-workspace-"));
    cpSync(join(repoRoot, dirname(program)), join(root, dirname(program)), { recursive: true });
    for (const name of ["node_modules", "package.json", "tsconfig.json", "dist"]) {
      symlinkSync(join(repoRoot, name), join(root, name));
    }
    const sources = library === "compiled" ? await compiled() : repoRoot;
    for (const name of productFolders) symlinkSync(join(sources, name), join(root, name));
    for (const name of ["backend", "home"]) mkdirSync(join(root, name));
    const workspace = new Workspace(facts, root, program, stack);
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", stack, "-f", workspace.keyFile]);
    await workspace.pulumi(["stack", "init", stack]);
    const plain = {
      registry: facts.registry.address,
      registryUser: facts.registry.username,
      operator: publicNetwork.ipv4.subnet,
      sshKeyFile: workspace.keyFile,
    };
    await workspace.pulumi([
      ...["config", "set-all"],
      ...Object.entries(plain).flatMap(([name, value]) => ["--plaintext", `${name}=${value}`]),
    ]);
    await workspace.setSecret("registryPassword", facts.registry.password);
    return workspace;
  }

  /** The key that opens the servers of this stack. */
  get keyFile(): string {
    return join(this.root, "key");
  }

  /** The environment that pulumi runs in. */
  get env(): NodeJS.ProcessEnv {
    return {
      ...this.facts.env,
      PULUMI_BACKEND_URL: `file://${join(this.root, "backend")}`,
      // The lab gives an address to one server after the other: the host key that a stack has met there is its own affair,
      // and no line of the list of the person who runs the lab.
      HOME: join(this.root, "home"),
      // Other plugins may be put first, such as the official ones.
      ...(process.env["SEXTANT_PLUGINS"] === undefined
        ? {}
        : {
            PULUMI_IGNORE_AMBIENT_PLUGINS: "false",
            PATH: [process.env["SEXTANT_PLUGINS"], this.facts.env["PATH"]].join(delimiter),
          }),
    };
  }

  get directory(): string {
    return join(this.root, this.program);
  }

  /** By standard input, so that the value is in no argument list. */
  async setSecret(name: string, value: string): Promise<void> {
    await this.pulumi(["config", "set", "--secret", name], {}, value);
  }

  /** Runs pulumi; a failure is an error with all that was printed. */
  async pulumi(args: string[], env: NodeJS.ProcessEnv = {}, input?: string): Promise<string> {
    const outcome = await this.tryPulumi(args, env, input);
    if (outcome.code !== 0)
      throw new Error(`pulumi ${args.join(" ")}: exit ${outcome.code}\n${outcome.text}`);
    return outcome.stdout;
  }

  /** Runs pulumi, and tells each line as it is printed. */
  async tryPulumi(
    args: string[],
    env: NodeJS.ProcessEnv = {},
    input?: string,
    onLine?: (line: string) => void,
  ): Promise<Ran> {
    const started = Date.now();
    // The lab's servers are on the same machine as the client, where they would be on their own: they go first.
    const outcome = await tryRun("nice", ["pulumi", ...args, "--non-interactive"], {
      cwd: this.directory,
      env: { ...this.env, ...env },
      input,
      ...(onLine === undefined ? {} : { onLine }),
    });
    const seconds = (Date.now() - started) / 1000;
    return { ...outcome, seconds, text: `${outcome.stdout}\n${outcome.stderr}` };
  }

  /**
   * Runs pulumi until it prints what fits, and kills it then with all that it has started; the state's lock is taken away as Pulumi says.
   * @throws Error where it ended before
   */
  async killPulumi(args: string[], at: RegExp, env: NodeJS.ProcessEnv = {}): Promise<void> {
    const child = spawn("pulumi", [...args, "--non-interactive"], {
      cwd: this.directory,
      env: { ...process.env, ...this.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let text = "";
    let killed = false;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        if (killed || child.pid === undefined || !at.test(text)) return;
        killed = true;
        process.kill(-child.pid, "SIGKILL");
      });
    await new Promise((resolve) => child.on("exit", resolve));
    if (!killed) throw new Error(`pulumi ${args.join(" ")}: no line of it has ${at.source}\n${text}`);
    await this.pulumi(["cancel", "--yes"]);
  }

  /** The stack's outputs. */
  async outputs<T>(): Promise<T> {
    return JSON.parse(await this.pulumi(["stack", "output", "--json"])) as T;
  }

  /** The state as it lies on disk. */
  stateText(): string {
    const name = projectName(join(this.directory, "Pulumi.yaml"));
    return readFileSync(join(this.root, "backend", ".pulumi", "stacks", name, `${this.stack}.json`), "utf8");
  }

  /** Removes the copy; the stack must be empty by then. */
  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

let compiling: Promise<string> | undefined;

/** The directory of the library as it is published; compiled once. */
function compiled(): Promise<string> {
  compiling ??= run("npm", ["run", "--silent", "build"], { cwd: repoRoot }).then(() =>
    join(repoRoot, "dist"),
  );
  return compiling;
}

function projectName(file: string): string {
  const name = /^name: *(\S+)$/m.exec(readFileSync(file, "utf8"))?.[1];
  if (name === undefined) throw new Error(`${file} has no name`);
  return name;
}
