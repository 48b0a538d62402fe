import { describe, expect, it } from "vitest";
import type { Shell } from "../../../../components/dynamic/shell";
import { sshOptions } from "../../../../components/dynamic/ssh-options";

const hostKey = "ssh-ed25519 AAAA";
const shell: Shell = {
  name: "web-1",
  destination: "deploy@192.0.2.1",
  port: 22,
  keyFile: "~/.ssh/key",
  hostKey,
};

const valueOf = (option: string, change: Partial<Shell> = {}): string[] =>
  sshOptions({ ...shell, ...change }).filter((each) => each.startsWith(`${option}=`));

describe("sshOptions", () => {
  it("lets nothing answer but the host key that is known, and reads no file for it", () => {
    expect(sshOptions(shell)).toContain(`KnownHostsCommand=/bin/echo 192.0.2.1 ${hostKey}`);
    expect(sshOptions(shell)).toContain("UserKnownHostsFile=/dev/null");
    expect(valueOf("StrictHostKeyChecking")).toEqual(["StrictHostKeyChecking=yes"]);
  });

  it("names a host with a port of its own as known_hosts does", () => {
    expect(valueOf("KnownHostsCommand", { port: 2222 })).toEqual([
      `KnownHostsCommand=/bin/echo [192.0.2.1]:2222 ${hostKey}`,
    ]);
  });

  it("keeps the first key that answers where none is known", () => {
    const { name, destination, port } = shell;
    const options = sshOptions({ name, destination, port });
    expect(options).toContain("StrictHostKeyChecking=accept-new");
    expect(options.join(" ")).not.toMatch(/KnownHostsCommand|IdentitiesOnly|-i /);
  });

  it("offers the named key alone", () => {
    expect(sshOptions(shell).slice(0, 4)).toEqual(["-i", "~/.ssh/key", "-o", "IdentitiesOnly=yes"]);
  });

  it("never asks a question, and keeps one connection", () => {
    expect(sshOptions(shell)).toEqual(expect.arrayContaining(["BatchMode=yes", "ControlMaster=auto"]));
  });

  it.each<Partial<Shell>>([
    { destination: "root@192.0.2.1" },
    { port: 2222 },
    { keyFile: "~/.ssh/other" },
    { hostKey: "ssh-ed25519 BBBB" },
  ])("shares a connection with nobody who differs in %o", (change) => {
    expect(valueOf("ControlPath", change)).not.toEqual(valueOf("ControlPath"));
    expect(valueOf("ControlPath", { name: "other" })).toEqual(valueOf("ControlPath"));
  });
});
