/** The files of a Debian 13 that boots: what the distribution's own image for clouds has of it, as a tar archive. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../docker/exec";
import { installMissing } from "../../docker/packages";
import { cacheDir } from "../../paths";
import { releaseSources } from "../apt-sources";
import { contentKey } from "../key";

const release = "trixie";
const script = join(__dirname, "..", "debootstrap.sh");
/** No Docker and no curl: the first boot brings them. */
const packages = [
  ...["systemd-sysv", "systemd-resolved", "systemd-timesyncd", "libpam-systemd", "dbus", "udev", "apparmor"],
  ...["linux-image-cloud-amd64", "initramfs-tools", "e2fsprogs", "zstd"],
  ...["cloud-init", "cloud-guest-utils", "netplan.io", "openssh-server", "iproute2", "procps"],
];

export async function prepare(progress: (line: string) => void): Promise<Record<string, string>> {
  const key = contentKey([release, ...packages, readFileSync(script)]);
  const tar = join(cacheDir(), "vm", `${key}.tar`);
  if (!existsSync(tar)) await bootstrap(tar, progress);
  return { "root.tar": tar };
}

async function bootstrap(tar: string, progress: (line: string) => void): Promise<void> {
  const sources = releaseSources(release);
  const mirror = sources.find(({ suite }) => suite === release);
  if (mirror === undefined || process.getuid?.() !== 0)
    throw new Error(
      `lab: the virtual machine is made by debootstrap; run it as root on a Debian whose apt has a mirror.`,
    );
  await installMissing([{ command: "debootstrap", package: "debootstrap" }], progress);
  mkdirSync(join(cacheDir(), "vm"), { recursive: true });
  const dir = await mkdtemp(join(tmpdir(), "sextant-vm-"));
  const draft = `${tar}.${process.pid}`;
  try {
    await run(
      "sh",
      ["-c", '"$@" >"$0"', draft, script, release, mirror.uri, join(dir, "root"), packages.join(",")],
      {
        input: sources.map(({ uri, suite }) => `deb ${uri} ${suite} main\n`).join(""),
        onLine: (line) => {
          if (/^I: (Base|Installing|Configuring|Unpacking|Extracting)/.test(line))
            progress(`sextant/server-vm: ${line.slice(3)}`);
        },
      },
    );
    renameSync(draft, tar);
  } finally {
    rmSync(draft, { force: true });
    await rm(dir, { recursive: true, force: true });
  }
}
