/** The preflight on a machine with a history, made for real: other people's servers, containers and firewall. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Outcome } from "../../lab/docker/exec";
import { repoRoot } from "../../lab/paths";
import { on, tryOn } from "../../lab/ssh";
import { judge } from "../../provider/host/preflight/judge";
import { OldMachine, image, proxyImage } from "./preflight/old-machine";

const script = readFileSync(join(repoRoot, "host/preflight.sh"), "utf8");
const ipv4 = "10.213.247.21";

let old: OldMachine;

const ok = (command: string): Promise<string> => on(old.at, command);

/** What the machine tells, judged: a refusal in place of errors, and all else in place of output. */
async function preflight(...words: string[]): Promise<Outcome> {
  const started = Date.now();
  const told = await tryOn(old.at, "sh -s", script);
  console.log(`preflight: exit ${told.code}, ${Date.now() - started} ms, ${told.stdout.length} characters`);
  expect(told).toMatchObject({ code: 0, stderr: "" });
  const { refused, text } = judge(told.stdout, words);
  return { ...told, ...(refused ? { code: 1, stdout: "", stderr: text } : { stdout: text }) };
}

/** The checks that refuse, in order. */
function refusing({ stderr }: Outcome): string[] {
  return [...stderr.matchAll(/^\d+\. ([a-z0-9-]+): /gm)].map(([, name = ""]) => name);
}

async function pulumi(
  command: "up" | "destroy",
  args: object,
): Promise<Outcome & { text: string; seconds: number }> {
  const outcome = await old.workspace.tryPulumi([command, "--yes", "--skip-preview"], {
    PREFLIGHT: JSON.stringify({ address: ipv4, hostKey: old.hostKey, ...args }),
  });
  console.log(`pulumi ${command}: exit ${outcome.code}, ${outcome.seconds.toFixed(1)} s\n${outcome.text}`);
  return outcome;
}

beforeAll(async () => {
  old = await OldMachine.make("preflight", ipv4);
});

afterAll(async () => {
  await pulumi("destroy", {});
  await old.remove();
});

describe.sequential("the preflight", () => {
  test("accepts a clean machine, and changes nothing on it", async () => {
    const traces =
      "cd / && find etc usr/local var/lib/sextant root -newer /root/before -type f 2>/dev/null; docker ps -aq";
    await ok("touch /root/before; sleep 0.1");
    const words = ["arch=amd64", "ports=80,443", "disk=100", "memory=500"];
    const done = await preflight(...words);
    expect(done).toMatchObject({ code: 0, stderr: "" });
    console.log(done.stdout);
    expect(done.stdout).toMatch(
      /^Docker \d+\.\d+\.\d+\S* from docker\.io, data in \/var\/lib\/docker\namd64, kernel /,
    );
    expect(await ok(traces)).toBe("");
  });

  test("refuses a machine with a history, with the whole list at once", async () => {
    await ok(
      "printf 'defaults\\n  mode http\\n  timeout client 5s\\nfrontend f\\n  bind :80\\n  http-request return status 200\\n' >/root/f.cfg && haproxy -D -f /root/f.cfg",
    );
    await ok(`docker run -d --name shop-front --network host --user 0 -e PORT=443 ${image}`);
    await ok(`docker run -d --name postgres -p 5432:3000 -p 127.0.0.1:6379:3000 ${image}`);
    await ok(`docker run -d --name abc123 --label coolify.managed=true ${image}`);
    await ok(`docker run -d --name shop-web-1 --label service=shop --label role=web ${image}`);
    await ok(`docker create --name kamal-proxy ${image}`);
    await ok("ufw allow 22/tcp && ufw --force enable");
    await ok("echo '0 3 * * * root docker system prune -af' >/etc/cron.d/tidy");
    await ok("printf 'PasswordAuthentication yes\\n' >/etc/ssh/sshd_config.d/00-old.conf");
    await ok("mount --bind /usr/local /usr/local && mount -o remount,bind,ro /usr/local");

    const done = await preflight(
      "arch=arm64",
      "ports=80,443",
      "disk=99999999",
      "memory=99999999",
      "private=10.0.9.9",
    );
    console.log(done.stderr);
    expect(done).toMatchObject({ code: 1, stdout: "" });
    expect(refusing(done)).toEqual([
      "read-only",
      "architecture",
      "private-address",
      "memory",
      "disk",
      "port-taken",
      "port-taken",
      "ufw-bypassed",
      "kamal-proxy",
    ]);
    expect(done.stderr).toMatch(/Port 80 belongs to the web server haproxy \(process \d+\)\./);
    expect(done.stderr).toContain("Port 443 belongs to the container shop-front.");
    expect(done.stderr).toContain(
      "UFW is to deny 5432/tcp, but Docker publishes it past UFW, open to all: the container postgres",
    );
    expect(done.stderr).toContain("note tool-kamal: Kamal deploys here (kamal-proxy, shop-web-1).");
    expect(done.stderr).toContain("note tool-coolify: Coolify manages this machine (abc123).");
    expect(done.stderr).toContain("note prune-job: A job prunes Docker (/etc/cron.d/tidy)");
    expect(done.stderr).toContain("note sshd-passwords: ");
    await ok("umount /usr/local");
  });

  test.each([
    ["5432/tcp", []],
    ["5432/tcp comment 'for the office'", []],
    ["from 203.0.113.0/24 to any port 5432 proto tcp", ["ufw-bypassed"]],
    ["in on eth0 to any port 5432 proto tcp", []],
    ["in on docker0 to any port 5432 proto tcp", ["ufw-bypassed"]],
    ["proto tcp to any port 80,5430:5433", []],
    ["proto udp to any port 5432", ["ufw-bypassed"]],
    ["PostgreSQL", []],
  ])("reads UFW's rule: allow %s", async (rule, expected) => {
    await ok(
      "printf '[PostgreSQL]\\ntitle=PostgreSQL\\ndescription=A database\\nports=5432,6432/tcp\\n' >/etc/ufw/applications.d/pg",
    );
    await ok(`ufw allow ${rule}`);
    const done = await preflight("ports=");
    await ok(`ufw --force delete allow ${rule.replace(/ comment .*/, "")}`);
    expect(refusing(done)).toEqual(expected);
  });

  test("says all of that in the error of pulumi up, which makes nothing", async () => {
    const outcome = await pulumi("up", { architecture: "arm64", preflight: { disk: "9000g" } });
    expect(outcome.code).not.toBe(0);
    for (const name of ["architecture", "disk", "port-taken", "ufw-bypassed", "kamal-proxy"])
      expect(outcome.text).toMatch(new RegExp(`\\d\\. ${name}: `));
    expect(outcome.text).toContain('To accept, knowingly: preflight: { accept: ["ufw-bypassed"] }');
    expect(
      await ok("ls /usr/local/lib/sextant 2>/dev/null; docker network ls --format '{{.Name}}'"),
    ).not.toContain("sextant");
  });

  test("goes on once the list is worked off, with what is accepted as a note of the update, and then has nothing to do", async () => {
    await ok("pkill haproxy; docker rm --force shop-front kamal-proxy");
    const args = { architecture: "amd64", preflight: { disk: "100m", accept: ["ufw-bypassed"] } };
    const first = await pulumi("up", args);
    expect(first.code).toBe(0);
    expect(first.text).toMatch(/accepted ufw-bypassed: UFW is to deny 5432\/tcp/);
    expect(first.text).toMatch(/note prune-job: /);
    const again = await pulumi("up", args);
    expect(again).toMatchObject({ code: 0 });
    expect(again.text).not.toMatch(/\d+ (created|updated)|prune-job/);
    const told = await ok("sextant preflight");
    expect(judge(told, ["ports=80", "accept=ufw-bypassed"]).text).toContain("accepted ufw-bypassed");
  });

  test("is followed by a deploy, of which pulumi destroy leaves nothing on the machine but data, which it names", async () => {
    await ok("rm -f /etc/cron.d/tidy");
    const others = await ok("docker ps --all --format '{{.Names}}' | sort");
    const args = { preflight: { disk: "100m", accept: ["ufw-bypassed"] } };
    const deployed = await pulumi("up", {
      ...args,
      deploy: { proxy: proxyImage, app: "sextant/lite", version: "v1" },
    });
    expect(deployed.code).toBe(0);
    expect(await ok("curl --silent --header 'Host: lite.test' http://127.0.0.1/whoami")).toContain(
      '"version":"v1"',
    );
    const destroyed = await pulumi("destroy", {});
    expect(destroyed.code).toBe(0);
    const volume = "preflight-preflight-lite-files";
    expect(destroyed.text).toContain(`the volume ${volume} is kept, with its data`);
    expect(await ok("docker ps --all --format '{{.Names}}' | sort")).toBe(others);
    const left = [
      "docker volume ls --quiet --filter name=sextant --filter name=kamal --filter name=lite",
      "docker network ls --quiet --filter name=sextant",
      "ls -d /usr/local/lib/sextant /usr/local/bin/sextant /var/lib/sextant 2>/dev/null",
      "iptables-save -t nat | grep sextant",
      "cat /root/.docker/config.json 2>/dev/null",
    ];
    expect(await ok(left.map((line) => `{ ${line} || true; }`).join("; "))).toBe(volume);
    await ok(`docker volume rm ${volume}`);
  });
});
