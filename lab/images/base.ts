/** sextant/debian: a minimal Debian, made by debootstrap where this machine has a Debian mirror, pulled where not. */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../docker/exec";
import { type Docker, type Progress } from "../docker/docker";
import { hasCommand, installMissing } from "../docker/packages";
import { debianSources } from "./apt-sources";
import { contentKey, labels } from "./key";

export const baseTag = "sextant/debian";
const release = "bookworm";
const script = join(__dirname, "debootstrap.sh");

export function baseKey(): string {
  return contentKey([release, readFileSync(script)]);
}

export async function buildBase(docker: Docker, progress: Progress): Promise<void> {
  const sources = debianSources(release);
  const mirror = sources.find((source) => source.suite === release);
  if (mirror && hasCommand("apt-get") && process.getuid?.() === 0) {
    const apt = sources.map((source) => `deb ${source.uri} ${source.suite} main\n`).join("");
    await bootstrap(docker, progress, mirror.uri, apt);
  } else {
    progress(`${baseTag}: pulling debian:${release}-slim`);
    await docker.run(["build", "--tag", baseTag, ...labels(baseKey()), "-"], {
      input: `FROM debian:${release}-slim\n`,
    });
  }
}

async function bootstrap(docker: Docker, progress: Progress, mirror: string, apt: string): Promise<void> {
  await installMissing([{ command: "debootstrap", package: "debootstrap" }], progress);
  const dir = await mkdtemp(join(tmpdir(), "sextant-debian-"));
  try {
    const tar = join(dir, "root.tar");
    const onLine = (line: string): void => {
      if (/^I: (Base|Installing|Configuring|Unpacking|Extracting)/.test(line))
        progress(`${baseTag}: ${line.slice(3)}`);
    };
    await run("sh", ["-c", '"$@" >"$0"', tar, script, release, mirror, join(dir, "root")], {
      input: apt,
      onLine,
    });
    const change = labels(baseKey()).flatMap((arg) =>
      arg === "--label" ? [] : ["--change", `LABEL ${arg}`],
    );
    await docker.run(["import", ...change, "--change", 'CMD ["bash"]', tar, baseTag]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
