/** What Kamal has on a machine whose place a program takes, and what becomes of each. Pure. */
import { isKamalsAccessory, kamalNetwork, kamalVersion } from "../../kamal/names";
import { containersOf, isOurs } from "./containers";
import type { Container, Machine } from "./machine";

/** Whether a container is in Kamal's network. */
export const inKamals = ({ networks }: Container): boolean => networks.includes(kamalNetwork);

/** Whether it is one of a role of Kamal's apps. */
export function isKamalsApp({ labels }: Container): boolean {
  return (labels["service"] ?? "") !== "" && (labels["role"] ?? "") !== "";
}

/** Whether it is one of Kamal's accessories. */
function isAccessory(container: Container): boolean {
  const given = Object.entries(container.labels).filter(([, value]) => value !== "");
  return isKamalsAccessory(Object.fromEntries(given)) && inKamals(container);
}

/** Whether it is the proxy, which a program of this library has not made. */
export function isKamalsProxy(container: Container): boolean {
  return container.name === "kamal-proxy" && !isOurs(container);
}

/** A line for each part of Kamal's. */
export function kamalLines(machine: Machine): string[] {
  const others = containersOf(machine).filter((container) => !isOurs(container));
  const apps = others.filter(isKamalsApp);
  return [
    ...others.filter(isKamalsProxy).map(proxyLine),
    ...apps.filter(({ running }) => running).map(appLine),
    ...others.filter(isAccessory).map(accessoryLine),
    ...networkLine(others.filter((container) => container.running && inKamals(container))),
    ...leftLine(apps.filter(({ running }) => !running)),
  ];
}

function proxyLine({ image, running }: Container): string {
  const state = running ? "" : ", which does not run";
  return `Kamal's proxy (${image}${state}): stays, with its routes, its certificates and its account; route through it with new ExistingProxy()`;
}

function appLine({ name, labels, mounts }: Container): string {
  const { service = "", role = "", destination = "" } = labels;
  const version = kamalVersion({ service, role, destination }, name);
  const words = [`service: "${service}"`, ...(destination === "" ? [] : [`destination: "${destination}"`])];
  return `Kamal's app ${service}, role ${role}${version === undefined ? "" : `, release ${version}`} (${name}): an App with takeOver: { ${words.join(", ")} } takes its requests or its work over, stops it and deletes nothing; without one it goes on${mountsWord(mounts)}`;
}

/** An app of the program has what is mounted only where its own volumes name it. */
function mountsWord(mounts: readonly string[]): string {
  if (mounts.length === 0) return "";
  return `; it has ${mounts.join(", ")} mounted, which stays where it is, for the App's volumes to name`;
}

function accessoryLine({ name, image, running, mounts }: Container): string {
  const data = mounts.length === 0 ? "without a volume" : `with its data in ${mounts.join(", ")}`;
  const state = running ? "" : ", which does not run";
  return `Kamal's accessory ${name} (${image}${state}), ${data}: stays as it is; an accessory with takeOver: "${name}" takes it up, without one it stays Kamal's; apps reach it by the name ${name}`;
}

function networkLine(inside: readonly Container[]): string[] {
  if (inside.length === 0) return [];
  const names = inside.map(({ name }) => name).join(", ");
  return [
    `Kamal's Docker network ${kamalNetwork} (${names}): stays, and the containers of the program's apps are in it, too`,
  ];
}

function leftLine(stopped: readonly Container[]): string[] {
  if (stopped.length === 0) return [];
  const names = stopped.slice(0, 3).map(({ name }) => name);
  const more = stopped.length > 3 ? ` and ${stopped.length - 3} more` : "";
  return [`Left over of Kamal, stopped: ${names.join(", ")}${more}; they stay, for kamal rollback`];
}
