/** What the comparison needs of a tool. */
import type { ClientCommand } from "../client/run";
import type { Hosts } from "../hosts/hosts";
import type { CaseName, Release, Tool } from "./cases";

export interface ToolDriver {
  readonly tool: Tool;
  /** The port at which its proxy answers. */
  readonly port: number;
  /** Makes ready what the tool itself is not measured by. */
  prepare(hosts: Hosts, name: CaseName, release: Release): Promise<void>;
  /** What its user types. */
  command(hosts: Hosts, name: CaseName, release: Release): ClientCommand;
  /** Takes away all that it put on the servers, and all that it knows of them. */
  reset(hosts: Hosts): Promise<void>;
  /** Takes away what it has on this machine. */
  remove(): void;
}
