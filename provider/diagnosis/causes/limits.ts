/** Limits that are not the machine's memory or disk: of the kernel, of a language's heap, of a small file system. */
import type { Cause } from "../cause";
import type { Evidence } from "../evidence";
import { complains, failed, texts } from "../facts";
import { short } from "../log";

/** What a limit counts, how it is told, and what moves it. */
interface Limit {
  what: string;
  says: RegExp;
  cure: string;
}

const ulimit = (name: string): string =>
  `body: { HostConfig: { Ulimits: [{ Name: "${name}", Soft: 65536, Hard: 65536 }] } } in transform.container`;

const limits: readonly Limit[] = [
  {
    what: "watched files (inotify)",
    says: /file watchers|inotify/i,
    cure: "let it watch no files in production (a watcher belongs to a development server), or raise fs.inotify.max_user_watches and max_user_instances by sysctl on the host",
  },
  {
    what: "open files and sockets",
    says: /\b(EMFILE|ENFILE)\b|too many open files/i,
    cure: `let it open fewer (pools, files that are never closed), or allow more: ${ulimit("nofile")}`,
  },
  {
    what: "processes and threads",
    says: /pthread_create|unable to create (new )?native thread|can't start new thread|\bfork\b.*resource temporarily unavailable|resource temporarily unavailable.*\bfork|can't create Thread/i,
    cure: `let it start fewer threads and workers, or allow more: PidsLimit in HostConfig, or ${ulimit("nproc")}`,
  },
  {
    what: "memory maps (vm.max_map_count)",
    says: /max_map_count/i,
    cure: "raise vm.max_map_count by sysctl on the host, to what the log asks for",
  },
  {
    what: "locked memory (memlock)",
    says: /\bRLIMIT_MEMLOCK\b|\bmlock(all)?\b.*(cannot allocate|not permitted|failed)|memory locking requested/i,
    cure: `allow it: body: { HostConfig: { Ulimits: [{ Name: "memlock", Soft: -1, Hard: -1 }] } } in transform.container`,
  },
];

/** The limit of which a line of the log speaks. */
function reached(evidence: Evidence): { limit: Limit; line: string } | undefined {
  if (!failed(evidence) || evidence.stage === "pull") return undefined;
  for (const limit of limits) {
    const line = texts(evidence).findLast((one) => limit.says.test(one));
    if (line !== undefined) return { limit, line };
  }
  return undefined;
}

export const kernelLimit: Cause = {
  id: "kernel-limit",
  title: "Too many open files (EMFILE), file watchers, threads, max_map_count",
  final: true,
  match: (evidence) => {
    const found = reached(evidence);
    if (found === undefined) return undefined;
    return {
      confidence: 0.975,
      verdict: `it has reached a limit of the kernel for ${found.limit.what}`,
      seen: [`its log says: ${short(found.line)}`],
      why: "The kernel counts these by user or by container, and gives no more; neither disk nor memory is short.",
      cure: found.limit.cure,
    };
  },
  docs: {
    chapter: "The machine",
    symptom:
      "`EMFILE: too many open files`, `ENOSPC: System limit for number of file watchers reached`, `can't start new thread`, `vm.max_map_count [65530] is too low`.",
    cause:
      "A limit that is neither disk nor memory: `ulimit` of the container, or a `sysctl` of the host that its containers share. `ENOSPC` of a watcher means that the watches are used up, not the disk.",
    proof: "`docker exec CONTAINER sh -c 'ulimit -a'`; `sysctl fs.inotify vm.max_map_count` on the host.",
    cure: "What the report names. A `sysctl` that has to outlast a reboot belongs into `/etc/sysctl.d/` of the host, such as by the server's own cloud-init.",
  },
};

/** Languages that keep a heap of a size of its own, and what sets it. */
const heaps: readonly { says: RegExp; heap: string; setting: string }[] = [
  {
    says: /JavaScript heap out of memory|Reached heap limit/i,
    heap: "Node",
    setting: "NODE_OPTIONS: --max-old-space-size=MB in env",
  },
  {
    says: /Java heap space|GC overhead limit exceeded|OutOfMemoryError: (Metaspace|Direct buffer)/i,
    heap: "Java",
    setting: "JAVA_TOOL_OPTIONS: -XX:MaxRAMPercentage=75 (or -Xmx) in env",
  },
  {
    says: /Allowed memory size of \d+ bytes exhausted/i,
    heap: "PHP",
    setting: "memory_limit in php.ini",
  },
];

export const heapLimit: Cause = {
  id: "heap-limit",
  title: "JavaScript heap out of memory, Java heap space: the language's own limit",
  final: true,
  match: (evidence) => {
    if (!failed(evidence) || evidence.state?.oomKilled === true || evidence.ending === "oom")
      return undefined;
    const lines = texts(evidence);
    const heap = heaps.find(({ says }) => lines.some((line) => says.test(line)));
    if (heap === undefined || (evidence.memory?.kills ?? 0) > 0) return undefined;
    const line = lines.findLast((one) => heap.says.test(one)) ?? "";
    const limit = evidence.configured?.memory ?? 0;
    return {
      confidence: 0.95,
      verdict: `the heap of ${heap.heap} is full: that is its own limit, not the machine's`,
      seen: [
        `its log says: ${short(line)}`,
        limit > 0 ? `its memory limit is ${Math.round(limit / 1048576)} MB` : "it has no memory limit",
        "the kernel killed nothing for memory",
      ],
      why: "The language gave up at a size that it was told, or that it took from the memory it saw at its start.",
      cure: `let it keep less in memory, or raise that size: ${heap.setting}${limit > 0 ? ", below resources.memory, which may have to grow with it" : ""}`,
    };
  },
  docs: {
    chapter: "The machine",
    symptom:
      "`FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory`, `java.lang.OutOfMemoryError: Java heap space`, `Allowed memory size of 134217728 bytes exhausted`; the kernel killed nothing.",
    cause:
      "Node, Java and PHP limit their own heap: by a setting, or by a share of the memory that they see, which `resources.memory` makes smaller.",
    proof:
      "`docker inspect --format '{{.State.OOMKilled}}' CONTAINER` says false; `docker exec CONTAINER node -p 'v8.getHeapStatistics().heap_size_limit'`, `java -XX:+PrintFlagsFinal -version | grep MaxHeapSize`.",
    cure: "`NODE_OPTIONS: --max-old-space-size`, `-XX:MaxRAMPercentage` or `-Xmx`, `memory_limit`; a fourth of `resources.memory` stays for what is not heap. Or mend what keeps too much.",
  },
};

/** Enough room on Docker's disk that it cannot be what was full, in MB. */
const roomy = 500;

export const smallFileSystem: Cause = {
  id: "small-file-system",
  title: "No space left on device, and the disk is not full (/dev/shm, tmpfs, quota)",
  final: true,
  match: (evidence) => {
    const line = complains(evidence, "noSpace");
    const disk = evidence.host?.disk;
    if (line === undefined || !roomLeft(evidence) || reached(evidence) !== undefined) return undefined;
    const { tmpfs = [], mounts = [], sharedMemory } = evidence.configured ?? {};
    const shown = texts(evidence).slice(-20).join("\n");
    const shared = /\/dev\/shm|shared memory/i.test(shown);
    const place = [...tmpfs, ...mounts].find((one) => shown.includes(one));
    return {
      confidence: 0.96,
      verdict: `no space is left where it wrote${shared ? " (/dev/shm)" : place === undefined ? "" : ` (${place})`}, and the host's disk is not full`,
      seen: [
        `its log says: ${short(line)}`,
        `${disk?.path ?? "the disk"}: ${disk?.free} of ${disk?.total ?? "?"} MB free`,
        ...(shared && sharedMemory !== undefined
          ? [`its /dev/shm has ${Math.round(sharedMemory / 1048576)} MB`]
          : []),
        ...(tmpfs.length === 0 ? [] : [`in memory (tmpfs): ${tmpfs.join(", ")}`]),
      ],
      why: "A file system of the container's own was full: one in memory, a volume that is a disk of its own, or one with a quota.",
      cure: shared
        ? "give it more shared memory: shm (in MiB) in transform.container, or let the app use less"
        : "make the file system larger that it wrote to (shm or tmpfs in transform.container, the volume's own disk), or write elsewhere; freeing space on the host's disk changes nothing",
    };
  },
  docs: {
    chapter: "The machine",
    symptom:
      "`No space left on device`, `could not resize shared memory segment`, `Bus error` of a browser, while `df` on the host shows room.",
    cause:
      "`/dev/shm` has 64 MB where nothing is said; a tmpfs has the size that it was given, and a volume on a disk of its own, or with a quota, has that.",
    proof: "`docker exec CONTAINER df -h` while it runs.",
    cure: "`shm` in `transform.container`, a larger `size` of the tmpfs, a larger volume; or let the app write less there.",
  },
};

/** Whether the disk of the host has room, for all that is known. */
export function roomLeft({ host, stage, state }: Evidence): boolean {
  const disk = host?.disk;
  // What Docker itself could not write was for its own disk.
  if (stage === "pull" || (state?.error ?? "") !== "" || stage === "start") return false;
  return (disk?.free ?? 0) > roomy && (disk?.inodesFree === undefined || disk.inodesFree > 1000);
}

/** True where a line that looks like a full disk is about another limit. */
export function otherLimit(evidence: Evidence): boolean {
  return reached(evidence) !== undefined;
}
