/**
 * A stack for each pull request on a server that they share: the steps of the workflow that `sextant init --github --review` writes are run as
 * runners do, each of which is new, and know nothing but the repository, the state and its passphrase.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { renderWorkflows } from "../../cli/init/workflows";
import { chance } from "../../lab/chance";
import { type Outcome, tryRun } from "../../lab/docker/exec";
import { on } from "../../lab/ssh";
import { versions } from "./deploy/http";
import { OldMachine, proxyImage } from "./preflight/old-machine";

interface Step {
  name?: string;
  run?: string;
}

const number = String(chance("pull request").integer(1, 99_999));
const ipv4 = "10.213.247.35";
const { jobs } = parse(
  renderWorkflows({ stack: "production", review: "review", pulumi: "3.259.0" })["sextant-review.yml"] ?? "",
) as { jobs: Record<string, { steps: Step[] }> };
const steps = Object.values(jobs).flatMap((job) => job.steps);

let old: OldMachine;
let runners = 0;

/** Runs a step of the workflow on a runner that has what the repository has, and a home with nothing in it. */
async function step(name: string, version: string): Promise<Outcome & { output: string }> {
  const folder = join(dirname(old.workspace.directory), `runner-${++runners}`);
  cpSync(old.workspace.directory, folder, { recursive: true });
  rmSync(join(folder, `Pulumi.pr-${number}.yaml`), { force: true });
  const home = join(folder, "home");
  mkdirSync(home);
  const env = {
    ...old.workspace.env,
    ...{ HOME: home, SSH_AUTH_SOCK: "", NUMBER: number, GITHUB_OUTPUT: join(home, "output") },
  };
  // The pull request changes the version; the runner has it in the file of values that the stacks of pull requests take.
  const set = ["config", "set", "version", version, "--stack", "review"];
  expect(await tryRun("pulumi", set, { cwd: folder, env })).toMatchObject({ code: 0 });
  const script = steps.find((one) => one.name === name)?.run ?? expect.fail(`no step ${name}`);
  const ran = await tryRun("bash", ["-e", "-o", "pipefail", "-c", script], { cwd: folder, env });
  console.log(`${name} ${version}: exit ${ran.code}\n${ran.stdout}${ran.stderr}`);
  const output = existsSync(env.GITHUB_OUTPUT) ? readFileSync(env.GITHUB_OUTPUT, "utf8") : "";
  return { ...ran, output };
}

/** The status and the release that a host name is answered with. */
const serves = async (host: string): Promise<string> => (await versions([`http://${ipv4}`], host)).join();

const volumes = (): Promise<string> => on(old.at, "docker volume ls --quiet");

beforeAll(async () => {
  old = await OldMachine.make("review", ipv4, { program: "test/lab/review/program" });
  await old.load("sextant/lite:v2");
  await old.workspace.setSecret("sshPrivateKey", readFileSync(old.workspace.keyFile, "utf8"));
  const plain = { address: ipv4, hostKey: old.hostKey, proxyImage, version: "v1" };
  for (const [name, value] of Object.entries(plain))
    await old.workspace.pulumi(["config", "set", name, value]);
  await old.workspace.pulumi(["up", "--yes", "--skip-preview"]);
});

afterAll(async () => {
  await old.remove();
});

describe.sequential("the stack of a pull request", () => {
  it("is made with the values of the stack that it is beside, and says where it is", async () => {
    const ran = await step("Deploy", "v1");
    expect(ran.code).toBe(0);
    expect(ran.output).toBe(`url=http://pr-${number}.review.test\n`);
    expect(await serves(`pr-${number}.review.test`)).toBe("200 v1");
    expect(await serves("review.test")).toBe("200 v1");
    expect(await volumes()).toContain(`pr-${number}`);
  });

  it("is released again from another runner, and what is beside it stays as it is", async () => {
    expect((await step("Deploy", "v2")).code).toBe(0);
    expect(await serves(`pr-${number}.review.test`)).toBe("200 v2");
    expect(await serves("review.test")).toBe("200 v1");
  });

  it("goes with the pull request, its data and its route among it, and what is beside it serves", async () => {
    expect((await step("Remove", "v2")).code).toBe(0);
    expect(await volumes()).not.toContain(`pr-${number}`);
    expect(await on(old.at, "docker ps --all --format '{{.Names}}'")).not.toContain(`pr-${number}`);
    expect(await serves(`pr-${number}.review.test`)).toMatch(/^404/);
    expect(await serves("review.test")).toBe("200 v1");
    const stacks = await old.workspace.pulumi(["stack", "ls", "--json"]);
    expect((JSON.parse(stacks) as { name: string }[]).map(({ name }) => name)).toEqual(["review"]);
  });

  it("is gone already where the step is run once more", async () => {
    expect((await step("Remove", "v2")).code).toBe(0);
    expect(await old.workspace.pulumi(["stack", "ls"])).not.toContain(`pr-${number}`);
    const last = await old.workspace.tryPulumi(["destroy", "--yes", "--skip-preview"]);
    expect(last.code, last.text).toBe(0);
  });
});
