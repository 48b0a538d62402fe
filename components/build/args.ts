/** The arguments of an image that is built. */
import type { HookOutput } from "../core/hook";
import type * as command from "@pulumi/command";
import type * as dockerBuild from "@pulumi/docker-build";
import type * as pulumi from "@pulumi/pulumi";
import type { Transform } from "../core/component";
import type { Host } from "../host/host";
import type { Registry } from "../registry/registry";
import type { ServerRegistry } from "../registry/server-registry";
import type { ImagePushArgs } from "./image-push";

/** Where BuildKit keeps the steps of a build for the next one, on another machine too. */
export interface BuildCache {
  /**
   * `"registry"` is an image in a registry; `"gha"` GitHub's cache, for jobs that have its variables (`crazy-max/ghaction-github-runtime`
   * gives them); `"local"` a directory of the machine that runs Pulumi.
   */
  type: "registry" | "gha" | "local";
  /** Of a registry: the image's name. @default the repository with `-build-cache` behind it, as Kamal has it */
  image?: string;
  /** Of GitHub: what tells the caches of two images apart. @default "buildkit" */
  scope?: string;
  /** Of this machine: the directory, from that of the program. @example "/var/cache/shop-build" */
  directory?: string;
  /** `"max"` keeps the steps of all stages, `"min"` those of the image itself. @default "max" */
  mode?: "max" | "min";
  /**
   * Further options of what is written, by buildx's names for them: compression, ignore-error, image-manifest, timeout.
   *
   * @default none
   * @example { compression: "zstd", "image-manifest": "true" }
   */
  options?: Record<string, string>;
}

/** Arguments of `Image`. */
export interface ImageArgs {
  /**
   * The repository that it is pushed to, without a tag. A second image of the program with the same repository and the same `version` is
   * refused, as one of another `target`: both would be pushed to one tag.
   *
   * @edit builds and pushes; the former repository keeps what it has
   * @example "registry.example.com/shop"
   */
  repository: string;
  /**
   * The directory that is built, from the directory of the program. What .dockerignore names is no part of it; its .git has to be named
   * there, and the folder of the program where it lies within.
   *
   * @default "."
   * @edit builds and pushes
   * @example "../shop"
   */
  context?: string;
  /** The Dockerfile, from the context. @default "Dockerfile" @edit builds and pushes @example "docker/web.Dockerfile" */
  dockerfile?: string;
  /** The stage to build. @default the last one @edit builds and pushes @example "production" */
  target?: string;
  /**
   * Build arguments, `ARG` in the Dockerfile. They stay in the image, where everybody who has it reads them, so that a secret is refused
   * here.
   *
   * @default none
   * @edit builds and pushes
   * @example { RUBY_VERSION: "3.4.2" }
   */
  args?: Record<string, pulumi.Input<string>>;
  /**
   * Secrets of the build, by their ids: `RUN --mount=type=secret,id=…` in the Dockerfile reads them from `/run/secrets/<id>`. They are in
   * no layer, in no argument list and in no log; in the state they are encrypted.
   *
   * @default none
   * @edit builds and pushes; a step that BuildKit has in its cache does not run again for another secret
   * @example { BUNDLE_GITHUB__COM: config.requireSecret("bundleToken") }
   */
  secrets?: Record<string, pulumi.Input<string>>;
  /**
   * Agents and keys for `RUN --mount=type=ssh`: `"default"` is the agent of SSH_AUTH_SOCK, `"id=path"` a key's file or an agent's socket,
   * on the machine that runs Pulumi.
   *
   * @default none
   * @edit builds and pushes
   * @example ["default"]
   */
  ssh?: string[];
  /** Where the steps of a build are kept for the next one. @default with the builder alone @edit builds and pushes */
  cache?: BuildCache;
  /**
   * A list of what the image is made of, in SPDX, beside it in the registry: `docker buildx imagetools inspect` and scanners read it. `true`
   * is BuildKit's own generator, which is read from Docker Hub; an image is another one. It takes BuildKit 0.11, or Docker 24, and each
   * build pulls and runs the generator.
   *
   * @default false
   * @edit builds and pushes
   * @example true
   */
  sbom?: boolean | string;
  /**
   * How the image was built, in SLSA's words, beside it in the registry: what it stands on by digests, and when. With `"max"` there are also
   * the steps, the Dockerfile and the values of `args`. It takes BuildKit 0.11, or Docker 24. As it has the time of the build, each build has another
   * digest, also where all of it comes from the cache.
   *
   * @default none
   * @edit builds and pushes
   * @example "max"
   */
  provenance?: "min" | "max";
  /** The servers that it runs on: it is built for the architectures of those that are known. @default none @edit builds and pushes where an architecture is added or goes */
  servers?: Host[];
  /**
   * The platforms.
   *
   * @default those of `servers`; without any known, that of the builder
   * @edit builds and pushes
   * @example ["linux/amd64", "linux/arm64"]
   */
  platforms?: string[];
  /**
   * Who builds: a `Server` or an `ExistingServer`, whose Docker is reached as all else on it is; or a builder of buildx on the machine
   * that runs Pulumi, by its name. A server needs Docker 23 or newer that keeps its images in containerd: Docker 29 does so where it is
   * new, and others with `daemon: { features: { "containerd-snapshotter": true } }` at a `Server` that is made.
   *
   * @default the Docker of the machine that runs Pulumi: a builder of buildx that answers there, else one that is made
   * @edit another server counts from the next build; a builder of buildx builds and pushes
   * @example new Server("builder", { type: "cx33", firewalls: [edge], image: "debian-13", daemon: { features: { "containerd-snapshotter": true } } })
   */
  builder?: Host | string;
  /**
   * The logins by which it is pushed, and by which private images are read that it stands on; and the `ServerRegistry` that it goes to,
   * for which `repository` begins with the registry's `address`. A `builder` that is a server is one of the registry's hosts then; without
   * such one it is built on the machine that runs Pulumi and goes to the registry over SSH.
   *
   * @default those that `docker login` has left on the machine that runs Pulumi
   * @edit another address or user builds and pushes; another password counts from the next build
   */
  registries?: (Registry | ServerRegistry)[];
  /**
   * The release, a tag.
   *
   * @default the commit that is checked out
   * @edit builds and pushes
   * @example process.env["GITHUB_SHA"]
   */
  version?: string;
  /**
   * What becomes of a context that has what is in no commit: `"mark"` builds it, and marks the release by `_uncommitted_` and a hash;
   * `"refuse"` refuses it. A file that git does not know and .dockerignore does not name is such a one, too.
   *
   * @default "mark"
   * @edit nothing by itself
   */
  uncommitted?: "mark" | "refuse";
  /**
   * Lines for a shell on the machine that runs Pulumi, where the project's file is. They have the variables of Kamal's hooks, as those of an `App` do,
   * and `SEXTANT_SKIP_HOOKS` leaves them out.
   *
   * @default none
   * @edit a new line runs at once
   * @example { beforeBuild: "bin/ci-is-green $KAMAL_VERSION" }
   */
  hooks?: {
    /** Before the build of each release, Kamal's `pre-build`. Where it fails, nothing is built. @default none @example "bin/ci-is-green $KAMAL_VERSION" */
    beforeBuild?: string;
    /** Whether `pulumi up` shows what it prints; of one that fails it does. @default "verbose" @edit the hook runs at once */
    output?: HookOutput;
  };
  /** Changes a child before it is made. @default none @edit what the changed argument of the child does */
  transform?: {
    /** The build, by `@pulumi/docker-build`. */
    build?: Transform<dockerBuild.ImageArgs>;
    /** What brings it to a `ServerRegistry`, where it is not built on one of the registry's hosts. */
    push?: Transform<ImagePushArgs>;
    /** The hook, by `@pulumi/command`. */
    hook?: Transform<command.local.CommandArgs>;
  };
}
