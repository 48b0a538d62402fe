/** Nothing answers at the route's port: it listens elsewhere, not yet, or does not speak HTTP. */
import type { Cause } from "../cause";
import type { Evidence, Socket } from "../evidence";
import { answers, isLoopback, lastAnswer, listed, memoryPressure, question, refused, runs } from "../facts";
import { short } from "../log";

function port({ probe }: Evidence): number {
  return probe?.port ?? 3000;
}

/** The sockets of a container that runs and refuses its port. */
function socketsOfRefusing(evidence: Evidence): Socket[] | undefined {
  return refused(evidence) && runs(evidence) ? evidence.sockets : undefined;
}

export const loopbackBind: Cause = {
  id: "loopback-bind",
  title: "Connection refused: the app listens on 127.0.0.1 only",
  final: true,
  match: (evidence) => {
    const sockets = socketsOfRefusing(evidence);
    const here = sockets?.filter((socket) => socket.port === port(evidence)) ?? [];
    if (sockets === undefined || here.length === 0 || !here.every(isLoopback)) return undefined;
    const inside = evidence.elsewhere?.find((one) => one.port === port(evidence));
    return {
      confidence: 0.97,
      verdict: `it listens on ${listed(here)}, which nobody outside the container can reach`,
      seen: [
        `connection refused on port ${port(evidence)}; it listens on: ${listed(sockets)}`,
        ...(inside === undefined ? [] : [`asked from inside the container, it answers ${inside.status}`]),
      ],
      why: "127.0.0.1 is the container's own; the host and the proxy come from outside.",
      cure: `bind 0.0.0.0: bin/rails server -b 0.0.0.0, puma -b tcp://0.0.0.0:${port(evidence)}, or the app's HOST or BINDING variable in env`,
    };
  },
  docs: {
    chapter: "Listening",
    symptom: "Connection refused on the right port, while the app says that it listens.",
    cause: "The server is bound to 127.0.0.1 or ::1. Inside a container that is the container alone.",
    proof:
      "`nsenter -t $(docker inspect -f '{{.State.Pid}}' CONTAINER) -n ss -ltn` on the host lists the sockets inside the container.",
    cure: "Bind 0.0.0.0: `bin/rails server -b 0.0.0.0`, Puma's `bind \"tcp://0.0.0.0:3000\"`, Vite's `--host`, or the variable that the server reads (`BINDING`, `HOST`).",
  },
};

export const wrongPort: Cause = {
  id: "wrong-port",
  title: "Connection refused: the app listens on another port",
  final: true,
  match: (evidence) => {
    const sockets = socketsOfRefusing(evidence);
    if (sockets === undefined || sockets.length === 0) return undefined;
    if (sockets.some((socket) => socket.port === port(evidence))) return undefined;
    const answering = evidence.elsewhere?.filter(({ status }) => status >= 200 && status < 300) ?? [];
    const speaking = evidence.elsewhere?.filter(({ status }) => status > 0) ?? [];
    const exposed = sockets.filter((socket) => evidence.imageFacts?.exposed?.includes(socket.port));
    const open = (one: Socket): boolean => !isLoopback(one);
    const best: Socket | undefined =
      answering[0] ?? exposed[0] ?? speaking.find(open) ?? speaking[0] ?? sockets.find(open);
    const there = best?.port ?? sockets[0]?.port;
    const path = evidence.probe?.path ?? "/up";
    return {
      confidence: answering.length > 0 ? 0.96 : speaking.length > 0 || exposed.length > 0 ? 0.85 : 0.65,
      verdict: `it does not listen on port ${port(evidence)}, it listens on ${listed(sockets)}`,
      seen: [
        `connection refused on port ${port(evidence)}`,
        ...speaking.slice(0, 2).map((one) => `port ${one.port} answers ${path} with ${one.status}`),
        ...(exposed.length > 0 ? [`the image EXPOSEs ${exposed.map((one) => one.port).join(", ")}`] : []),
      ],
      why: "The app runs and takes connections, on another port than the route's.",
      cure:
        `set route.port: ${there}` +
        (best !== undefined && isLoopback(best) ? " and bind 0.0.0.0" : "") +
        `, or have the app listen on ${port(evidence)} (PORT in env)`,
    };
  },
  docs: {
    chapter: "Listening",
    symptom: "Connection refused on the route's port, and the app runs.",
    cause: "`route.port` (3000 where nothing is said) is not the port that the app listens on.",
    proof:
      "The report lists the sockets inside the container, and which of them answers the health path. `EXPOSE` of the image is a hint.",
    cure: "Set `route.port`, or the variable that the server takes its port from (`PORT`).",
  },
};

export const notHttp: Cause = {
  id: "not-http",
  title: "The port answers, but does not speak HTTP (TLS, gRPC, a database)",
  final: false,
  match: (evidence) => {
    const answer = lastAnswer(evidence);
    if (answer === undefined || answer.status > 0 || ![1, 8, 52, 56].includes(answer.curl)) return undefined;
    if (!runs(evidence)) return undefined;
    return {
      confidence: 0.75,
      verdict: `port ${port(evidence)} takes connections, but does not answer in HTTP`,
      seen: [
        `${question(evidence)}: ${answer.curl === 52 ? "an empty reply" : answer.curl === 56 ? "the connection was reset" : "bytes that are no HTTP"}`,
      ],
      why: "Something listens there and ends or garbles the conversation: a server with TLS of its own, or not a web server.",
      cure: "let the app speak plain HTTP on this port (the proxy has the TLS), or set route.port or route.health.port to the one that does",
    };
  },
  docs: {
    chapter: "Listening",
    symptom: "Empty reply, connection reset, or `HTTP/0.9` on the health question.",
    cause: "The port belongs to a server that expects TLS, HTTP/2 without upgrade, or another protocol.",
    proof: "`curl -vk https://ADDRESS:PORT/up` on the host answers.",
    cure: "Plain HTTP/1.1 inside the host: leave TLS to the proxy (`route.tls`). A health server on another port goes into `route.health.port`.",
  },
};

export const slowBoot: Cause = {
  id: "slow-boot",
  title: "Not ready in time: the app still boots",
  final: false,
  match: (evidence) => {
    if (!refused(evidence) || !runs(evidence) || evidence.ending !== "timeout") return undefined;
    if (evidence.sockets !== undefined && evidence.sockets.length > 0) return undefined;
    const last = evidence.log?.at(-1);
    const load = evidence.host?.load;
    const busy = load !== undefined && load > 2 * (evidence.host?.cores ?? 1);
    return {
      confidence: evidence.sockets === undefined ? 0.45 : 0.62,
      verdict: `it runs, but listens on nothing yet after ${evidence.elapsed ?? evidence.timeout ?? "?"}s`,
      seen: [
        `connection refused on port ${port(evidence)} all the time; no socket is listened on inside it`,
        last === undefined ? "it has logged nothing" : `its last line: ${short(last)}`,
        ...(busy ? [`the host's load is ${load} on ${evidence.host?.cores} cores`] : []),
      ],
      why: "The process is there, has not ended and has opened no port: it is still starting, or waits for something without saying so.",
      cure: `give it more time: readyTimeout: "${suggested(evidence)}s"; or see in its log what it waits for`,
    };
  },
  docs: {
    chapter: "Listening",
    symptom: "Connection refused until the time is up; the process runs.",
    cause:
      "Booting takes longer than `readyTimeout` (60 s where nothing is said): a large app, a small server, migrations or asset compilation in the entry point, or a wait for a server that the log does not mention.",
    proof:
      "No socket inside the container; the last log line says how far it came. `docker logs --timestamps` says how long that took.",
    cure: "Raise `readyTimeout`. Move migrations to `release`, assets into the image. `Bootsnap` and `config.eager_load` shorten a Rails boot.",
  },
};

function suggested({ timeout }: Evidence): number {
  return Math.max(60, Math.ceil(((timeout ?? 30) * 3) / 30) * 30);
}

export const hang: Cause = {
  id: "hang",
  title: "Connected, but no answer: the health path hangs",
  final: false,
  match: (evidence) => {
    const answer = lastAnswer(evidence);
    if (answer === undefined || answer.curl !== 28 || answer.connected === false || !runs(evidence))
      return undefined;
    const busy = memoryPressure(evidence);
    return {
      confidence: busy.length > 0 ? 0.6 : 0.8,
      verdict: `it takes the connection and does not answer within ${evidence.probe?.timeout ?? 5}s`,
      seen: [
        `${question(evidence)}: connected, no answer within ${evidence.probe?.timeout ?? 5}s, ${answer.count} times`,
        ...(answer.bytes !== undefined && answer.bytes > 0
          ? [`it sent ${answer.bytes} bytes and never ended`]
          : []),
        ...answers(evidence)
          .filter((one) => one.status > 0)
          .slice(-1)
          .map((one) => `before, it was answered ${one.status}`),
      ],
      why: "The port is open and the process runs, so the request itself waits: for a lock, a server, or a free thread.",
      cure: `see what ${evidence.probe?.path ?? "/up"} waits for (its log, or a stack dump); let it touch no database; or raise route.health.timeout`,
    };
  },
  docs: {
    chapter: "The answer to the health path",
    symptom:
      "The connection is made, and no answer comes within `route.health.timeout` (5 s where nothing is said).",
    cause:
      "The health path waits for something: a database or cache that does not answer, a lock, the only thread being busy; or a server that takes connections before its app is loaded.",
    proof:
      "`curl -m 60 -w '%{time_starttransfer}' http://ADDRESS:PORT/up` on the host shows the time to the first byte. For Ruby `kill -SIGINFO`/`SIGUSR1`, for Go `kill -QUIT`, for Python `py-spy dump` show where it is.",
    cure: "Let the health path say that the app is up, and no more. Give connections of the app their own short timeouts. Where it is just slow, raise `route.health.timeout`.",
  },
};
