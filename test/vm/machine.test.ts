/**
 * A real machine: Debian 13 under its own kernel, with systemd, version 2 of control groups, AppArmor, cloud-init that asks a metadata
 * service, and the distribution's Docker, which the first boot installs. One stack, one life: each test stands on those before it.
 */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { chance } from "../../lab/chance";
import type { LoadReport } from "../../lab/load/load";
import { textLine } from "../../provider/host/scripts";
import type { Edit } from "./edit";
import { Machine, host } from "./machine";

const password = randomBytes(12).toString("hex");
const plain: Edit = {
  server: `vm-${chance("name of the virtual machine").text(1, 20, "abcdefghij0123456789")}x`,
  version: "v1",
  env: {},
  memory: "128m",
};
let machine: Machine;
let now = plain;
/** The last line of the command. */
const shown = {
  os: "",
  engine: "",
  cgroup: "",
  apparmor: false,
  lost: 0,
  requests: 0,
  served_after_reboot: false,
};

function count(load: LoadReport): void {
  console.log("load", JSON.stringify({ ...load, versions: load.versions.length }));
  shown.requests += load.requests;
  shown.lost += load.lost;
}

/** A command on Redis by the app's own login, through the private address. */
function redis(words: string): Promise<string> {
  return machine.run(
    `docker exec -e REDISCLI_AUTH=${password} "$(docker ps --quiet --filter name=vm-cache)" redis-cli -h "$(ip -4 -o address show | awk '/ 10\\.0\\./ { sub("/.*", "", $4); print $4; exit }')" ${words}`,
  );
}

beforeAll(async () => {
  machine = await Machine.start(plain.server, password);
});

afterAll(async () => {
  const file = process.env["SEXTANT_VM_RESULT"];
  if (file !== undefined) writeFileSync(file, JSON.stringify(shown));
  await machine.end(now);
});

it("boots by cloud-init and takes the small app with its private Redis", async () => {
  const ran = await machine.up(plain);
  expect(ran.code, `${ran.text}\n${ran.code === 0 ? "" : await machine.console()}`).toBe(0);
  expect(await machine.serves()).toBe("200 v1");
});

it("is what it says: Debian 13, systemd, control groups of version 2, AppArmor, the distribution's Docker", async () => {
  shown.os = await machine.run('. /etc/os-release && echo "$ID $VERSION_ID"');
  shown.engine = await machine.run("docker version --format '{{.Server.Version}}'");
  shown.cgroup = await machine.run("docker info --format '{{.CgroupVersion}} {{.CgroupDriver}}'");
  shown.apparmor = (await machine.run("cat /sys/module/apparmor/parameters/enabled")) === "Y";
  expect(shown).toMatchObject({ os: "debian 13", cgroup: "2 systemd", apparmor: true });
  expect(await machine.run("cat /proc/1/comm")).toBe("systemd");
  expect(await machine.run("cloud-init query v1.platform")).toBe("hetzner");
  expect(await machine.run("dpkg-query -W -f '${Status}' docker.io")).toContain("ok installed");
  expect(await machine.run("docker inspect --format '{{.AppArmorProfile}}' kamal-proxy")).toBe(
    "docker-default",
  );
  // A unit that failed is something of ours that systemd does not take.
  expect(await machine.run("systemctl --failed --no-legend --plain")).toBe("");
});

it("keeps the metadata from containers", async () => {
  const ask = "http://169.254.169.254/hetzner/v1/userdata";
  expect(await machine.run(`curl --silent --max-time 10 ${ask} | head -c 20`)).toContain("#cloud-config");
  const pid = "$(docker inspect --format '{{.State.Pid}}' kamal-proxy)";
  const inside = `nsenter --target ${pid} --net curl --silent --output /dev/null --max-time 5 ${ask}; echo $?`;
  // 28: curl gave up waiting; 7: it was refused.
  expect(["28", "7"]).toContain(await machine.run(inside));
});

it("limits memory and processor by control groups of version 2", async () => {
  const group = `/sys/fs/cgroup/system.slice/docker-$(docker ps --no-trunc --quiet --filter label=sextant.app=shop).scope`;
  expect(await machine.run(`cat ${group}/memory.max`)).toBe(String(128 * 1024 ** 2));
  expect(await machine.run(`cat ${group}/cpu.max`)).toBe("50000 100000");
  // What serves has its whole share again after the gate that started it with less.
  expect(await machine.run(`cat ${group}/cpu.weight`)).toBe("100");
  expect(await machine.run(`cat ${group}/memory.pressure`)).toMatch(/^some avg10=/);
});

it("makes a user in the group docker root by Docker, in the login's control group and past AppArmor, and systemd misses nothing", async () => {
  await machine.run("useradd --create-home --groups docker deploy");
  const asDeploy = (line: string): Promise<string> =>
    machine.run(`setpriv --reuid deploy --regid deploy --init-groups ${textLine("by-docker", [line])}`);
  const look =
    "id -u; cat /proc/self/cgroup; systemctl is-active docker; iptables -S DOCKER-USER | head -n 1; cat /proc/self/attr/current";
  expect((await asDeploy(look)).split("\n")).toEqual([
    "0",
    expect.stringMatching(/^0::\/user\.slice\/.*\/session-\w+\.scope$/),
    "active",
    "-N DOCKER-USER",
    "unconfined",
  ]);
  const later = "sleep 3; cat /proc/self/cgroup >/root/left";
  await asDeploy(`setsid sh -c '${later}' </dev/null >/dev/null 2>&1 &`);
  await machine.until("what was left in the background has ended", 30, async () =>
    (await machine.run("cat /root/left 2>/dev/null || true")).startsWith("0::/user.slice/"),
  );
  expect(await machine.run("docker ps --all --quiet --filter label=sextant.root")).toBe("");
  expect(await machine.run("systemctl --failed --no-legend --plain")).toBe("");
  console.log(await machine.run("journalctl --unit docker --unit containerd --since -1min --no-pager"));
  await machine.run("userdel --remove deploy; rm /root/left");
});

it("releases under load without losing a request", async () => {
  now = { ...now, version: "v2" };
  const { done, load } = await machine.underLoad(() => machine.up(now));
  count(load);
  expect(done.code, done.text).toBe(0);
  expect(load).toMatchObject({ lost: 0, losses: [], wentBack: false });
  expect(load.versions.map(({ version }) => version)).toEqual(["v1", "v2"]);
  expect(await machine.serves()).toBe("200 v2");
});

it("names a release that is killed for its memory, and serves on", async () => {
  const bad: Edit = { ...now, version: "v3", env: { LEAK_MEMORY: "400", FAIL_UP: "1" } };
  const { done, load } = await machine.underLoad(() => machine.up(bad));
  count(load);
  expect(done.code).not.toBe(0);
  expect(done.text).toContain("the kernel killed it for memory: its limit is 128 MB");
  expect(load).toMatchObject({ lost: 0, losses: [] });
  // That it was the limit of the group that was met, and not the machine's.
  expect(await machine.run("dmesg | grep -c 'constraint=CONSTRAINT_MEMCG'")).not.toBe("0");
  expect(await machine.serves()).toBe("200 v2");
});

it("names memory that is short by the pressure which the kernel counts for the container", async () => {
  await machine.run("mkswap /dev/vdb && swapon /dev/vdb");
  const bad: Edit = { ...now, version: "v3", env: { THRASH_MEMORY: "200" } };
  const { done, load } = await machine.underLoad(() => machine.up(bad));
  count(load);
  expect(done.code).not.toBe(0);
  expect(done.text).toContain("memory is short: it runs, but waits for swap more than it works");
  expect(done.text).toMatch(/processes waited for memory \d+% of the time/);
  expect(load).toMatchObject({ lost: 0, losses: [] });
  await machine.run("swapoff /dev/vdb");
});

it("sees into a container under AppArmor when it says what an app listens on", async () => {
  const bad: Edit = { ...now, version: "v3", env: { PORT: "4000" } };
  const { done, load } = await machine.underLoad(() => machine.up(bad));
  count(load);
  expect(done.code).not.toBe(0);
  expect(done.text).toMatch(/it does not listen on port 3000, it listens on \S+:4000/);
  expect(load).toMatchObject({ lost: 0, losses: [] });
});

it("serves again after a reboot, the private accessory with its data among it", async () => {
  expect(await redis("SET kept yes")).toBe("OK");
  await machine.reboot();
  await machine.until("the app answers again", 300, async () => (await machine.serves()) === "200 v2");
  await machine.until("Redis answers on the private address", 120, async () => {
    const up = await machine.run("docker ps --format '{{.Names}} {{.Status}}' --filter name=vm-cache");
    return /Up/.test(up);
  });
  expect(await redis("GET kept")).toBe("yes");
  expect(await machine.run("iptables -S DOCKER-USER")).toContain("169.254.169.254");
  shown.served_after_reboot = true;
  now = { ...now, version: "v2" };
  const again = await machine.up(now);
  expect(again.code, again.text).toBe(0);
  expect(await machine.serves()).toBe("200 v2");
});

it(`serves ${host} through one proxy all the while`, async () => {
  expect(await machine.run("docker inspect --format '{{.RestartCount}}' kamal-proxy")).toBe("0");
});
