/** The keys that the ssh agent of the user holds, such as ssh-agent, 1Password, Secretive or gpg-agent. */
import { spawnSync } from "node:child_process";
import { keyMaterial } from "./private-key";

/** How long an agent may take; one may have to be unlocked first, and a list needs no unlocking. */
const patienceMs = 5000;
let asked: { socket: string; keys: string[] } | undefined;

/** The public halves of the keys in the agent, without comments; none where there is no agent. Asked once. */
export function agentKeys(): readonly string[] {
  const socket = process.env["SSH_AUTH_SOCK"] ?? "";
  if (socket === "") return [];
  if (asked?.socket !== socket) asked = { socket, keys: listed(socket) };
  return asked.keys;
}

/** What the agent behind a socket lists; certificates are no keys to put on a server. */
export function listed(socket: string): string[] {
  const { status, stdout } = spawnSync("ssh-add", ["-L"], {
    env: { ...process.env, SSH_AUTH_SOCK: socket },
    encoding: "utf8",
    timeout: patienceMs,
    stdio: ["ignore", "pipe", "ignore"],
  });
  // 1: it holds no keys; 2: it does not answer.
  if (status !== 0) return [];
  return stdout
    .split("\n")
    .filter((line) => /^(ssh-|ecdsa-|sk-)\S+ AAAA/.test(line) && !/^\S+-cert-v01@/.test(line))
    .map(keyMaterial);
}
