/** What an app has on a host. */
import type { Container } from "../docker/container";
import type { Host } from "../host/host";
import type { Step } from "../host/step";

/** One container of a role on a host. */
export interface Replica {
  readonly container: Container;
  /** Starts it, and waits until it is fit for traffic. */
  readonly ready: Step<"Ready">;
}

/** What a role is on one of its hosts. */
export interface RoleOnHost extends Replica {
  readonly role: string;
  readonly host: Host;
  /** All its containers there: the one that is named above, and the further ones of a role with `replicas`. */
  readonly replicas: readonly Replica[];
  /** One for each route; one that only stops the old container for a worker; none for a stop-first role and for a canary. */
  readonly switches: Step<"Switch">[];
  /** What gives it its visitors, where it is a canary. */
  readonly canary?: Step<"Canary">;
}
