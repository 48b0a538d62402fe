/** Whether Hetzner's default provider has a token, which it would miss only when the first resource is made. */
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../core/problem";

/**
 * What is said where a program makes something at Hetzner and has no token.
 * @param provider the one that the program gives, which has a token of its own
 * @param transform how the program changes the resource: a function may give it a provider, too
 */
export function checkToken(provider: pulumi.ProviderResource | undefined, transform: unknown): Problem[] {
  const run = pulumi.runtime.getStackResource() !== undefined && !underMocks();
  if (!run || provider !== undefined || typeof transform === "function") return [];
  const token = new pulumi.Config("hcloud").get("token") ?? process.env["HCLOUD_TOKEN"] ?? "";
  return token === "" ? [noToken] : [];
}

/** The sentence. */
export const noToken: Problem = {
  argument: "hcloud:token",
  fault: "is missing, the token of the project at Hetzner, and so is HCLOUD_TOKEN in the environment",
  cure: "make one at Hetzner that may read and write, and run pulumi config set --secret hcloud:token, or export HCLOUD_TOKEN",
};

/** Whether a unit test runs the program. */
export function underMocks(): boolean {
  return pulumi.runtime.getMonitor()?.constructor.name === "MockMonitor";
}
