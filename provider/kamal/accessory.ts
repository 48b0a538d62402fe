/**
 * An accessory of Kamal's that a program takes up as it is: where its data lies, and what the program says otherwise. Pure.
 *
 * Kamal runs it by `docker run --name SERVICE --label service=SERVICE --network kamal`, its `directories` and `files` as directories of the
 * host below the login user's home, its `volumes` as they are written (lib/kamal/commands/accessory.rb `run`,
 * lib/kamal/configuration/accessory.rb `volume_args`, v2.12.0). Docker itself says what became of them.
 */
import { isPath } from "../data/host-path";
import { isDeepStrictEqual } from "node:util";
import { unknownValue } from "../data/place";
import { isKamalsAccessory } from "./names";

/** Where something of it lies: a Docker volume by its name, or a directory or a file of the host by its path. */
export interface TakenMount {
  source: string;
  readOnly?: boolean;
}

/** What `GET /containers/{id}/json` says of a mount. */
export interface SeenMount {
  Type: string;
  Name?: string;
  Source: string;
  Destination: string;
  RW?: boolean;
}

/** What it says of a container, as far as it counts here. */
export interface SeenContainer {
  Config: {
    Image?: string;
    Labels: Record<string, string> | null;
    Env?: string[] | null;
    Cmd?: string[] | null;
  };
  HostConfig: {
    ShmSize?: number;
    PortBindings?: Record<string, { HostIp?: string; HostPort?: string }[] | null> | null;
  };
  Mounts?: SeenMount[] | null;
}

/** Whether it is Kamal's accessory of this name, and nothing of this library's. */
export function isAccessoryOf(service: string, { Config }: Pick<SeenContainer, "Config">): boolean {
  const labels = Config.Labels ?? {};
  return labels["service"] === service && isKamalsAccessory(labels);
}

/** A volume that Docker made without a name. */
const isUnnamed = (name: string): boolean => /^[0-9a-f]{64}$/.test(name);

/** What is mounted, by its path in the container. */
export function mountsOf(mounts: readonly SeenMount[]): Map<string, TakenMount> {
  const lasting = mounts.filter(({ Type }) => Type === "volume" || Type === "bind");
  return new Map(
    lasting.map(({ Type, Name, Source, Destination, RW = true }) => [
      plain(Destination),
      { source: Type === "volume" ? (Name ?? Source) : Source, ...(RW ? {} : { readOnly: true }) },
    ]),
  );
}

const plain = (path: string): string => path.replace(/(.)\/+$/, "$1");

/** What a program has of an accessory's data. */
export interface WantedData {
  /** The paths in the container, by the volumes' names. */
  volumes: Record<string, string>;
  /** The paths of files that the program writes. */
  files: string[];
  /** The paths of the host that the program mounts itself, by those in the container. */
  paths?: Record<string, string>;
}

/**
 * Where each of the volumes lies, or why the accessory cannot be taken up without something being out of sight after a later edit: a rule and
 * a cure, as an error has them.
 */
export function takenFrom(
  { volumes, files, paths = {} }: WantedData,
  mounts: readonly SeenMount[],
): { taken: Record<string, TakenMount> } | { rule: string; cure: string } {
  const there = mountsOf(mounts);
  const missing = Object.entries(volumes).filter(([, path]) => !there.has(plain(path)));
  const own = new Map(Object.entries(paths).map(([path, source]) => [plain(path), source]));
  const named = new Set([...Object.values(volumes), ...own.keys(), ...files].map(plain));
  const more = [...there].filter(([path, { source }]) => !named.has(path) && !isUnnamed(source));
  const [absent] = missing;
  if (absent !== undefined) {
    const has = more.map(([path, { source }]) => `${path} (${source})`).join(", ");
    return {
      rule: `it has nothing mounted at ${absent[1]}, where volumes.${absent[0]} is`,
      cure:
        has === "" ? "leave that volume out until it has been taken up" : `it has ${has}; write that path`,
    };
  }
  const [other] = more;
  if (other !== undefined) {
    return {
      rule: `it has ${other[1].source} mounted at ${other[0]}, which is in no volumes and no files, and a later edit would make it without`,
      cure: `add { ${wordFor(other[0])}: ${JSON.stringify(other[0])} } to volumes, or to files what is in it`,
    };
  }
  const [elsewhere] = [...there].filter(([path, { source }]) => (own.get(path) ?? source) !== source);
  if (elsewhere !== undefined) {
    const [path, { source }] = elsewhere;
    const here = own.get(path) ?? "";
    return {
      rule: `it has ${source} mounted at ${path}, where the program has ${here}, and a later edit would make it without`,
      cure: `write { ${wordFor(path)}: ${JSON.stringify(path)} } in volumes in place of ${here}`,
    };
  }
  const found = Object.entries(volumes).map(([volume, path]) => [volume, there.get(plain(path))]);
  return { taken: Object.fromEntries(found) as Record<string, TakenMount> };
}

function wordFor(path: string): string {
  const word = path
    .split("/")
    .at(-1)
    ?.toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "");
  return word === undefined || word === "" ? "more" : word;
}

/** A place in words. */
export const placeWord = (source: string): string =>
  isPath(source)
    ? `the directory ${source}`
    : isUnnamed(source)
      ? `the volume without a name ${source.slice(0, 12)}…`
      : `the volume ${source}`;

/** What a program says of a container. */
export interface WantedContainer {
  image: string;
  command?: string[];
  env?: Record<string, string>;
  secrets?: Record<string, string>;
  ports?: { internal: number; external: number; ip?: string; protocol?: "tcp" | "udp" }[];
  shm?: number;
  firstEnvs?: string[];
  volumes?: { volumeName?: string; hostPath?: string; containerPath: string }[];
}

const mebi = 1024 ** 2;

/** What is otherwise in the program than at the container, in words; of variables only the names. A later edit brings all of it. */
export function otherwise(
  { Config, HostConfig }: Pick<SeenContainer, "Config" | "HostConfig">,
  wanted: WantedContainer,
): string[] {
  const had = new Map((Config.Env ?? []).map((line) => [line.split("=", 1)[0] ?? "", after(line)]));
  const all = { ...members(wanted.env), ...members(wanted.secrets) };
  const variables = Object.keys(all)
    .filter((name) => !(wanted.firstEnvs ?? []).includes(name) && all[name] !== unknownValue)
    .filter((name) => had.get(name) !== all[name])
    .sort();
  const images = [Config.Image ?? "", wanted.image].map(plainImage);
  const shm = wanted.shm !== undefined && HostConfig.ShmSize !== wanted.shm * mebi;
  const command = Array.isArray(wanted.command) && !isDeepStrictEqual(Config.Cmd ?? [], wanted.command);
  return [
    ...(images[0] === images[1] ? [] : [`the image (${Config.Image ?? ""} there, ${wanted.image} here)`]),
    ...(command ? ["the command"] : []),
    ...(variables.length === 0 ? [] : [`the variables ${variables.join(", ")}`]),
    ...(isKnown(wanted.ports) ? portsOtherwise(publishedOf(HostConfig), publishedBy(wanted)) : []),
    ...(shm ? ["the size of /dev/shm"] : []),
  ];
}

/** At preview all of them may be known only later, and are a text then. */
const members = (of: Record<string, string> | undefined): Record<string, string> =>
  typeof of === "object" ? of : {};

const after = (line: string): string => line.slice(line.indexOf("=") + 1);

const plainImage = (image: string): string =>
  image.replace(/^(index\.)?docker\.io\//, "").replace(/^library\//, "");

function publishedOf({ PortBindings }: SeenContainer["HostConfig"]): string[] {
  return Object.entries(PortBindings ?? {}).flatMap(([port, bindings]) =>
    (bindings ?? []).map(({ HostIp = "", HostPort = "" }) => word(HostIp, HostPort, port)),
  );
}

/** Whether a list is known in each of its parts. */
const isKnown = (list: unknown): boolean =>
  list === undefined || (Array.isArray(list) && !JSON.stringify(list).includes(unknownValue));

function publishedBy({ ports = [] }: WantedContainer): string[] {
  return ports.map(({ internal, external, ip = "", protocol = "tcp" }) =>
    word(ip, String(external), `${internal}/${protocol}`),
  );
}

const word = (ip: string, external: string, port: string): string =>
  `${["", "0.0.0.0"].includes(ip) ? "" : `${ip}:`}${external}:${port.replace(/\/tcp$/, "")}`;

function portsOtherwise(there: readonly string[], here: readonly string[]): string[] {
  if (isDeepStrictEqual([...there].sort(), [...here].sort())) return [];
  const list = (ports: readonly string[]): string => (ports.length === 0 ? "none" : ports.join(", "));
  return [`the published ports (${list(there)} there, ${list(here)} here)`];
}

/** The places of what a program mounts, in words. */
export function placesOf({ volumes = [] }: Pick<WantedContainer, "volumes">): string {
  if (!isKnown(volumes)) return "with its data where it lies";
  const places = volumes.map(({ volumeName, hostPath }) => placeWord(volumeName ?? hostPath ?? ""));
  return places.length === 0 ? "without data of its own" : `with its data in ${places.join(" and ")}`;
}

/** What becomes of it when it is taken up. */
export function keptAsItIs(name: string, there: SeenContainer, wanted: WantedContainer): string {
  const differs = otherwise(there, wanted);
  const later =
    differs.length === 0
      ? ""
      : ` Otherwise in the program ${differs.length === 1 ? "is" : "are"} ${differs.join("; ")}: all of that comes with the first edit that replaces it.`;
  return `Kamal's container ${name} is kept as it is, ${placesOf(wanted)}: it is neither restarted nor made anew.${later}`;
}

/** What becomes of it by the first edit. @param differed what was otherwise in the program when it was taken up */
export function replacedOnce(
  name: string,
  wanted: WantedContainer,
  differed: readonly string[] = [],
): string {
  const more =
    differed.length === 0 ? "" : ` With it comes what the program says otherwise: ${differed.join("; ")}.`;
  return `Kamal's container ${name} is stopped and replaced by the program's own, which takes some seconds and the name over, ${placesOf(wanted)}, where it lies.${more}`;
}

/** What becomes of one that a program has no more. */
export const leftAsItIs = (name: string): string =>
  `${name} is Kamal's container still, and runs on with its data; the program has it no more.`;
