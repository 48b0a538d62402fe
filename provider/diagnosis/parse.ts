/** Reads the document that a host printed. It never throws: what cannot be read is left out, and said. */
import {
  endings,
  stages,
  type Besides,
  type CertificateFacts,
  type Evidence,
  type Observation,
  type Probe,
  type Program,
  type Stage,
} from "./evidence";
import { flag, list, number, object, oneOf, text, type Reader } from "./read";

/** An evidence, and what of the document could not be read, a phrase each. */
export interface Read {
  evidence: Evidence;
  unread: string[];
}

/** Longer documents are not read: the host prints 48 KB at most. */
const limit = 1 << 20;

/**
 * The evidence in a host's output: the last line that is a JSON object, whatever was printed around it.
 *
 * @param stage what the step is when the document does not say
 */
export function parseEvidence(output: string, stage: Stage = "ready"): Read {
  const unread: string[] = [];
  const nothing = (why: string): Read => ({ evidence: { stage }, unread: [why] });
  if (output.length > limit) return nothing(`an output of ${output.length} characters`);
  const line = output
    .split("\n")
    .reverse()
    .find((one) => one.trimStart().startsWith("{"));
  if (line === undefined) return nothing("no evidence was printed");
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return nothing("the evidence is no JSON");
  }
  const evidence = document(value, "evidence", unread);
  return evidence === undefined
    ? nothing("the evidence is no object")
    : { evidence: { ...evidence, stage: evidence.stage ?? stage }, unread: unread.slice(0, 20) };
}

const words = list(text(500), 50);
const lines = list(text(400), 60);

const document: Reader<Partial<Evidence>> = object(
  {
    stage: oneOf(stages),
    ending: oneOf(endings),
    container: text(300),
    image: text(500),
    elapsed: number,
    timeout: number,
    probe: object<Probe>(
      {
        host: text(300),
        proto: text(10),
        path: text(500),
        port: number,
        timeout: number,
        tls: flag,
        trace: list(
          object<Observation>(
            {
              at: number,
              until: number,
              count: number,
              status: number,
              curl: number,
              connected: flag,
              ttfb: number,
              bytes: number,
              location: text(500),
              server: text(100),
              contentType: text(100),
              retryAfter: text(50),
              framework: flag,
              body: text(600),
            },
            ["at", "until", "count", "status", "curl"],
          ),
          40,
        ),
      },
      ["trace"],
    ),
    elsewhere: list(
      object({ address: text(60), port: number, status: number }, ["address", "port", "status"]),
      10,
    ),
    besides: list(
      object<Besides>({ what: oneOf(["host", "path"]), value: text(300), status: number }, [
        "what",
        "value",
        "status",
      ]),
      10,
    ),
    state: object(
      {
        status: text(30),
        exitCode: number,
        oomKilled: flag,
        error: text(2000),
        restarts: number,
        exitCodes: list(number, 20),
        ranFor: list(number, 20),
        firstStart: number,
        startedAt: text(50),
        finishedAt: text(50),
        health: text(30),
        healthLog: list(text(400), 5),
        unixSockets: list(text(200), 10),
        processorSeconds: number,
      },
      [],
    ),
    imageFacts: object(
      {
        cmd: words,
        entrypoint: words,
        architecture: text(30),
        exposed: list(number, 30),
        user: text(100),
        workdir: text(300),
      },
      [],
    ),
    configured: object(
      {
        command: words,
        entrypoint: words,
        memory: number,
        readOnly: flag,
        user: text(100),
        mounts: words,
        tmpfs: words,
        sharedMemory: number,
      },
      [],
    ),
    program: object<Program>(
      {
        path: text(300),
        there: flag,
        kind: oneOf(["script", "binary", "directory", "other"]),
        executable: flag,
        windowsLineEnds: flag,
        interpreter: text(200),
        interpreterThere: flag,
      },
      [],
    ),
    memory: object(
      { used: number, limit: number, swapped: number, some: number, full: number, kills: number },
      [],
    ),
    processes: list(object({ pid: number, command: text(300) }, ["pid", "command"]), 30),
    sockets: list(object({ address: text(60), port: number }, ["address", "port"]), 40),
    env: list(text(100), 200),
    log: lines,
    error: text(3000),
    command: object({ words: text(500), exitCode: number }, ["words"]),
    dependencies: list(
      object(
        {
          from: text(100),
          host: text(300),
          port: number,
          resolves: flag,
          resolvesOnHost: flag,
          connects: oneOf(["yes", "refused", "timeout", "unreachable"] as const),
          container: text(60),
        },
        ["from", "host"],
      ),
      10,
    ),
    network: object(
      {
        from: text(100),
        nameservers: list(text(100), 5),
        defaultRoute: flag,
        name: text(300),
        dns: flag,
        dnsOnHost: flag,
        target: text(300),
        outbound: flag,
        outboundOnHost: flag,
      },
      [],
    ),
    proxy: object(
      {
        running: flag,
        version: text(60),
        answer: text(2000),
        log: lines,
        services: list(text(400), 40),
      },
      [],
    ),
    host: object(
      {
        architecture: text(30),
        cores: number,
        load: number,
        memory: number,
        available: number,
        swap: number,
        swapUsed: number,
        pressure: object({ some: number, full: number }, []),
        disk: object({ path: text(300), total: number, free: number, inodesFree: number }, []),
        docker: text(60),
        clock: text(50),
        containers: number,
      },
      [],
    ),
    ports: list(object({ port: number, owner: text(200) }, ["port", "owner"]), 10),
    certificate: object<CertificateFacts>(
      {
        host: text(300),
        addresses: list(text(60), 20),
        own: list(text(60), 20),
        said: text(1000),
        late: flag,
        status: number,
        server: text(100),
      },
      ["host", "addresses", "own"],
    ),
    usage: list(text(200), 12),
  },
  [],
);
