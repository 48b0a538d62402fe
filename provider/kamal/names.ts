/**
 * What Kamal 2 calls what it puts on a host. The names and labels are those of lib/kamal/configuration/role.rb (`container_prefix`,
 * `default_labels`), accessory.rb (`service_name`) and commands/app.rb (`--network kamal`), the same from v2.0.0 to v2.12.0.
 */

/** The Docker network that Kamal's app, accessories and proxy share. */
export const kamalNetwork = "kamal";

/** A role of an app as Kamal knows it. */
export interface KamalRole {
  /** Its `service`. */
  service: string;
  /** The role. */
  role: string;
  /** The destination, where it was deployed with one. @default none */
  destination?: string;
}

/** What its route is called in the proxy, and what the names of its containers begin with. */
export function kamalPrefix({ service, role, destination = "" }: KamalRole): string {
  return [service, role, ...(destination === "" ? [] : [destination])].join("-");
}

/** The role as a verb takes it. No name of Kamal's has a slash in it, since each is part of a container's name. */
export function kamalWord({ service, role, destination = "" }: KamalRole): string {
  return `${service}/${role}/${destination}`;
}

/** The release that a container of a role is of, by its name; undefined for one that is called otherwise. */
export function kamalVersion(of: KamalRole, name: string): string | undefined {
  const prefix = `${kamalPrefix(of)}-`;
  return name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
}

/** What is said of containers of Kamal's that a verb has stopped, by its lines `stops=NAME`; undefined where it stopped none. */
export function leftOver(of: KamalRole, printed: string): string | undefined {
  const names = [...printed.matchAll(/^stops=(.+)$/gm)].map(([, name = ""]) => name);
  if (names.length === 0) return undefined;
  const version = names.map((name) => kamalVersion(of, name)).find((one) => one !== undefined) ?? "VERSION";
  const back = `kamal rollback ${version}${of.destination === undefined ? "" : ` -d ${of.destination}`}`;
  const are = names.length === 1 ? "is" : "are";
  return `Kamal's ${names.join(", ")} (${of.service}, role ${of.role}) ${are} stopped and left over: ${back} brings the app back.`;
}

/** Labels by which a container is this library's. Others of its name may be an image's own. */
const ours = ["owner", "creation", "config", "app", "role", "accessory", "proxy"].map(
  (name) => `sextant.${name}`,
);

/**
 * Whether a container with these labels is an accessory of Kamal's: it has a service and no role (accessory.rb `default_labels`), and nothing of
 * this library's.
 */
export function isKamalsAccessory(labels: Readonly<Record<string, string>>): boolean {
  const { service = "", role = "" } = labels;
  return service !== "" && role === "" && ours.every((name) => (labels[name] ?? "") === "");
}
