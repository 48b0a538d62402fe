/** The running lab with one server that pulls, as a user drives it. */
import { expect } from "vitest";
import type { Docker } from "../../../lab/docker/docker";
import { factsOfLab } from "../../../lab/facts";
import { labUp } from "../../../lab/lab";
import type { RegistryAccess } from "../../../lab/registry/registry";
import { witnessed, type Witnessed } from "../../../lab/registry/witness";
import { on } from "../../../lab/ssh";
import { type Ran, Workspace } from "../../../lab/workspace";
import { registryAuth } from "../../../components/registry/auth";
import type { Edit } from "./edit";

type Login = Omit<Witnessed, "from">;

export class RegistryWorld {
  private address = "";

  private constructor(
    private readonly workspace: Workspace,
    private readonly docker: Docker,
    /** The program as it is now. */
    public now: Edit,
  ) {}

  /** Brings the lab up and makes an empty stack of the program. */
  static async start(): Promise<RegistryWorld> {
    const docker = await labUp((line) => {
      console.log(line);
    });
    const facts = await factsOfLab(docker);
    const workspace = await Workspace.make(facts, "test/lab/registry/program", "images");
    await workspace.pulumi(["config", "set", "bearer", facts.registry.bearer]);
    const [{ username, password }] = facts.registry.readers;
    const image = `${facts.registry.address}/lite`;
    return new RegistryWorld(workspace, docker, {
      ...{ username, password, image, version: "v1", second: undefined, note: "one" },
    });
  }

  get registry(): RegistryAccess {
    return this.workspace.facts.registry;
  }

  /** `pulumi up` of the program with a change, whatever comes of it, and what the registry's log says of logins meanwhile. */
  async tryUp(change: Partial<Edit>): Promise<{ ran: Ran; logins: Login[] }> {
    const edit = { ...this.now, ...change };
    const since = new Date();
    const ran = await this.workspace.tryPulumi(["up", "--yes", "--skip-preview", "--diff"], given(edit));
    console.log(`pulumi up: exit ${ran.code}, ${ran.seconds.toFixed(1)} s`);
    if (ran.code === 0) this.now = edit;
    return { ran, logins: await this.logins(since) };
  }

  /** Those that came from the server, and those of readers, whom no other stack has. */
  private async logins(since: Date): Promise<Login[]> {
    const own = this.registry.readers.map(({ username }) => username);
    const { address } = await this.workspace.outputs<{ address?: string }>();
    return (await witnessed(this.docker, since))
      .filter(({ from, user }) => from === address || own.includes(user ?? ""))
      .map(({ user, taken, path }) => ({ user, taken, path }));
  }

  /** The same, which has to succeed. */
  async up(change: Partial<Edit> = {}): Promise<{ ran: Ran; logins: Login[] }> {
    const done = await this.tryUp(change);
    expect(done.ran.code, done.ran.text).toBe(0);
    return done;
  }

  async preview(change: Partial<Edit>, ...flags: string[]): Promise<Ran> {
    return this.workspace.tryPulumi(["preview", ...flags], given({ ...this.now, ...change }));
  }

  /** The state as it lies on disk. */
  stateText(): string {
    return this.workspace.stateText();
  }

  /** The public address of the server. */
  async serverAddress(): Promise<string> {
    if (this.address === "")
      ({ address: this.address } = await this.workspace.outputs<{ address: string }>());
    return this.address;
  }

  /** Runs a command on the server as root. */
  async onServer(command: string, input?: string): Promise<string> {
    return on({ address: await this.serverAddress(), keyFile: this.workspace.keyFile }, command, input);
  }

  /** Brings an image to the server as a release does, by the same verb. @param owner who is about to use it */
  async pull(image: string, owner?: string): Promise<void> {
    const { address, username, password } = this.registry;
    await this.onServer(
      `sextant pull image=${image}${owner === undefined ? "" : ` for=${owner}`}`,
      `${registryAuth({ username, password }, address)} insecure\n`,
    );
  }

  /** The digests of a repository's images on the server, as Docker has them, sorted. */
  async digests(repository: string): Promise<string[]> {
    const filter = encodeURIComponent(JSON.stringify({ reference: [repository] }));
    const text = await this.onServer(
      `curl -fs --unix-socket /var/run/docker.sock 'http://docker/images/json?filters=${filter}'`,
    );
    const images = JSON.parse(text) as { RepoDigests: string[] | null }[];
    return images
      .flatMap(({ RepoDigests }) => RepoDigests ?? [])
      .filter((name) => name.startsWith(`${repository}@`))
      .map((name) => name.slice(name.indexOf("@") + 1))
      .sort();
  }

  async end(): Promise<void> {
    const words = ["destroy", "--yes", "--skip-preview", "--refresh"];
    await this.workspace.pulumi(words, given(this.now));
    this.workspace.remove();
  }
}

function given(edit: Edit): NodeJS.ProcessEnv {
  return { IMAGES: JSON.stringify(edit) };
}
