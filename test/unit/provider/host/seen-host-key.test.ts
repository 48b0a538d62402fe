/** The key of a machine that was trusted at first sight, by a real sshd on the loopback address. */
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { keyMaterial } from "../../../../provider/ssh/private-key";
import { seenHostKey } from "../../../../provider/host/seen-host-key";
import { Sshd } from "../../../lab/command-plugin/sshd";

const machine = "/etc/ssh/ssh_host_ed25519_key";
let own: Sshd;
let other: Sshd;

beforeAll(async () => {
  const home = mkdtempSync(join(tmpdir(), "sextant-home-"));
  vi.stubEnv("HOME", home);
  vi.stubEnv("XDG_RUNTIME_DIR", home);
  other = await Sshd.start({ log: true });
  own = await Sshd.start({ keysOf: other, log: true, settings: [`HostKey ${machine}`] });
});

afterAll(async () => {
  await own.stop();
  await other.stop();
  vi.unstubAllEnvs();
});

const shell = (sshd: Sshd) => ({
  name: "web-1",
  destination: `${userInfo().username}@127.0.0.1`,
  port: sshd.port,
  privateKey: sshd.file("login"),
});

// The machine's own key is for root alone to read, and is there where sshd is installed as a service.
describe.skipIf(userInfo().uid !== 0)("the host key that is seen", () => {
  it("is the machine's, where its sshd has it", async () => {
    expect(existsSync(`${machine}.pub`)).toBe(true);
    const expected = keyMaterial(readFileSync(`${machine}.pub`, "utf8"));
    expect(await seenHostKey({ ...shell(own), hostKey: undefined })).toBe(expected);
  });

  it("is none, where something else answers than the machine's sshd", async () => {
    expect(await seenHostKey(shell(other))).toBeUndefined();
  });
});
