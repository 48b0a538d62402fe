/** Files that the app may not write or run. */
import type { Cause } from "../cause";
import { complains, exitCode, startError } from "../facts";
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
    const notExecutable = start !== undefined || exitCode(evidence) === 126;
    const path = notExecutable
      ? (/exec: "?([^":]+)"?: permission denied/i.exec(line)?.[1] ?? pathIn(line))
      : pathIn(line);
    const user = evidence.configured?.user ?? evidence.imageFacts?.user;
    const mount = evidence.configured?.mounts?.find((one) => path?.startsWith(one) === true);
    const port = /bind|listen|port/i.test(line) && path === undefined;
    return {
      confidence: 0.9,
      verdict: notExecutable
        ? `${path ?? "its command"} may not be executed`
        : port
          ? "it may not listen on that port"
          : `it may not ${/open|mkdir|write|create|unlink|rename/i.test(line) ? "write" : "use"} ${path ?? "a file"}`,
      seen: [
        `${start === undefined ? "its log says" : "Docker said"}: ${short(line)}`,
        ...(user === undefined || user === "" ? [] : [`it runs as user ${user}`]),
        ...(mount === undefined ? [] : [`${mount} is a volume`]),
      ],
      why: notExecutable
        ? "The file is there, and is not marked as executable."
        : "The path belongs to another user than the one that the process runs as.",
      cure: notExecutable
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
