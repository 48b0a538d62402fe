/** Who works here, and on which stack. */
import { spawnSync } from "node:child_process";
import { hostname, userInfo } from "node:os";
import { nothingYet } from "../deployed";
import { resourcesOf } from "../state";

/** As git knows the person, else as this machine does. */
export function whoami(): string {
  const git = spawnSync("git", ["config", "user.name"], { encoding: "utf8" });
  const name = git.status === 0 ? git.stdout.trim() : "";
  return name === "" ? `${userInfo().username} on ${hostname()}` : name;
}

/** The stack of a state, as `project/stack`. */
export function stackOf(state: unknown): string {
  const [, stack, project] =
    /^urn:pulumi:([^:]+)::([^:]+)::/.exec(
      resourcesOf<{ urn?: string; type: string }>(state).find(({ urn }) => urn !== undefined)?.urn ?? "",
    ) ?? [];
  if (stack === undefined || project === undefined) throw new Error(nothingYet);
  return `${project}/${stack}`;
}
