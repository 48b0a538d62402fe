/** An image against the roles that run it: pure, on the facts that its registry gave. */
import type { Findings, Problem } from "../core/problem";
import { uncovered, volumeAt } from "../../provider/docker/container-body";
import type { Machine } from "./machine";
import type { ImageFacts } from "./manifest";
import type { Check } from "../core/check";

export const imagePlatformCheck: Check = {
  id: "image-platform",
  title: "Image platform against server type",
  effect: "refused",
  why: "An image for Arm does not start on an x86 server, nor the other way round: `exec format error`. The platforms of the image are read from its registry, the architecture of a server follows from its type, and that of an `ExistingServer` from `architecture`, or from what its preflight has seen.",
  says: [
    'App "shop": image is "registry.test/shop:arm", but it is made for linux/arm64 and web-1 is linux/amd64; build it with docker build --platform linux/amd64 (npx sextant docs checks#image-platform).',
  ],
};

export const imageCommandCheck: Check = {
  id: "image-command",
  title: "Image without a command to serve with",
  effect: "refused",
  why: "Without CMD in the Dockerfile an image runs what its base image runs: `irb` for Ruby, a shell for Debian. The container runs, nothing listens, and the health check ends in a timeout that says nothing.",
  says: [
    'App "shop": image is "registry.test/shop:irb", but role web would run irb, which waits for a keyboard and serves nobody; add CMD to the Dockerfile, or set roles.web.command (npx sextant docs checks#image-command).',
  ],
};

export const imagePortCheck: Check = {
  id: "image-port",
  title: "EXPOSE without the route's port",
  effect: "warned",
  why: "EXPOSE is a note of the image's author and opens nothing, so an app may well listen elsewhere. Where there is one, and it names other ports than the route does, the route is more often wrong than the note.",
  says: [
    'App "shop": route.port is 3000, but the image exposes 8080; set it to 8080 unless the app listens on 3000 (npx sextant docs checks#image-port).',
  ],
};

export const imageVolumeCheck: Check = {
  id: "image-volume",
  title: "Data that the image keeps where no volume is",
  effect: "warned",
  why: 'A VOLUME in a Dockerfile says where an image writes data. Docker would make a volume without a name there, a new one with each container. So a volume is mounted there that is named after the accessory, or the app and its role, and the path: each release and edit finds it again, and nothing deletes it but `data: "discard"`. The program does not show it, which is why it is said. Another role, and another server, has one of its own. Read from the registry as `inspectImage` says; the data is kept either way.',
  says: [
    'App "shop": image is "registry.test/shop:v2", but it keeps data at /data, which no volume of role web is at, so that it is kept in the Docker volume shop-test-shop-web-image-data of each of its servers, which old and new containers share; add "/data" to the role\'s volumes before it holds anything, unless what is there may be lost (npx sextant docs checks#image-volume).',
    'Accessory "search": image is "mongo:8", but it keeps data at /data/db, which volumes does not name, so that it is kept in the Docker volume shop-test-search-image-data-db; add "/data/db" to volumes before it holds anything, unless what is there may be lost (npx sextant docs checks#image-volume).',
  ],
};

export const imageZstdCheck: Check = {
  id: "image-zstd",
  title: "Image whose layers an old Docker cannot read",
  effect: "warned",
  why: "Docker reads layers of zstd since version 23, and Debian 11 and 12 have 20.10 in their packages: a pull would end in `archive/tar: invalid tar header`. It is said of a `Server` whose image is one of these; one that gets a newer Docker by `cloudInit` is fine. Of an `ExistingServer` it is said once the preflight has seen its Docker: from the second deploy on, and after an upgrade of Docker from the next look. The image of an app is asked for, and that of an accessory that has `image`.",
  says: [
    'App "shop": image is "registry.test/shop:v2", but its layers are compressed by zstd, which Docker 20 of web-1 cannot read; build it with compression=gzip, or run it on a server whose Docker is 23 or newer, as with image: "debian-13" (npx sextant docs checks#image-zstd).',
  ],
};

/** A role, as far as an image has to fit it. */
export interface ImageUse {
  role: string;
  /** The role's own command, which stands in for CMD. */
  command: string[] | undefined;
  /** The ports of its routes, each with how a program writes it. */
  ports: { argument: string; port: number }[];
  /** The paths in the container at which volumes are mounted. */
  mounted?: string[];
  /** What the names of the volumes begin with for the paths at which none is. */
  volume: string;
  /** Its hosts, with the architecture where it is known. */
  hosts: Machine[];
}

/** What of an image does not fit the hosts that are to run it, whatever it is there. */
export function checkOnHosts(image: string, facts: ImageFacts, hosts: readonly Machine[]): Findings {
  return { refused: checkPlatform(image, facts, hosts), warned: checkLayers(image, facts, hosts) };
}

/** What does not fit. @param argument how a program writes the image */
export function checkImageFacts(
  image: string,
  facts: ImageFacts,
  uses: readonly ImageUse[],
  argument = "image",
): Findings {
  const onHosts = checkOnHosts(
    image,
    facts,
    uses.flatMap(({ hosts }) => hosts),
  );
  const found = {
    refused: [...onHosts.refused, ...uses.flatMap((use) => checkCommand(image, facts, use))],
    warned: [
      ...uses.flatMap((use) => checkPorts(facts, use)),
      ...uses.flatMap((use) => checkVolumes(image, facts, use)),
      ...onHosts.warned,
    ],
  };
  return written(argument, found);
}

/** By another argument than `image`, where it is a role's own. */
function written(argument: string, { refused, warned }: Findings): Findings {
  const all = (problems: readonly Problem[]): Problem[] =>
    problems.map((each) => (each.argument === "image" ? { ...each, argument } : each));
  return { refused: all(refused), warned: all(warned) };
}

/** The first Docker that reads layers of zstd (release notes of Docker Engine 23.0.0). */
const readsZstd = 23;

/** Said and not refused: a server may get a newer Docker than its system's by cloudInit. */
function checkLayers(image: string, { zstd }: ImageFacts, hosts: readonly Machine[]): Problem[] {
  if (!zstd) return [];
  const old = hosts.filter(({ dockerMajor }) => dockerMajor !== undefined && dockerMajor < readsZstd);
  const names = [...new Set(old.map(({ name }) => name))];
  return names.length === 0
    ? []
    : [
        {
          argument: "image",
          value: image,
          rule: `its layers are compressed by zstd, which Docker ${old[0]?.dockerMajor ?? ""} of ${names.join(", ")} cannot read`,
          cure: `build it with compression=gzip, or run it on a server whose Docker is ${readsZstd} or newer, as with image: "debian-13"`,
          check: imageZstdCheck,
        },
      ];
}

function checkPlatform(image: string, { platforms }: ImageFacts, all: readonly Machine[]): Problem[] {
  const hosts = new Map(all.map((host) => [host.name, host.architecture]));
  return [...hosts].flatMap(([name, architecture]): Problem[] => {
    const wanted = `linux/${architecture ?? ""}`;
    if (architecture === undefined || platforms.includes(wanted)) return [];
    return [
      {
        argument: "image",
        value: image,
        rule: `it is made for ${platforms.join(", ")} and ${name} is ${wanted}`,
        cure: `build it with docker build --platform ${wanted}`,
        check: imagePlatformCheck,
      },
    ];
  });
}

function checkCommand(image: string, facts: ImageFacts, { role, command }: ImageUse): Problem[] {
  if (command !== undefined) return [];
  const problem = (rule: string): Problem[] => [
    {
      argument: "image",
      value: image,
      rule,
      cure: `add CMD to the Dockerfile, or set roles.${role}.command`,
      check: imageCommandCheck,
    },
  ];
  if (facts.entrypoint.length === 0 && facts.command.length === 0)
    return problem(`it has no CMD and role ${role} no command, so there is nothing to run`);
  const prompt = interactive(facts.command.length > 0 ? facts.command : facts.entrypoint);
  return prompt === undefined
    ? []
    : problem(`role ${role} would run ${prompt}, which waits for a keyboard and serves nobody`);
}

const shells = ["sh", "bash", "ash", "dash", "zsh", "fish", "ksh"];
const prompts = [...shells, "irb", "pry", "python", "python2", "python3", "ipython", "node", "iex", "jshell"];

/** The shell or prompt that a command is, when it is nothing more; base images have such a CMD. */
export function interactive(command: readonly string[]): string | undefined {
  const [program = "", ...rest] = command;
  const name = program.slice(program.lastIndexOf("/") + 1);
  const script = shells.includes(name) && /^-\w*c$/.test(rest[0] ?? "") ? rest[1] : undefined;
  if (script !== undefined) {
    const inner = script.trim().replace(/^exec\s+/, "");
    return /[;&|]/.test(inner) ? undefined : interactive(inner.split(/\s+/));
  }
  const idle = rest.every((word) => ["-i", "-l", "-il", "--login", "-it"].includes(word));
  if (prompts.includes(name) && idle) return name;
  return /^(php|perl)$/.test(name) && rest[0] === "-a" ? `${name} -a` : undefined;
}

function checkPorts({ ports }: ImageFacts, use: ImageUse): Problem[] {
  if (ports.length === 0) return [];
  return use.ports
    .filter(({ port }) => !ports.includes(port))
    .map(({ argument, port }) => ({
      argument,
      value: port,
      rule: `the image exposes ${ports.join(", ")}`,
      cure: `set it to ${ports.join(" or ")} unless the app listens on ${port}`,
      check: imagePortCheck,
    }));
}

function checkVolumes(
  image: string,
  { volumes }: ImageFacts,
  { role, mounted = [], volume }: ImageUse,
): Problem[] {
  return uncovered(volumes, mounted).map((path) => ({
    argument: "image",
    value: image,
    rule: `it keeps data at ${path}, which no volume of role ${role} is at, so that it is kept in the Docker volume ${volumeAt(volume, path)} of each of its servers, which old and new containers share`,
    cure: `add ${JSON.stringify(path)} to the role's volumes before it holds anything, unless what is there may be lost`,
    check: imageVolumeCheck,
  }));
}
