import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import * as dockerBuild from "@pulumi/docker-build";
import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import { buildPlace, prepareBuild } from "../../provider/registry/build-place";
import { isPlain } from "../core/checks";
import { Component, transformed } from "../core/component";
import { hookCommand, skippedHooks } from "../core/hook";
import { hostWide } from "../core/names";
import { warnPlain } from "../core/plain-secret";
import type { Problem } from "../core/problem";
import { refuseShape } from "../core/shape";
import type { ServerRegistry } from "../registry/server-registry";
import type { ImageArgs } from "./args";
import { isAttested } from "./attestations";
import { builderOn } from "./builder";
import type { BuiltImage } from "./built";
import { checkBuild, plainArgs, secretArg, warnBuild, type Found } from "./check-build";
import { claimTag } from "./claimed-tags";
import { isFile, readContext } from "./context";
import { ImagePush } from "./image-push";
import { withoutCache } from "./no-cache";
import { ownFolder } from "./own-folder";
import { buildOf, isShipped, loginsOf, ownRegistry, pathsOf, platformsOf } from "./plan";
import { revisionOf, versionOf } from "./revision";
import { imageShape } from "./shape";

/**
 * An image that `pulumi up` builds and pushes, by BuildKit: of the machine that runs Pulumi, or of a server. A preview builds nothing, and
 * says what differs since the last build: each top entry of the context has a short hash among the inputs of the component. The same tree
 * with the same arguments is not built again. `SEXTANT_NO_CACHE=1` in the environment of one run builds it anew, without any step of the
 * cache; the preview shows `noCache`, and the next run takes that away again, by a build from the cache.
 *
 * The release is the commit, so that `App` has it as its version; the app's hosts pull it by its digest. What has been pushed stays in the
 * registry, also when the component goes: an earlier release is deployed by its version.
 *
 * What goes to a `ServerRegistry`, and is not built on one of its hosts, is built into a directory of the machine that runs Pulumi, below
 * ~/.cache/sextant/builds, and goes from there over SSH to the registry's server: the layers that the registry does not have, each once.
 *
 * @example
 * const image = new Image("shop", {
 *   repository: "registry.example.com/shop", registries: [registry], servers: web,
 *   args: { RUBY_VERSION: "3.4.2" }, secrets: { GITHUB_TOKEN: config.requireSecret("githubToken") },
 * });
 * const shop = new App("shop", { image, version: config.get("version"), proxy, roles: { web: { servers: web } } });
 */
export class Image extends Component implements BuiltImage {
  /** The repository, without a tag. */
  readonly repository: string;
  /** The release: the commit, with a mark where the context has what is in none. */
  readonly version: string;
  /** What was built, by its content; known once it is. */
  readonly digest: pulumi.Output<string>;
  /** `repository:version@digest`. */
  readonly reference: pulumi.Output<string>;
  /** The registry on a server that has it; undefined where another one has. */
  readonly own: ServerRegistry | undefined;
  /** The build. */
  readonly build: dockerBuild.Image;
  /** What brings it over SSH to a registry on a server; undefined where the build itself pushes it. */
  readonly push: ImagePush | undefined;

  constructor(name: string, args: ImageArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`${new.target.name} "${name}"`, imageShape, args);
    const found = look(args);
    const release =
      args.version ?? (found.revision && versionOf(found.revision, found.context?.entries ?? {}));
    super("Image", name, opts, sourcesOf(found));
    const skipped = skippedHooks(args.hooks);
    this.refuse([...skipped.refused, ...checkBuild(args, found), ...this.claim(args.repository, release)]);
    this.warn([
      ...skipped.warned,
      ...warnBuild(args, platformsOf(args)),
      ...plainArgs(args),
      ...warnPlain({ secrets: args.secrets }),
    ]);
    if (pulumi.runtime.isDryRun()) this.refuseSecretArgs(args);
    this.repository = args.repository;
    // Without any it was refused.
    this.version = release ?? "";
    this.own = ownRegistry(args);
    const place = isShipped(args) ? buildPlace(hostWide(name)) : undefined;
    this.build = this.make(args, place);
    const built = this.build.digest.apply(orLater);
    const repository = args.repository.slice((this.own?.address.length ?? -1) + 1);
    this.push =
      this.own === undefined || place === undefined
        ? undefined
        : new ImagePush(
            `${name}-push`,
            this.own,
            { repository, tag: this.version, digest: built, directory: place, build: name },
            { parent: this },
            args.transform?.push,
          );
    this.digest = this.push?.digest ?? built;
    this.own?.pushed(repository, this.digest);
    this.reference = pulumi.interpolate`${this.repository}:${this.version}@${this.digest}`;
    this.registerOutputs({ version: this.version, reference: this.reference });
  }

  /** Takes its tag. Without a stack, as in a user's unit tests, tags are free. */
  private claim(repository: string, version: string | undefined): Problem[] {
    const run = pulumi.runtime.getStackResource();
    if (run === undefined || version === undefined) return [];
    return claimTag(run, { label: this.label, repository, version });
  }

  private make(args: ImageArgs, place: string | undefined): dockerBuild.Image {
    const { builder } = args;
    if (place !== undefined && !pulumi.runtime.isDryRun()) prepareBuild(hostWide(this.componentName));
    const host = typeof builder === "object" ? builder : undefined;
    const name =
      host === undefined
        ? (builder as string | undefined)
        : builderOn(
            host,
            this.componentName,
            { registries: loginsOf(args), attested: isAttested(args) },
            (said) => {
              void pulumi.log.error(`${this.label}: ${said}`, this);
            },
            ({ low, said }) => {
              void pulumi.log[low ? "warn" : "info"](`${this.label}: ${said}`, this);
            },
          );
    const before = args.hooks?.beforeBuild;
    const hook = {
      name: `${this.componentName}-before-build`,
      line: before ?? "",
      service: this.componentName,
      command: "build",
      subcommand: "push",
      output: args.hooks?.output,
    } as const;
    const hooks =
      before === undefined
        ? []
        : [hookCommand(this, { ...hook, version: this.version }, [], args.transform?.hook)];
    return new dockerBuild.Image(
      ...transformed<dockerBuild.ImageArgs>(
        args.transform?.build,
        this.componentName,
        buildOf(args, this.version, name, withoutCache(), place),
        {
          parent: this,
          dependsOn: [
            ...(host === undefined ? [] : [host.ready]),
            // Into a directory it is built while the registry is made.
            ...(place === undefined ? (this.own?.trusted ?? []) : []),
            ...hooks,
          ],
          // Others may have deployed it, and it is what is gone back to.
          retainOnDelete: true,
        },
      ),
    );
  }

  /** Whether a build argument is a secret is known only when it is. */
  private refuseSecretArgs({ args = {} }: ImageArgs): void {
    for (const [name, value] of Object.entries(args)) {
      if (isPlain(value)) continue;
      const done = pulumi.runtime.rpcKeepAlive();
      void pulumi
        .isSecret(pulumi.output(value))
        .then((secret) => {
          if (secret) this.refuseLate([secretArg(name)]);
        })
        .finally(done);
    }
  }
}

/** What lies on this machine. */
function look(args: ImageArgs): Found {
  const { context: directory } = pathsOf(args);
  const { dockerfile = "Dockerfile" } = args;
  if (!existsSync(directory) || !statSync(directory).isDirectory())
    return { directory: false, dockerfile: false, context: undefined, revision: undefined };
  const context = readContext(directory, dockerfile);
  const there = isFile(join(directory, dockerfile));
  const revision = there ? revisionOf(directory, dockerfile, context) : undefined;
  return { directory: true, dockerfile: there, context, revision, program: ownFolder(directory) };
}

/** What a preview shows of the sources. */
function sourcesOf({ context, revision }: Found): pulumi.Inputs {
  return {
    ...(revision === undefined
      ? {}
      : {
          commit: revision.commit,
          ...(revision.uncommitted.length === 0 ? {} : { uncommitted: firstOf(revision.uncommitted) }),
        }),
    context: context?.entries ?? {},
  };
}

/** The most names of a list in a preview. */
const mostNames = 20;

/** A list that is short enough to be read; what is left out is counted. */
function firstOf(names: readonly string[]): readonly string[] {
  const more = names.length - mostNames;
  return more > 0 ? [...names.slice(0, mostNames), `and ${more} more`] : names;
}

/** What docker-build gives in a preview of a build whose arguments are the same is the empty text: it is known in the update. */
function orLater(digest: string): string {
  return digest === "" && pulumi.runtime.isDryRun() ? (unknown as unknown as string) : digest;
}
