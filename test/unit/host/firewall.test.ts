/** The verb that puts a machine's rules in place, tries them, and takes back what nobody keeps. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FirewallHere } from "./firewall-here";
import { putScripts } from "./put-scripts";

const tools = "sh sed cat grep cut tr head mktemp mkdir mv rm rmdir cp flock setsid sleep sha256sum";
const owner = "owner=shop/prod/web-1";
const text = (mark: string, of = "shop/prod/web-1"): string =>
  `# owner: ${of}\ntable inet sextant\ndelete table inet sextant\ntable inet sextant {\n  # ${mark}\n}\n`;

let home = "";
let machine: FirewallHere;

/** The machine has the tools that are listed, and no nft of this one. */
function make(withNft = true): void {
  home = mkdtempSync(join(tmpdir(), "sextant-firewall-"));
  putScripts(home);
  mkdirSync(join(home, "bin"));
  for (const tool of tools.split(" ")) symlinkSync(`/usr/bin/${tool}`, join(home, "bin", tool));
  const command = (name: string, script: string) => {
    writeFileSync(join(home, "bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  };
  machine = new FirewallHere({ directory: home, command }, withNft);
}

beforeEach(() => {
  make();
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

async function run(words: string[], stdin = "", more: Record<string, string> = {}) {
  const child = spawn(join(home, "firewall"), words, {
    env: { PATH: join(home, "bin"), ...machine.environment, ...more },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on("error", () => undefined);
  child.stdin.end(stdin);
  const code = await new Promise<number | null>((resolve) => child.on("exit", resolve));
  return { code, stdout: stdout.trim(), stderr: stderr.trim() };
}

/** Tries rules, and answers with the name of the trial. */
async function tried(rules: string, ...words: string[]): Promise<string> {
  const ran = await run(["try", owner, "seconds=60", ...words], rules);
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  return ran.stdout;
}

async function kept(rules: string, ...words: string[]): Promise<void> {
  const trial = await tried(rules, ...words);
  expect(await run(["keep", `trial=${trial}`])).toMatchObject({ code: 0, stderr: "" });
}

const rulesFile = "etc/sextant/firewall.nft";
const unitFile = "etc/systemd/system/sextant-firewall.service";

describe("rules that are tried", () => {
  it("are in place at once, and lie where a boot finds them only when they are kept", async () => {
    const trial = await tried(text("one"));
    expect(machine.inPlace).toContain("# one");
    expect(machine.file(rulesFile)).toBe("");
    expect(await run(["keep", `trial=${trial}`])).toMatchObject({ code: 0 });
    expect(machine.file(rulesFile)).toBe(text("one"));
    expect(machine.file(unitFile)).toMatch(
      new RegExp(`ExecStart=${home}/bin/nft --file ${home}/${rulesFile}\\n`),
    );
    expect(machine.file(unitFile)).toMatch(/^Before=.*docker\.service/m);
    expect(machine.file("systemd")).toContain("--quiet enable sextant-firewall.service");
    // Nothing takes them back any more.
    expect(await run(["back", `trial=${trial}`])).toMatchObject({ code: 0 });
    expect(machine.inPlace).toContain("# one");
  });

  it("are taken back by the machine itself where nobody keeps them, to what was there before", async () => {
    await kept(text("one"));
    expect(await run(["try", owner, "seconds=1"], text("two"))).toMatchObject({ code: 0 });
    expect(machine.inPlace).toContain("# two");
    await expect.poll(() => machine.inPlace, { timeout: 10_000 }).toContain("# one");
    expect(machine.file(rulesFile)).toBe(text("one"));
  });

  it("are taken back to none, where there were none", async () => {
    await run(["try", owner, "seconds=1"], text("one"));
    await expect.poll(() => machine.inPlace, { timeout: 10_000 }).toBe("");
  });

  it("are not kept by who comes too late, or by another trial", async () => {
    const trial = await tried(text("one"));
    expect(await run(["back", `trial=${trial}`])).toMatchObject({ code: 0 });
    for (const late of [trial, "other"])
      expect(await run(["keep", `trial=${late}`])).toMatchObject({
        code: 1,
        stderr: "the rules were taken back meanwhile; run pulumi up again",
      });
    expect([machine.inPlace, machine.file(rulesFile)]).toEqual(["", ""]);
  });

  it("leave the way back to what was there before a trial that nobody has ended", async () => {
    await kept(text("one"));
    const left = await tried(text("two"));
    const trial = await tried(text("three"));
    expect(await run(["back", `trial=${left}`])).toMatchObject({ code: 0 });
    expect(machine.inPlace).toContain("# three");
    await run(["back", `trial=${trial}`]);
    expect(machine.inPlace).toContain("# one");
  });

  it("are refused before anything is changed where nft does not take them", async () => {
    await kept(text("one"));
    const ran = await run(["try", owner, "seconds=1"], text("no rule"));
    expect(ran).toMatchObject({
      code: 1,
      stderr: "nft refuses the rules on this machine: Error: syntax error",
    });
    await sleep(1500);
    expect(machine.inPlace).toContain("# one");
  });
});

describe("the owner", () => {
  it("alone changes and removes them, and the others are told who it is", async () => {
    await kept(text("one"));
    const ran = await run(["try", "owner=blog/prod/web", "seconds=1"], text("two", "blog/prod/web"));
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(
      /^the firewall of this machine belongs to shop\/prod\/web-1, and nothing was changed/,
    );
    expect(await run(["remove", "owner=blog/prod/web"])).toMatchObject({ code: 0 });
    expect(machine.inPlace).toContain("# one");
    expect(machine.file(rulesFile)).toBe(text("one"));
  });

  it("may have another name now", async () => {
    await kept(text("one", "shop/prod/old"), "owner=shop/prod/old");
    await kept(text("two"), "owner=shop/prod/old");
    expect(machine.file(rulesFile)).toContain("# owner: shop/prod/web-1");
  });

  it("removes all of it, once and again", async () => {
    await kept(text("one"));
    for (let again = 0; again < 2; again += 1)
      expect(await run(["remove", owner])).toMatchObject({ code: 0, stderr: "" });
    expect(machine.inPlace).toBe("");
    for (const path of [rulesFile, unitFile, "etc/sextant/firewall.sum"]) expect(machine.file(path)).toBe("");
    expect(machine.file("systemd")).toContain("--quiet disable sextant-firewall.service");
  });
});

describe("a look", () => {
  const look = async (): Promise<string> => (await run(["look"])).stdout.replace(/^\w{64}/, "hash");

  it("sees what was changed by hand", async () => {
    await kept(text("one"));
    expect(await look()).toBe("hash same enabled");
    rmSync(join(home, "table"));
    expect(await look()).toBe("hash other enabled");
    rmSync(join(home, unitFile));
    expect(await look()).toBe("hash other disabled");
  });
});

describe("a machine", () => {
  it("that has a bridge with a card in it is refused, and one with Docker's is not", async () => {
    const cards = join(home, "sys/class/net");
    for (const path of ["br0/bridge", "br0/brif/veth1", "veth1"])
      mkdirSync(join(cards, path), { recursive: true });
    await run(["back", `trial=${await tried(text("one"))}`]);
    for (const path of ["br0/brif/eno1", "eno1/device"]) mkdirSync(join(cards, path), { recursive: true });
    const ran = await run(["try", owner, "seconds=1"], text("one"));
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^there is the bridge br0, which has the card eno1, and /);
    expect(machine.inPlace).toBe("");
  });

  it("without nft is refused with the cure, and gets it where packages may be installed", async () => {
    rmSync(home, { recursive: true });
    make(false);
    const ran = await run(["try", owner, "seconds=1"], text("one"));
    expect(ran).toMatchObject({
      code: 1,
      stderr:
        'nft is not there, which the rules are set by: apt-get install nftables, or docker: "install" in the program',
    });
    const said = join(home, "apt");
    writeFileSync(join(home, "bin/dpkg-query"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    writeFileSync(join(home, "bin/tail"), "#!/bin/sh\ncat\n", { mode: 0o755 });
    writeFileSync(join(home, "bin/apt-get"), `#!/bin/sh\necho "$*" >>'${said}'\nexit 100\n`, { mode: 0o755 });
    const failed = await run(["try", owner, "seconds=1", "install=yes"], text("one"));
    expect(failed.stderr).toMatch(/apt-get could not install nftables/);
    expect(machine.file("apt")).toContain("update");
    machine.haveNft();
    expect((await run(["try", owner, "seconds=1", "install=yes"], text("one"))).code).toBe(0);
  });

  it("knows from where SSH comes, also behind sudo, which takes it out of the environment", async () => {
    const given = { SSH_CONNECTION: "2001:db8::9%eth0 40000 2001:db8::1 2222" };
    expect((await run(["from"], "", given)).stdout).toBe("2001:db8::9 2222");
    const child = spawn("/bin/sh", ["-c", `env -u SSH_CONNECTION '${home}/firewall' from; :`], {
      env: { PATH: `${home}/bin:/usr/bin`, ...machine.environment, ...given },
    });
    let stdout = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    await new Promise((resolve) => child.on("close", resolve));
    expect(stdout).toBe("2001:db8::9 2222\n");
  });

  it.each([["try", "seconds=1"], ["try", owner], ["keep"], ["flush"], ["look", "port=1"]])(
    "refuses %s %s",
    async (...words) => {
      expect((await run(words)).code).toBe(1);
    },
  );
});
