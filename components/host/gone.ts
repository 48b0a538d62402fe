/** A host of which the program says that it is gone. */
import * as pulumi from "@pulumi/pulumi";
import { lateRefusal } from "../core/refusal";
import { PluginResource } from "../core/resource";

/** Tells the other resources of a run that a host is gone: those on it are given up without asking it. */
export class Gone extends PluginResource {
  constructor(host: string, parent: pulumi.Resource) {
    super("Gone", `${host}-gone`, { host }, { parent });
    const run = pulumi.runtime.getStackResource() ?? outsideOfARun;
    runs.set(run, [...(runs.get(run) ?? []), this]);
  }
}

/** What a run of a program says of hosts that are gone; a process may run several programs. */
const runs = new WeakMap<object, Gone[]>();
const outsideOfARun = {};

/** What has to wait for them, since it is judged by whether a host is gone: also those that the program makes only later. */
export function allGone(): Promise<pulumi.Resource[]> {
  const run = pulumi.runtime.getStackResource() ?? outsideOfARun;
  return new Promise((resolve) => {
    setImmediate(() => {
      resolve([...(runs.get(run) ?? [])]);
    });
  });
}

/** What is not there while a host is gone, so that whoever uses it is told why. @throws the sentence, at each use */
export function missing<T extends object>(label: string, member: string): T {
  return new Proxy({} as T, {
    get: () => {
      throw lateRefusal(
        `${label}: it is gone, so that it has no ${member}; take out what uses it, or take gone out.`,
      );
    },
  });
}
