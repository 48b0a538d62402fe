/** `builder`: what is built elsewhere here; its architecture is that of the machines. */
import { quote } from "../../../provider/host/scripts";
import type { Reader } from "../reader";
import type { Context } from "./context";

export interface Build {
  /** The machines' architecture, where there is one. */
  readonly architecture?: string;
  /** The command that builds the image and pushes it, with IMAGE and TAG in it. */
  readonly command?: string;
}

const elsewhere = "CI builds the image, or you do, before pulumi up";

/** Reads the keys of the builder; each says where it went. */
export function buildOf(root: Reader, { notes }: Context): Build {
  const builder = root.map("builder");
  if (builder === undefined) return {};
  const known = builder.list("arch").filter((each) => each === "amd64" || each === "arm64");
  const platforms = known.map((each) => `linux/${each}`).join(",");
  const words: string[] = platforms === "" ? [] : ["--platform", platforms];
  const flag = (key: string, name: string): void => {
    const value = builder.plain(key);
    if (value !== undefined) words.push(name, value);
    builder.decide(key, "differs", `${elsewhere}: ${name} of docker buildx build.`);
  };
  flag("dockerfile", "--file");
  flag("target", "--target");
  flag("ssh", "--ssh");
  for (const [key, name] of [
    ["provenance", "--provenance"],
    ["sbom", "--sbom"],
  ] as const)
    builder.decide(key, "differs", `${elsewhere}: ${name} of docker buildx build.`);
  const args = builder.map("args");
  for (const key of args?.keys ?? []) {
    args?.decide(key, "differs", `${elsewhere}: --build-arg ${key}.`);
    words.push("--build-arg", key);
  }
  for (const key of builder.list("secrets").map(String)) {
    notes.add(`builder.secrets.${key}`, "differs", `${elsewhere}: --secret id=${key}.`);
    words.push("--secret", `id=${key}`);
  }
  const context = builder.plain("context");
  builder.decide(
    "context",
    "differs",
    `${elsewhere}: the last word of docker buildx build. Kamal built from a clone of the last commit where it was not given.`,
  );
  for (const key of ["remote", "local", "driver"])
    builder.decide(key, "differs", `${elsewhere}: docker buildx create makes a builder elsewhere.`);
  for (const key of ["cache", "pack"]) {
    const parts = builder.map(key);
    for (const part of parts?.keys ?? [])
      parts?.decide(
        part,
        "differs",
        key === "cache"
          ? `${elsewhere}: --cache-to and --cache-from of docker buildx build.`
          : `${elsewhere}: pack build --publish.`,
      );
  }
  const command = ["docker", "buildx", "build", ...words, "--tag", "IMAGE:TAG", "--push", context ?? "."];
  return {
    ...(known.length === 1 ? { architecture: String(known[0]) } : {}),
    command: command.map(quote).join(" "),
  };
}
