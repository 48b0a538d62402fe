/** What is needed of a tool that ships. */
import type { ClientCommand } from "../client/run";
import type { Tool } from "./cases";
import type { Layer } from "./layers";
import type { SiteHost } from "./site";

export interface ToolDriver {
  readonly tool: Tool;
  /** The port at which its proxy answers. */
  readonly port: number;
  /** Ships the first time to these hosts, or to more than before. */
  first(hosts: readonly SiteHost[]): ClientCommand;
  /** Ships what is committed. */
  ship(): ClientCommand;
  /** A command of a day's work. */
  ask(words: readonly string[]): ClientCommand;
  /** The layers of what it has built of a commit. */
  layers(commit: string): Promise<Layer[]>;
  /** Takes away what it has on this machine. */
  remove(): Promise<void>;
}
