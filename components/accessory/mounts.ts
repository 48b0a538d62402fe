/** What an accessory mounts: Docker volumes by their names, and paths of its host. Pure. */
import { posix } from "node:path";
import * as check from "../core/checks";
import type { Check } from "../core/check";
import type { Problem } from "../core/problem";
import { isPath, isSystems } from "../../provider/data/host-path";

export const hostPathCheck: Check = {
  id: "host-path",
  title: "Data in a path of the host",
  effect: "warned",
  why: 'A Docker volume of an accessory has an owner, so that no other component writes to it, and `data: "move"` copies it to another server. A path of the host has neither. It is kept like a volume: nothing deletes it, another server is refused while it may hold data, and a `pulumi destroy` names it. A path that is mounted with `:ro`, and what is below /dev, /proc, /run and /sys, is no data.',
  says: [
    'Accessory "search": volumes./srv/search is "/meili_data", but a path of the host is not guarded as a Docker volume is: it has no owner, and data: "move" does not copy it; write a name in place of the path, unless others on the host need it (npx sextant docs checks#host-path).',
  ],
};

/** A directory of the host, and what it is to be like. */
export interface HostDirectory {
  /** Where it is in the container, with Docker's options behind a colon. @example "/var/lib/mysql:Z" */
  path: string;
  /** Its permissions, in octal. @default what it has; of one that is made, 0755 @example "0750" */
  mode?: string;
  /** Its user and its group, by their numbers. @default what it has; of one that is made, root @example "999:999" */
  owner?: string;
}

/** What is mounted somewhere in the container. */
export interface Mounted {
  /** How a program writes it. @example "volumes.data" */
  argument: string;
  /** The name of a volume, or an absolute path of the host. */
  source: string;
  /** What the program says of it: the path in the container, with options behind a colon. */
  target: string;
  /** Where it is in the container. */
  containerPath: string;
  /** Docker's options, such as `ro`. */
  options: string[];
  /** What the directory is to be like that is made on the host; undefined where none is made. */
  made?: { mode?: string; owner?: string };
}

/** What is said of mounts in the arguments of an accessory. */
interface Mounting {
  volumes?: Record<string, string>;
  directories?: Record<string, string | HostDirectory>;
}

/** All that is mounted: volumes first. */
export function mountsOf({ volumes = {}, directories = {} }: Mounting): Mounted[] {
  return [
    ...Object.entries(volumes).map(([source, target]) => ({
      ...{ argument: `volumes.${source}`, source },
      ...parted(target),
    })),
    ...Object.entries(directories).map(([source, given]) => {
      const { path, ...made } = typeof given === "string" ? { path: given } : given;
      return { argument: `directories.${source}`, source, ...parted(path), made };
    }),
  ];
}

/** The names of the Docker volumes. */
export function volumeNames({ volumes = {} }: Mounting): string[] {
  return Object.keys(volumes).filter((source) => !isPath(source));
}

/** The paths of the host that may hold data of the accessory. */
export function dataPaths(args: Mounting): string[] {
  return dataMounts(args).map(({ source }) => source);
}

const dataMounts = (args: Mounting): Mounted[] =>
  mountsOf(args).filter(
    ({ source, options }) => isPath(source) && !options.includes("ro") && !isSystems(source),
  );

function parted(target: string): Pick<Mounted, "target" | "containerPath" | "options"> {
  // What a program in plain JavaScript gives is refused by the shape.
  const [containerPath = "", options] = String(target).split(":");
  return { target, containerPath, options: options === undefined ? [] : options.split(",") };
}

/** What Docker takes behind the path (moby volume/mounts/linux_parser.go, `linuxValidMountMode`); a volume has no propagation. */
const volumeOptions = ["ro", "rw", "z", "Z", "nocopy"];
const pathOptions = [
  ...["ro", "rw", "z", "Z"],
  ...["private", "rprivate", "shared", "rshared", "slave", "rslave"],
];
/** Groups of which Docker takes one at most. */
const alternatives = [["ro", "rw"], ["z", "Z"], pathOptions.slice(4)];

/** What is wrong with what is mounted. */
export function checkMounts(args: Mounting): Problem[] {
  const all = mountsOf(args);
  return all.flatMap((mounted) => [
    ...checkAlone(mounted, all),
    ...checkSource(mounted),
    ...check
      .absolutePath(mounted.argument, mounted.containerPath)
      .map((problem) => ({ ...problem, value: mounted.target })),
    ...checkOptions(mounted),
    ...checkDirectory(mounted),
  ]);
}

/** Two mounts of a container at one path, the later one of each. */
export function mountedTwice(all: readonly Mounted[]): Problem[] {
  return all.flatMap((mounted) => checkAlone(mounted, all));
}

/**
 * Docker refuses a second mount at a path, and only when the container is made (moby daemon/volumes.go, `duplicateMountPointError`), as plain paths
 * (moby volume/mounts/linux_parser.go, `parseMountSpec`).
 * @param all what is mounted, this among it
 */
function checkAlone({ argument, target, containerPath }: Mounted, all: readonly Mounted[]): Problem[] {
  const path = plainPath(String(containerPath));
  const other = all.find((each) => plainPath(String(each.containerPath)) === path);
  if (other === undefined || other.argument === argument) return [];
  const rule = `${other.argument} is mounted at ${path}, too, and Docker mounts one thing at a path`;
  return [{ argument, value: target, rule, cure: "leave one of them out, or choose another path" }];
}

/**
 * Files that are where something else is, or above it. Docker would clear the directory for the file (moby/go-archive v0.2.0 archive.go, `Unpack`),
 * with what is mounted there: all data of the volume. What is in a volume at such a path the provider leaves, and says so.
 */
export function checkFiles(files: Readonly<Record<string, unknown>>, args: Mounting): Problem[] {
  const all = [
    ...mountsOf(args).map(({ argument, containerPath }) => ({ argument, path: plainPath(containerPath) })),
    ...Object.keys(files).map((path) => ({ argument: `files.${path}`, path: plainPath(path) })),
  ];
  return Object.keys(files).flatMap((file) => {
    const argument = `files.${file}`;
    const path = plainPath(file);
    const own = all.findIndex((each) => each.argument === argument);
    const other = all.find(
      (each, at) =>
        each.path.startsWith(path === "/" ? path : `${path}/`) || (each.path === path && at < own),
    );
    if (other === undefined || other.argument === argument) return [];
    const fault = `is a file at ${path}, and ${other.argument} is at ${other.path}`;
    return [{ argument, fault, cure: "leave one of them out, or choose another path" }];
  });
}

const plainPath = (path: string): string => posix.normalize(path).replace(/(.)\/$/, "$1");

function checkSource({ argument, source, made }: Mounted): Problem[] {
  if (!isPath(source)) {
    if (made === undefined) return check.dnsLabel(argument, source);
    const cure = "write the whole path, or move it to volumes, where a name is a Docker volume";
    return [{ argument, value: source, rule: "a directory of the host is an absolute path", cure }];
  }
  if (
    /[\s:]/.test(source) ||
    posix.normalize(source) !== source ||
    (source.length > 1 && source.endsWith("/"))
  )
    return [
      {
        argument,
        value: source,
        rule: "a path of the host is absolute and plain, without blanks, colons, dots that lead elsewhere, or a slash at its end",
        cure: 'write it like "/srv/search"',
      },
    ];
  return [];
}

/** What is wrong with Docker's options behind a path. */
export function checkOptions({ argument, source, target, options }: Mounted): Problem[] {
  const known = isPath(source) ? pathOptions : volumeOptions;
  const wrong = options.find((option) => !known.includes(option));
  if (wrong !== undefined || String(target).split(":").length > 2)
    return [
      {
        argument,
        value: target,
        rule: `behind the path come Docker's own options, of which ${isPath(source) ? "a path of the host" : "a volume"} has ${known.join(", ")}`,
        cure: 'write it like "/data:ro"',
      },
    ];
  const two = alternatives.some((group) => options.filter((option) => group.includes(option)).length > 1);
  if (!two && new Set(options).size === options.length) return [];
  return [{ argument, value: target, rule: "Docker takes one of these options", cure: "choose one" }];
}

/** Directories that are the system's, whose mode and owner a program must not change. */
const systems = new Set(
  [
    [
      "/",
      "/bin",
      "/boot",
      "/dev",
      "/etc",
      "/home",
      "/lib",
      "/lib64",
      "/media",
      "/mnt",
      "/opt",
      "/proc",
      "/root",
    ],
    [
      "/run",
      "/sbin",
      "/srv",
      "/sys",
      "/tmp",
      "/usr",
      "/usr/bin",
      "/usr/lib",
      "/usr/local",
      "/usr/sbin",
      "/var",
    ],
    ["/var/cache", "/var/lib", "/var/lib/docker", "/var/lib/sextant", "/var/log", "/var/run", "/var/tmp"],
  ].flat(),
);

function checkDirectory({ argument, source, made }: Mounted): Problem[] {
  if (made === undefined) return [];
  return [
    ...(systems.has(source)
      ? [
          {
            ...{ argument, value: source, rule: "this directory is the system's" },
            cure: "choose a directory below it, or mount it by volumes, which makes none",
          },
        ]
      : []),
    ...checkMode(`${argument}.mode`, made.mode),
    ...checkOwner(`${argument}.owner`, made.owner),
  ];
}

/** Permissions in octal. */
export function checkMode(argument: string, mode: string | undefined): Problem[] {
  if (mode === undefined || /^[0-7]{3,4}$/.test(mode)) return [];
  return [
    { argument, value: mode, rule: "a mode is three or four octal digits", cure: 'write it like "0640"' },
  ];
}

/** A user and a group by their numbers: the names in an image are none of its host. */
export function checkOwner(argument: string, owner: string | undefined): Problem[] {
  if (owner === undefined || /^\d{1,9}(:\d{1,9})?$/.test(owner)) return [];
  return [
    {
      argument,
      value: owner,
      rule: "an owner is the numbers of a user and a group, as the host does not know the names of the image",
      cure: 'write it like "999:999"; docker run --rm --entrypoint id IMAGE USER says them',
    },
  ];
}

/** What is said of data that no Docker volume holds. */
export function warnPaths(args: Mounting): Problem[] {
  return dataMounts(args).map(({ argument, target }) => ({
    argument,
    value: target,
    rule: 'a path of the host is not guarded as a Docker volume is: it has no owner, and data: "move" does not copy it',
    cure: "write a name in place of the path, unless others on the host need it",
    check: hostPathCheck,
  }));
}
