/** The script that waits for a machine, run for real against commands that answer as a machine would. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Done, run, runText, verb } from "./bare-machine";

const machine = {
  docker: "echo 20.10.24",
  ip: 'echo "2: eth0    inet 10.0.0.7/24 brd 10.0.0.255"',
};

/** The script on a machine with these files, which it finds below a directory of its own; `ROOT` in commands is that. */
function hostReady(words: string[], commands: Record<string, string>, files: Record<string, string>): Done {
  const root = mkdtempSync(join(tmpdir(), "sextant-root-"));
  for (const [path, text] of Object.entries({ "var/lib/sextant/x": "", ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const text = verb("host-ready")
    .replaceAll(/\/(sys\/class|var\/l|run\/cloud-init)/g, `${root}/$1`)
    .replace("patience=30", "patience=1");
  const given = Object.entries({ ...machine, ...commands }).map(([name, script]) => [
    name,
    script.replaceAll("ROOT", root),
  ]);
  const done = runText(text, words, Object.fromEntries(given) as Record<string, string>);
  rmSync(root, { recursive: true });
  return done;
}

describe("host-ready", () => {
  it("says what it waited for", () => {
    const done = run("host-ready", ["private=10.0.0.7", "timeout=5"], machine);
    expect(done.stderr).toBe("");
    expect(done.stdout).toMatch(/^an answer from Docker: \ds\nthe private address 10\.0\.0\.7: \ds\n$/);
    expect(done.status).toBe(0);
  });

  it("gives up in time, with what is missing and what Docker says", () => {
    const done = run("host-ready", ["timeout=1"], {
      ...machine,
      docker: "echo 'Cannot connect to the Docker daemon' >&2; exit 1",
    });
    expect(done.status).toBe(1);
    expect(done.stderr).toMatch(/After \ds, an answer from Docker is still not there\. See journalctl/);
    expect(done.stderr).toContain("  | Cannot connect to the Docker daemon\n");
  });

  it("refuses a word that it does not know", () => {
    expect(run("host-ready", ["wait=1"], machine)).toMatchObject({
      status: 2,
      stderr: "host-ready: unknown word wait=1\n",
    });
  });

  it("tells what the first boot does when its time is over", () => {
    const boot = { "var/lib/sextant/boot-step": "waits for another apt: Could not get lock\n" };
    const log = { "var/log/cloud-init-output.log": "Reading package lists...\n" };
    const done = hostReady(["boot=yes", "timeout=1"], {}, { ...boot, ...log });
    expect(done.stderr).toMatch(
      /^After \ds, the first boot is still not there\. .*:\n {2}it waits for another apt: Could not get lock\n {2}\| Reading package lists/,
    );
    expect(hostReady(["boot=yes", "timeout=1"], {}, {}).stderr).toContain("it has not begun\n");
  });
});

describe("a private network card that was plugged in while the machine booted", () => {
  const cards = {
    "sys/class/net/eth0/device/x": "",
    "sys/class/net/enp7s0/device/x": "",
    "sys/class/net/docker0/x": "",
  };
  /** It has its address once the file is there. */
  const ip = `case "$*" in
    *"dev eth0"*) echo "2: eth0    inet 203.0.113.7/32 brd" ;;
    *"dev enp7s0"*) [ ! -e ROOT/up ] || echo "3: enp7s0    inet 10.0.0.7/32 brd" ;;
    *) echo "2: eth0    inet 203.0.113.7/32 brd"; [ ! -e ROOT/up ] || echo "3: enp7s0    inet 10.0.0.7/32 brd" ;;
  esac`;
  const wait = (commands: Record<string, string>): Done =>
    hostReady(["private=10.0.0.7", "timeout=4"], { ip, touch: ': >"$1"', ...commands }, cards);

  it("is configured by cloud-init, which is asked to look at it alone", () => {
    const asked = `[ "$*" = "devel hotplug-hook --subsystem net handle --devpath ROOT/sys/class/net/enp7s0 --udevaction add" ]`;
    const done = wait({ "cloud-init": `${asked} && touch ROOT/up`, udevadm: "exit 1" });
    expect(done).toMatchObject({ status: 0, stderr: "" });
    expect(done.stdout).toMatch(/the private address 10\.0\.0\.7: [1-4]s\n/);
  });

  it("is shown to the image's own rule where cloud-init does not do it", () => {
    const done = wait({
      "cloud-init": "exit 2",
      udevadm: '[ "$*" = "trigger --action=add --sysname-match=enp7s0" ] && touch ROOT/up',
    });
    expect(done).toMatchObject({ status: 0, stderr: "" });
  });

  it("is told of with what was tried, where nothing brings it up", () => {
    const done = wait({ "cloud-init": "echo 'Datasource not updated' >&2; exit 1", udevadm: "exit 0" });
    expect(done.status).toBe(1);
    expect(done.stderr).toMatch(
      /the private address 10\.0\.0\.7 is still not there\.[^]*\| Datasource not updated\n$/,
    );
  });
});
