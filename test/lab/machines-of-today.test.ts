/**
 * Servers as clouds give them today: without Docker and curl, and with an sshd that shuts out who shows wrong keys. Each boots for real
 * and gets an app.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../lab/docker/exec";
import { type Machine, Machines } from "./machines/machine";

let machines: Machines;

beforeAll(async () => {
  machines = await Machines.start();
});

afterAll(async () => {
  await machines.end();
});

describe("a server without Docker and curl", () => {
  /** Holds apt's lists as another user of apt does, from before the boot's own work on, and notes when it lets go. */
  const held = `#cloud-config
bootcmd:
  - - sh
    - -c
    - |
      cat >/run/hold <<'PY'
      import fcntl, os, time
      os.makedirs("/var/lib/apt/lists", exist_ok=True)
      lock = open("/var/lib/apt/lists/lock", "w")
      fcntl.lockf(lock, fcntl.LOCK_EX)
      open("/run/lists-held", "w").close()
      time.sleep(45)
      open("/run/lists-released", "w").close()
      PY
      setsid python3 /run/hold >/dev/null 2>&1 </dev/null &
      until [ -e /run/lists-held ]; do sleep 0.1; done
`;
  const lean = `#cloud-config
bootcmd:
  - - sh
    - -c
    - echo 'APT::Install-Recommends "false";' >/etc/apt/apt.conf.d/99lean
`;

  it("boots while another user of apt has its lists, and serves", async () => {
    const machine = await machines.of("bare", { cloudInit: held });
    await machine.up();
    // The lists were held until after the first boot had begun with them: it can't have updated them before that.
    const order =
      "stat -c %Y /run/lists-released; stat -c %Y /var/lib/apt/lists/*_Packages* | sort -n | head -n 1";
    const [released = 0, updated = 0] = (await machine.says(order)).split("\n").map(Number);
    expect(updated).toBeGreaterThanOrEqual(released);
    expect(await machine.says("docker version --format '{{.Server.Version}}'")).toMatch(/^26\./);
    expect(await machine.serves()).toBe("200 v1");
  });

  it("boots where apt installs nothing that is only recommended, and serves", async () => {
    const machine = await machines.of("bare", { cloudInit: lean });
    await machine.up();
    expect(await machine.says("apt-config dump APT::Install-Recommends")).toContain('"false"');
    expect(await machine.says("docker version --format '{{.Server.Version}}'")).toMatch(/^26\./);
    expect(await machine.serves()).toBe("200 v1");
  });
});

describe("a server whose sshd shuts out who shows wrong keys", () => {
  const sshdLog = "/var/log/ssh.log";
  /** Its sshd writes what it does into a file, as the lab's servers have no syslog. */
  const logging = `#cloud-config
bootcmd:
  - - sh
    - -c
    - echo 'SSHD_OPTS="-E ${sshdLog}"' >>/etc/default/ssh
`;
  const settings = "sshd -T | grep -i persourcepenalties";

  /** A deploy with a wrong key and many resources, and then one with the right key, which nothing may keep out. */
  async function deployAfterWrongKey(machine: Machine): Promise<void> {
    const directory = mkdtempSync(join(tmpdir(), "sextant-key-"));
    try {
      const keyFile = join(directory, "wrong");
      await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "wrong", "-f", keyFile]);
      const refused = await machine.tryUp({ round: "two", keyFile });
      expect(refused.code).not.toBe(0);
      expect(refused.text).toMatch(/Permission denied|unable to authenticate/i);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
    await machine.up({ round: "two" });
    expect(await machine.serves()).toBe("200 v1");
  }

  /** What sshd logged of logins, and that it would have logged a penalty: it does so of this machine's own address in the end. */
  async function noPenalty(machine: Machine): Promise<void> {
    const log = await machine.says(`cat ${sshdLog}`);
    expect(log).toContain("Accepted publickey for");
    expect(log).toMatch(/(Connection closed by|Disconnected from) authenticating user/);
    // OpenSSH 9.8 sshd.c, drop_connection: "drop connection #0 from [ADDRESS]:PORT on [ADDRESS]:22 penalty: failed authentication".
    expect(log).not.toMatch(/penalty/i);
    const wrong = `ssh-keygen -q -t ed25519 -N '' -f /run/wrong; for try in 1 2 3 4 5; do
      ssh -i /run/wrong -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@127.0.0.1 true; done`;
    expect((await machine.ssh(`${wrong} 2>/dev/null`)).code).toBe(255);
    expect(await machine.says(`grep -c penalty ${sshdLog}`)).toMatch(/^[1-9]/);
  }

  it("lets the deploy in that follows one with a wrong key and many resources", async () => {
    const machine = await machines.of("debian-13", { workers: 8, cloudInit: logging });
    await machine.up();
    expect(await machine.says(settings)).toMatch(/authfail:5\S* .*max:60\b/);
    await deployAfterWrongKey(machine);
    await noPenalty(machine);
  });

  it("does so with sshd's own settings, on a server that was there already", async () => {
    const there = await machines.of("debian-13", { apps: false, cloudInit: logging });
    await there.up();
    await there.says("rm /etc/ssh/sshd_config.d/01-sextant.conf && systemctl restart ssh");
    expect(await there.says(settings)).toMatch(/authfail:5\S* .*max:600\b/);
    const existing = await there.address();
    const machine = await machines.of("debian-13", { workers: 8, existing, keyFile: there.keyFile });
    await machine.up();
    await deployAfterWrongKey(machine);
    await noPenalty(there);
  });
});
