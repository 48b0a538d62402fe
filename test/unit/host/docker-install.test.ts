/** Docker on a machine that is there already, installed for real against commands that answer as a machine's would. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { whole } from "../../../provider/host/scripts";
import { type Done, runText, verb } from "./bare-machine";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sextant-install-"));
  for (const directory of ["installed", "commands", "etc", "snap/bin"])
    mkdirSync(join(root, directory), { recursive: true });
  writeFileSync(join(root, "etc/os-release"), 'NAME="Some"\nVERSION_ID="24.04"\nID=ubuntu\n');
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const read = (path: string): string | undefined =>
  existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined;
const did = (): string[] => (read("did") ?? "").split("\n").filter(Boolean);

/** Packages are the files of `installed`; docker.io brings the daemon alone, and `locked` is how many times apt's lists are locked. */
function install({ locked = 0, commands = {} as Record<string, string> } = {}): Done {
  const docker = "#!/bin/sh\ncase $2 in --format) echo 28.2.2 ;; esac\n";
  writeFileSync(join(root, "docker"), docker, { mode: 0o755 });
  const machine: Record<string, string> = {
    "dpkg-query": `for name; do :; done; [ -e ${root}/installed/$name ] && echo install ok installed`,
    "apt-mark": `echo hold $2 >>${root}/did`,
    "apt-get": `case " $* " in
      *" update "*)
        echo x >>${root}/updates
        if [ "$(grep -c . ${root}/updates)" -le ${locked} ]; then
          echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 99 (apt-get)" >&2; exit 100
        fi ;;
      *" install "*)
        cat >/dev/null
        said="$*"
        for name in \${said##* install}; do
          : >${root}/installed/$name
          case $name in
          docker.io) printf '#!/bin/sh\\n' >${root}/commands/dockerd ;;
          docker-cli) /bin/cp ${root}/docker ${root}/commands/docker ;;
          esac
        done
        for name in ${root}/commands/*; do [ ! -e "$name" ] || /bin/chmod 755 "$name"; done
        echo "install\${said##* install}" >>${root}/did ;;
    esac`,
    mkdir: '/bin/mkdir "$@"',
    sleep: ":",
    service: `echo "$2 $1" >>${root}/did`,
    systemctl: `echo "systemctl $*" >>${root}/did`,
    ...commands,
  };
  // What the packages bring is found behind what is there.
  const text = whole(verb("docker-install")).replace("set -u\n", `set -u\nPATH=$PATH:${root}/commands\n`);
  return runText(text, ['settings={"mtu":1450}'], machine, { SEXTANT_INSTALL_ROOT: root });
}

describe("docker-install", () => {
  it("installs the distribution's engine with its settings and what the verbs run, holds it, and changes nothing again", () => {
    const done = install();
    expect([done.status, done.stderr]).toEqual([0, ""]);
    expect(done.stdout).toMatch(/\nDocker 28\.2\.2 was installed\.\n$/);
    const first = [
      "install docker.io",
      "install curl iptables ca-certificates iproute2 procps",
      "install docker-cli",
      "hold docker.io",
      "hold docker-cli",
    ];
    expect(did()).toEqual(first);
    expect(read("etc/docker/daemon.json")).toBe('{"mtu":1450}\n');
    expect(install()).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(did()).toEqual(first);
  });

  it("leaves an engine as it is that is there, and a daemon.json", () => {
    const own = { dockerd: ":", docker: ":" };
    expect(install({ commands: own })).toEqual({ status: 0, stdout: "", stderr: "" });
    mkdirSync(join(root, "etc/docker"));
    writeFileSync(join(root, "etc/docker/daemon.json"), "{}\n");
    expect(install().status).toBe(0);
    expect(read("etc/docker/daemon.json")).toBe("{}\n");
  });

  it("gives a daemon its command, and installs no other one", () => {
    expect(install({ commands: { dockerd: ":" } }).status).toBe(0);
    expect(did().filter((line) => line.includes("docker"))).toEqual([
      "install docker-cli",
      "hold docker-cli",
    ]);
  });

  it("waits for another apt, and gives up after five minutes of it with who holds it", () => {
    expect(install({ locked: 40 }).stdout).toContain("waits for another apt: Could not get lock");
    rmSync(join(root, "installed"), { recursive: true });
    rmSync(join(root, "commands"), { recursive: true });
    for (const directory of ["installed", "commands"]) mkdirSync(join(root, directory));
    const done = install({ locked: 2000 });
    expect(done.status).toBe(1);
    expect(done.stderr).toBe(
      "apt-get could not install docker.io after 300 seconds (Could not get lock /var/lib/apt/lists/lock. It is held by process 99 (apt-get)); the lines above say why.\n",
    );
  });

  it("refuses another distribution, and a snap, before it does anything", () => {
    writeFileSync(join(root, "etc/os-release"), 'ID="fedora"\n');
    expect(install()).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("this is fedora;") as string,
    });
    writeFileSync(join(root, "etc/os-release"), "ID=debian\n");
    writeFileSync(join(root, "snap/bin/docker"), "");
    expect(install()).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("snap remove docker") as string,
    });
    expect([did(), read("etc/docker/daemon.json")]).toEqual([[], undefined]);
  });

  it("says why Docker does not answer", () => {
    const commands = { docker: "echo 'Cannot connect to the Docker daemon' >&2; exit 1" };
    const done = install({ commands });
    expect(done.stderr).toBe(
      "dockerd does not answer after 60 seconds (Cannot connect to the Docker daemon); see journalctl --unit docker.\n",
    );
    expect(did().some((line) => /docker start|start docker/.test(line))).toBe(true);
  });
});
