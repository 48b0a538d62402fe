import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SshAddress } from "../../../../provider/ssh/address";
import { sshFailure, type Cause } from "../../../../provider/ssh/failure";

const shell: SshAddress = {
  name: "web-1",
  destination: "root@192.0.2.1",
  port: 22,
  keyFile: "~/.ssh/deploy",
};

/** What OpenSSH 8.4, 9.2 and 10.0 print, and those of Windows and macOS where they have words of their own. */
const printed: [cause: Cause, again: boolean, stderr: string][] = [
  ["denied", false, "root@192.0.2.1: Permission denied (publickey)."],
  ["denied", false, "root@192.0.2.1: Permission denied (publickey,password,keyboard-interactive)."],
  [
    "denied",
    false,
    "Warning: Identity file /x not accessible: No such file or directory.\nroot@192.0.2.1: Permission denied (publickey).",
  ],
  [
    "too-many",
    false,
    "Received disconnect from 192.0.2.1 port 22:2: Too many authentication failures\nDisconnected from 192.0.2.1 port 22",
  ],
  [
    "agent",
    false,
    'sign_and_send_pubkey: signing failed for ED25519 "me@laptop" from agent: agent refused operation\nroot@192.0.2.1: Permission denied (publickey).',
  ],
  ["key-file", false, 'Load key "/x": invalid format\nroot@192.0.2.1: Permission denied (publickey).'],
  ["key-file", false, 'Load key "/x": error in libcrypto\nroot@192.0.2.1: Permission denied (publickey).'],
  [
    "key-file",
    false,
    "@ WARNING: UNPROTECTED PRIVATE KEY FILE! @\nPermissions 0644 for '/x' are too open.\nroot@192.0.2.1: Permission denied (publickey).",
  ],
  [
    "host-key",
    false,
    "No ED25519 host key is known for web-1 and you have requested strict checking.\nHost key verification failed.",
  ],
  ["host-key", false, "Host key verification failed."],
  [
    "host-key-changed",
    false,
    "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key for web-1 has changed and you have requested strict checking.\nHost key verification failed.",
  ],
  [
    "no-ed25519",
    false,
    "Unable to negotiate with 192.0.2.1 port 22: no matching host key type found. Their offer: ssh-rsa",
  ],
  ["name", false, "ssh: Could not resolve hostname web.test: Name or service not known"],
  ["name", false, "ssh: Could not resolve hostname web.test: Name does not resolve"],
  ["name", false, "ssh: Could not resolve hostname web.test: nodename nor servname provided, or not known"],
  ["unreachable", true, "ssh: Could not resolve hostname web.test: Temporary failure in name resolution"],
  ["unreachable", true, "ssh: connect to host 192.0.2.1 port 22: Connection refused"],
  ["unreachable", true, "ssh: connect to host 192.0.2.1 port 22: Connection timed out"],
  ["unreachable", true, "ssh: connect to host 192.0.2.1 port 22: Operation timed out"],
  ["unreachable", true, "ssh: connect to host 192.0.2.1 port 22: No route to host"],
  ["unreachable", true, "ssh: connect to host 2001:db8::1 port 22: Network is unreachable"],
  [
    "unreachable",
    true,
    "Connection timed out during banner exchange\nConnection to 192.0.2.1 port 22 timed out",
  ],
  [
    "turned-away",
    true,
    "kex_exchange_identification: Connection closed by remote host\nConnection closed by 192.0.2.1 port 22",
  ],
  ["turned-away", true, "kex_exchange_identification: read: Connection reset by peer"],
  ["turned-away", true, "ssh_exchange_identification: Connection closed by remote host"],
  ["turned-away", true, "Connection closed by 192.0.2.1 port 22"],
  ["user", false, "No user exists for uid 1234"],
  ["settings", false, "command-line: line 0: Bad configuration option: knownhostscommand"],
  [
    "settings",
    false,
    "/home/a/.ssh/config: line 3: Bad configuration option: usekeychain\n/home/a/.ssh/config: terminating, 1 bad configuration options",
  ],
  ["settings", false, "Bad owner or permissions on /home/a/.ssh/config"],
  ["socket", false, 'unix_listener: path "/x" too long for Unix domain socket'],
  ["socket", false, "unix_listener: cannot bind to path /home/a/.ssh/x: Operation not permitted"],
  ["windows", false, "getsockname failed: Not a socket"],
  [
    "agent",
    false,
    'Load key "/run/user/1000/sextant/key-0123456789abcdef": invalid format\nroot@192.0.2.1: Permission denied (publickey).',
  ],
  ["lost", true, ""],
  ["lost", true, "client_loop: send disconnect: Broken pipe"],
  ["lost", true, "Shared connection to 192.0.2.1 closed."],
  ["lost", true, "Timeout, server 192.0.2.1 not responding."],
];

describe("sshFailure", () => {
  it.each(printed)("%s, again: %s: %s", (cause, again, stderr) => {
    expect(sshFailure(stderr, { shell })).toMatchObject({ cause, again });
  });

  it("says what it was and what to do, with what ssh said", () => {
    expect(sshFailure("root@192.0.2.1: Permission denied (publickey).\n", { shell }).sentence).toBe(
      "web-1: ssh did not get through to root@192.0.2.1, port 22: sshd does not let root in with the key ~/.ssh/deploy (root@192.0.2.1: Permission denied (publickey).); put its public half into ~/.ssh/authorized_keys of root there, or name the right key in ssh.",
    );
    expect(
      sshFailure("root@192.0.2.1: Permission denied (publickey).", { shell, locked: "~/.ssh/deploy" })
        .sentence,
    ).toContain("the key ~/.ssh/deploy has a passphrase, and no agent holds it");
    expect(sshFailure("", { shell }).sentence).toBe(
      "web-1: ssh did not get through to root@192.0.2.1, port 22: the connection was lost; see whether the server runs and its firewall lets this machine in; to go on without it, set gone: true on it and take it out of all roles, proxies and accessories; in a refresh or destroy, or where the program has it no more, run with SEXTANT_GONE=web-1.",
    );
  });

  it("says nothing of giving up what is on a host that never answered", () => {
    for (const [stderr, onTheWay] of [
      ["", ""],
      ["ssh: connect to host 192.0.2.1 port 22: Connection refused", ""],
      ["", "stdio forwarding failed"],
    ] as const) {
      const known = sshFailure(stderr, { shell, onTheWay }).sentence;
      const fresh = sshFailure(stderr, { shell, onTheWay, fresh: true }).sentence;
      expect(known).toMatch(/; to go on without it, set gone: true on it .*SEXTANT_GONE=web-1\.$/);
      expect(fresh).toBe(known.replace(/; to go on without it.*/, "."));
    }
  });

  it("never shows a key, and is one sentence, whatever ssh prints", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (stderr) => {
        const { sentence } = sshFailure(stderr, {
          shell: { ...shell, keyFile: undefined, privateKey: "canary-key" },
        });
        expect(sentence).not.toContain("canary-key");
        expect(sentence.startsWith("web-1: ssh did not get through to ")).toBe(true);
        expect(sentence.endsWith(".")).toBe(true);
      }),
    );
  });
});
