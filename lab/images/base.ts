/** sextant/debian: minimal Debians, made by debootstrap where this machine has a Debian mirror, pulled where not. */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../docker/exec";
import { type Docker, type Progress } from "../docker/docker";
import { hasCommand, installMissing } from "../docker/packages";
import { releaseSources } from "./apt-sources";
import { contentKey, labels } from "./key";

/** The releases of the bases, by their tags. */
const releases = new Map([
  ["sextant/debian", "bookworm"],
  ["sextant/debian:trixie", "trixie"],
]);
const script = join(__dirname, "debootstrap.sh");

export const baseTags: readonly string[] = [...releases.keys()];

export function baseKey(tag: string): string {
  return contentKey([releaseOf(tag), readFileSync(script)]);
}

export async function buildBase(docker: Docker, tag: string, progress: Progress): Promise<void> {
  const release = releaseOf(tag);
  const sources = releaseSources(release);
  const mirror = sources.find((source) => source.suite === release);
  if (mirror && hasCommand("apt-get") && process.getuid?.() === 0) {
    const apt = sources.map((source) => `deb ${source.uri} ${source.suite} main\n`).join("");
    await bootstrap(docker, tag, progress, mirror.uri, apt);
  } else {
    progress(`${tag}: pulling debian:${release}-slim`);
    await docker.run(["build", "--tag", tag, ...labels(baseKey(tag)), "-"], {
      input: `FROM debian:${release}-slim\n`,
    });
  }
}

function releaseOf(tag: string): string {
  const release = releases.get(tag);
  if (release === undefined)
    throw new Error(`lab images: ${tag} is no base; there are ${baseTags.join(", ")}`);
  return release;
}

async function bootstrap(
  docker: Docker,
  tag: string,
  progress: Progress,
  mirror: string,
  apt: string,
): Promise<void> {
  const release = releaseOf(tag);
  await installMissing([{ command: "debootstrap", package: "debootstrap" }], progress);
  const dir = await mkdtemp(join(tmpdir(), "sextant-debian-"));
  try {
    const tar = join(dir, "root.tar");
    const onLine = (line: string): void => {
      if (/^I: (Base|Installing|Configuring|Unpacking|Extracting)/.test(line))
        progress(`${tag}: ${line.slice(3)}`);
    };
    await run("sh", ["-c", '"$@" >"$0"', tar, script, release, mirror, join(dir, "root")], {
      input: apt,
      onLine,
    });
    const change = labels(baseKey(tag)).flatMap((arg) =>
      arg === "--label" ? [] : ["--change", `LABEL ${arg}`],
    );
    await docker.run(["import", ...change, "--change", 'CMD ["bash"]', tar, tag]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
