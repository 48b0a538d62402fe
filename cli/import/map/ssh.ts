/** `ssh`: how the machines are reached. */
import { Fields, type Node } from "../node";
import type { Reader } from "../reader";
import { secretByHand, secretOf, type Context } from "./context";

/** The arguments of `ssh`. */
export function sshOf(root: Reader, context: Context): Fields {
  const ssh = root.map("ssh");
  if (ssh === undefined) return new Fields();
  const user = ssh.plain("user");
  const login = user === "root" ? undefined : ssh.text("user");
  ssh.take("user");
  if (login !== undefined)
    ssh.notes.add(
      ssh.at("user"),
      "differs",
      `it becomes root here: by sudo without a password, as the user that a cloud has made may, else by Docker, where it is in the group docker, which takes a second or so for each command. It is faster with the line "${user ?? "USER"} ALL=(ALL) NOPASSWD: ALL" there, by visudo -f /etc/sudoers.d/sextant.`,
      user,
    );
  const jump = jumpOf(ssh, user ?? "root");
  ssh.decide(
    "proxy_command",
    "act",
    "the ssh program goes through it where ~/.ssh/config says so: ProxyCommand below a Host with the machine's address.",
  );
  const config = configOf(ssh, context);
  ssh.decide("log_level", "none", "what ssh has to say is in the message of what failed.");
  ssh.decide("forward_agent", "none", "the agent is never forwarded.");
  const port = ssh.number("port");
  const key = keyOf(ssh, context);
  const only = ssh.flag("keys_only");
  if (only === true && key.list.length === 0)
    context.notes.add(
      "ssh.keys_only",
      "differs",
      "without a key of its own, the program takes the usual one of ~/.ssh, else the agent's.",
      "true",
    );
  if (only === false)
    context.notes.add(
      "ssh.keys_only",
      "differs",
      "where the program names a key, no other one is tried.",
      "false",
    );
  return new Fields()
    .with("user", login)
    .and(key)
    .with("configFile", config)
    .with("port", port === 22 ? undefined : port)
    .with("jumpHost", jump);
}

/** The file of settings, as seen from the program's folder, or none at all. Kamal takes several, of which the ssh program takes one. */
function configOf(ssh: Reader, { notes, above }: Context): Node | undefined {
  const value = ssh.value["config"];
  if (value === false) {
    ssh.take("config");
    return false;
  }
  const [first, ...more] = value === true || value === undefined ? [] : ssh.list("config");
  ssh.take("config");
  if (first === undefined) return undefined;
  if (more.length > 0)
    notes.add(
      "ssh.config",
      "act",
      "the ssh program takes one file; have this one take in the others by Include.",
      String(first),
    );
  return typeof first !== "string" || /^[~/]/.test(first) ? ssh.node("config", first) : `${above}/${first}`;
}

/** The host on the way: `address`, `user@address`, with a port or without. Kamal logs in there as root where no user is named. */
function jumpOf(ssh: Reader, login: string): Fields | undefined {
  const proxy = ssh.plain("proxy");
  const [, user = "root", address, port] =
    /^(?:([\w.-]+)@)?([A-Za-z0-9.-]+)(?::(\d+))?$/.exec(proxy ?? "") ?? [];
  if (address === undefined) {
    ssh.decide(
      "proxy",
      "act",
      "the ssh program goes through it where ~/.ssh/config says so: ProxyJump below a Host with the machine's address.",
    );
    return undefined;
  }
  ssh.take("proxy");
  return new Fields()
    .with("address", address)
    .with("user", user === login ? undefined : user)
    .with("port", port === undefined || port === "22" ? undefined : Number(port));
}

function keyOf(ssh: Reader, context: Context): Fields {
  const { notes } = context;
  const files = ssh.list("keys");
  const data = ssh.list("key_data").map(String);
  const [first] = files;
  if (files.length > 1)
    notes.add(
      "ssh.keys",
      "differs",
      "the program names the first of them, and one is all that a machine takes here.",
    );
  const [own] = data;
  if (own === undefined)
    return new Fields().with("privateKeyFile", first === undefined ? undefined : ssh.node("keys", first));
  if (files.length > 0)
    notes.add("ssh.keys", "differs", "key_data is there as well, which the program has alone.");
  const inline = own.includes("-----BEGIN") || !/^\w+$/.test(own);
  const key: Node = inline
    ? secretByHand(
        context,
        "ssh_key",
        "ssh.key_data",
        "Kamal's file has the private key in the clear, and whoever has the repository has it: make another one",
      )
    : secretOf(context, own, "ssh.key_data");
  return new Fields().with("privateKey", key);
}
