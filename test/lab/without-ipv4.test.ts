/** A server without a public IPv4 address, from nothing to a host for containers. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findDocker } from "../../lab/docker/docker";
import { tryRun } from "../../lab/docker/exec";
import { factsOfLab, labFacts } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { publicNetwork } from "../../lab/machine/names";
import { Workspace } from "../../lab/workspace";

let workspace: Workspace;

beforeAll(async () => {
  const log = (line: string): void => {
    console.log(line);
  };
  const found = await findDocker();
  const docker = found && (await labFacts(found)) ? found : await labUp(log);
  const facts = await factsOfLab(docker);
  workspace = await Workspace.make(facts, "test/lab/without-ipv4/program", "six");
  await workspace.pulumi(["config", "set", "operator6", publicNetwork.ipv6.subnet]);
});

afterAll(async () => {
  await workspace.pulumi(["destroy", "--yes", "--skip-preview"]);
  workspace.remove();
});

describe("a server without IPv4", () => {
  it("is made, waited for and set up over IPv6", async () => {
    const up = await workspace.tryPulumi(["up", "--yes", "--skip-preview"]);
    expect(up.code, up.text).toBe(0);
    const address = (await workspace.pulumi(["stack", "output", "address"])).trim();
    expect(address).toMatch(/^[0-9a-f:]+::1$/);
    const known = [
      "-o",
      "UserKnownHostsFile=/dev/null",
      "-o",
      "StrictHostKeyChecking=no",
      "-o",
      "LogLevel=ERROR",
    ];
    const ask =
      "ip -4 -o address show dev eth0 scope global; docker network inspect sextant --format '{{.Name}}'";
    const there = await tryRun("ssh", ["-i", workspace.keyFile, ...known, `root@${address}`, ask]);
    expect(there.stdout.trim(), there.stderr).toBe("sextant");
  });

  it("has nothing to change the second time", async () => {
    const again = await workspace.tryPulumi(["preview", "--expect-no-changes", "--diff"]);
    expect(again.code, again.text).toBe(0);
  });
});
