/** The shapes of what several components take: hosts, registries, SSH. */
import {
  type Shape,
  hiddenText,
  list,
  made,
  needed,
  object,
  ofType,
  orFalse,
  single,
  text,
} from "../core/shape";
import type { Registry } from "../registry/registry";
import type { Host } from "./host";
import type { JumpHostArgs, SshArgs } from "./ssh";
import type { HostTransform } from "./prepare-host";
import type { ServerHooks } from "./server-hooks";
import type { Check } from "../core/check";

export const goneCheck: Check = {
  id: "gone",
  title: "Something on a server that is gone",
  effect: "refused",
  why: "`gone: true` says that a machine is dead, so that the others are released without it and nothing asks it any more. Whatever is still put on it would be given up with it.",
  says: [
    'App "shop": roles.web.servers[1] is "web-2", but that server is gone, so that nothing can be put on it; take it out here, or take gone out there once it is back (npx sextant docs checks#gone).',
  ],
};

const anyHost: Shape<Host> = made(
  "a Server or an ExistingServer",
  (value) => "hostName" in value && "ssh" in value,
  'give the component that new Server("web-1", …) makes',
);

/** A host that something is put on. */
const host: Shape<Host> = {
  problems(argument, value) {
    const problems = anyHost.problems(argument, value);
    if (problems.length > 0 || (value as Host).gone !== true) return problems;
    return [
      {
        argument,
        value: (value as Host).hostName,
        rule: "that server is gone, so that nothing can be put on it",
        cure: "take it out here, or take gone out there once it is back",
        check: goneCheck,
      },
    ];
  },
};

export const hosts: Shape<Host[]> = list(host, "[web]");
export const oneHost = host;

export const registries: Shape<Registry[]> = list(
  made<Registry>(
    "a Registry",
    ofType("sextant:index:Registry"),
    'give the one that new Registry("ghcr", …) makes',
  ),
  "[registry]",
);

export const sshShape: Shape<SshArgs> = object<SshArgs>(
  {
    user: text,
    port: single,
    jumpHost: object<JumpHostArgs>(
      { address: needed(text, 'write it like "203.0.113.1"'), user: text, port: single, hostKey: text },
      '{ address: "203.0.113.1" }',
    ),
    configFile: orFalse(text),
    beforeConnect: text,
    privateKeyFile: text,
    privateKey: hiddenText,
    publicKey: text,
  },
  '{ privateKeyFile: "~/.ssh/deploy_ed25519" }',
);

export const serverHooksShape: Shape<ServerHooks> = object<ServerHooks>(
  { afterDocker: text, output: text },
  '{ afterDocker: "bin/docker-setup $KAMAL_HOSTS" }',
);

/** What every host's transform may change. */
export const hostChanges: { readonly [Name in keyof HostTransform]-?: true } = {
  ready: true,
  provider: true,
  dockerNetwork: true,
  hook: true,
};
