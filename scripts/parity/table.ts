/**
 * Each command, flag and key of Kamal 2.12.0, and of kamal-proxy 0.9.2, by areas. Left out is what does nothing or has no meaning here:
 * the upgrade from Kamal 1, `run_directory`, which Kamal does not read, and labels and tags that Kamal needs of an image.
 */
import { accessoryKeys } from "./areas/accessories";
import { gaps, wishes } from "./areas/beyond";
import { accessoryCommands, appCommands, commands, flags, otherCommands } from "./areas/commands";
import { builderKeys, environmentKeys, roleKeys, topLevel } from "./areas/configuration";
import { hosts } from "./areas/hosts";
import { control, deploy } from "./areas/kamal-proxy";
import { appProxyKeys, hostProxyKeys } from "./areas/proxy";
import { hooks, sequences } from "./areas/sequences";
import type { Area } from "./row";

export const words: readonly Area[] = [
  ...[flags, commands, accessoryCommands, appCommands, otherCommands],
  ...[topLevel, roleKeys, environmentKeys, builderKeys],
  ...[appProxyKeys, hostProxyKeys, hosts, accessoryKeys, hooks, sequences],
  ...[control, deploy],
];

/** With what stands beyond the words. */
export const table: readonly Area[] = [...words, gaps, wishes];
