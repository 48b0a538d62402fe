import { describe, expect, it } from "vitest";
import type { SshAddress } from "../../../../provider/ssh/address";
import {
  jumpHostsLine,
  knownHostsLine,
  providerOptions,
  socketName,
  sshOptions,
  type Means,
} from "../../../../provider/ssh/options";

const hostKey = "ssh-ed25519 AAAA";
const shell: SshAddress = {
  name: "web-1",
  destination: "deploy@192.0.2.1",
  port: 22,
  keyFile: "~/.ssh/key",
  hostKey,
};
const means: Means = { identities: ["/home/ann/.ssh/key"], knownHosts: "/run/known", directory: "/run" };

const options = (change: Partial<SshAddress> = {}, other: Partial<Means> = {}): string[] =>
  sshOptions({ ...shell, ...change }, { ...means, ...other });
const valueOf = (option: string, from: readonly string[]): string[] =>
  from.filter((each) => each.startsWith(`${option}=`));

describe("sshOptions", () => {
  it("lets nothing answer but the host key that is known, by a name that no alias changes", () => {
    expect(knownHostsLine(shell)).toBe(`web-1 ${hostKey}\n`);
    expect(options()).toEqual(
      expect.arrayContaining([
        "HostKeyAlias=web-1",
        "UserKnownHostsFile=/run/known",
        "GlobalKnownHostsFile=/dev/null",
        "VerifyHostKeyDNS=no",
      ]),
    );
    expect(valueOf("StrictHostKeyChecking", options())).toEqual(["StrictHostKeyChecking=yes"]);
  });

  it("keeps the first key that answers where none is known, in the list that the user has", () => {
    const first = options({ hostKey: undefined }, { knownHosts: undefined });
    expect(first).toContain("StrictHostKeyChecking=accept-new");
    expect(first.join(" ")).not.toMatch(/KnownHosts|HostKeyAlias/);
    expect(options({ hostKey: undefined })).toContain("UserKnownHostsFile=/run/known");
  });

  it("offers the named key alone, and without one what ssh finds", () => {
    expect(options().slice(0, 4)).toEqual(["-i", "/home/ann/.ssh/key", "-o", "IdentitiesOnly=yes"]);
    expect(options({}, { identities: [] }).join(" ")).not.toMatch(/Identit|-i /);
    expect(options({}, { agent: "/run/agent" })).toContain("IdentityAgent=/run/agent");
  });

  it("hands out no agent and opens nothing, whatever the user's settings say", () => {
    expect(options()).toEqual(
      expect.arrayContaining([
        "BatchMode=yes",
        "ForwardAgent=no",
        "ClearAllForwardings=yes",
        "RequestTTY=no",
        "RemoteCommand=none",
        "ControlMaster=auto",
      ]),
    );
  });

  it("takes the settings of the file that is named, on the way as well, and of none", () => {
    const jump = { destination: "ann@192.0.2.9", port: 22 };
    const named = options({ jump }, { config: "/shop/ssh/config" });
    expect(named.slice(0, 2)).toEqual(["-F", "/shop/ssh/config"]);
    expect(valueOf("ProxyCommand", named)[0]).toContain(" -F /shop/ssh/config ");
    expect(options({}, { config: "none" }).slice(0, 2)).toEqual(["-F", "none"]);
    expect(options()).not.toContain("-F");
  });

  it("leaves the port to an alias unless one is named", () => {
    expect(options()).not.toContain("-p");
    expect(options({ port: 2222 }).slice(-2)).toEqual(["-p", "2222"]);
  });

  it.each<Partial<SshAddress>>([
    { destination: "root@192.0.2.1" },
    { port: 2222 },
    { keyFile: "~/.ssh/other" },
    { privateKey: "a key" },
    { publicKey: "ssh-ed25519 CCCC" },
    { hostKey: "ssh-ed25519 BBBB" },
    { machine: "4711" },
    { jump: { destination: "ann@192.0.2.9", port: 22 } },
    { config: "ssh/config" },
  ])("shares a connection with nobody who differs in %o", (change) => {
    expect(socketName({ ...shell, ...change })).not.toEqual(socketName(shell));
    expect(socketName({ ...shell, name: "other" })).toEqual(socketName(shell));
  });

  it("has no secret in any option", () => {
    expect(options({ privateKey: "canary", keyFile: undefined }).join(" ")).not.toContain("canary");
  });
});

describe("a jump host", () => {
  const jump = { destination: "ann@192.0.2.9", port: 2222, hostKey: "ssh-ed25519 JJJJ" };
  const through = (from: readonly string[]): string => valueOf("ProxyCommand", from)[0] ?? "";

  it("is gone through with the same key, and with nothing handed out on the way", () => {
    const command = through(options({ jump }, { jumpKnownHosts: "/run/jump known" }));
    expect(command).toMatch(
      /^ProxyCommand=ssh -E \/run\/way-\S+ -i \/home\/ann\/\.ssh\/key -o IdentitiesOnly=yes /,
    );
    for (const option of ["BatchMode=yes", "ForwardAgent=no", "ControlMaster=no", "HostKeyAlias=web-1-jump"])
      expect(command).toContain(` -o ${option} `);
    expect(command).toContain(" -o 'UserKnownHostsFile=/run/jump known' ");
    expect(command).toMatch(/ -p 2222 -W '\[%h\]:%p' ann@192\.0\.2\.9$/);
    expect(through(options())).toBe("");
  });

  it("has no percent sign that ssh would take for its own", () => {
    expect(through(options({ jump }, { identities: ["/keys/100%h"] }))).toContain("-i /keys/100%%h ");
  });

  it("has a host key apart from that of the server", () => {
    expect(jumpHostsLine({ ...shell, jump })).toBe("web-1-jump ssh-ed25519 JJJJ\n");
    expect(jumpHostsLine(shell)).toBeUndefined();
    const open = through(options({ jump: { ...jump, hostKey: undefined } }));
    expect(open).toContain("StrictHostKeyChecking=accept-new");
    expect(open).not.toMatch(/HostKeyAlias|UserKnownHosts/);
  });

  it("is in the options of the Docker provider as well, with its key in itself", () => {
    const own = through(providerOptions({ ...shell, jump }, { identities: ["~/.ssh/key"], directory: "~" }));
    expect(own).toContain("'KnownHostsCommand=/bin/echo web-1-jump ssh-ed25519 JJJJ'");
    expect(own).not.toContain("-E");
  });
});

describe("providerOptions", () => {
  it("has the host key in itself, as it may run where no file of ours is", () => {
    const own = providerOptions(shell, { identities: ["~/.ssh/key"], directory: "~" });
    expect(own).toContain(`KnownHostsCommand=/bin/echo web-1 ${hostKey}`);
    expect(own).toContain("UserKnownHostsFile=/dev/null");
    expect(own).toContain("HostKeyAlias=web-1");
    expect(valueOf("ControlPath", own)).toEqual([`ControlPath=~/.sextant-${socketName(shell)}`]);
  });
});
