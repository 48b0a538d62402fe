/**
 * What Hetzner's API refuses in an update although a preview has asked it, with the cure: for the troubleshooting page. The codes are
 * those of hcloud-go, hcloud/error.go.
 */

export interface HetznerRefusal {
  /** What `pulumi up` shows of it: the message's own words, or the code in brackets behind them. */
  readonly says: string;
  /** What it comes from; Markdown. */
  readonly cause: string;
  /** What to do; Markdown. */
  readonly cure: string;
}

export const hetznerRefusals: readonly HetznerRefusal[] = [
  {
    says: "error during placement (resource_unavailable)",
    cause:
      "There is none of this type left in this location at the moment. A preview has warned of it, where it was so by then.",
    cure: "Another `location` or another `type`; or `pulumi up` again later. What was made by then stays and is used.",
  },
  {
    says: "placement_error",
    cause:
      "The placement group has as many servers as there are machines for it, ten in one of type `spread`.",
    cure: "A second group for the others.",
  },
  {
    says: "resource_limit_exceeded",
    cause: "The project may have no more servers, addresses or volumes: new accounts begin with few.",
    cure: "Ask for more in the Console, at the account's limits; or delete what is not needed.",
  },
  {
    says: "SSH key not unique (uniqueness_error)",
    cause:
      "The same public key came to the project between preview and update, such as by another stack; or the program has a provider of its own, with which Hetzner is not asked.",
    cure: '`pulumi up` again: it uses the key that is there. With a provider of your own, name it: `sshKeys: ["its name"]`.',
  },
  {
    says: "server name is already used (uniqueness_error)",
    cause:
      "The project has a server of this name that is not in the stack's state: by hand, of another stack, or of a run that was cut off more than a week ago; a younger one is taken up by itself.",
    cure: "Another name, by `name` or that of the component; or take up the one that is there: [A server that the state does not know](interrupted.md#a-server-that-the-state-does-not-know).",
  },
  {
    says: "token_readonly",
    cause: "The token is for reading alone. A preview works with it, an update does not.",
    cure: 'Make one with "Read & Write".',
  },
  {
    says: "unauthorized",
    cause: "Hetzner does not know the token, any more.",
    cure: "`pulumi config set --secret hcloud:token`, or `HCLOUD_TOKEN`; the configuration goes first.",
  },
  {
    says: "rate_limit_exceeded",
    cause:
      "A project may ask 3600 times an hour; one request comes back each second. Other programs that poll count as well.",
    cure: "`pulumi up` again after some minutes. `pulumi config set hcloud:pollInterval 2s` asks less often.",
  },
  {
    says: "must_be_unassigned",
    cause:
      "A program's own `hcloud.PrimaryIp` is to be deleted while a server has it, which Hetzner refuses since May 2026.",
    cure: "Take it from the server first, in an update of its own: power the server off, then remove it from `publicNets`.",
  },
  {
    says: "protected",
    cause: "The server has `protect: true`.",
    cure: "Set it to false, `pulumi up`, and then take the server out.",
  },
];
