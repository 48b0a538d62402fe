/** `npm run lab -- up | down | status [--json] | reset | shell | build`: the lab, by itself. */
import { spawn } from "node:child_process";
import { findDocker } from "./docker/docker";
import { type LabFacts, labFacts } from "./facts";
import { labBuild, labDown, labReset, labUpToStay } from "./lab";
import { makeShell } from "./shell";

const progress = (line: string): void => {
  console.error(line);
};

async function up(): Promise<LabFacts> {
  await labUpToStay(progress);
  const facts = await labFacts(await findDocker());
  if (!facts) throw new Error("lab: it was started and does not answer; see npm run lab -- status");
  return facts;
}

async function status(json: boolean): Promise<void> {
  const facts = await labFacts(await findDocker());
  if (json) console.log(JSON.stringify({ running: facts !== undefined, ...facts }, undefined, 2));
  else if (!facts) console.log("The lab is down. Bring it up with: npm run lab -- up");
  else {
    console.log(`API       ${facts.api.endpoint}`);
    console.log(`registry  ${facts.registry.address}, user ${facts.registry.username}`);
    console.log(`Docker    ${facts.docker.host}`);
    console.log(`seed      ${facts.seed}`);
    console.log(`state     ${facts.pulumi.backend}`);
    console.log(`SSH key   ${facts.sshKeyFile}`);
    console.log(facts.servers.length === 0 ? "no servers" : "servers:");
    for (const { name, status: state, ipv4, ipv6, privateIps } of facts.servers) {
      console.log(
        `  ${name.padEnd(12)} ${state.padEnd(8)} ${[ipv4, ipv6, ...privateIps].filter(Boolean).join("  ")}`,
      );
    }
  }
  if (!facts) process.exitCode = 1;
}

async function shell(): Promise<void> {
  const facts = await up();
  const environment = await makeShell(facts);
  const program = process.env["SHELL"] ?? "/bin/sh";
  progress(
    "In this shell pulumi, docker and ssh work on the lab. Servers are reached by name: ssh web-1. Leave it with exit.",
  );
  const child = spawn(program, process.argv.slice(3), {
    stdio: "inherit",
    env: { ...process.env, ...environment },
  });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve(code ?? 1);
    });
  });
}

async function main(): Promise<void> {
  const [command, ...rest] = process.argv.slice(2);
  switch (command) {
    case "up":
      await up();
      return status(false);
    case "down":
      return labDown(progress);
    case "reset":
      return labReset(progress);
    case "status":
      return status(rest.includes("--json"));
    case "shell":
      return shell();
    case "build":
      await labBuild(progress);
      return;
    case undefined:
    default:
      throw new Error("usage: npm run lab -- up | down | status [--json] | reset | shell | build");
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
