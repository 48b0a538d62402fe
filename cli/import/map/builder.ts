/** `builder`: an Image of the program, where it says how one is built; its architecture is that of the machines, too. */
import { join, posix } from "node:path";
import dockerignore from "@balena/dockerignore";
import { Fields, type Node } from "../node";
import { variable, type RegistryPart } from "../program";
import type { Reader } from "../reader";
import { secretOf, type Context } from "./context";
import { withRegistry } from "./registry";

export interface Build {
  /** The machines' architecture, where there is one. */
  readonly architecture?: string;
  /** The arguments of the Image, but for its repository; undefined where the program builds none. */
  readonly image?: Fields;
}

/** What is known of the registry that the image is pushed to. */
export interface PushedTo {
  /** As it stands in front of images' names; `local` where Kamal runs it. */
  readonly server: Node | "local" | undefined;
  readonly registries: readonly RegistryPart[];
}

/** Reads the keys of the builder; each says where it went. */
export function buildOf(root: Reader, context: Context, { server, registries }: PushedTo): Build {
  const builder = root.map("builder");
  if (builder === undefined) return {};
  const known = builder
    .list("arch")
    .map(String)
    .filter((each) => each === "amd64" || each === "arm64");
  const architecture = known.length === 1 ? { architecture: String(known[0]) } : {};
  const builds = server !== "local" && !builder.has("pack");
  const image = new Fields()
    .with("context", join(context.above, contextOf(builder)))
    .with("dockerfile", builder.text("dockerfile"))
    .with("target", builder.text("target"))
    .with("args", argsOf(builder))
    .with("secrets", secretsOf(builder, context))
    .with("ssh", sshOf(builder))
    .with("cache", cacheOf(builder, server))
    .with("sbom", sbomOf(builder))
    .with("provenance", provenanceOf(builder))
    .with("platforms", known.length === 0 ? undefined : known.map((each) => `linux/${each}`))
    .with("registries", loginOf(registries));
  if (builds) {
    sayContext(builder, context);
    sayOwnFolder(builder, context);
  }
  saySomewhereElse(builder);
  sayBuildpacks(builder);
  return { ...architecture, ...(builds ? { image } : {}) };
}

/** A dot is a number to this reader of YAML, and a text to Ruby's. */
function contextOf(builder: Reader): string {
  const given = builder.plain("context");
  builder.take("context");
  return given === undefined || given === "NaN" ? "." : given;
}

function argsOf(builder: Reader): Fields {
  const args = builder.map("args");
  return (args?.keys ?? []).reduce((fields, name) => fields.with(name, args?.text(name)), new Fields());
}

function secretsOf(builder: Reader, context: Context): Fields {
  return builder
    .list("secrets")
    .map(String)
    .reduce(
      (fields, key) => fields.with(key, secretOf(context, key, builder.at("secrets", key))),
      new Fields(),
    );
}

/** `default=$SSH_AUTH_SOCK` is what `default` means by itself. */
function sshOf(builder: Reader): Node | undefined {
  const given = builder.plain("ssh");
  if (given !== undefined) builder.take("ssh");
  return given === undefined ? undefined : [given.replace(/=\$\{?SSH_AUTH_SOCK\}?$/, "")];
}

function cacheOf(builder: Reader, server: PushedTo["server"]): Fields {
  const cache = builder.map("cache");
  const type = cache?.plain("type");
  const known = type === "registry" || type === "gha";
  for (const key of cache?.keys ?? [])
    if (known && ["type", "options", "image"].includes(key)) cache?.take(key);
    else cache?.decide(key, "none", "the cache of the Image is of type registry, gha or local.");
  if (cache === undefined || !known) return new Fields();
  const named = cache.plain("image");
  const { mode, scope, ...options } = optionsOf(cache.plain("options") ?? "");
  // GitHub gives a job its token, which is no part of a program.
  delete options["token"];
  const image =
    type === "registry" && named !== undefined ? withRegistry(server ?? "docker.io", named) : undefined;
  return new Fields()
    .with("type", type)
    .with("image", image)
    .with("scope", type === "gha" ? scope : undefined)
    .with("mode", mode)
    .with(
      "options",
      Object.entries(options).reduce((fields, [name, value]) => fields.with(name, value), new Fields()),
    );
}

/** `mode=max,compression=zstd`. */
function optionsOf(words: string): Record<string, string> {
  const pairs = words.split(",").filter((word) => word.includes("="));
  return Object.fromEntries(pairs.map((word) => [word.split("=", 1)[0] ?? "", word.replace(/^[^=]*=/, "")]));
}

/** `true`, `false`, or buildx's own words: `generator=image`. */
function sbomOf(builder: Reader): Node | undefined {
  const given = takeWords(builder, "sbom");
  if (given === undefined || given === "false") return undefined;
  return optionsOf(given)["generator"] ?? true;
}

/** `true`, `false`, or buildx's own words: `mode=min`. BuildKit's own mode is that with all of it. */
function provenanceOf(builder: Reader): Node | undefined {
  const given = takeWords(builder, "provenance");
  if (given === undefined || given === "false") return undefined;
  return optionsOf(given)["mode"] === "min" ? "min" : "max";
}

function takeWords(builder: Reader, key: string): string | undefined {
  const given = builder.plain(key);
  if (given !== undefined) builder.take(key);
  return given;
}

function loginOf(registries: readonly RegistryPart[]): Node | undefined {
  const own = registries.find(({ name }) => name === "registry");
  return own === undefined ? undefined : [{ is: "code", text: variable(own.name, "Registry") }];
}

function sayContext(builder: Reader, { notes }: Context): void {
  if (!builder.has("context"))
    notes.add(
      "builder",
      "differs",
      "Kamal built a clone of the last commit; the Image builds the files as they lie there, less those of .dockerignore, which has to name .git, and marks a release that is in no commit.",
    );
}

/** The program of Pulumi is written into the application's folder, and is none of the image. */
function sayOwnFolder(builder: Reader, { notes, inside, read }: Context): void {
  const directory = contextOf(builder);
  const own = posix.relative(directory, inside);
  if (own.startsWith("..") || /^[a-z+]+:/.test(directory)) return;
  const dockerfile = posix.join(directory, String(builder.plain("dockerfile") ?? "Dockerfile"));
  const file = [`${dockerfile}.dockerignore`, posix.join(directory, ".dockerignore")].find(
    (path) => read(path) !== undefined,
  );
  const lines = (file === undefined ? undefined : read(file))?.split(/\r?\n/) ?? [];
  const settings = own === "" ? "Pulumi.yaml" : `${own}/Pulumi.yaml`;
  if (dockerignore().add(lines).ignores(settings)) return;
  notes.add(
    "builder",
    "act",
    own === ""
      ? `write /Pulumi*.yaml into ${file ?? ".dockerignore"}: the image is built from the folder of this program, whose own files are no part of it, and the Image is refused with them.`
      : `write /${own}/ into ${file ?? posix.join(directory, ".dockerignore")}: this program lies in the folder that the image is built from and is no part of it, and the Image is refused with it.`,
  );
}

function saySomewhereElse(builder: Reader): void {
  builder.decide(
    "remote",
    "act",
    "give the Image that machine as builder: a Server or an ExistingServer with Docker 23 or newer that keeps its images in containerd; without, the Docker of this machine builds.",
  );
  builder.decide(
    "local",
    "differs",
    "the Image has one builder: the machine that runs pulumi, or the one that is given as builder.",
  );
  builder.decide(
    "driver",
    "differs",
    "builder of the Image is the name of a builder of buildx, which docker buildx create makes.",
  );
}

function sayBuildpacks(builder: Reader): void {
  const pack = builder.map("pack");
  for (const key of pack?.keys ?? [])
    pack?.decide(
      key,
      "act",
      "pack build is a command of the program, and its output the version of the App: npx sextant docs guide/deploy#by-buildpacks.",
    );
}
