/** Names on hosts. Two projects or two stacks may share a host, so what is not autonamed holds both names. */
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** `<project>-<stack>-<name>` as a DNS label: lower case, 63 characters at most, cut with a hash where longer. */
export function hostWide(name: string, project = pulumi.getProject(), stack = pulumi.getStack()): string {
  const full = `${project}-${stack}-${name}`.toLowerCase().replaceAll(/[^a-z0-9-]+/g, "-");
  if (full.length <= 63) return full;
  return `${full.slice(0, 54)}-${createHash("sha256").update(full).digest("hex").slice(0, 8)}`;
}

/** The identity of a role as a label: `<project>/<stack>/<app>/<role>`. */
export function roleLabel(
  app: string,
  role: string,
  project = pulumi.getProject(),
  stack = pulumi.getStack(),
): string {
  return `${project}/${stack}/${app}/${role}`;
}
