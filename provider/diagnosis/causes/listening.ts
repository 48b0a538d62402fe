/** Nothing answers at the route's port: it listens elsewhere, not yet, or does not speak HTTP. */
import type { Cause } from "../cause";
import type { Evidence, Socket } from "../evidence";
import {
  answers,
  complains,
  exitCode,
  isLoopback,
  lastAnswer,
  listed,
  memoryPressure,
  question,
  refused,
  runs,
} from "../facts";
import { serverBegins, short } from "../log";

function port({ probe }: Evidence): number {
  return probe?.port ?? 3000;
}

/** The sockets of a container that runs and refuses its port. */
function socketsOfRefusing(evidence: Evidence): Socket[] | undefined {
  return refused(evidence) && runs(evidence) ? evidence.sockets : undefined;
}

/** True where nothing that it listens on speaks HTTP, as far as was asked: it listens on nothing, or for something else. */
function withoutHttp(evidence: Evidence): boolean {
  const sockets = socketsOfRefusing(evidence);
  if (sockets === undefined || sockets.some((socket) => socket.port === port(evidence))) return false;
  if (sockets.length === 0) return true;
  const exposed = sockets.some((socket) => evidence.imageFacts?.exposed?.includes(socket.port));
  return !exposed && evidence.elsewhere?.every(({ status }) => status === 0) === true;
}

/** True on a host so busy that a process may get no processor. */
function crowded({ host }: Evidence): boolean {
  return host?.load !== undefined && host.load > 2 * (host.cores ?? 1);
}

/** Share of one processor that it has used since it was started; unknown on a busy host, where it may not have got more. */
function diligence(evidence: Evidence): number | undefined {
  const { elapsed, state } = evidence;
  if (state?.processorSeconds === undefined || elapsed === undefined || elapsed < 5) return undefined;
  return crowded(evidence) ? undefined : state.processorSeconds / elapsed;
}

/** Less of a processor than a boot takes. */
const idle = 0.1;

/** True where it has all but nothing to do. */
function idles(evidence: Evidence): boolean {
  const share = diligence(evidence);
  return share !== undefined && share < idle;
}

/** True where its own log says that it is a web server which has begun. */
function beginsToServe({ log = [] }: Evidence): boolean {
  return serverBegins(log);
}

/** "it used 0.7 s of processor time in 10 s". */
function processorTime({ elapsed, state }: Evidence): string {
  return `it used ${state?.processorSeconds} s of processor time in ${elapsed} s`;
}

/** Unix sockets that are for requests, and not for who steers the server. */
function unixSockets({ state, log = [] }: Evidence): string[] {
  return (state?.unixSockets ?? []).filter(
    (path) =>
      !/ctl|control|supervis|pm2|debug|agent|admin|\/run\/(dbus|systemd)/i.test(path) ||
      log.some((line) => /listening (at|on):? (http:\/\/)?unix:/i.test(line) && line.includes(path)),
  );
}

export const unixSocket: Cause = {
  id: "unix-socket",
  title: "The server listens on a unix socket, and on no port",
  final: false,
  match: (evidence) => {
    if (evidence.ending !== "timeout" || !withoutHttp(evidence)) return undefined;
    const paths = unixSockets(evidence);
    if (paths.length === 0) return undefined;
    return {
      confidence: evidence.sockets?.length === 0 ? 0.9 : 0.8,
      verdict: `it listens on the unix socket ${paths.join(", ")}, and not on port ${port(evidence)}`,
      seen: [
        `connection refused on port ${port(evidence)}; sockets of ports: ${listed(evidence.sockets ?? [])}`,
        `unix sockets inside it: ${(evidence.state?.unixSockets ?? []).join(", ")}`,
      ],
      why: "A unix socket is a file inside the container; the proxy comes over the network.",
      cure: `let it listen on 0.0.0.0:${port(evidence)}: gunicorn --bind, uvicorn --host and --port instead of --uds, puma -b tcp://, listen of php-fpm behind its web server`,
    };
  },
  docs: {
    chapter: "Listening",
    symptom: "Connection refused, while the log says `Listening at: unix:/tmp/app.sock`.",
    cause:
      "The server was set up for a web server beside it that talks to it by a file. In a container of its own it has to listen on a port.",
    proof: "`docker exec CONTAINER cat /proc/net/unix` lists the sockets of files.",
    cure: "Bind `0.0.0.0` and the route's port; or put the web server, which listens there, into the same image.",
  },
};

export const noWebServer: Cause = {
  id: "no-web-server",
  title: "It runs, and nothing in it listens for HTTP",
  final: false,
  match: (evidence) => {
    if (evidence.ending !== "timeout" || !withoutHttp(evidence) || beginsToServe(evidence)) return undefined;
    const known = diligence(evidence) !== undefined;
    const sockets = evidence.sockets ?? [];
    if (known ? !idles(evidence) : sockets.length === 0) return undefined;
    return {
      confidence: known ? 0.7 : 0.6,
      verdict:
        sockets.length === 0
          ? `it runs and listens on nothing, and has all but nothing to do`
          : `it runs, and nothing that it listens on speaks HTTP (${listed(sockets)})`,
      seen: [
        `connection refused on port ${port(evidence)} all the time`,
        ...(known ? [processorTime(evidence)] : []),
        ...lastSaid(evidence),
      ],
      why: "A boot takes the processor; this waits for something, or is no web server, such as a worker, or a framework whose server has to be switched on.",
      cure: "see what its command starts: a worker belongs into a role without a route, and some frameworks start their server only when told (Phoenix: PHX_SERVER=true); if it waits for something, its last lines say for what. More time alone will not help",
    };
  },
  docs: {
    chapter: "Listening",
    symptom:
      "Connection refused until the time is up; the process runs, uses next to no processor time, and has no port open, or only ports of its runtime, such as 4369 of Erlang.",
    cause:
      "The command starts something that serves no requests: a worker, a console, an Elixir release without `PHX_SERVER`. Or it waits without end for a server or a lock before it listens.",
    proof: "The report lists sockets and processor time; `docker top CONTAINER` says what runs.",
    cure: "Let `command` start the web server. A worker is a role without a `route`.",
  },
};

function lastSaid({ log }: Evidence): string[] {
  const last = log?.findLast((line) => line.trim() !== "");
  return [last === undefined ? "it has logged nothing" : `its last line: ${short(last)}`];
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

export const ipv6Only: Cause = {
  id: "ipv-six-only",
  title: "Connection refused: the app listens on IPv6 only",
  final: false,
  match: (evidence) => {
    const here = socketsOfRefusing(evidence)?.filter((socket) => socket.port === port(evidence)) ?? [];
    const six = here.filter((socket) => socket.address.includes(":") && !isLoopback(socket));
    if (six.length === 0 || here.some((socket) => !socket.address.includes(":"))) return undefined;
    return {
      confidence: 0.85,
      verdict: `it listens on ${listed(six)} and refuses IPv4, by which the proxy comes`,
      seen: [
        `connection refused on port ${port(evidence)}; it listens on: ${listed(evidence.sockets ?? [])}`,
        "a socket of [::] takes IPv4 too, unless the app sets IPV6_V6ONLY",
      ],
      why: "Containers have IPv4 addresses on the host's network.",
      cure: `bind 0.0.0.0 instead of [::], or take the option away that makes it IPv6 only (ipv6only=on, V6ONLY)`,
    };
  },
  docs: {
    chapter: "Listening",
    symptom: "Connection refused on the right port, and a socket of `[::]` is listened on there.",
    cause:
      'The server listens on `[::]` with `IPV6_V6ONLY` (`ipv6only=on` of nginx, `net.Listen("tcp6", …)` of Go), so that it takes no IPv4.',
    proof: "`ss -ltn` in the container's network shows `[::]:3000` and no `*:3000`.",
    cure: "Bind `0.0.0.0`, or `[::]` without the option.",
  },
};

export const bindFailed: Cause = {
  id: "bind-failed",
  title: "bind: cannot assign requested address, or no directory for a unix socket",
  final: true,
  match: (evidence) => {
    if (exitCode(evidence) === undefined && runs(evidence)) return undefined;
    const address = complains(evidence, "noAddress");
    const directory = complains(evidence, "noSocketDirectory");
    const line = address ?? directory;
    if (line === undefined) return undefined;
    return {
      confidence: 0.92,
      verdict:
        address === undefined
          ? "it cannot make the unix socket that it is to listen on: its directory is not there"
          : "it cannot listen on its address, which the container does not have",
      seen: [`its log says: ${short(line)}`],
      why:
        address === undefined
          ? "A unix socket is a file, and its directory has to be there before."
          : "A server can only listen on an address of its own; containers have no IPv6, not even ::1, unless Docker is told to.",
      cure: `let it listen on 0.0.0.0:${port(evidence)}, where the proxy reaches it: the server's HOST, BINDING or listen setting${
        address === undefined ? "; a unix socket is reached by nobody outside the container" : ""
      }`,
    };
  },
  docs: {
    chapter: "Listening",
    symptom:
      "`listen tcp [::1]:3000: bind: cannot assign requested address`, `EADDRNOTAVAIL`, `listen unix /run/app/web.sock: bind: no such file or directory`.",
    cause:
      "The server is told to listen on an address that the container does not have, such as an IPv6 one or the server's public one; or on a unix socket in a directory that the image does not have.",
    proof: "The line of its log; `docker run --rm IMAGE ls -ld DIRECTORY` for a socket.",
    cure: 'Listen on `0.0.0.0` and the route\'s port: the proxy comes over the network. Puma: `bind "tcp://0.0.0.0:3000"`, gunicorn: `--bind 0.0.0.0:3000`.',
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
    // Where all were asked and none speaks HTTP, no other port is the right one.
    if (withoutHttp(evidence)) return undefined;
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

/** How servers with TLS answer who speaks plainly: Go, nginx and Apache, in the body of a 400. */
const plainToTls = /HTTP request (was sent )?to (an )?HTTPS (server|port)|plain HTTP to an SSL-enabled/i;

export const speaksTls: Cause = {
  id: "speaks-tls",
  title: "Client sent an HTTP request to an HTTPS server: the app expects TLS on its port",
  final: false,
  match: (evidence) => {
    const answer = lastAnswer(evidence);
    if (answer === undefined || !runs(evidence)) return undefined;
    if (!(answer.status === 400 || (answer.status === 0 && answer.connected !== false))) return undefined;
    const shaken = evidence.probe?.tls === true;
    const said = plainToTls.test(answer.body ?? "");
    if (!shaken && !said) return undefined;
    return {
      confidence: shaken ? 0.97 : 0.95,
      verdict: `port ${port(evidence)} speaks TLS, and the proxy comes in plain HTTP`,
      seen: [
        ...(shaken ? [`a TLS handshake on port ${port(evidence)} succeeds`] : []),
        answer.status === 0
          ? `${question(evidence)}: no answer in HTTP`
          : `${question(evidence)} was answered 400: ${short(answer.body ?? "", 90)}`,
      ],
      why: "The app has a certificate of its own on this port; TLS ends at the proxy (route.tls).",
      cure: "let the app speak plain HTTP there: take its certificate and key away (--certfile, --ssl-keyfile, listen … ssl, server.ssl.*), or set route.port to its plain port",
    };
  },
  docs: {
    chapter: "Listening",
    symptom:
      "`Client sent an HTTP request to an HTTPS server`, `The plain HTTP request was sent to HTTPS port`, an empty reply of a Node or Python server.",
    cause: "The app was given a certificate and expects TLS on the route's port.",
    proof: "`curl -vk https://ADDRESS:PORT/up` on the host answers.",
    cure: "Plain HTTP inside the host; the proxy has the certificate (`route.tls`).",
  },
};

export const notHttp: Cause = {
  id: "not-http",
  title: "The port answers, but does not speak HTTP (FastCGI, gRPC, a database)",
  final: false,
  match: (evidence) => {
    const answer = lastAnswer(evidence);
    if (answer === undefined || answer.status > 0 || ![1, 8, 52, 56].includes(answer.curl)) return undefined;
    if (!runs(evidence) || evidence.probe?.tls === true) return undefined;
    return {
      confidence: 0.75,
      verdict: `port ${port(evidence)} takes connections, but does not answer in HTTP`,
      seen: [
        `${question(evidence)}: ${answer.curl === 52 ? "an empty reply" : answer.curl === 56 ? "the connection was reset" : "bytes that are no HTTP"}`,
      ],
      why: "Something listens there and ends or garbles the conversation: it is not a web server, or one for another protocol.",
      cure: "set route.port, or route.health.port, to the port of its web server; what speaks another protocol (FastCGI, gRPC, a database) needs a web server in front of it, or is a role without a route",
    };
  },
  docs: {
    chapter: "Listening",
    symptom: "Empty reply, connection reset, or `HTTP/0.9` on the health question.",
    cause:
      "The port belongs to a server for another protocol: php-fpm (FastCGI), gRPC (HTTP/2 without upgrade), a database.",
    proof: "`curl -v http://ADDRESS:PORT/up` on the host shows what comes back.",
    cure: "Plain HTTP/1.1 inside the host. A health server on another port goes into `route.health.port`.",
  },
};

export const slowBoot: Cause = {
  id: "slow-boot",
  title: "Not ready in time: the app still boots",
  final: false,
  match: (evidence) => {
    if (!refused(evidence) || !runs(evidence) || evidence.ending !== "timeout") return undefined;
    if (evidence.sockets !== undefined && !withoutHttp(evidence)) return undefined;
    const waits = idles(evidence);
    const begun = beginsToServe(evidence);
    const open = (evidence.sockets?.length ?? 0) > 0 && diligence(evidence) === undefined;
    if (!begun && (waits || open)) return undefined;
    const load = evidence.host?.load;
    const busy = crowded(evidence);
    return {
      confidence: evidence.sockets === undefined ? 0.45 : 0.62,
      verdict: `it runs, but listens on nothing yet after ${evidence.elapsed ?? evidence.timeout ?? "?"}s`,
      seen: [
        `connection refused on port ${port(evidence)} all the time; it listens on: ${listed(evidence.sockets ?? [])}`,
        ...lastSaid(evidence),
        ...(waits ? [`${processorTime(evidence)}: it waits for something, rather than works`] : []),
        ...(busy ? [`the host's load is ${load} on ${evidence.host?.cores} cores`] : []),
      ],
      why: "The process is there, has not ended and has opened no port: it is still starting, or waits for something without saying so.",
      cure: waits
        ? `see in its log, and in what it runs at its start, what it waits for; where that ends by itself, give it more time: readyTimeout: "${suggested(evidence)}s"`
        : `give it more time: readyTimeout: "${suggested(evidence)}s"; or see in its log what it waits for`,
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
