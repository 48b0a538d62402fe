/** What can be wrong with a build: pure, on what was read of this machine. */
import { checkOutput } from "../core/hook";
import { secretBy } from "../../provider/core/secret-name";
import { leastDocker } from "../../provider/docker/builder";
import type { Check } from "../core/check";
import * as check from "../core/checks";
import type { Problem } from "../core/problem";
import { checkRelease, checkRepository } from "../image/check-reference";
import type { ServerRegistry } from "../registry/server-registry";
import type { ImageArgs } from "./args";
import { checkAttestations, isAttested } from "./attestations";
import { checkCache } from "./cache";
import type { Context } from "./context";
import { ownEntries } from "./own-folder";
import { isOwn, isShipped, ownRegistry } from "./plan";
import type { Revision } from "./revision";

export const uncommittedCheck: Check = {
  id: "uncommitted",
  title: "Build of what is in no commit",
  effect: "refused",
  why: 'With `uncommitted: "refuse"` a release is what its commit says, and nothing else. A file counts that Docker would send: one that is changed, one that is new, and one that git ignores while .dockerignore does not.',
  says: [
    'Image "shop": uncommitted is "refuse", but app/models/cart.rb is in no commit; commit it, or name it in .dockerignore where it is no part of the image (npx sextant docs checks#uncommitted).',
  ],
};

export const contextGitCheck: Check = {
  id: "context-git",
  title: "Context with git's own directory",
  effect: "refused",
  why: "What git keeps in .git is another with every fetch and every commit, so that each `pulumi up` would build; and all of the history would be sent, and be in the image with `COPY . .`.",
  says: [
    'Image "shop": context is ".", but .git is a part of it, which every command of git changes; write a line with .git into .dockerignore (npx sextant docs checks#context-git).',
  ],
};

export const contextProgramCheck: Check = {
  id: "context-program",
  title: "Context with the program of Pulumi",
  effect: "refused",
  why: "Each `pulumi config set` and each `npm install` would be another release, marked as one that is in no commit; and the stack's configuration would be in the image with `COPY . .`. Where the application wants a file of that folder, leave out the rest: `/infra/*` and then `!/infra/nginx.conf`.",
  says: [
    'Image "shop": context is "..", but infra, the folder of this program, is a part of it with Pulumi.production.yaml, Pulumi.yaml and node_modules, which make another release whenever they change; write a line with /infra/ into .dockerignore (npx sextant docs checks#context-program).',
    'Image "shop": context is ".", but Pulumi.production.yaml and Pulumi.yaml, files of this program, are a part of it, which make another release whenever they change; write a line with /Pulumi*.yaml into .dockerignore (npx sextant docs checks#context-program).',
  ],
};

export const secretArgCheck: Check = {
  id: "secret-build-arg",
  title: "Secret as a build argument",
  effect: "refused or warned",
  why: "`ARG` is a part of the image's history: `docker history` shows it to everybody who can pull. A BuildKit secret is mounted for one `RUN` and is in no layer. A text that is a secret by its name is warned of.",
  says: [
    'Image "shop": args.NPM_TOKEN seems to be a secret, which would be in the image\'s history; give it as secrets.NPM_TOKEN, and read it in the Dockerfile with RUN --mount=type=secret,id=NPM_TOKEN (npx sextant docs checks#secret-build-arg).',
    'Image "shop": args.TOKEN is a secret, which would be in the image\'s history; give it as secrets.TOKEN, and read it in the Dockerfile with RUN --mount=type=secret,id=TOKEN (npx sextant docs checks#secret-build-arg).',
  ],
};

export const builderDockerCheck: Check = {
  id: "builder-docker",
  title: "Builder whose Docker cannot push",
  effect: "warned",
  why: "The BuildKit in Docker pushes an image by itself where Docker keeps its images in containerd, which Docker 23 and newer can; what is said of an image beside it (`sbom`, `provenance`) takes Docker 24. Debian 11 and 12 have 20.10 in their packages; a server may get a newer one by its image or by `cloudInit`. What Docker says itself is asked before a build, which is refused then.",
  says: [
    'Image "shop": builder is "web-1", but Docker 20 of its system cannot push what it builds; make a builder with image: "debian-13" and daemon: { features: { "containerd-snapshotter": true } } (npx sextant docs checks#builder-docker).',
    'Image "shop": builder is "web-1", but Docker 23 of its system cannot make sbom and provenance; make a builder with image: "debian-13" and daemon: { features: { "containerd-snapshotter": true } } (npx sextant docs checks#builder-docker).',
  ],
};

export const builderMemoryCheck: Check = {
  id: "builder-memory",
  title: "Builder with little memory",
  effect: "warned",
  why: "Bundling assets takes 1 to 2 GB for some minutes. On a server with less than 4 GB, on which something else runs, that goes to swap, and what serves becomes slow.",
  says: [
    'Image "shop": builder is "web-1", but it has 2048 MB of memory, which a build may need for itself; build on a larger machine, or on one that serves nobody (npx sextant docs checks#builder-memory).',
  ],
};

export const foreignBuildCheck: Check = {
  id: "foreign-build",
  title: "Build for another architecture than the builder's",
  effect: "warned",
  why: "Such a build runs under QEMU: some ten times as slow, and only where the builder's kernel has QEMU's interpreters.",
  says: [
    'Image "shop": builder is "build-1", but it is linux/amd64 and the image is for linux/arm64, which it builds only with QEMU (docker run --privileged --rm tonistiigi/binfmt --install arm64), and slowly; build on a machine of that architecture (npx sextant docs checks#foreign-build).',
  ],
};

/** The least memory that is said nothing about, in MB. */
const enoughMemory = 4000;

/** What was read of the machine that the program runs on. */
export interface Found {
  /** Whether the context is a directory. */
  directory: boolean;
  /** Whether the Dockerfile is there. */
  dockerfile: boolean;
  context: Context | undefined;
  revision: Revision | undefined;
  /** The program's folder in the context: "" for the context itself, undefined where it lies elsewhere. */
  program?: string | undefined;
}

/** What is refused. */
export function checkBuild(args: ImageArgs, found: Found): Problem[] {
  return [
    ...checkRepository("repository", args.repository),
    ...(args.version === undefined ? [] : checkRelease("version", args.version, false)),
    ...check.oneOf("uncommitted", args.uncommitted, ["mark", "refuse"]),
    ...(args.hooks?.beforeBuild === undefined
      ? []
      : check.notEmpty(
          "hooks.beforeBuild",
          args.hooks.beforeBuild.trim(),
          "give a line for a shell, such as bin/ci-is-green",
        )),
    ...checkOutput("hooks.output", args.hooks?.output),
    ...checkCache(args.cache),
    ...checkAttestations(args),
    ...checkNames(args),
    ...(args.platforms ?? []).flatMap((platform, at) => checkPlatform(`platforms[${at}]`, platform)),
    ...checkOwn(args),
    ...checkFiles(args, found),
    ...checkRevision(args, found),
  ];
}

/** What is said. */
export function warnBuild(args: ImageArgs, platforms: readonly string[]): Problem[] {
  const { builder } = args;
  if (builder === undefined || typeof builder === "string") return [];
  const { hostName, memoryMb, architecture, dockerMajor } = builder;
  const foreign = platforms.filter((platform) => platform !== `linux/${architecture ?? ""}`);
  return [
    ...(dockerMajor === undefined || dockerMajor >= leastDocker(isAttested(args))
      ? []
      : [
          {
            argument: "builder",
            value: hostName,
            rule: `Docker ${dockerMajor} of its system cannot ${dockerMajor < leastDocker(false) ? "push what it builds" : "make sbom and provenance"}`,
            cure: 'make a builder with image: "debian-13" and daemon: { features: { "containerd-snapshotter": true } }',
            check: builderDockerCheck,
          },
        ]),
    ...(memoryMb === undefined || memoryMb >= enoughMemory
      ? []
      : [
          {
            argument: "builder",
            value: hostName,
            rule: `it has ${memoryMb} MB of memory, which a build may need for itself`,
            cure: "build on a larger machine, or on one that serves nobody",
            check: builderMemoryCheck,
          },
        ]),
    ...(architecture === undefined || foreign.length === 0
      ? []
      : [
          {
            argument: "builder",
            value: hostName,
            rule: `it is linux/${architecture} and the image is for ${foreign.join(", ")}, which it builds only with QEMU (docker run --privileged --rm tonistiigi/binfmt --install ${foreign.map((each) => each.split("/")[1] ?? "").join(",")}), and slowly`,
            cure: "build on a machine of that architecture",
            check: foreignBuildCheck,
          },
        ]),
  ];
}

/** Build arguments that are secrets by their names, wherever they come from. */
export function plainArgs({ args = {} }: Pick<ImageArgs, "args">): Problem[] {
  return Object.entries(args).flatMap(([name, value]) =>
    check.isPlain(value) && typeof value === "string" && secretBy(name, value) !== undefined
      ? [{ ...secretArg(name), fault: "seems to be a secret, which would be in the image's history" }]
      : [],
  );
}

/** A build argument that is found to be a secret. */
export function secretArg(name: string): Problem {
  return {
    argument: `args.${name}`,
    fault: "is a secret, which would be in the image's history",
    cure: `give it as secrets.${name}, and read it in the Dockerfile with RUN --mount=type=secret,id=${name}`,
    check: secretArgCheck,
  };
}

/** A registry on a server is reached by its hosts alone, and what is built on this machine is brought there. */
function checkOwn(args: ImageArgs): Problem[] {
  const { builder, repository, registries = [] } = args;
  const own = ownRegistry(args);
  const unused = registries.find(isOwn);
  if (own === undefined)
    return unused === undefined
      ? []
      : [
          {
            argument: "repository",
            value: repository,
            rule: `it is not in ${unused.label}, which is among registries`,
            cure: `begin it with the registry's address: \`\${images.address}/shop\``,
          },
        ];
  if (isShipped(args)) return checkShipped(args, own);
  if (typeof builder !== "object" || own.hosts.includes(builder)) return [];
  const hosts = own.hosts.map(({ hostName }) => hostName).join(", ");
  return [
    {
      argument: "builder",
      value: builder.hostName,
      rule: `${own.label} is reached from ${hosts} alone`,
      cure: "build on one of them, add the builder to its clients, or leave it out, to build on this machine",
    },
  ];
}

/** What is built on this machine is brought to the registry, which BuildKit itself does not reach from here. */
function checkShipped({ cache, repository }: ImageArgs, { label, address }: ServerRegistry): Problem[] {
  const kept = cache?.type === "registry" ? (cache.image ?? repository) : "";
  if (!kept.startsWith(`${address}/`)) return [];
  return [
    {
      argument: "cache",
      fault: `is kept in ${label}, which no builder of this machine reaches`,
      cure: 'leave cache out, write type: "local", or name an image of another registry',
    },
  ];
}

function checkNames({ args = {}, secrets = {}, ssh = [], target }: ImageArgs): Problem[] {
  return [
    ...(target === undefined ? [] : check.notEmpty("target", target, "leave it out for the last stage")),
    ...Object.keys(args).flatMap((name) => check.envName(`args.${name}`, name)),
    ...Object.keys(secrets)
      .filter((id) => !/^[A-Za-z0-9_.-]+$/.test(id))
      .map((id) => ({
        argument: `secrets.${id}`,
        fault: "has an id that no Dockerfile can name: letters, digits, dots, hyphens and underscores",
        cure: "rename it",
      })),
    ...ssh.flatMap((each, at) =>
      /^[A-Za-z0-9_.-]+(=[^=]+)?$/.test(each)
        ? []
        : [
            {
              argument: `ssh[${at}]`,
              value: each,
              rule: "it is no id, and no id with a path",
              cure: 'write it like "default" or "github=~/.ssh/github_ed25519"',
            },
          ],
    ),
  ];
}

function checkPlatform(argument: string, value: string): Problem[] {
  return /^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/.test(value)
    ? []
    : [
        {
          argument,
          value,
          rule: "a platform is a system and an architecture",
          cure: 'write it like "linux/arm64"',
        },
      ];
}

function checkFiles({ context = ".", dockerfile = "Dockerfile" }: ImageArgs, found: Found): Problem[] {
  if (!found.directory)
    return [
      {
        argument: "context",
        value: context,
        rule: "there is no such directory on this machine",
        cure: "write it from the directory of the program",
      },
    ];
  return [
    ...(found.dockerfile
      ? []
      : [
          {
            argument: "dockerfile",
            value: dockerfile,
            rule: `there is no such file in ${context}`,
            cure: "write it from the context",
          },
        ]),
    ...(found.context?.files.some((file) => file === ".git" || file.startsWith(".git/")) === true
      ? [
          {
            argument: "context",
            value: context,
            rule: ".git is a part of it, which every command of git changes",
            cure: `write a line with .git into ${found.context.rules}`,
            check: contextGitCheck,
          },
        ]
      : []),
    ...checkProgram(context, found),
  ];
}

/** The program itself is no part of what it deploys. */
function checkProgram(context: string, { context: there, program }: Found): Problem[] {
  if (program === undefined) return [];
  const own = ownEntries(there?.files ?? [], program);
  if (own.length === 0) return [];
  const differs = "which make another release whenever they change";
  return [
    {
      argument: "context",
      value: context,
      ...(program === ""
        ? {
            rule: `${and(own)}, ${own.length === 1 ? "a file" : "files"} of this program, ${own.length === 1 ? "is" : "are"} a part of it, ${own.length === 1 ? "which makes another release whenever it changes" : differs}`,
            cure: `write a line with /Pulumi*.yaml into ${there?.rules ?? ".dockerignore"}`,
          }
        : {
            rule: `${program}, the folder of this program, is a part of it with ${and(own)}, ${own.length === 1 ? "which makes another release whenever it changes" : differs}`,
            cure: `write a line with /${program}/ into ${there?.rules ?? ".dockerignore"}`,
          }),
      check: contextProgramCheck,
    },
  ];
}

const and = (words: readonly string[]): string =>
  [words.slice(0, -1).join(", "), words.at(-1)].filter(Boolean).join(" and ");

/** How many files are named. */
const most = 3;

function checkRevision(
  { version, uncommitted, context = "." }: ImageArgs,
  { dockerfile, revision, context: there }: Found,
): Problem[] {
  // Without one, git was not asked.
  if (!dockerfile) return [];
  if (revision === undefined)
    return version === undefined
      ? [
          {
            argument: "version",
            fault: `has no value, and ${context} is in no commit that git knows`,
            cure: "commit it, or give a tag of its own for each build",
          },
        ]
      : [];
  const files = revision.uncommitted;
  if (uncommitted !== "refuse" || files.length === 0) return [];
  const rest = files.length - most;
  const named = [...files.slice(0, most), ...(rest > 0 ? [`${rest} more`] : [])];
  const list = and(named);
  return [
    {
      argument: "uncommitted",
      value: uncommitted,
      rule: `${list} ${files.length === 1 ? "is" : "are"} in no commit`,
      cure: `commit ${files.length === 1 ? "it" : "them"}, or name ${files.length === 1 ? "it" : "them"} in ${there?.rules ?? ".dockerignore"} where ${files.length === 1 ? "it is" : "they are"} no part of the image`,
      check: uncommittedCheck,
    },
  ];
}
