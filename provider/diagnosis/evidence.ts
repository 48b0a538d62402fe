/**
 * What is known about a deploy that failed: one JSON document that a host prints (`host/lib/evidence.sh`), and
 * that everything here reads. Every part may be missing: what could not be found out is not there.
 */

/** The step of a release that failed, or a run of a role with a schedule. */
export type Stage = "pull" | "start" | "ready" | "release" | "job" | "switch" | "certificate";
export const stages: readonly Stage[] = ["pull", "start", "ready", "release", "job", "switch", "certificate"];

/** Whether it is about a command that is run once and ends, and not about one that goes on. */
export const runsOnce = (stage: Stage): boolean => stage === "release" || stage === "job";

/** How the step ended. */
export type Ending =
  /** The time was up. */
  | "timeout"
  /** An answer of the app that time cannot change. */
  | "answer"
  /** The process ended and is not started again. */
  | "exited"
  /** The process ended, and Docker starts it again and again. */
  | "restarting"
  /** The kernel killed it for memory. */
  | "oom"
  /** Docker could not make it. */
  | "create-failed"
  /** Docker could not start it. */
  | "start-failed"
  /** Docker could not pull the image. */
  | "pull-failed"
  /** The container was removed meanwhile. */
  | "gone"
  /** Docker itself did not answer any more. */
  | "engine-away"
  /** A command (release, or the readiness command of a role) failed. */
  | "command-failed"
  /** The proxy does not run. */
  | "proxy-gone"
  /** New connections go to the bridging proxy of an update that was cut off. */
  | "proxy-bridged"
  /** The proxy did not take the new target. */
  | "proxy-refused";
export const endings: readonly Ending[] = [
  "timeout",
  "answer",
  "exited",
  "restarting",
  "oom",
  "create-failed",
  "start-failed",
  "pull-failed",
  "gone",
  "engine-away",
  "command-failed",
  "proxy-gone",
  "proxy-bridged",
  "proxy-refused",
];

/** A run of equal answers to the health question. */
export interface Observation {
  /** Milliseconds since the wait began, of the first and the last of the run. */
  at: number;
  until: number;
  count: number;
  /** The HTTP status; 0 when there was no answer. */
  status: number;
  /** curl's exit code: 0 answered, 7 refused, 28 timed out, 52 empty reply, 56 reset. */
  curl: number;
  /** False when not even the connection came about. */
  connected?: boolean;
  /** Milliseconds to the first byte, the longest of the run. */
  ttfb?: number;
  bytes?: number;
  location?: string;
  server?: string;
  contentType?: string;
  retryAfter?: string;
  /** True when a header shows that a whole Rails-like stack answered (X-Runtime or X-Request-Id). */
  framework?: boolean;
  /** The start of the body. */
  body?: string;
}

/** The health question, and what it was answered. */
export interface Probe {
  host?: string;
  proto?: string;
  path?: string;
  port?: number;
  /** Seconds that one answer may take. */
  timeout?: number;
  /** Whether the port takes a TLS handshake, asked where it did not answer in HTTP, or with 400. */
  tls?: boolean;
  trace: Observation[];
}

/** What the app answers to another question than that for its health: with another host, or at another path. */
export interface Besides {
  what: "host" | "path";
  /** The host, or the path. */
  value: string;
  /** The HTTP status; 0 when there was no answer. */
  status: number;
}

/** The file that the container starts, where it could not be started. */
export interface Program {
  path?: string;
  /** Whether the container has it. */
  there?: boolean;
  kind?: "script" | "binary" | "directory" | "other";
  /** Whether it is marked as executable. */
  executable?: boolean;
  /** Whether the first line of a script ends as on Windows. */
  windowsLineEnds?: boolean;
  /** What the first line of a script names, or the loader that a binary asks for. */
  interpreter?: string;
  interpreterThere?: boolean;
}

/** What the health path answered at another socket than the one of the route, asked from inside the container's network. */
export interface Elsewhere {
  address: string;
  port: number;
  /** The HTTP status; 0 when it did not speak HTTP. */
  status: number;
}

export interface ContainerState {
  /** Docker's word: created, running, restarting, exited, dead. */
  status?: string;
  exitCode?: number;
  oomKilled?: boolean;
  /** Docker's own error text. */
  error?: string;
  restarts?: number;
  /** Exit codes of its ends so far, oldest first; while it runs again, `exitCode` says nothing. */
  exitCodes?: number[];
  /** Seconds that it ran before each of these ends. */
  ranFor?: number[];
  /** The start before the first of these ends, in ms since 1970. */
  firstStart?: number;
  startedAt?: string;
  finishedAt?: string;
  /** The image's HEALTHCHECK, where it has one. */
  health?: string;
  /** Output of its last runs. */
  healthLog?: string[];
  /** Paths of the unix sockets that are listened on inside. */
  unixSockets?: string[];
  /** Seconds of processor time that what runs in it has used. */
  processorSeconds?: number;
}

export interface ImageFacts {
  cmd?: string[];
  entrypoint?: string[];
  /** amd64, arm64, ... */
  architecture?: string;
  /** Ports that it EXPOSEs. */
  exposed?: number[];
  user?: string;
  workdir?: string;
}

/** What the container was made with. */
export interface Configured {
  command?: string[];
  entrypoint?: string[];
  /** Memory limit in bytes; 0 is none. */
  memory?: number;
  readOnly?: boolean;
  user?: string;
  /** Where volumes are mounted in it. */
  mounts?: string[];
  /** Where file systems in memory are mounted in it. */
  tmpfs?: string[];
  /** Size of its /dev/shm in bytes. */
  sharedMemory?: number;
}

export interface Process {
  /** As the container counts: 1 is its first process. */
  pid: number;
  command: string;
}

/** A socket that is listened on inside the container. */
export interface Socket {
  address: string;
  port: number;
}

/** A server that the app was told of by its environment, or that its log complains about, and whether it is there. */
export interface Dependency {
  /** The variable that names it, or "log". */
  from: string;
  host: string;
  port?: number;
  /** Whether its name is known inside the container's network. */
  resolves?: boolean;
  /** Whether the host itself knows the name. */
  resolvesOnHost?: boolean;
  /** Whether it takes connections from inside the container's network; refused and timeout tell the two apart. */
  connects?: "yes" | "refused" | "timeout" | "unreachable";
  /** The state of the container of that name on this host, where there is one; with its health. */
  container?: string;
}

export interface Network {
  /** Whose network the questions were asked from: the container's own, or the proxy's when the container has ended. */
  from?: string;
  /** The nameservers that it is told of. */
  nameservers?: string[];
  /** Whether it has a default route. */
  defaultRoute?: boolean;
  /** The name that was asked for: the registry's, which the host knows. */
  name?: string;
  dns?: boolean;
  dnsOnHost?: boolean;
  /** Where a connection was tried to: the registry again. */
  target?: string;
  outbound?: boolean;
  outboundOnHost?: boolean;
}

export interface ProxyFacts {
  running?: boolean;
  version?: string;
  /** What it said to the deploy. */
  answer?: string;
  /** Lines of its log on the target. */
  log?: string[];
  /** What it serves: SERVICE HOST TARGET. */
  services?: string[];
}

/** The machine. Sizes in MB. */
export interface HostFacts {
  architecture?: string;
  cores?: number;
  /** Load average of the last minute. */
  load?: number;
  memory?: number;
  available?: number;
  swap?: number;
  swapUsed?: number;
  /** Share of the last ten seconds in which some, or all, processes waited for memory; in percent. */
  pressure?: { some?: number; full?: number };
  /** Where Docker keeps its data, and how full that is. */
  disk?: { path?: string; total?: number; free?: number; inodesFree?: number };
  docker?: string;
  /** Its clock, ISO 8601. */
  clock?: string;
  /** Containers that run. */
  containers?: number;
}

/** Memory of the container by the kernel's count, in MB; the pressure is the highest of it and what it is in. */
export interface MemoryFacts {
  used?: number;
  limit?: number;
  swapped?: number;
  /** Share of the last ten seconds in which some, or all, of its processes waited for memory; in percent. */
  some?: number;
  full?: number;
  /** Processes that the kernel killed. */
  kills?: number;
}

/** Somebody who listens on a port of the host that could not be had. */
export interface PortOwner {
  port: number;
  owner: string;
}

/** What came of asking the proxy for a certificate of a name. */
export interface CertificateFacts {
  host: string;
  /** What DNS gives for it on the host. */
  addresses: string[];
  /** The host's own addresses, where they are known. */
  own: string[];
  /** What the proxy logged of the handshake. */
  said?: string;
  /** Whether the time was up while the proxy still tried. */
  late?: boolean;
  /** What answers at port 80 of the name: its HTTP status, 0 for nobody, and its Server header. */
  status?: number;
  server?: string;
}

/** The whole document. */
export interface Evidence {
  stage: Stage;
  ending?: Ending;
  /** The container's name. */
  container?: string;
  /** The image's name with its tag. */
  image?: string;
  /** Seconds that the step took, and that it might have taken. */
  elapsed?: number;
  timeout?: number;
  probe?: Probe;
  elsewhere?: Elsewhere[];
  besides?: Besides[];
  state?: ContainerState;
  imageFacts?: ImageFacts;
  configured?: Configured;
  program?: Program;
  processes?: Process[];
  memory?: MemoryFacts;
  sockets?: Socket[];
  /** Names of its environment variables; never a value. */
  env?: string[];
  /** The end of its log, oldest first; values of its environment are masked as [NAME]. */
  log?: string[];
  /** Docker's own text, or that of the command that failed. */
  error?: string;
  /** The command that was run in it: the release command, or a role's readiness command. */
  command?: { words: string; exitCode?: number };
  dependencies?: Dependency[];
  network?: Network;
  proxy?: ProxyFacts;
  host?: HostFacts;
  ports?: PortOwner[];
  certificate?: CertificateFacts;
  /** What `docker system df` says, when the disk is full. */
  usage?: string[];
}
