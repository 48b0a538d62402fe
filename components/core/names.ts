/** Names on hosts and at Hetzner. What is not autonamed holds the names of project and stack, so that it is known whose it is. */
import * as pulumi from "@pulumi/pulumi";
import { cut } from "../../provider/core/cut";

/** `<project>-<stack>-<name>` as a DNS label: lower case, 63 characters at most, cut with a hash where longer. */
export function hostWide(name: string, project = pulumi.getProject(), stack = pulumi.getStack()): string {
  const full = `${project}-${stack}-${name}`.toLowerCase().replaceAll(/[^a-z0-9-]+/g, "-");
  return cut(full, 63);
}

/** The labels at Hetzner that say whose something is. */
export function ownLabels(
  project = pulumi.getProject(),
  stack = pulumi.getStack(),
): { project: string; stack: string } {
  return { project: labelValue(project), stack: labelValue(stack) };
}

/** A name as Hetzner takes it for a label's value: 63 characters at most, which begin and end with a letter or a digit. */
export function labelValue(name: string): string {
  return cut(name.replaceAll(/^[^a-zA-Z0-9]+|[^a-zA-Z0-9]+$/g, "").replaceAll(/[^a-zA-Z0-9._-]+/g, "-"), 63);
}

/** The identity of a stack: `<project>/<stack>`. */
export function stackLabel(project = pulumi.getProject(), stack = pulumi.getStack()): string {
  return `${project}/${stack}`;
}

/** The identity of an app on a host: `<project>/<stack>/<app>`. */
export function appLabel(app: string, project = pulumi.getProject(), stack = pulumi.getStack()): string {
  return `${stackLabel(project, stack)}/${app}`;
}

/** The identity of a proxy as a label: `<project>/<stack>/<proxy>`. */
export function proxyLabel(proxy: string): string {
  return appLabel(proxy);
}

/** The identity of a role as a label: `<project>/<stack>/<app>/<role>`. */
export function roleLabel(
  app: string,
  role: string,
  project = pulumi.getProject(),
  stack = pulumi.getStack(),
): string {
  return `${appLabel(app, project, stack)}/${role}`;
}

/** Whose something on a host is: `<project>/<stack>/<kind>/<name>`. None of these has a slash, so that two owners are never one. */
export function ownerOf(
  kind: "accessory" | "app",
  name: string,
  project = pulumi.getProject(),
  stack = pulumi.getStack(),
): string {
  return `${stackLabel(project, stack)}/${kind}/${name}`;
}
