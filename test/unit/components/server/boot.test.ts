/** The first boot, run for real against commands that answer as a machine's would. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { whole } from "../../../../provider/host/scripts";
import { type Done, runText } from "../../host/bare-machine";

const script = (name: string): string =>
  whole(readFileSync(join(__dirname, "../../../../components/server", name), "utf8"));

interface Booted extends Done {
  /** The commands that changed something, in their order. */
  did: string[];
  /** What it left in its directory and in sshd's; `undefined` for what is not there. */
  file: (path: string) => string | undefined;
}

/**
 * A machine whose packages are the files of ROOT/installed. A package `docker.io` brings the daemon, and its command only where `cli` is
 * said; `locked` is how many times the lists are locked.
 */
function boot({
  installed = "",
  locked = 0,
  cli = true,
  commands = {} as Record<string, string>,
} = {}): Booted {
  const root = mkdtempSync(join(tmpdir(), "sextant-boot-"));
  for (const directory of ["installed", "etc/ssh/sshd_config.d", "run", "var/lib/sextant", "commands"])
    mkdirSync(join(root, directory), { recursive: true });
  for (const name of installed.split(" ").filter(Boolean)) writeFileSync(join(root, "installed", name), "");
  writeFileSync(
    join(root, "var/lib/sextant/block-metadata"),
    "#!/bin/sh\necho shut >>ROOT/did\n".replace("ROOT", root),
    {
      mode: 0o755,
    },
  );
  const machine: Record<string, string> = {
    "dpkg-query": `for name; do :; done; [ -e ROOT/installed/$name ] && echo install ok installed`,
    "apt-mark": "echo hold $2 >>ROOT/did",
    "apt-get": `case " $* " in
      *" update "*)
        echo x >>ROOT/updates
        if [ "$(grep -c . ROOT/updates)" -le ${locked} ]; then
          echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 99 (apt-get)" >&2; exit 100
        fi ;;
      *" install "*)
        for name; do :; done
        said="$*"
        for name in \${said##* install}; do
          : >ROOT/installed/$name
          case $name in
          docker.io) printf '#!/bin/sh\\n' >ROOT/commands/dockerd; [ -z "${cli ? "yes" : ""}" ] || cp ROOT/docker ROOT/commands/docker ;;
          docker-cli) cp ROOT/docker ROOT/commands/docker ;;
          esac
        done
        for name in ROOT/commands/*; do [ ! -e "$name" ] || /bin/chmod 755 "$name"; done
        echo "install\${said##* install}" >>ROOT/did ;;
    esac`,
    cp: '/bin/cp "$@"',
    mkdir: '/bin/mkdir "$@"',
    rm: '/bin/rm "$@"',
    tee: '/usr/bin/tee "$@"',
    sleep: ":",
    service: 'echo "$2 $1" >>ROOT/did',
    systemctl: 'echo "systemctl $*" >>ROOT/did',
    sysctl: 'echo "sysctl $*" >>ROOT/did',
    sshd: "echo maxstartups 100:30:200",
    "unattended-upgrade": ":",
    ...commands,
  };
  writeFileSync(join(root, "docker"), "#!/bin/sh\n", { mode: 0o755 });
  const at = (text: string): string => text.replaceAll("ROOT", root);
  // What the packages bring is found behind what is there.
  const text = script("boot.sh")
    .replace("set -u\n", `set -u\nPATH=$PATH:${root}/commands\n`)
    .replaceAll(/\/(var\/lib\/sextant|etc\/|run\/|sys\/)/g, `${root}/$1`);
  const given = Object.entries(machine).map(([name, body]) => [name, at(body)]);
  const done = runText(text, ["0"], Object.fromEntries(given) as Record<string, string>);
  const read = (path: string): string | undefined => {
    const file = join(root, path);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  };
  const files = new Map(
    [
      "var/lib/sextant/booted",
      "var/lib/sextant/boot-failed",
      "var/lib/sextant/boot-step",
      "etc/ssh/sshd_config.d/01-sextant.conf",
    ].map((path) => [path, read(path)]),
  );
  const did = (read("did") ?? "").replaceAll(root, "").split("\n").filter(Boolean);
  // The last step of a boot goes on by itself.
  rmSync(root, { recursive: true, force: true, maxRetries: 20 });
  return { ...done, did, file: (path) => files.get(path) };
}
const booted = "var/lib/sextant/booted";
const failed = "var/lib/sextant/boot-failed";

describe("the first boot", () => {
  it("installs what an image without recommended packages lacks, the engine's command too, and holds it", () => {
    const done = boot({ cli: false });
    expect(done.stderr).toBe("");
    expect(done.file(booted)).toMatch(/^\d{4}-/);
    const packages = done.did.filter((line) => line.startsWith("install"));
    expect(packages).toEqual([
      "install docker.io",
      "install curl iptables ca-certificates iproute2 procps",
      "install docker-cli",
    ]);
    expect(done.did.filter((line) => line.startsWith("hold"))).toEqual(["hold docker.io", "hold docker-cli"]);
  });

  it("does not ask for the command where the engine's package has it", () => {
    const done = boot({ installed: "curl iptables ca-certificates iproute2 procps" });
    expect(done.did.filter((line) => line.startsWith("install"))).toEqual(["install docker.io"]);
  });

  it("shuts the metadata address before Docker starts with what cloud-init wrote", () => {
    const { did } = boot();
    expect(did.indexOf("shut")).toBeGreaterThan(-1);
    expect(did.indexOf("shut")).toBeLessThan(did.indexOf("restart docker"));
    expect(did).toContain("sysctl -q -p /etc/sysctl.d/90-sextant.conf");
  });

  it("gives sshd its settings before it installs anything", () => {
    const { did } = boot();
    expect(did.indexOf("reload ssh")).toBeLessThan(did.indexOf("install docker.io"));
    expect(did.indexOf("reload ssh")).toBeGreaterThan(-1);
  });

  it("waits for another apt that holds the lists", () => {
    const done = boot({ locked: 40 });
    expect(done.file(booted)).toBeDefined();
    expect(done.stdout).toContain(
      "waits for another apt: Could not get lock /var/lib/apt/lists/lock. It is held by process 99 (apt-get)\n",
    );
  });

  it("gives up after five minutes of it, and says who holds them", () => {
    const done = boot({ locked: 1000 });
    expect([done.status, done.file(booted)]).toEqual([1, undefined]);
    expect(done.file(failed)).toBe(
      "apt-get could not install docker.io after 300 seconds (Could not get lock /var/lib/apt/lists/lock. It is held by process 99 (apt-get)); the lines above say why.\n",
    );
  });

  it("says why Docker does not answer", () => {
    const done = boot({ commands: { docker: "echo 'Cannot connect to the Docker daemon' >&2; exit 1" } });
    expect(done.file(failed)).toBe(
      "dockerd does not answer after 60 seconds (Cannot connect to the Docker daemon); see journalctl --unit docker.\n",
    );
  });

  it.each([
    ["PerSourcePenalties crash:90.000000 authfail:5.000000 max:600.000000", "PerSourcePenalties max:60\n"],
    ["persourcepenalties crash:90 authfail:5 max:600", "PerSourcePenalties max:60\n"],
    ["maxstartups 100:30:200", undefined],
  ])("bounds how long an sshd that says %j shuts the deploying address out", (said, settings) => {
    expect(boot({ commands: { sshd: `echo ${said}` } }).file("etc/ssh/sshd_config.d/01-sextant.conf")).toBe(
      settings,
    );
  });
});

describe("the metadata address", () => {
  /** An iptables that knows chains and rules, by their words. */
  const iptables = `shift
    case $1 in
    --list) grep -qx "chain $2" ROOT/rules ;;
    --new-chain) echo "chain $2" >>ROOT/rules ;;
    --check) shift; grep -qxF "$*" ROOT/rules || { echo "iptables: Bad rule" >&2; exit 1; } ;;
    --insert) shift; echo "$*" >>ROOT/rules ;;
    esac`;
  const shut = (before: string[]): { done: Done; rules: string[] } => {
    const root = mkdtempSync(join(tmpdir(), "sextant-rules-"));
    writeFileSync(join(root, "rules"), before.map((line) => `${line}\n`).join(""));
    const done = runText(script("block-metadata.sh"), [], { iptables: iptables.replaceAll("ROOT", root) });
    const rules = readFileSync(join(root, "rules"), "utf8").trim().split("\n");
    rmSync(root, { recursive: true });
    return { done, rules };
  };
  const all = [
    "chain DOCKER-USER",
    "DOCKER-USER --destination 169.254.169.254 --jump DROP",
    "FORWARD --jump DOCKER-USER",
  ];

  it("is shut before there is a Docker, and on the way that packets take", () => {
    expect(shut([])).toEqual({ done: { status: 0, stdout: "", stderr: "" }, rules: all });
  });

  it("is shut once, however often it is asked for", () => {
    expect(shut(all).rules).toEqual(all);
  });

  it("is on the way also where Docker uses nftables and leaves its old chain alone", () => {
    expect(shut(["chain DOCKER-USER"]).rules).toEqual(all);
  });

  it("is not said to be shut where a rule cannot be made", () => {
    const done = runText(script("block-metadata.sh"), [], {
      iptables: "echo 'Permission denied' >&2; exit 4",
    });
    expect(done.status).not.toBe(0);
    expect(done.stderr).toContain("Permission denied");
  });
});
