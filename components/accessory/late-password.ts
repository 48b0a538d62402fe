/** Passwords of accessories that are known only when they are read, and checked then. */
import * as pulumi from "@pulumi/pulumi";
import { sentence } from "../core/problem";
import { lateRefusal } from "../core/refusal";
import { passwordFault } from "./checks/check-version";

/** A password as a secret, which is checked when it is known. */
export function lateSecret(
  label: string,
  argument: string,
  password: pulumi.Input<string>,
  faultOf: (password: string) => string | undefined = passwordFault,
): pulumi.Output<string> {
  return pulumi.secret(password).apply((known) => unfaulty(label, argument, faultOf, known));
}

/** A password that the server takes. @throws pulumi.RunError for any other one; it is not shown */
export function unfaulty(
  label: string,
  argument: string,
  faultOf: (password: string) => string | undefined,
  password: string,
): string {
  const fault = faultOf(password);
  if (fault === undefined) return password;
  const cure = "set it with pulumi config set --secret";
  throw lateRefusal(sentence(label, { argument, fault, cure }));
}
