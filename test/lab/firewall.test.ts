/** A machine that has no firewall outside: its own one, scanned from outside in both families, with what Docker publishes behind it. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { http, tcp, type Rule } from "../../components";
import type { Outcome } from "../../lab/docker/exec";
import { on, tryOn, type Reached } from "../../lab/ssh";
import { answers } from "./answers";
import { OldMachine, image } from "./preflight/old-machine";

const at = { ipv4: "10.213.247.61", ipv6: "fd00:5e7a::f7:61" };
/** Another machine out there. */
const other = { ipv4: "10.213.247.62", ipv6: "fd00:5e7a::f7:62" };
const fromOther = (port: number): Rule => tcp(port).from(`${other.ipv4}/32`, `${other.ipv6}/128`);
const both = [at.ipv4, at.ipv6];
/** Published by hand, past UFW: by translation in IPv4 and a process in IPv6, and by translation in both. */
const [database, modern] = [5432, 5433];
/** Of a program on the machine itself. */
const plain = 8080;

let old: OldMachine;
let neighbour: Reached;
/** The address of a container whose network Docker leaves open to who has a route there. */
let bare = "";

const ok = (command: string): Promise<string> => on(old.at, command);

const scan = (...ports: number[]): Promise<boolean[]> =>
  Promise.all(ports.flatMap((port) => both.map((host) => answers(host, port))));

/** The same from the other machine. */
async function scanFromOther(port: number, hosts = both): Promise<boolean[]> {
  const tried = hosts.map(async (host) => (await tryOn(neighbour, `nc -z -w 2 ${host} ${port}`)).code === 0);
  return Promise.all(tried);
}

async function until(check: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`not within 60 s: ${what}`);
    await sleep(300);
  }
}

/** Whether sshd greets a new connection from here. */
const newSsh = (): Promise<boolean> => answers(at.ipv4, 22);

async function pulumi(
  command: string,
  allow: Rule[] | undefined,
  more: object = {},
): Promise<Outcome & { text: string; seconds: number }> {
  const args = {
    ...{ address: at.ipv4, hostKey: old.hostKey, preflight: { ports: [], disk: "100m" }, ...more },
    ...(allow === undefined ? {} : { firewall: { allow } }),
  };
  const skip = command.startsWith("preview") ? [] : ["--yes", "--skip-preview"];
  const outcome = await old.workspace.tryPulumi([...command.split(" "), ...skip], {
    PREFLIGHT: JSON.stringify(args),
  });
  console.log(`pulumi ${command}: exit ${outcome.code}, ${outcome.seconds.toFixed(1)} s\n${outcome.text}`);
  return outcome;
}

async function up(allow: Rule[] | undefined, more: object = {}): Promise<string> {
  const outcome = await pulumi("up", allow, more);
  expect(outcome.code).toBe(0);
  return outcome.text;
}

beforeAll(async () => {
  old = await OldMachine.make("firewall", at.ipv4, { ipv6: at.ipv6 });
  neighbour = { address: other.ipv4, keyFile: old.at.keyFile };
  await old.machines.create({
    ...{ id: "2", name: "other-1", cores: 1, memoryMb: 512, architecture: "x86", volumes: [], ...other },
    ...{ imageName: "debian-12", sshPublicKeys: [readFileSync(`${old.at.keyFile}.pub`, "utf8")] },
  });
  await until(async () => (await tryOn(neighbour, "true")).code === 0, "the other machine takes SSH");
  const always = "docker run -d --restart unless-stopped --stop-timeout 1";
  await ok(`${always} --name db -p ${database}:3000 ${image}`);
  await ok(`docker network create --ipv6 --subnet fd00:beef::/64 six`);
  await ok(`${always} --name modern --network six -p ${modern}:3000 ${image}`);
  await ok("docker network create --opt com.docker.network.bridge.gateway_mode_ipv4=nat-unprotected open");
  await ok(`${always} --name bare --network open ${image}`);
  bare = await ok("docker inspect --format '{{.NetworkSettings.Networks.open.IPAddress}}' bare");
  await on(neighbour, `ip route replace ${bare}/32 via ${at.ipv4}`);
  await ok(`${always} --name web -p 80:3000 ${image}`);
  await ok(
    `cp /dev/stdin /root/p.cfg <<'END' && haproxy -D -f /root/p.cfg
defaults
  mode http
  timeout client 5s
frontend f
  bind :::${plain} v4v6
  http-request return status 200
END`,
  );
});

afterAll(async () => {
  await pulumi("destroy", undefined);
  await old.remove();
});

describe.sequential("a firewall on the machine", () => {
  test("shuts in both families what no rule lets in: what Docker publishes past UFW, and the machine's own", async () => {
    await until(async () => (await scan(database, modern, plain, 80)).every(Boolean), "all of it answers");
    expect(await scanFromOther(3000, [bare])).toEqual([true]);
    const text = await up([http]);
    expect(text).toMatch(/no rule lets SSH in from 10\.213\.0\.1, from where it comes now; it stays open/);
    expect(text).toContain('firewall.allow[0] is "http", but nothing on old-1 is published there');
    expect(await scan(database, modern, plain)).toEqual(Array(6).fill(false));
    expect(await scan(80)).toEqual([true, true]);
    expect(await scanFromOther(database)).toEqual([false, false]);
    // SSH is let in from where it comes alone.
    expect(await newSsh()).toBe(true);
    expect(await scanFromOther(22)).toEqual([false, false]);
    expect(await ok("nft list table inet sextant")).toContain("ip saddr 10.213.0.1 tcp dport 22 accept");
  });

  test("lets go on what is no way in: ping, neighbours, and what containers and the machine say", async () => {
    for (const host of both) {
      // Who is forgotten has to be found again.
      await ok("ip neigh flush all; ip -6 neigh flush all; true");
      expect((await tryOn(neighbour, `ping -c 1 -W 2 ${host}`)).code, host).toBe(0);
    }
    expect(await ok(`nc -z -w 2 ${other.ipv4} 22 && nc -z -w 2 ${other.ipv6} 22 && echo out`)).toBe("out");
    const pid = await ok("docker inspect --format '{{.State.Pid}}' modern");
    const inside = (words: string): Promise<Outcome> =>
      tryOn(old.at, `nsenter --net --target ${pid} ${words}`);
    for (const [host, port] of [
      // The world, and a program on the machine.
      ...([
        [other.ipv4, 22],
        [other.ipv6, 22],
        [at.ipv4, plain],
      ] as const),
    ])
      expect((await inside(`nc -z -w 2 ${host} ${port}`)).code, `${host} ${port}`).toBe(0);
    // Two containers in one network.
    await ok(`docker run -d --name beside --network six --stop-timeout 1 ${image}`);
    const beside = await ok(`docker inspect --format '{{.NetworkSettings.Networks.six.IPAddress}}' beside`);
    await until(
      async () => (await inside(`nc -z -w 2 ${beside} 3000`)).code === 0,
      "the one beside it answers",
    );
    // By a container's own address there is no way in any more.
    expect(await scanFromOther(3000, [bare])).toEqual([false]);
    expect(
      await ok("curl --silent --max-time 3 --output /dev/null http://127.0.0.1:5432/up && echo own"),
    ).toBe("own");
  });

  test("is no change the second time, and says in a preview what a rule changes", async () => {
    expect(await up([http])).not.toMatch(/\d+ (created|updated)/);
    const preview = await pulumi("preview --diff", [http, fromOther(database)]);
    expect(preview.text).toContain(`"${other.ipv6}/128"`);
  });

  test("lets in a named source in both families, and nobody else", async () => {
    await up([http, fromOther(database)]);
    expect(await scanFromOther(database)).toEqual([true, true]);
    expect(await scanFromOther(modern)).toEqual([false, false]);
    expect(await scan(database)).toEqual([false, false]);
  });

  test("holds while Docker, UFW and the machine start again", async () => {
    await ok("systemctl restart docker");
    await until(async () => (await scan(80)).every(Boolean), "port 80 answers again");
    expect(await scan(database, modern)).toEqual(Array(4).fill(false));
    await ok("ufw allow 22/tcp && ufw --force enable && ufw reload && ufw --force disable");
    expect(await scan(database, modern)).toEqual(Array(4).fill(false));
    await old.machines.reboot("1", false);
    await until(newSsh, "SSH is let in after a reboot");
    await until(async () => (await scan(80)).every(Boolean), "port 80 answers after a reboot");
    expect(await scan(database, modern)).toEqual(Array(4).fill(false));
    expect(await scanFromOther(database)).toEqual([true, true]);
    expect(await up([http, fromOther(database)])).not.toMatch(/\d+ (created|updated)/);
  });

  test("is seen by a refresh to be flushed by hand, and mended", async () => {
    await ok("nft flush ruleset && systemctl restart docker");
    await until(async () => (await scan(database)).every(Boolean), "the database is open to all");
    const outcome = await pulumi("up --refresh", [http, fromOther(database)]);
    expect(outcome.code).toBe(0);
    expect(outcome.text).toContain(
      "its firewall is not as it was set: the table inet sextant was changed or is gone",
    );
    expect(await scan(database)).toEqual([false, false]);
  });

  test("takes rules back that shut SSH out, by itself, and by who comes with them", async () => {
    // Nobody confirms: the machine is left alone with rules that shut everything.
    const rules = (await ok("cat /etc/sextant/firewall.nft")).replaceAll(/^.* dport (22|80|5432) .*\n/gm, "");
    const verb = await ok("ls -d /usr/local/lib/sextant/*/firewall");
    const owner = /^# owner: (.*)$/m.exec(rules)?.[1] ?? "";
    await on(old.at, `${verb} try owner=${owner} seconds=6`, `${rules}\n`);
    expect(await newSsh()).toBe(false);
    await until(newSsh, "SSH is let in again");
    expect([...(await scan(80)), ...(await scanFromOther(database))]).toEqual(Array(4).fill(true));
    // A machine that loses the rule which keeps SSH open.
    await ok(
      `printf '#!/bin/sh\\ncase $2 in */rules) sed -i "/saddr 10.213.0.1 /d" "$2" ;; esac\\nexec /usr/sbin/nft "$@"\\n' >/usr/local/sbin/nft && chmod 755 /usr/local/sbin/nft`,
    );
    expect(await ok("command -v nft")).toBe("/usr/local/sbin/nft");
    const outcome = await pulumi("up", [http]);
    expect(outcome.code).not.toBe(0);
    expect(outcome.text.replaceAll(/\s+/g, " ")).toMatch(
      /old-1: the new rules were not kept, and the machine has its former ones again: no new connection by SSH came through them from 10\.213\.0\.1 /,
    );
    expect(outcome.seconds).toBeLessThan(90);
    await ok("rm /usr/local/sbin/nft");
    expect(await scanFromOther(database)).toEqual([true, true]);
    await up([http]);
    expect(await scanFromOther(database)).toEqual([false, false]);
  });

  test("leaves the private network open, as a firewall outside does", async () => {
    await old.machines.createNetwork("1", "10.0.0.0/16");
    await old.machines.attach("1", "1", "10.0.1.1", []);
    await old.machines.attach("2", "1", "10.0.1.2", []);
    expect(await scanFromOther(database, ["10.0.1.1"])).toEqual([false]);
    await up([http], { privateAddress: "10.0.1.1" });
    expect(await scanFromOther(database, ["10.0.1.1"])).toEqual([true]);
    expect(await scanFromOther(database)).toEqual([false, false]);
  });

  test("goes with pulumi destroy, which leaves nothing of it", async () => {
    expect((await pulumi("destroy", [http])).code).toBe(0);
    await until(async () => (await scan(database, modern)).every(Boolean), "all of it answers again");
    const left = ["/etc/sextant", "/etc/systemd/system/sextant-firewall.service", "/run/sextant/firewall"];
    expect(await ok(`ls -d ${left.join(" ")} 2>/dev/null; nft list tables | grep sextant; true`)).toBe("");
  });
});
