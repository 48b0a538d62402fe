/** How sshd is set up, and who may shut the address out that deploys. */
import { when, type Finding } from "../finding";

const put = "in /etc/ssh/sshd_config.d/, then systemctl reload ssh";

export const sshdRoot: Finding = {
  id: "sshd-root",
  level: "refuses unless accepted",
  match: ({ sshd, login: who }) => {
    const login = sshd?.get("permitrootlogin") ?? "";
    return when(
      who?.sudo === undefined &&
        who?.docker === undefined &&
        (login === "no" || login === "forced-commands-only"),
      `sshd's settings say PermitRootLogin ${login}, so the next connection is shut out. Say PermitRootLogin prohibit-password ${put}.`,
    );
  },
  docs: {
    chapter: "SSH",
    finds:
      "sshd's settings do not let root in with a key: the next connection, or the next start of sshd, is shut out.",
    cure: "`PermitRootLogin prohibit-password`, then `systemctl reload ssh`; or log in as a user with sudo, or in the group docker, by `ssh.user`.",
  },
};

export const sudoLog: Finding = {
  id: "sudo-log",
  level: "note",
  match: ({ login }) =>
    when(
      login?.sudo !== undefined && /\blog_(input|stdin)\b/.test(login.sudo.settings.replaceAll(/!\w+/g, "")),
      `sudo keeps what is sent to the commands of ${login?.sudo?.user ?? ""} (log_input), secrets among it, where its logs go. Put the line "Defaults:${login?.sudo?.user ?? ""} !log_input, !log_stdin" there by visudo -f /etc/sudoers.d/sextant.`,
    ),
  docs: {
    chapter: "SSH",
    finds:
      "The login becomes root by sudo, which is set to keep the standard input of commands (log_input, log_stdin): secrets are sent by it.",
    cure: "`Defaults:USER !log_input, !log_stdin` in /etc/sudoers.d/sextant, by `visudo -f`.",
  },
};

export const rootByDocker: Finding = {
  id: "root-by-docker",
  level: "note",
  match: ({ login }) =>
    when(
      login?.docker !== undefined,
      `${login?.docker ?? ""} becomes root by Docker, since sudo does not make it root without a password: each command of a deploy runs in a container of its own, which takes a second or so. It is faster with the line "${login?.docker ?? ""} ALL=(ALL) NOPASSWD: ALL", put there by visudo -f /etc/sudoers.d/sextant.`,
    ),
  docs: {
    chapter: "SSH",
    finds:
      "The login may use Docker and does not become root by sudo without a password. Who may use Docker's socket is root by it ([Docker's own words](https://docs.docker.com/engine/install/linux-postinstall/)), and a deploy runs as root: here each of its commands runs in a container of its own, by the empty image `sextant-root`, which enters the login's namespaces. That takes a second or so each time.",
    cure: "`USER ALL=(ALL) NOPASSWD: ALL` in /etc/sudoers.d/sextant, by `visudo -f`; or leave it as it is.",
  },
};

export const sshdStartups: Finding = {
  id: "sshd-startups",
  level: "note",
  match: ({ sshd }) => {
    const startups = sshd?.get("maxstartups") ?? "";
    const begin = startups.split(":")[0] ?? "";
    return when(
      begin !== "" && Number(begin) < 30,
      `sshd drops connections at random when ${begin} log in at once (MaxStartups ${startups}), and a deploy opens several per container. Say MaxStartups 100:30:200 ${put}.`,
    );
  },
  docs: {
    chapter: "SSH",
    finds:
      "sshd drops connections at random when more than this many log in at once, and a deploy opens several per container.",
    cure: "`MaxStartups 100:30:200` in /etc/ssh/sshd_config.d/, then `systemctl reload ssh`.",
  },
};

export const sshdPenalties: Finding = {
  id: "sshd-penalties",
  level: "note",
  match: ({ sshd }) => {
    // crash:90 authfail:5 ... max:600, with decimals from 10.1 on.
    const longest = / max:(\d+)/.exec(sshd?.get("persourcepenalties") ?? "")?.[1] ?? "0";
    return when(
      Number(longest) > 120,
      `sshd shuts an address out for up to ${longest} seconds after some failed logins, also when the right key comes next. Say PerSourcePenalties max:60 ${put}.`,
    );
  },
  docs: {
    chapter: "SSH",
    finds:
      "sshd (9.8 or later) shuts an address out for as long as ten minutes after some failed logins, also when the right key comes next. A deploy with a wrong key fails with many connections at once.",
    cure: "`PerSourcePenalties max:60` in /etc/ssh/sshd_config.d/, then `systemctl reload ssh`; or name the address that deploys in `PerSourcePenaltyExemptList`.",
  },
};

export const sshdSessions: Finding = {
  id: "sshd-sessions",
  level: "note",
  match: ({ sshd }) => {
    const sessions = sshd?.get("maxsessions") ?? "";
    return when(
      sessions !== "" && Number(sessions) < 10,
      `sshd takes ${sessions} sessions on a connection, which those who share one run into. Say MaxSessions 64 ${put}.`,
    );
  },
  docs: {
    chapter: "SSH",
    finds:
      "A connection carries fewer than ten sessions, which those who share one (ControlMaster) run into.",
    cure: "`MaxSessions 64`.",
  },
};

export const sshdPasswords: Finding = {
  id: "sshd-passwords",
  level: "note",
  match: ({ sshd }) =>
    when(
      sshd?.get("passwordauthentication") === "yes",
      `sshd takes passwords, which anybody may try. Say PasswordAuthentication no ${put}.`,
    ),
  docs: {
    chapter: "SSH",
    finds: "sshd takes passwords, which anybody may try.",
    cure: "`PasswordAuthentication no`.",
  },
};

export const fail2ban: Finding = {
  id: "fail2ban",
  level: "note",
  match: ({ processes }) =>
    when(processes.has("fail2ban-server"), "fail2ban may ban the address that deploys. Name it in ignoreip."),
  docs: {
    chapter: "SSH",
    finds: "fail2ban may ban the address that deploys, for opening many connections.",
    cure: "Name that address in `ignoreip`.",
  },
};
