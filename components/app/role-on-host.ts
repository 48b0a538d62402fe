/** What an app has on a host. */
import type { Container } from "../docker/container";
import type { Host } from "../host/host";
import type { Step } from "../host/step";

/** What a role is on one of its hosts. */
export interface RoleOnHost {
  readonly role: string;
  readonly host: Host;
  readonly container: Container;
  /** Starts it, and waits until it is fit for traffic. */
  readonly ready: Step<"Ready">;
  /** One for each route; one that only stops the old container for a worker; none for a stop-first role. */
  readonly switches: Step<"Switch">[];
}
