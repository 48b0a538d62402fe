/** Makes the sets of tools, once for this machine: some ten seconds and 50 MB. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { debianSources } from "../../../lab/images/apt-sources";
import { directory } from "./directory";

export default function fetchTools(): void {
  if (existsSync(directory)) return;
  mkdirSync(dirname(directory), { recursive: true });
  execFileSync(join(__dirname, "fetch.sh"), [mirror(), directory], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Where this machine gets Debian's packages from. */
function mirror(): string {
  const release = readFileSync("/etc/os-release", "utf8");
  const codename = /^VERSION_CODENAME=(.*)$/m.exec(release)?.[1] ?? "";
  const source = debianSources(codename).find(({ suite }) => suite === codename);
  if (source === undefined)
    throw new Error(`apt's sources on this machine name no mirror of ${codename}, main`);
  return source.uri;
}
