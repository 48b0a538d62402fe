/** What containers are of: the app's release, or that of a role with an image or a version of its own. Pure, but for what is known later. */
import * as pulumi from "@pulumi/pulumi";
import { unmarked } from "../build/revision";
import type { AppArgs, RoleArgs } from "./args";
import type { CanaryArgs } from "./canary-args";

/** What a release is of: a repository, whoever builds it. */
export interface Released {
  /** The repository. */
  readonly image: string;
  readonly version: pulumi.Input<string>;
  /** What the release is by its content, where the program builds it. */
  readonly digest?: pulumi.Output<string>;
  /** It is in a registry on a server, which nobody reaches from here. */
  readonly own?: true;
}

/** The arguments of an app that names its image, whoever builds it. */
export interface NamedArgs extends AppArgs, Released {
  image: string;
  version: pulumi.Input<string>;
  /** What the program builds, without a mark, where `version` says another release than that, as where one goes back. */
  readonly aside?: string;
}

/** Takes an image that the program builds apart. Another release than that of the build is known by its tag alone. */
export function namedArgs(args: AppArgs): NamedArgs {
  const { image } = args;
  const released = releasedBy(image, args.version);
  const aside =
    typeof image !== "string" && released.digest === undefined ? { aside: unmarked(image.version) } : {};
  return { ...args, ...released, ...aside };
}

/** What an image and a version name. A version that is missing is refused by the checks. */
function releasedBy(image: AppArgs["image"], version: AppArgs["version"]): Released {
  if (typeof image === "string") return { image, version: version as pulumi.Input<string> };
  const { repository, digest } = image;
  const named = { image: repository, ...(image.own === undefined ? {} : { own: true as const }) };
  return version === undefined || version === image.version
    ? { ...named, version: image.version, digest }
    : { ...named, version };
}

/** Another release of the same repository. */
const ofSame = ({ image, own }: Released, version: pulumi.Input<string>): Released => ({
  ...{ image, version },
  ...(own === undefined ? {} : { own }),
});

/** Whether two are one, as far as the program says so: what is known later is the same where it is the same value. */
const isSame = (one: Released, other: Released): boolean =>
  one.image === other.image && one.version === other.version && one.digest === other.digest;

/** What a role is of, where it is not the app's release. */
export function releasedByRole(
  args: NamedArgs,
  { image, version }: Pick<RoleArgs, "image" | "version">,
): Released | undefined {
  if (image === undefined && version === undefined) return undefined;
  if (image === undefined) return version === args.version ? undefined : ofSame(args, version ?? "");
  // Who goes back goes back with what is built of the same commit; what has releases of its own never was of the app's.
  const along = typeof image === "string" || unmarked(image.version) === args.aside;
  const released = releasedBy(image, version ?? (along ? args.version : undefined));
  return isSame(released, args) ? undefined : released;
}

/** What a canary is of, where it is not what its role is of. @param role that */
export function releasedByCanary(
  role: Released,
  { image, version }: Pick<CanaryArgs, "image" | "version">,
): Released | undefined {
  if (image === undefined && version === undefined) return undefined;
  if (image === undefined) return ofSame(role, version ?? "");
  return releasedBy(image, typeof image === "string" ? (version ?? role.version) : version);
}

/** Roles that are of one release beside the app's. */
export interface ReleasedApart<Role> {
  readonly released: Released;
  readonly roles: readonly [Role, ...Role[]];
}

/** The releases beside the app's, each once, in the order of the roles. */
export function releasedApart<Role extends { readonly released?: Released }>(
  roles: readonly Role[],
): ReleasedApart<Role>[] {
  const apart: { released: Released; roles: [Role, ...Role[]] }[] = [];
  for (const role of roles) {
    const { released } = role;
    if (released === undefined) continue;
    const there = apart.find((one) => isSame(one.released, released));
    if (there === undefined) apart.push({ released, roles: [role] });
    else there.roles.push(role);
  }
  return apart;
}

/** The full reference of an image; by a digest beside its tag, Docker takes the digest, and a reader has the tag. */
export function imageReference(image: string, version: string, digest?: string): string {
  if (digest !== undefined) return `${image}:${version}@${digest}`;
  return version.startsWith("sha256:") ? `${image}@${version}` : `${image}:${version}`;
}

/** The full reference of what is released. */
export function referenceTo({ image, version, digest }: Released): pulumi.Output<string> {
  return pulumi.all([version, digest]).apply(([tag, content]) => imageReference(image, tag, content));
}

/** The full reference of what a role is of. @param reference that of the app's release */
export function referenceOf(
  { reference }: { readonly reference: pulumi.Output<string> },
  { released }: { readonly released?: Released },
): pulumi.Output<string> {
  return released === undefined ? reference : referenceTo(released);
}
