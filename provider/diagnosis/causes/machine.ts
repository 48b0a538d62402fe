/** Memory, disk and processor. */
import type { Cause } from "../cause";
import type { Evidence } from "../evidence";
import { complains, exitCode, lastAnswer, memoryPressure, runs, startError, texts } from "../facts";
import { complaint, short } from "../log";
import { otherLimit, roomLeft } from "./limits";

function mb(bytes: number): string {
  return `${Math.round(bytes / 1048576)} MB`;
}

export const outOfMemory: Cause = {
  id: "out-of-memory",
  title: "The container is killed for memory (OOMKilled, exit code 137)",
  final: true,
  match: (evidence) => {
    const { state, memory, host } = evidence;
    const kills = memory?.kills ?? 0;
    const flagged = state?.oomKilled === true || evidence.ending === "oom";
    const line = complains(evidence, "noMemory");
    const code = exitCode(evidence);
    if (!flagged && (line === undefined || otherLimit(evidence)) && !(kills > 0)) return undefined;
    const limit = evidence.configured?.memory ?? 0;
    const plenty =
      host?.available !== undefined && host.available > 0.25 * (host.memory ?? 0)
        ? host.available
        : undefined;
    return {
      confidence: flagged ? 0.98 : kills > 0 ? 0.9 : 0.8,
      verdict:
        flagged || kills > 0
          ? `the kernel killed ${kills > 0 && !flagged ? "a process of it" : "it"} for memory${limit > 0 ? `: its limit is ${mb(limit)}` : ""}`
          : "it could get no more memory",
      seen: [
        ...(flagged ? [`OOMKilled is true${code === undefined ? "" : `; exit code ${code}`}`] : []),
        ...(kills > 0 ? [`the kernel killed ${kills} of its processes`] : []),
        ...(line === undefined ? [] : [`its log says: ${short(line)}`]),
        limit > 0 ? `its memory limit is ${mb(limit)}` : "it has no memory limit",
        ...(host?.available === undefined
          ? []
          : [
              `the host has ${host.available} of ${host.memory} MB available, swap ${host.swapUsed ?? 0} of ${host.swap ?? 0} MB used`,
            ]),
      ],
      why:
        limit > 0
          ? "It went over its own limit."
          : !flagged && kills === 0
            ? "The program asked for memory and got none."
            : "The host ran out of memory; the kernel ended the process that had most.",
      cure:
        limit > 0
          ? `raise resources.memory (now ${mb(limit)}), or let the app use less: fewer workers (WEB_CONCURRENCY), fewer threads, jemalloc`
          : flagged || kills > 0 || plenty === undefined
            ? "a larger server type, swap on the Server, or fewer workers (WEB_CONCURRENCY); two generations run side by side in a release"
            : `the host has memory (${plenty} MB available): see what asks for more than that at once, or for more than a limit of its own (ulimit -v, a setting of the language)`,
    };
  },
  docs: {
    chapter: "The machine",
    symptom:
      "Exit code 137, `OOMKilled: true`; `Out of memory: Killed process` in the kernel's log. A full heap of Node or Java is heap-limit.",
    cause:
      "The container used more than `resources.memory`, or the host had no more. In a release the old and the new container run at the same time.",
    proof:
      "`docker inspect --format '{{.State.OOMKilled}} {{.HostConfig.Memory}}' CONTAINER`; `journalctl -k | grep -i oom`.",
    cure: "Raise `resources.memory`, take a larger server, add `swap`, or run fewer workers (`WEB_CONCURRENCY`). Exit code 137 without `OOMKilled` was somebody's kill, not memory.",
  },
};

export const memoryPressureCause: Cause = {
  id: "memory-pressure",
  title: "Slow, not dead: the host swaps and the boot takes too long",
  final: false,
  match: (evidence) => {
    const shown = memoryPressure(evidence);
    const last = lastAnswer(evidence);
    const slow = evidence.ending === "timeout" && (last === undefined || last.status === 0);
    if (shown.length === 0 || !slow || !runs(evidence)) return undefined;
    const limit = evidence.configured?.memory ?? 0;
    const own =
      limit > 0 && evidence.memory?.used !== undefined && evidence.memory.used * 1048576 > limit * 0.9;
    return {
      confidence: shown.length > 1 ? 0.9 : 0.84,
      verdict: "memory is short: it runs, but waits for swap more than it works",
      seen: shown,
      why: "The process is alive and makes slow progress, while the kernel moves its pages in and out.",
      cure: own
        ? `raise resources.memory (now ${mb(limit)}), or let the app use less (WEB_CONCURRENCY); a longer readyTimeout only hides it`
        : "a larger server type, fewer containers on it, or fewer workers (WEB_CONCURRENCY); a longer readyTimeout only hides it",
    };
  },
  docs: {
    chapter: "The machine",
    symptom:
      "Not ready in time, on a small server, in a release that worked before; `free` shows swap in use, everything is slow.",
    cause:
      "Memory is short: both generations of the app, accessories and a build share the server. The kernel swaps, and booting takes minutes.",
    proof: "`cat /proc/pressure/memory` on the host: `full avg10` above 10; `vmstat 1` shows si and so.",
    cure: "More memory (`type`), a limit that fits (`resources.memory`), fewer workers, builds elsewhere, accessories on a server of their own.",
  },
};

export const architecture: Cause = {
  id: "architecture",
  title: "exec format error: the image is for another processor (arm64, amd64)",
  final: true,
  match: (evidence) => {
    const { imageFacts, host } = evidence;
    const said = [startError(evidence), evidence.error, ...(evidence.log ?? [])].join("\n");
    const differs =
      imageFacts?.architecture !== undefined &&
      host?.architecture !== undefined &&
      imageFacts.architecture !== host.architecture;
    const format = complaint(said.split("\n"), "format");
    const noManifest = /no match(ing manifest)? for (\S+)|no matching manifest/i.exec(said);
    const platform = /does not match the (specified|detected host) platform/i.test(said);
    if (format === undefined && noManifest === null && !(platform && differs)) return undefined;
    const machine = host?.architecture ?? "the host's processor";
    const mislabelled = format !== undefined && !differs;
    return {
      confidence: mislabelled ? 0.85 : 0.97,
      verdict:
        noManifest !== null
          ? `the image is not there for ${machine}`
          : mislabelled
            ? `its program does not run on ${machine}, though the image says that it does`
            : `the image is for ${imageFacts?.architecture ?? "another processor"}, the host is ${machine}`,
      seen: [
        short(format ?? complaint(said.split("\n"), "format") ?? noManifest?.[0] ?? "the platforms differ"),
        `image: ${imageFacts?.architecture ?? "unknown"}; host: ${machine}`,
      ],
      why: mislabelled
        ? "The kernel does not know the file's format: a binary of another processor was copied in, or a script has no #! line."
        : "The kernel cannot run programs of another processor.",
      cure: mislabelled
        ? "build the program for the image's platform (GOARCH, TARGETARCH), or give the script a first line like #!/bin/sh"
        : `build for linux/${host?.architecture ?? "amd64"}: docker build --platform linux/${host?.architecture ?? "amd64"}, or a server type with that processor`,
    };
  },
  docs: {
    chapter: "Starting the container",
    symptom: "`exec format error`, `no matching manifest for linux/arm64/v8 in the manifest list entries`.",
    cause:
      "The image was built on a machine with another processor, such as an Apple laptop (arm64) for an x86 server, or the other way for Hetzner's `cax` types. A script without `#!` line gives the same error.",
    proof: "`docker image inspect --format '{{.Architecture}}' IMAGE` and `uname -m` on the host.",
    cure: "`docker build --platform linux/amd64` (or both, `linux/amd64,linux/arm64`).",
  },
};

export const engineAway: Cause = {
  id: "engine-away",
  title: "Docker stopped answering while the container was checked",
  final: true,
  match: (evidence) =>
    evidence.ending === "engine-away"
      ? {
          confidence: 0.95,
          verdict: "Docker on the host stopped answering while it was checked",
          seen: [
            ...(evidence.error === undefined ? [] : [short(evidence.error)]),
            "the container itself was not found to be unfit, and nothing was switched",
          ],
          why: "dockerd was stopped or restarted, by an upgrade of its package or by hand, or the host was going down.",
          cure: "run pulumi up again once Docker runs: systemctl status docker; journalctl -u docker says why it does not",
        }
      : undefined,
  docs: {
    chapter: "The machine",
    symptom:
      "`Cannot connect to the Docker daemon`, `Failed to connect to docker.sock` in the middle of a release.",
    cause:
      "dockerd was stopped or restarted (an upgrade of its package, a person), or the host was rebooted. A restart that takes some seconds is waited for.",
    proof: "`systemctl status docker`, `journalctl -u docker --since -10min`, `last -x reboot` on the host.",
    cure: "`systemctl start docker` where it does not run, then `pulumi up` again: what was ready and not switched is checked again.",
  },
};

/** Where the disk was full, from who said it. */
function fullAt(evidence: Evidence, line: string): string {
  if (evidence.stage === "pull")
    return /register layer|extract|unpack|untar|ApplyLayer|archive|apply/i.test(line)
      ? "while the image was unpacked"
      : "while the image was pulled";
  if (evidence.stage === "start" && evidence.ending === "create-failed") return "when the container was made";
  return startError(evidence) !== undefined &&
    complaint([startError(evidence) ?? ""], "noSpace") !== undefined
    ? "when the container was started"
    : "when the app wrote a file";
}

export const diskFull: Cause = {
  id: "disk-full",
  title: "no space left on device",
  final: true,
  match: (evidence) => {
    const line = complaint(texts(evidence), "noSpace");
    if (line === undefined || roomLeft(evidence) || otherLimit(evidence)) return undefined;
    const disk = evidence.host?.disk;
    const inodes = disk?.inodesFree !== undefined && disk.inodesFree < 100;
    const where =
      disk?.path === undefined ? [] : [`${disk.path}: ${disk.free ?? "?"} of ${disk.total ?? "?"} MB free`];
    const file = /(?:^|[\s"'(@])(\/[\w./-]+)/.exec(line)?.[1];
    return {
      confidence: 0.97,
      verdict: `the disk is full${inodes ? " (no inodes are left)" : ""}: no space ${fullAt(evidence, line)}`,
      seen: [
        short(line),
        ...where,
        ...(evidence.usage ?? [])
          .filter((one) => /\d/.test(one))
          .slice(0, 3)
          .map((one) => one.replace(/\s+/g, " ")),
        ...(file !== undefined && where.length === 0 ? [`it was writing ${file}`] : []),
      ],
      why: "The kernel refused the write.",
      cure:
        evidence.configured?.mounts !== undefined &&
        file !== undefined &&
        evidence.configured.mounts.some((mount) => file.startsWith(mount))
          ? "free space on that volume, or make it larger"
          : "free space: docker image prune -a and docker builder prune on the host, smaller retainImages; or a larger server or Volume for Docker's data",
    };
  },
  docs: {
    chapter: "The machine",
    symptom:
      "`no space left on device` at a pull, while layers are unpacked (`failed to register layer`), at a start, or in the app's log.",
    cause:
      "Docker's data root is full: images of old releases, build cache, logs, volumes. Or its inodes are used up.",
    proof: "`df -h /var/lib/docker`, `df -i /var/lib/docker`, `docker system df` on the host.",
    cure: "`docker image prune -a` (images that no container uses), `docker builder prune`; lower `retainImages`; `logging` with a size limit; a larger disk.",
  },
};
