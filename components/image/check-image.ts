/** An image against the roles that run it: pure, on the facts that its registry gave. */
import type { Findings, Problem } from "../core/problem";
import { uncovered } from "../../provider/docker/container-body";
import type { Architecture } from "../host/host";
import type { ImageFacts } from "./manifest";

/** A role, as far as an image has to fit it. */
export interface ImageUse {
  role: string;
  /** The role's own command, which stands in for CMD. */
  command: string[] | undefined;
  /** The ports of its routes, each with how a program writes it. */
  ports: { argument: string; port: number }[];
  /** The paths in the container at which volumes are mounted. */
  mounted?: string[];
  /** Its hosts, with the architecture where it is known. */
  hosts: { name: string; architecture: Architecture | undefined; dockerMajor?: number | undefined }[];
}

/** What does not fit. */
export function checkImageFacts(image: string, facts: ImageFacts, uses: readonly ImageUse[]): Findings {
  return {
    refused: [
      ...checkPlatform(image, facts, uses),
      ...uses.flatMap((use) => checkCommand(image, facts, use)),
    ],
    warned: [
      ...uses.flatMap((use) => checkPorts(facts, use)),
      ...uses.flatMap((use) => checkVolumes(image, facts, use)),
      ...checkLayers(image, facts, uses),
    ],
  };
}

/** The first Docker that reads layers of zstd (release notes of Docker Engine 23.0.0). */
const readsZstd = 23;

/** Said and not refused: a server may get a newer Docker than its system's by cloudInit. */
function checkLayers(image: string, { zstd }: ImageFacts, uses: readonly ImageUse[]): Problem[] {
  if (!zstd) return [];
  const old = uses
    .flatMap(({ hosts }) => hosts)
    .filter(({ dockerMajor }) => dockerMajor !== undefined && dockerMajor < readsZstd);
  const names = [...new Set(old.map(({ name }) => name))];
  return names.length === 0
    ? []
    : [
        {
          argument: "image",
          value: image,
          rule: `its layers are compressed by zstd, which Docker ${old[0]?.dockerMajor ?? ""} of ${names.join(", ")} cannot read`,
          cure: 'build it with compression=gzip, or take a server with image: "debian-13"',
          check: "image-zstd",
        },
      ];
}

function checkPlatform(image: string, { platforms }: ImageFacts, uses: readonly ImageUse[]): Problem[] {
  const hosts = new Map(uses.flatMap(({ hosts }) => hosts).map((host) => [host.name, host.architecture]));
  return [...hosts].flatMap(([name, architecture]): Problem[] => {
    const wanted = `linux/${architecture ?? ""}`;
    if (architecture === undefined || platforms.includes(wanted)) return [];
    return [
      {
        argument: "image",
        value: image,
        rule: `it is made for ${platforms.join(", ")} and ${name} is ${wanted}`,
        cure: `build it with docker build --platform ${wanted}`,
        check: "image-platform",
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
      check: "image-command",
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
      check: "image-port",
    }));
}

function checkVolumes(image: string, { volumes }: ImageFacts, { role, mounted = [] }: ImageUse): Problem[] {
  return uncovered(volumes, mounted).map((path) => ({
    argument: "image",
    value: image,
    rule: `it keeps data at ${path}, and what role ${role} writes there goes with the container at each release`,
    cure: `add ${JSON.stringify(path)} to the role's volumes, unless nothing there is to be kept`,
    check: "image-volume",
  }));
}
