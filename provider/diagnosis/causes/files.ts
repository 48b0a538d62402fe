/** Files that the app may not write or run. */
import type { Cause } from "../cause";
import { commandLine, complains, exitCode, startError } from "../facts";
import { complaint, short } from "../log";

/** The path that a line of the log is about: the one behind the words, else the last one. */
function pathIn(line: string): string | undefined {
  const quoted = /(?:@ \w+ - |['"“`]|: )(\/[^\s'"”`:;)]+)['"”`]?[^/]*$/.exec(line)?.[1];
  const all = line.replace(/\S+\.(rb|py|js|ts|go|ex|php|java):\d+\S*/g, "").match(/\/[\w.@-]+(\/[\w.@-]+)*/g);
  return quoted ?? all?.at(-1);
}

export const readOnlyPath: Cause = {
  id: "read-only-path",
  title: "Read-only file system (EROFS)",
  final: true,
  match: (evidence) => {
    const line = complains(evidence, "readOnly");
    if (line === undefined) return undefined;
    const path = pathIn(line);
    const whole = evidence.configured?.readOnly === true;
    return {
      confidence: 0.95,
      verdict: `it writes to ${path ?? "a path"}, which is read-only`,
      seen: [
        `its log says: ${short(line)}`,
        ...(whole ? ["the container's root is read-only (readOnly)"] : []),
      ],
      why: whole
        ? "With a read-only root only volumes and tmpfs can be written."
        : "The path is mounted read-only.",
      cure: `give it a place to write: volumes: { data: "${path?.replace(/\/[^/]*\.[^/]*$/, "") ?? "/rails/tmp"}" }, or a tmpfs in transform.container; or take readOnly away`,
    };
  },
  docs: {
    chapter: "The process ends",
    symptom: "`Errno::EROFS: Read-only file system @ dir_s_mkdir`, `EROFS: read-only file system, open`.",
    cause:
      "The container's root was made read-only, or the path is a volume or a file of the host that is mounted read-only; and the app writes a log, a cache, a pid file or an upload there.",
    proof: "`docker inspect --format '{{.HostConfig.ReadonlyRootfs}} {{json .Mounts}}' CONTAINER`.",
    cure: "A volume for what has to stay, a tmpfs for `tmp` and caches, `RAILS_LOG_TO_STDOUT=1` for logs.",
  },
};

export const permissionDenied: Cause = {
  id: "permission-denied",
  title: "Permission denied (EACCES)",
  final: true,
  match: (evidence) => {
    const said = startError(evidence);
    const start = said === undefined ? undefined : complaint(said.split("\n"), "permission");
    const line = start ?? complains(evidence, "permission");
    if (line === undefined || evidence.stage === "pull") return undefined;
    // Its own words: a sandbox, or a file of SQLite's.
    if (complains(evidence, "sandbox") === line) return undefined;
    const spawned = /\bspawn\b|\bexecv[ep]*\b|fork\/exec|\bCreateProcess\b/.test(line);
    const notExecutable = start !== undefined || exitCode(evidence) === 126 || spawned;
    const bare = short(line, 1000);
    const path = notExecutable
      ? (/exec: "?([^":]+)"?: permission denied/i.exec(line)?.[1] ?? evidence.program?.path ?? pathIn(bare))
      : pathIn(bare);
    const user = evidence.configured?.user ?? evidence.imageFacts?.user;
    const { mounts = [] } = evidence.configured ?? {};
    // A name without a path is in the directory that the program works in: the volume, where there is one alone.
    const [only, ...others] = mounts;
    const mount =
      mounts.find((one) => path?.startsWith(one) === true) ??
      (path === undefined && others.length === 0 ? only : undefined);
    const port =
      path === undefined && /\b(bind|listen|make_sock|port)\b/i.test(line)
        ? (/:(\d{1,5})\b(?!.*:\d)/.exec(bare)?.[1] ?? "")
        : undefined;
    const marked = notExecutable && (spawned || evidence.program?.executable === true);
    return {
      confidence: 0.9,
      verdict: notExecutable
        ? `${path ?? "its command"} may not be executed`
        : port !== undefined
          ? `it may not listen on ${port === "" ? "its port" : `port ${port}`}`
          : `it may not ${/open|mkdir|write|create|unlink|rename/i.test(line) ? "write" : "use"} ${path ?? "a file"}`,
      seen: [
        `${start === undefined ? "its log says" : "Docker said"}: ${short(line)}`,
        ...(user === undefined || user === "" ? [] : [`it runs as user ${user}`]),
        ...(mount === undefined ? [] : [`${mount} is a volume`]),
      ],
      why: marked
        ? "The file is there; it is not marked as executable for this user, or its file system lets nobody run anything (noexec)."
        : notExecutable
          ? "The file is there, and is not marked as executable."
          : port !== undefined
            ? "Ports below 1024 are for root alone where net.ipv4.ip_unprivileged_port_start says so."
            : "The path belongs to another user than the one that the process runs as.",
      cure: marked
        ? "see that it is executable for that user (chmod a+x, also of the directories above it), and that it lies on no file system without exec: a tmpfs has noexec unless it is mounted with exec"
        : port !== undefined
          ? "let it listen on a port from 1024 on, such as 8080 (route.port: 8080); the proxy has 80 and 443"
          : notExecutable
            ? `chmod +x ${path ?? "the file"} in the Dockerfile (git update-index --chmod=+x keeps it)`
            : mount === undefined
              ? `RUN chown -R ${user ?? "rails"} ${path ?? "…"} in the Dockerfile`
              : `make the directory in the image as that user (RUN mkdir -p ${mount} && chown ${user ?? "rails"} ${mount}): a new volume takes it over; an old one: chown on the host`,
    };
  },
  docs: {
    chapter: "The process ends",
    symptom:
      '`Errno::EACCES: Permission denied @ dir_s_mkdir - /rails/storage`, `exec: "./entrypoint.sh": permission denied`, exit code 126.',
    cause:
      "The process runs as a user that does not own the path: a new volume belongs to root where the image has no such directory. Or the entry point is not executable.",
    proof:
      "`docker run --rm --entrypoint ls IMAGE -ldn PATH`; the user: `docker image inspect --format '{{.Config.User}}' IMAGE`.",
    cure: "Make the directory in the image and `chown` it: a new volume takes over its owner. `chmod +x` for an entry point.",
  },
};

export const sqliteFile: Cause = {
  id: "sqlite-file",
  title: "SQLite: unable to open database file, attempt to write a readonly database",
  final: true,
  match: (evidence) => {
    const line = complains(evidence, "sqlite");
    if (line === undefined) return undefined;
    const user = evidence.configured?.user ?? evidence.imageFacts?.user;
    const { mounts = [], readOnly } = evidence.configured ?? {};
    return {
      confidence: 0.9,
      verdict: "SQLite may not write its database file, or the directory for it is not there",
      seen: [
        `its log says: ${short(line)}`,
        user === undefined || user === "" ? "it runs as root" : `it runs as user ${user}`,
        mounts.length === 0 ? "it has no volume" : `volumes: ${mounts.join(", ")}`,
        ...(readOnly === true ? ["the container's root is read-only (readOnly)"] : []),
      ],
      why: "SQLite makes the file, and a journal beside it, so that the user needs the right to write in its directory.",
      cure: `keep the database on a volume, with the path that the app is told of, and make that directory in the image as the user: RUN mkdir -p DIRECTORY && chown ${user === undefined || user === "" ? "USER" : user} DIRECTORY; a volume that is there already: chown it on the host`,
    };
  },
  docs: {
    chapter: "The process ends",
    symptom:
      "`sqlite3.OperationalError: unable to open database file`, `SQLITE_CANTOPEN`, `attempt to write a readonly database`.",
    cause:
      "The directory of the database is not there, belongs to another user (a new volume is root's where the image has no such directory), or is read-only. SQLite also writes a journal beside the file.",
    proof: "`docker run --rm --entrypoint ls IMAGE -ldn DIRECTORY`, and the user that the image names.",
    cure: "A volume for the directory, which the image makes as that user.",
  },
};

export const sandboxed: Cause = {
  id: "runtime-permission",
  title: "NotCapable: Requires env access (Deno), ERR_ACCESS_DENIED (Node)",
  final: true,
  match: (evidence) => {
    const line = complains(evidence, "sandbox");
    if (line === undefined) return undefined;
    const flag = /--allow-[a-z-]+/.exec(line)?.[0];
    return {
      confidence: 0.95,
      verdict: `the language's own permissions refuse it${flag === undefined ? "" : `: it was started without ${flag}`}`,
      seen: [`its log says: ${short(line)}`, `it ran: ${short(commandLine(evidence).join(" "), 90)}`],
      why: "Deno, and Node with --permission, let a program do only what its command line names.",
      cure: `add ${flag ?? "the permission that the line names"} to command, in front of the file, such as deno run ${flag ?? "--allow-env"} main.ts`,
    };
  },
  docs: {
    chapter: "The process ends",
    symptom:
      '`NotCapable: Requires env access to "PORT", run again with the --allow-env flag`, `ERR_ACCESS_DENIED`.',
    cause:
      "The command does not name a permission that the program needs. No file's owner has to do with it.",
    proof: "The line names the permission.",
    cure: "Add it to `command` (or CMD), before the name of the file.",
  },
};

export const notPrivileged: Cause = {
  id: "operation-not-permitted",
  title: "Operation not permitted (EPERM): only root, or a capability, may do that",
  final: true,
  match: (evidence) => {
    const line = complains(evidence, "privilege");
    if (line === undefined || evidence.stage === "pull") return undefined;
    const user = evidence.configured?.user ?? evidence.imageFacts?.user;
    const mapped = /failed to map segment/i.test(line);
    const switches = /set(res)?[ug]id|setgroups|switch(ing)? to|su-exec|gosu|setpriv/i.test(line);
    return {
      confidence: 0.88,
      verdict: mapped
        ? "it may not load a library from where it lies: that file system lets nobody run anything (noexec)"
        : switches
          ? "it may not change to another user"
          : "it asks the kernel for something that its user may not do",
      seen: [
        `its log says: ${short(line)}`,
        user === undefined || user === "" ? "it runs as root" : `it runs as user ${user}`,
      ],
      why: "EPERM is about who asks, and EACCES about a file: a right that root has, or that Docker takes from containers.",
      cure: mapped
        ? "let it unpack its libraries elsewhere (the language's directory for temporary files), or mount that tmpfs with exec"
        : switches
          ? "let the entry point start as root where it changes the user itself, or take that change out and say USER in the Dockerfile"
          : "do it while the image is built (chown, chmod), where the build is root; a right of the kernel's needs its capability: body: { HostConfig: { CapAdd: […] } } in transform.container",
    };
  },
  docs: {
    chapter: "The process ends",
    symptom:
      '`Operation not permitted`, `EPERM`, `failed switching to "postgres": operation not permitted`, `failed to map segment from shared object`.',
    cause:
      "A process that is not root changes users, owners or the kernel's settings; a capability is missing that Docker does not give; or a library lies on a file system with `noexec`.",
    proof: "`docker inspect --format '{{.Config.User}} {{.HostConfig.CapAdd}}' CONTAINER`.",
    cure: "What the image needs from root belongs into its build. `CapAdd` gives what is really needed.",
  },
};
