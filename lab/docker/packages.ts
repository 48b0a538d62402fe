/** Debian packages that the lab needs on the machine it runs on. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./exec";

/** Another process of the suite may be installing something else. */
export const patient = ["-o", "DPkg::Lock::Timeout=300"] as const;

const systemPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** Whether a program is there, also where sbin is not on the user's PATH. */
export function hasCommand(command: string): boolean {
  const path = [...(process.env["PATH"] ?? "").split(delimiter), ...systemPath];
  return path.some((dir) => dir !== "" && existsSync(join(dir, command)));
}

/** Installs the packages whose command is missing; says what to do where it may not. */
export async function installMissing(
  needed: { command: string; package: string }[],
  progress: (line: string) => void,
): Promise<void> {
  process.env["PATH"] = [...new Set([...(process.env["PATH"] ?? "").split(delimiter), ...systemPath])].join(
    delimiter,
  );
  const packages = [
    ...new Set(needed.filter((item) => !hasCommand(item.command)).map((item) => item.package)),
  ];
  if (packages.length === 0) return;
  const list = packages.join(" ");
  if (!hasCommand("apt-get") || process.getuid?.() !== 0) {
    throw new Error(
      `lab: ${list} missing; start Docker, or run the lab as root on Debian, where it installs them itself.`,
    );
  }
  progress(`apt: installing ${list}`);
  const env = { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const last = { at: 0 };
  const onLine = (line: string): void => {
    // apt prints thousands of lines; one a second shows that it lives.
    if (Date.now() - last.at < 1000) return;
    last.at = Date.now();
    progress(`apt: ${line.slice(0, 90)}`);
  };
  await run("apt-get", ["update", "-q"], { env, onLine });
  await run("apt-get", ["install", ...patient, "-q", "-y", "--no-install-recommends", ...packages], {
    env,
    onLine,
  });
}
