/** The host key of a server: made once on the machine that runs `pulumi`, kept as a secret in the state. */
import * as pulumi from "@pulumi/pulumi";
import * as command from "@pulumi/command";
import { transformed, type Transform } from "../core/component";
import { underMocks } from "../hetzner/token";
import { mockedHostKey } from "../testing";

export interface HostKey {
  readonly command: command.local.Command;
  /** For cloud-init; a secret. */
  readonly privateKey: pulumi.Output<string>;
  /** `ssh-ed25519 AAAA…`, what connections are held to. */
  readonly publicKey: pulumi.Output<string>;
}

/** The resource of a server's host key. */
export const hostKeyName = (server: string): string => `${server}-host-key`;

/** Prints both halves as JSON; the private one in base64, as it has several lines. */
export const generate = [
  "set -eu; umask 077; d=$(mktemp -d)",
  `trap 'rm -rf "$d"' EXIT`,
  `ssh-keygen -q -t ed25519 -N "" -C "" -f "$d/key"`,
  `printf '{"private":"%s","public":"%s"}' "$(base64 <"$d/key" | tr -d '\\n')" "$(cut -d' ' -f1,2 "$d/key.pub")"`,
].join("\n");

/**
 * Generates the host key of a server.
 * @param before what is done before the key is registered
 */
export function hostKey(
  name: string,
  parent: pulumi.Resource,
  transform: Transform<command.local.CommandArgs> | undefined,
  before: pulumi.ResourceTransform[] = [],
): HostKey {
  const made = new command.local.Command(
    ...transformed<command.local.CommandArgs>(
      transform,
      name,
      { create: generate, logging: command.local.Logging.None, addPreviousOutputInEnv: false },
      {
        parent,
        transforms: before,
        additionalSecretOutputs: ["stdout"],
        // A changed script would run again and give a key that the server does not have.
        ignoreChanges: ["create", "update", "logging", "addPreviousOutputInEnv"],
      },
    ),
  );
  // Mocks as Pulumi's guide has them know no output of a command. The engine always has one.
  const halves = pulumi
    .secret(made.stdout)
    .apply((printed: string | undefined) => parseHostKey(printed ?? (underMocks() ? mockedHostKey : "")));
  return {
    command: made,
    privateKey: halves.privateKey,
    publicKey: pulumi.unsecret(halves.publicKey),
  };
}

/** The two halves as `generate` printed them. */
export function parseHostKey(text: string): { privateKey: string; publicKey: string } {
  const halves = JSON.parse(text) as { private: string; public: string };
  return { privateKey: Buffer.from(halves.private, "base64").toString("utf8"), publicKey: halves.public };
}
