/** Evidence as hosts print it, a case a fault. */
import { parseEvidence } from "../../../../provider/diagnosis/parse";
import recorded from "./recorded.json";
import type { Evidence, Observation } from "../../../../provider/diagnosis/evidence";

export interface Case {
  name: string;
  /** The id of the cause that has to come first, or "unknown". */
  cause: string;
  evidence: Evidence;
}

const container = "shop-web-s1-9a2cd08";
const image = "registry.example.com/shop:v4";
const host: Evidence["host"] = {
  architecture: "amd64",
  cores: 2,
  load: 0.4,
  memory: 3900,
  available: 2400,
  swap: 2048,
  swapUsed: 0,
  pressure: { some: 0, full: 0 },
  disk: { path: "/var/lib/docker", total: 38000, free: 21000, inodesFree: 900000 },
  docker: "27.1.0",
};
const imageFacts: Evidence["imageFacts"] = {
  architecture: "amd64",
  cmd: ["bin/server"],
  exposed: [3000],
  user: "rails",
  workdir: "/rails",
};
const listening = [{ address: "0.0.0.0", port: 3000 }];
const good: Evidence["network"] = {
  from: container,
  nameservers: ["127.0.0.11"],
  defaultRoute: true,
  name: "registry.example.com",
  target: "registry.example.com:443",
  dns: true,
  dnsOnHost: true,
  outbound: true,
  outboundOnHost: true,
};

const seen = (status: number, more: Partial<Observation> = {}): Observation => ({
  at: 900,
  until: 2400,
  count: 4,
  status,
  curl: 0,
  connected: true,
  ttfb: 4,
  ...more,
});
const refusal = seen(0, { curl: 7, connected: false, at: 20, until: 5900, count: 15 });
const hanging = seen(0, { curl: 28, ttfb: 0, count: 2 });
const boot = ["Puma starting in single mode...", "* Listening on http://0.0.0.0:3000", "Use Ctrl-C to stop"];

/** A container that runs and answers this. */
function answering(trace: Observation[], more: Partial<Evidence> = {}): Evidence {
  return {
    stage: "ready",
    ending: trace.at(-1)?.status === 0 || (trace.at(-1)?.status ?? 0) >= 500 ? "timeout" : "answer",
    container,
    image,
    elapsed: 6,
    timeout: 6,
    probe: { host: "shop.example.com", proto: "http", path: "/up", port: 3000, timeout: 5, trace },
    state: { status: "running", exitCode: 0, oomKilled: false, restarts: 0 },
    imageFacts,
    configured: { command: ["bin/server"], memory: 0, readOnly: false, user: "rails", mounts: [] },
    processes: [{ pid: 1, command: "puma 5.6.5 (tcp://0.0.0.0:3000) [rails]" }],
    sockets: listening,
    env: ["RAILS_ENV", "DATABASE_URL", "RAILS_MASTER_KEY", "PATH"],
    log: boot,
    network: good,
    host,
    ...more,
  };
}

/** A container that ended. */
function ended(exitCode: number, log: string[], more: Partial<Evidence> = {}): Evidence {
  return answering([], {
    ending: "exited",
    elapsed: 3,
    state: { status: "exited", exitCode, oomKilled: false, restarts: 0 },
    processes: undefined,
    sockets: undefined,
    log,
    ...more,
  });
}

/** One that Docker starts again. */
function looping(exitCode: number, log: string[], more: Partial<Evidence> = {}): Evidence {
  return ended(exitCode, log, {
    ending: "restarting",
    state: {
      status: "restarting",
      exitCode,
      oomKilled: false,
      restarts: 3,
      exitCodes: Array<number>(4).fill(exitCode),
    },
    ...more,
  });
}

const pulled = (error: string, more: Partial<Evidence> = {}): Evidence => ({
  stage: "pull",
  ending: "pull-failed",
  image,
  error,
  host,
  ...more,
});
const unstarted = (error: string, more: Partial<Evidence> = {}): Evidence => ({
  stage: "ready",
  ending: "start-failed",
  container,
  image,
  error,
  state: { status: "created", exitCode: 128, oomKilled: false, restarts: 0, error },
  imageFacts,
  configured: { command: ["bin/server"], memory: 0, readOnly: false },
  host,
  ...more,
});
const switching = (more: Partial<Evidence>): Evidence => ({
  stage: "switch",
  ending: "proxy-refused",
  container,
  image,
  state: { status: "running", exitCode: 0, oomKilled: false, restarts: 0 },
  host,
  log: boot,
  ...more,
});
const error500 = seen(500, {
  framework: true,
  contentType: "text/html; charset=UTF-8",
  body: "<!DOCTYPE html><h1>We're sorry, but something went wrong.</h1>",
});
const db = { from: "DATABASE_URL", host: "shop-db", port: 5432 };
const request = "[5a1c] ";

/** Answers to the health question. */
const answers: Case[] = [
  {
    name: "force_ssl",
    cause: "force-ssl",
    evidence: answering([seen(301, { location: "https://shop.example.com/up", contentType: "text/html" })]),
  },
  {
    name: "force_ssl behind a port",
    cause: "force-ssl",
    evidence: answering([refusal, seen(308, { location: "https://shop.example.com:443/up/" })]),
  },
  {
    name: "redirect to a login page",
    cause: "redirect",
    evidence: answering([seen(302, { location: "http://shop.example.com/users/sign_in", framework: true })]),
  },
  {
    name: "redirect to a login page over HTTPS",
    cause: "redirect",
    evidence: answering([seen(302, { location: "https://shop.example.com/login?return=%2Fup" })]),
  },
  {
    name: "redirect by a relative Location",
    cause: "redirect",
    evidence: answering([seen(302, { location: "/en/up" })]),
  },
  {
    name: "redirect to a canonical host",
    cause: "redirect",
    evidence: answering([seen(301, { location: "https://www.example.com/up" })]),
  },
  {
    name: "host authorization of Rails 6.1, with its page",
    cause: "host-authorization",
    evidence: answering([
      seen(403, { contentType: "text/html; charset=utf-8", body: "<h1>Blocked host: shop.example.com</h1>" }),
    ]),
  },
  {
    name: "host authorization of Rails 7, empty page, said in the log",
    cause: "host-authorization",
    evidence: answering([seen(403, { contentType: "text/html; charset=utf-8" })], {
      log: [
        ...boot,
        "[ActionDispatch::HostAuthorization::DefaultResponseApp] Blocked hosts: shop.example.com",
      ],
    }),
  },
  {
    name: "ALLOWED_HOSTS of Django",
    cause: "host-authorization",
    evidence: answering([seen(400, { contentType: "text/html" })], {
      log: [
        "Invalid HTTP_HOST header: 'shop.example.com'. You may need to add 'shop.example.com' to ALLOWED_HOSTS.",
      ],
    }),
  },
  {
    name: "a development server that names its hosts",
    cause: "host-authorization",
    evidence: answering([
      seen(403, { body: 'Blocked request. This host ("shop.example.com") is not allowed.' }),
    ]),
  },
  {
    name: "Rack::Attack throttle",
    cause: "rate-limited",
    evidence: answering([
      seen(429, { contentType: "text/plain", retryAfter: "60", body: "Retry later\n", framework: true }),
    ]),
  },
  {
    name: "Rack::Attack blocklist",
    cause: "blocklisted",
    evidence: answering([seen(403, { contentType: "text/plain", body: "Forbidden\n", framework: true })]),
  },
  {
    name: "403 after a run of 2xx",
    cause: "blocklisted",
    evidence: answering([seen(200), seen(403, { contentType: "text/html", body: "<h1>banned</h1>" })]),
  },
  {
    name: "403 to the proxy, after the gate was green",
    cause: "blocklisted",
    evidence: switching({
      proxy: {
        running: true,
        answer: "Error: target failed to become healthy within configured timeout (30s)",
        log: [
          '{"level":"INFO","msg":"Healthcheck failed","url":"http://172.18.0.9:3000/up","error":"unexpected status (403)"}',
        ],
      },
    }),
  },
  {
    name: "429 to the proxy, after the gate was green",
    cause: "rate-limited",
    evidence: switching({
      proxy: {
        running: true,
        answer: "Error: target failed to become healthy within configured timeout (30s)",
        log: [
          '{"level":"INFO","msg":"Healthcheck failed","url":"http://172.18.0.9:3000/up","error":"unexpected status (429)"}',
        ],
      },
    }),
  },
  {
    name: "members only",
    cause: "forbidden",
    evidence: answering([
      seen(403, { contentType: "text/html; charset=utf-8", framework: true, body: "<h1>Members only</h1>" }),
    ]),
  },
  {
    name: "basic authentication",
    cause: "forbidden",
    evidence: answering([seen(401, { body: "HTTP Basic: Access denied.\n", framework: true })]),
  },
  {
    name: "no such path",
    cause: "not-found",
    evidence: answering([
      seen(404, { framework: true, body: "The page you were looking for doesn't exist" }),
    ]),
  },
  {
    name: "exception in the health path",
    cause: "app-error",
    evidence: answering([error500], {
      log: [
        ...boot,
        `${request}Started GET "/up" for 127.0.0.1`,
        `${request}NoMethodError (undefined method \`ready?' for nil:NilClass):`,
        `${request}app/controllers/health_controller.rb:7:in \`show'`,
      ],
    }),
  },
  { name: "hang in the health path", cause: "hang", evidence: answering([refusal, hanging]) },
];

/** Where it listens. */
const sockets: Case[] = [
  {
    name: "wrong port",
    cause: "wrong-port",
    evidence: answering([refusal], {
      sockets: [{ address: "0.0.0.0", port: 4000 }],
      elsewhere: [{ address: "0.0.0.0", port: 4000, status: 200 }],
    }),
  },
  {
    name: "wrong port, asked by someone who answers otherwise",
    cause: "wrong-port",
    evidence: answering([refusal], {
      sockets: [
        { address: "127.0.0.1", port: 9394 },
        { address: "::", port: 8080 },
      ],
      elsewhere: [
        { address: "127.0.0.1", port: 9394, status: 404 },
        { address: "::", port: 8080, status: 301 },
      ],
    }),
  },
  {
    name: "loopback bind",
    cause: "loopback-bind",
    evidence: answering([refusal], {
      sockets: [{ address: "127.0.0.1", port: 3000 }],
      elsewhere: [{ address: "127.0.0.1", port: 3000, status: 200 }],
    }),
  },
  {
    name: "slow boot",
    cause: "slow-boot",
    evidence: answering([refusal], { sockets: [], log: ["=> Booting Puma"] }),
  },
  {
    name: "slow boot without a word",
    cause: "slow-boot",
    evidence: answering([refusal], { sockets: [], log: [] }),
  },
  {
    name: "slow boot of a web server that waits, and has said that it begins",
    cause: "slow-boot",
    evidence: answering([refusal], {
      sockets: [],
      log: ["Puma starting in single mode..."],
      state: { status: "running", exitCode: 0, oomKilled: false, restarts: 0, processorSeconds: 0.4 },
    }),
  },
  {
    name: "TLS on the port",
    cause: "not-http",
    evidence: answering([seen(0, { curl: 52 })]),
  },
  {
    name: "HEALTHCHECK of a worker",
    cause: "healthcheck-failed",
    evidence: answering([], {
      ending: "timeout",
      probe: undefined,
      state: {
        status: "running",
        exitCode: 0,
        oomKilled: false,
        restarts: 0,
        health: "unhealthy",
        healthLog: ["7 curl: (7) Failed to connect to localhost port 3000"],
      },
      sockets: [],
      log: ["jobs started"],
    }),
  },
  {
    name: "readiness command of a worker",
    cause: "readiness-command",
    evidence: answering([], {
      ending: "timeout",
      probe: undefined,
      command: { words: "test -e /tmp/ready", exitCode: 1 },
      log: ["jobs started"],
    }),
  },
];

/** How the process ended. */
const processes: Case[] = [
  {
    name: "missing CMD: irb, which ended",
    cause: "missing-cmd",
    evidence: looping(0, ["Switch to inspect mode.", ""], {
      imageFacts: { ...imageFacts, cmd: ["irb"] },
      configured: { command: ["irb"] },
    }),
  },
  {
    name: "missing CMD: irb, looked at while Docker starts it again",
    cause: "missing-cmd",
    evidence: looping(0, ["Switch to inspect mode.", ""], {
      processes: [{ pid: 1, command: "runc init" }],
      imageFacts: { ...imageFacts, cmd: ["irb"] },
      configured: { command: ["irb"] },
    }),
  },
  {
    name: "missing CMD: irb with a terminal",
    cause: "missing-cmd",
    evidence: answering([refusal], {
      sockets: [],
      processes: [{ pid: 1, command: "ruby /usr/local/bin/irb" }],
      imageFacts: { ...imageFacts, cmd: ["irb"] },
      configured: { command: ["irb"] },
      log: [],
    }),
  },
  {
    name: "missing CMD: bash",
    cause: "missing-cmd",
    evidence: looping(0, [], {
      imageFacts: { ...imageFacts, cmd: ["bash"] },
      configured: { command: ["bash"] },
    }),
  },
  {
    name: "missing CMD: node with a terminal, behind an entry point",
    cause: "missing-cmd",
    evidence: answering([refusal], {
      sockets: [],
      processes: [{ pid: 1, command: "node" }],
      imageFacts: { ...imageFacts, cmd: ["node"], entrypoint: ["docker-entrypoint.sh"] },
      configured: { command: ["node"], entrypoint: ["docker-entrypoint.sh"] },
      log: ["Welcome to Node.js v22.1.0."],
    }),
  },
  {
    name: "no command at all",
    cause: "missing-cmd",
    evidence: unstarted("Error response from daemon: No command specified"),
  },
  {
    name: "a server that goes to the background",
    cause: "exited-zero",
    evidence: looping(0, [], { configured: { command: ["sh", "-c", "bin/server >/dev/null 2>&1 &"] } }),
  },
  {
    name: "a command that is done",
    cause: "exited-zero",
    evidence: ended(0, ["Created database 'shop'"], { configured: { command: ["bin/rails", "db:prepare"] } }),
  },
  {
    name: "exception in an initializer",
    cause: "crash",
    evidence: looping(1, [
      "/rails/config/initializers/payments.rb:3:in `<main>': undefined method `fetch' for nil:NilClass (NoMethodError)",
      "\tfrom /usr/share/rubygems-integration/all/gems/railties-6.1.7/lib/rails/engine.rb:667:in `load'",
    ]),
  },
  {
    name: "exception in Python",
    cause: "crash",
    evidence: ended(1, [
      "Traceback (most recent call last):",
      '  File "/app/main.py", line 3, in <module>',
      "ValueError: invalid literal for int() with base 10: 'x'",
    ]),
  },
  {
    name: "killed by someone, not for memory",
    cause: "crash",
    evidence: ended(137, boot),
  },
  {
    name: "an entry point with Windows line ends",
    cause: "command-not-found",
    evidence: looping(1, Array<string>(3).fill("exec /entry.sh: no such file or directory"), {
      configured: { entrypoint: ["/entry.sh"] },
    }),
  },
  {
    name: "an entry point with Windows line ends, whose file was looked at",
    cause: "command-not-found",
    evidence: looping(1, Array<string>(3).fill("exec /entry.sh: no such file or directory"), {
      configured: { entrypoint: ["/entry.sh"] },
      program: {
        path: "/entry.sh",
        there: true,
        kind: "script",
        executable: true,
        windowsLineEnds: true,
        interpreter: "/bin/sh",
        interpreterThere: true,
      },
    }),
  },
  {
    name: "a program for musl in an image with glibc",
    cause: "command-not-found",
    evidence: looping(1, Array<string>(3).fill("exec /app/server: no such file or directory"), {
      configured: { command: ["/app/server"] },
      program: {
        path: "/app/server",
        there: true,
        kind: "binary",
        executable: true,
        interpreter: "/lib/ld-musl-x86_64.so.1",
        interpreterThere: false,
      },
    }),
  },
  {
    name: "a script for bash in an image without it",
    cause: "command-not-found",
    evidence: looping(1, Array<string>(3).fill("exec /app/start: no such file or directory"), {
      configured: { command: ["/app/start"] },
      program: {
        path: "/app/start",
        there: true,
        kind: "script",
        executable: true,
        interpreter: "/bin/bash",
        interpreterThere: false,
      },
    }),
  },
  {
    name: "a fault of native code",
    cause: "crash",
    evidence: looping(139, ["Puma starting in single mode..."]),
  },
  {
    name: "a boot that works, behind a port of its runtime",
    cause: "slow-boot",
    evidence: answering([refusal], {
      sockets: [{ address: "0.0.0.0", port: 4369 }],
      elsewhere: [{ address: "0.0.0.0", port: 4369, status: 0 }],
      state: { status: "running", exitCode: 0, oomKilled: false, restarts: 0, processorSeconds: 5.1 },
    }),
  },
  {
    name: "no such host for the app, and one that it takes",
    cause: "host-authorization",
    evidence: answering([seen(404, { body: "404 page not found" })], {
      besides: [
        { what: "host", value: "localhost", status: 200 },
        { what: "path", value: "/", status: 404 },
      ],
    }),
  },
  {
    name: "no such path, and one that is there",
    cause: "not-found",
    evidence: answering([seen(404, { body: "404 page not found" })], {
      besides: [
        { what: "host", value: "localhost", status: 404 },
        { what: "path", value: "/", status: 200 },
        { what: "path", value: "/healthz", status: 200 },
      ],
    }),
  },
  {
    name: "an app that says of a file of its own that it is not there",
    cause: "crash-loop",
    evidence: looping(1, ["exec of the hook /hooks/boot: no such file or directory, going on", "giving up"]),
  },
  {
    name: "kept up by sleep, under a shell",
    cause: "missing-cmd",
    evidence: answering([refusal], {
      sockets: [],
      processes: [
        { pid: 1, command: "/bin/sh /entry.sh" },
        { pid: 7, command: "sleep infinity" },
      ],
      log: [],
    }),
  },
  {
    name: "an entry point that waits, by a short sleep",
    cause: "slow-boot",
    evidence: answering([refusal], {
      sockets: [],
      processes: [
        { pid: 1, command: "/bin/sh /entry.sh" },
        { pid: 7, command: "sleep 1" },
      ],
      log: ["waiting"],
    }),
  },
  {
    name: "binds ::1, which it does not have",
    cause: "bind-failed",
    evidence: looping(1, [
      "2026/11/28 10:00:00 listen tcp [::1]:3000: bind: cannot assign requested address",
    ]),
  },
  {
    name: "a unix socket without its directory, by Go",
    cause: "bind-failed",
    evidence: looping(1, ["listen unix /run/app/web.sock: bind: no such file or directory"]),
  },
  {
    name: "a unix socket without its directory, by Puma",
    cause: "bind-failed",
    evidence: looping(1, [
      "/usr/local/lib/ruby/socket.rb:1180:in `initialize': No such file or directory - bind(2) for /rails/tmp/sockets/puma.sock (Errno::ENOENT)",
    ]),
  },
  {
    name: "listens on IPv6 only",
    cause: "ipv-six-only",
    evidence: answering([refusal], { sockets: [{ address: "::", port: 3000 }] }),
  },
  {
    name: "crash loop",
    cause: "crash-loop",
    evidence: looping(1, ['lite: unknown command "serve"; there are server, worker and release'], {
      configured: { command: ["lite", "serve"] },
    }),
  },
  {
    name: "crash loop that runs again just now",
    cause: "crash-loop",
    evidence: looping(2, ["usage: app [--port N]"], {
      state: { status: "running", exitCode: 0, oomKilled: false, restarts: 3, exitCodes: [2, 2, 2] },
    }),
  },
  {
    name: "no such command",
    cause: "command-not-found",
    evidence: unstarted(
      'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "bin/serve": stat bin/serve: no such file or directory: unknown',
      { configured: { command: ["bin/serve"] } },
    ),
  },
  {
    name: "no such command in the path",
    cause: "command-not-found",
    evidence: unstarted(
      'OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "puma": executable file not found in $PATH: unknown',
      { stage: "start", configured: { command: ["puma"] } },
    ),
  },
  {
    name: "no such command, said by a shell",
    cause: "command-not-found",
    evidence: looping(127, ["/entrypoint.sh: line 4: puma: command not found"]),
  },
  {
    name: "missing environment variable in Ruby",
    cause: "missing-env",
    evidence: looping(1, [
      '/rails/config/application.rb:21:in `fetch\': key not found: "STRIPE_API_KEY" (KeyError)',
    ]),
  },
  {
    name: "missing environment variable in Python",
    cause: "missing-env",
    evidence: ended(1, ["Traceback (most recent call last):", "KeyError: 'STRIPE_API_KEY'"]),
  },
  {
    name: "missing environment variable in Node",
    cause: "missing-env",
    evidence: ended(1, ["Error: Missing required environment variable: STRIPE_API_KEY"]),
  },
  {
    name: "missing environment variable in a shell",
    cause: "missing-env",
    evidence: ended(2, ["/entrypoint.sh: 3: STRIPE_API_KEY: parameter not set"]),
  },
  {
    name: "missing secret_key_base",
    cause: "missing-env",
    evidence: ended(1, [
      "ArgumentError: Missing `secret_key_base` for 'production' environment, set this string with `bin/rails credentials:edit`",
    ]),
  },
  {
    name: "wrong RAILS_MASTER_KEY",
    cause: "wrong-master-key",
    evidence: looping(1, [
      "/gems/activesupport-6.1.7/lib/active_support/message_encryptor.rb:203:in `rescue in _decrypt': ActiveSupport::MessageEncryptor::InvalidMessage (ActiveSupport::MessageEncryptor::InvalidMessage)",
      "/gems/activesupport-6.1.7/lib/active_support/message_encryptor.rb:195:in `final': OpenSSL::Cipher::CipherError",
    ]),
  },
  {
    name: "missing library",
    cause: "missing-library",
    evidence: ended(1, [
      "/usr/lib/ruby/vendor_ruby/rubygems/core_ext/kernel_require.rb:85:in `require': cannot load such file -- stripe (LoadError)",
    ]),
  },
  {
    name: "read-only file system",
    cause: "read-only-path",
    evidence: looping(
      1,
      [
        "/usr/lib/ruby/3.1.0/fileutils.rb:243:in `mkdir': Read-only file system @ dir_s_mkdir - /rails/storage (Errno::EROFS)",
      ],
      { configured: { command: ["bin/server"], readOnly: true, user: "rails", mounts: [] } },
    ),
  },
  {
    name: "a volume of root's",
    cause: "permission-denied",
    evidence: looping(
      1,
      [
        "/usr/lib/ruby/3.1.0/fileutils.rb:243:in `mkdir': Permission denied @ dir_s_mkdir - /data/uploads (Errno::EACCES)",
      ],
      { configured: { command: ["bin/server"], user: "rails", mounts: ["/data"] } },
    ),
  },
  {
    name: "an entry point that is not executable",
    cause: "permission-denied",
    evidence: unstarted(
      'OCI runtime create failed: runc create failed: unable to start container process: exec: "./entrypoint.sh": permission denied: unknown',
    ),
  },
  {
    name: "an entry point that changes its user, and is not root",
    cause: "operation-not-permitted",
    // What setpriv 2.38 says, which starts as 65534.
    evidence: looping(127, ["setpriv: setresuid failed: Operation not permitted"], {
      configured: { command: ["setpriv", "--reuid", "1000", "node", "server.js"], user: "app" },
    }),
  },
  {
    name: "a library on a tmpfs with noexec",
    cause: "operation-not-permitted",
    evidence: ended(1, [
      "java.lang.UnsatisfiedLinkError: /tmp/jna-1/jna.tmp: /tmp/jna-1/jna.tmp: failed to map segment from shared object: Operation not permitted",
    ]),
  },
  {
    name: "a module of the app's own in Python",
    cause: "missing-library",
    evidence: answering([error500], {
      log: ["Traceback (most recent call last):", "ModuleNotFoundError: No module named 'shop.urls'"],
    }),
  },
  {
    name: "a pid file left over",
    cause: "stale-pid",
    evidence: looping(1, [
      "A server is already running (pid: 1, file: /rails/tmp/pids/server.pid).",
      "Exiting",
    ]),
  },
  {
    name: "removed meanwhile",
    cause: "container-gone",
    evidence: { stage: "ready", ending: "gone", container, image },
  },
];

/** The machine. */
const machine: Case[] = [
  {
    name: "OOM kill",
    cause: "out-of-memory",
    evidence: looping(137, boot, {
      ending: "oom",
      state: { status: "restarting", exitCode: 137, oomKilled: true, restarts: 1 },
      configured: { command: ["bin/server"], memory: 67108864 },
    }),
  },
  {
    name: "OOM of a worker of the server",
    cause: "out-of-memory",
    evidence: answering([refusal, hanging], { memory: { used: 60, limit: 64, kills: 2 } }),
  },
  {
    name: "heap of JavaScript",
    cause: "heap-limit",
    evidence: ended(134, [
      "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    ]),
  },
  {
    name: "memory pressure with swap",
    cause: "memory-pressure",
    evidence: answering([refusal], {
      sockets: [],
      memory: { used: 108, limit: 110, swapped: 80, some: 71.2, full: 63.5, kills: 0 },
      configured: { command: ["bin/server"], memory: 115343360 },
      log: ["=> Booting Puma"],
    }),
  },
  {
    name: "memory pressure of the host, while the health path is slow",
    cause: "memory-pressure",
    evidence: answering([hanging], {
      host: { ...host, memory: 1900, available: 60, swapUsed: 1800, pressure: { some: 60, full: 44 } },
    }),
  },
  {
    name: "image for another architecture",
    cause: "architecture",
    evidence: ended(1, ["exec /usr/local/bin/app: exec format error"], {
      imageFacts: { ...imageFacts, architecture: "arm64" },
    }),
  },
  {
    name: "image for another architecture, refused at the start",
    cause: "architecture",
    evidence: unstarted("OCI runtime create failed: exec /app: exec format error: unknown", {
      imageFacts: { ...imageFacts, architecture: "arm64" },
    }),
  },
  {
    name: "x86 image on an Arm host",
    cause: "architecture",
    evidence: ended(255, ["exec /usr/local/bin/app: exec format error"], {
      host: { ...host, architecture: "arm64" },
    }),
  },
  {
    name: "program of another architecture in an image of this one",
    cause: "architecture",
    evidence: ended(1, ["standard_init_linux.go:228: exec user process caused: exec format error"]),
  },
  {
    name: "index without this architecture",
    cause: "architecture",
    evidence: pulled(
      "Error response from daemon: no matching manifest for linux/amd64 in the manifest list entries",
    ),
  },
  {
    name: "disk full at the pull",
    cause: "disk-full",
    evidence: pulled("write /var/lib/docker/tmp/GetImageBlob3301: no space left on device", {
      host: { ...host, disk: { path: "/var/lib/docker", total: 20000, free: 0 } },
      usage: [
        "TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE",
        "Images          41        3         17.1GB    15.2GB (88%)",
      ],
    }),
  },
  {
    name: "disk full at the extraction",
    cause: "disk-full",
    evidence: pulled(
      "failed to register layer: Error processing tar file(exit status 1): write /usr/lib/libx.so: no space left on device",
    ),
  },
  {
    name: "disk full at the start",
    cause: "disk-full",
    evidence: unstarted(
      "error creating overlay mount to /var/lib/docker/overlay2/x: no space left on device",
    ),
  },
  {
    name: "disk full when the container is made",
    cause: "disk-full",
    evidence: {
      stage: "start",
      ending: "create-failed",
      container,
      image,
      error:
        "failed to create task for container: mkdir /var/lib/docker/overlay2/0a1b-init: no space left on device",
      host: { disk: { path: "/var/lib/docker", total: 900, free: 0 } },
    },
  },
  {
    name: "dockerd stopped in the gate",
    cause: "engine-away",
    evidence: {
      stage: "ready",
      ending: "engine-away",
      container,
      error: "curl: (7) Failed to connect to localhost port 80 after 0 ms: Couldn't connect to server",
    },
  },
  {
    name: "disk full for the app",
    cause: "disk-full",
    evidence: looping(
      1,
      [
        "/rails/lib/storage.rb:4:in `write': No space left on device @ io_write - /rails/storage/cache (Errno::ENOSPC)",
      ],
      {
        host: { ...host, disk: { path: "/var/lib/docker", total: 38000, free: 0, inodesFree: 900000 } },
      },
    ),
  },
];

/** What it needs. */
const needs: Case[] = [
  {
    name: "database not there: refused",
    cause: "dependency-not-there",
    evidence: answering([error500], {
      log: [
        ...boot,
        'PG::ConnectionBad (connection to server at "shop-db" (172.18.0.3), port 5499 failed: Connection refused',
        "\tIs the server running on that host and accepting TCP/IP connections?):",
      ],
      dependencies: [
        { ...db, port: 5499, resolves: true, connects: "refused", container: "running,healthy" },
      ],
    }),
  },
  {
    name: "database not there: no such name",
    cause: "dependency-not-there",
    evidence: answering([error500], {
      log: [
        ...boot,
        'ActiveRecord::ConnectionNotEstablished (could not translate host name "db-main" to address: Temporary failure in name resolution):',
      ],
      dependencies: [{ ...db, host: "db-main", resolves: false, resolvesOnHost: false }],
    }),
  },
  {
    name: "Redis not there, the app ends",
    cause: "dependency-not-there",
    evidence: looping(1, [
      "Error: connect ECONNREFUSED 172.18.0.7:6379",
      "    at TCPConnectWrap.afterConnect",
    ]),
  },
  {
    name: "database at localhost",
    cause: "dependency-not-there",
    evidence: looping(1, [
      "psycopg2.OperationalError: could not connect to server: Connection refused",
      '\tIs the server running on host "localhost" (127.0.0.1) and accepting',
      "\tTCP/IP connections on port 5432?",
    ]),
  },
  {
    name: "database that does not answer, and an app that hangs on it without a word",
    cause: "dependency-not-there",
    evidence: answering([error500], {
      log: boot,
      dependencies: [{ ...db, resolves: true, connects: "timeout" }],
    }),
  },
  {
    name: "database not ready",
    cause: "dependency-not-ready",
    evidence: answering([error500], {
      log: [
        ...boot,
        'PG::ConnectionBad (connection to server at "shop-db" (172.18.0.3), port 5432 failed: FATAL:  the database system is starting up):',
      ],
      dependencies: [{ ...db, resolves: true, connects: "yes", container: "running" }],
    }),
  },
  {
    name: "database that recovers",
    cause: "dependency-not-ready",
    evidence: looping(1, [
      "FATAL:  the database system is not yet accepting connections",
      "DETAIL:  Consistent recovery state has not been yet reached. (PG::ConnectionBad)",
    ]),
  },
  {
    name: "Redis that loads",
    cause: "dependency-not-ready",
    evidence: looping(1, ["Redis::CommandError: LOADING Redis is loading the dataset in memory"]),
  },
  {
    name: "wrong password",
    cause: "wrong-password",
    evidence: answering([error500], {
      log: [
        ...boot,
        'PG::ConnectionBad (connection to server at "shop-db" (172.18.0.3), port 5432 failed: FATAL:  password authentication failed for user "shop"):',
      ],
      dependencies: [{ ...db, resolves: true, connects: "yes", container: "running" }],
    }),
  },
  {
    name: "wrong password of Redis",
    cause: "wrong-password",
    evidence: looping(1, [
      "Redis::CannotConnectError: WRONGPASS invalid username-password pair or user is disabled.",
    ]),
  },
  {
    name: "wrong password in the release command",
    cause: "wrong-password",
    evidence: {
      stage: "release",
      ending: "command-failed",
      container: "shop-release",
      image,
      command: { words: "bin/rails db:prepare", exitCode: 1 },
      log: ['FATAL:  password authentication failed for user "shop"', "Caused by:", "PG::ConnectionBad: …"],
      host,
    },
  },
  {
    name: "data of another major version",
    cause: "data-format",
    evidence: ended(1, [
      "PostgreSQL Database directory appears to contain a database; Skipping initialization",
      "2026-11-28 20:00:00.000 UTC [1] FATAL:  database files are incompatible with server",
      "2026-11-28 20:00:00.000 UTC [1] DETAIL:  The data directory was initialized by PostgreSQL version 15, which is not compatible with this version 16.10 (Debian 16.10-1.pgdg13+1).",
    ]),
  },
  {
    name: "data of a former image in the place of 18",
    cause: "data-format",
    evidence: ended(1, [
      "Error: in 18+, these Docker images are configured to store database data in a",
      "       Counter to that, there appears to be PostgreSQL data in:",
      "         /var/lib/postgresql/data (unused mount/volume)",
    ]),
  },
  {
    name: "missing table",
    cause: "missing-tables",
    evidence: answering([error500], {
      log: [
        ...boot,
        'ActiveRecord::StatementInvalid (PG::UndefinedTable: ERROR:  relation "solid_cache_entries" does not exist',
      ],
      dependencies: [{ ...db, resolves: true, connects: "yes" }],
    }),
  },
  {
    name: "pending migrations in Django",
    cause: "missing-tables",
    evidence: looping(1, [
      'django.db.utils.ProgrammingError: relation "auth_user" does not exist',
      "LINE 1: SELECT …",
    ]),
  },
  {
    name: "DNS failure in the container",
    cause: "dns",
    evidence: looping(
      1,
      [
        "/usr/lib/ruby/3.1.0/net/http.rb:987:in `initialize': Failed to open TCP connection to prices.example.com:80 (getaddrinfo: Temporary failure in name resolution) (SocketError)",
      ],
      {
        network: { ...good, dns: false, outbound: false, nameservers: ["127.0.0.53"] },
        dependencies: [
          { from: "log", host: "prices.example.com", port: 80, resolves: false, resolvesOnHost: true },
        ],
      },
    ),
  },
  {
    name: "DNS failure, nothing else is known",
    cause: "dns",
    evidence: ended(1, ["Error: getaddrinfo EAI_AGAIN api.stripe.com"], { network: undefined }),
  },
  {
    name: "no outbound network",
    cause: "no-outbound",
    evidence: looping(
      1,
      [
        "/usr/lib/ruby/3.1.0/net/http.rb:987:in `initialize': Failed to open TCP connection to registry.lab:5000 (execution expired) (Net::OpenTimeout)",
      ],
      { network: { ...good, outbound: false } },
    ),
  },
  {
    name: "internal network",
    cause: "no-outbound",
    evidence: looping(1, ["dial tcp 203.0.113.7:443: connect: network is unreachable"], {
      network: { ...good, outbound: false, defaultRoute: false },
    }),
  },
  {
    name: "release command that fails",
    cause: "release-failed",
    evidence: {
      stage: "release",
      ending: "command-failed",
      container: "shop-release",
      image,
      command: { words: "lite migrate", exitCode: 1 },
      log: ['lite: unknown command "migrate"; there are server, worker and release'],
      host,
    },
  },
  {
    name: "release command that does not end",
    cause: "release-failed",
    evidence: {
      stage: "release",
      ending: "timeout",
      container: "shop-release",
      image,
      timeout: 600,
      command: { words: "bin/rails db:migrate" },
      log: ["== 20260101 AddIndexToOrders: migrating ====="],
      host,
    },
  },
  {
    name: "run of a role with a schedule that fails",
    cause: "job-failed",
    evidence: {
      stage: "job",
      ending: "command-failed",
      container: "demo-prod-shop-nightly-0a1b2c3",
      image,
      command: { words: "bin/nightly", exitCode: 3 },
      state: { status: "exited", exitCode: 3 },
      log: ["sending 12 invoices", "the mail server said 550"],
      host,
    },
  },
  {
    name: "run of a role with a schedule that does not end",
    cause: "job-failed",
    evidence: {
      stage: "job",
      ending: "timeout",
      container: "demo-prod-shop-nightly-0a1b2c3",
      image,
      timeout: 1200,
      command: { words: "bin/nightly" },
      state: { status: "exited", exitCode: 137 },
      log: ["sending 12 invoices"],
      host,
    },
  },
  {
    name: "run of a role with a schedule that is killed for memory",
    cause: "out-of-memory",
    evidence: {
      stage: "job",
      ending: "command-failed",
      container: "demo-prod-shop-nightly-0a1b2c3",
      image,
      command: { words: "bin/nightly", exitCode: 137 },
      state: { status: "exited", exitCode: 137, oomKilled: true },
      configured: { memory: 67108864 },
      log: ["sending 12 invoices"],
      host,
    },
  },
];

/** Registry, ports and the proxy. */
const around: Case[] = [
  {
    name: "pull unauthorized",
    cause: "pull-unauthorized",
    evidence: pulled(
      "Error response from daemon: Head https://registry.example.com/v2/shop/manifests/v4: unauthorized: authentication required",
    ),
  },
  {
    name: "pull without a login",
    cause: "pull-unauthorized",
    evidence: pulled(
      "Error response from daemon: pull access denied for shop, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    ),
  },
  {
    name: "tag not found",
    cause: "image-not-found",
    evidence: pulled(
      "Error response from daemon: manifest for registry.example.com/shop:v404 not found: manifest unknown: manifest unknown",
    ),
  },
  {
    name: "registry down",
    cause: "registry-unreachable",
    evidence: pulled(
      'Error response from daemon: Get "https://registry.example.com/v2/": dial tcp 10.0.0.4:443: connect: connection refused',
    ),
  },
  {
    name: "registry without a name",
    cause: "registry-unreachable",
    evidence: pulled(
      'Error response from daemon: Get "https://registry.exmple.com/v2/": dial tcp: lookup registry.exmple.com: no such host',
    ),
  },
  {
    name: "registry without TLS",
    cause: "registry-unreachable",
    evidence: pulled(
      'Error response from daemon: Get "https://10.0.0.4:5000/v2/": http: server gave HTTP response to HTTPS client',
    ),
  },
  {
    name: "layers of zstd on Docker 20.10",
    cause: "layer-unreadable",
    evidence: pulled(
      "failed to register layer: Error processing tar file(exit status 1): archive/tar: invalid tar header",
    ),
  },
  {
    name: "pull limit",
    cause: "pull-rate-limited",
    evidence: pulled(
      "toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating",
    ),
  },
  {
    name: "port taken by a server of the host",
    cause: "port-taken",
    evidence: unstarted(
      "driver failed programming external connectivity on endpoint kamal-proxy: Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use",
      { ports: [{ port: 80, owner: "nginx (process 812)" }] },
    ),
  },
  {
    name: "port taken by a container",
    cause: "port-taken",
    evidence: unstarted("Bind for 0.0.0.0:443 failed: port is already allocated", {
      ports: [{ port: 443, owner: "the container kamal-proxy" }],
    }),
  },
  {
    name: "port taken inside the container",
    cause: "port-taken",
    evidence: looping(1, ["Error: listen EADDRINUSE: address already in use :::3000"]),
  },
  {
    name: "proxy gone",
    cause: "proxy-gone",
    evidence: switching({ ending: "proxy-gone", proxy: { running: false } }),
  },
  {
    name: "proxy bridged",
    cause: "proxy-bridged",
    evidence: switching({ ending: "proxy-bridged", proxy: { running: true } }),
  },
  {
    name: "proxy too old",
    cause: "proxy-too-old",
    evidence: switching({
      proxy: { running: true, version: "v0.8.4", answer: "Error: unknown flag: --canonical-host" },
    }),
  },
  {
    name: "two apps with one host",
    cause: "host-conflict",
    evidence: switching({
      proxy: {
        running: true,
        answer: "Error: host settings conflict with another service",
        services: ["other www.example.com other-web:3000"],
      },
    }),
  },
  {
    name: "certificate and key of two pairs",
    cause: "certificate",
    evidence: switching({ proxy: { running: true, answer: "Error: unable to load certificate" } }),
  },
  {
    name: "not healthy for the proxy, no one knows why",
    cause: "proxy-refused",
    evidence: switching({
      proxy: {
        running: true,
        answer: "Error: target failed to become healthy within configured timeout (30s)",
      },
    }),
  },
  {
    name: "a text of Docker's that nobody knows",
    cause: "unknown",
    evidence: unstarted("Error response from daemon: the frobnicator is out of cheese"),
  },
  {
    name: "an answer that no rule is for",
    cause: "unknown",
    evidence: answering([seen(418)], { ending: "timeout" }),
  },
  { name: "nothing", cause: "unknown", evidence: { stage: "ready" } },
];

/** A certificate that did not come: what the proxy logged is what kamal-proxy v0.9.2 logs against pebble. */
function uncertified(facts: Partial<NonNullable<Evidence["certificate"]>>): Evidence {
  return {
    stage: "certificate",
    certificate: {
      host: "shop.example.com",
      addresses: ["192.0.2.1"],
      own: ["192.0.2.1", "2001:db8::1"],
      said: "",
      late: false,
      status: 0,
      server: "",
      ...facts,
    },
  };
}

const noChallenge =
  'acme/autocert: unable to satisfy "https://acme-v02.api.letsencrypt.org/authZ/9Ij6cc" for domain "shop.example.com": no viable challenge type found';

const certificates: Case[] = [
  { name: "no address", cause: "certificate-name", evidence: uncertified({ addresses: [] }) },
  {
    name: "a rate limit",
    cause: "certificate-limit",
    evidence: uncertified({
      said: "429 urn:ietf:params:acme:error:rateLimited: too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s, retry after 2026-11-30 12:00:00 UTC",
    }),
  },
  { name: "still trying", cause: "certificate-limit", evidence: uncertified({ late: true }) },
  {
    name: "CAA for another authority",
    cause: "certificate-caa",
    evidence: uncertified({
      said: "403 urn:ietf:params:acme:error:caa: CAA record for example.com prevents issuance",
    }),
  },
  {
    name: "a name that is not public",
    cause: "certificate-rejected",
    evidence: uncertified({
      said: '400 urn:ietf:params:acme:error:rejectedIdentifier: Invalid identifiers requested :: Cannot issue for "shop.internal": Domain name does not end with a valid public suffix (TLD)',
    }),
  },
  {
    name: "no way to Let's Encrypt",
    cause: "certificate-authority",
    evidence: uncertified({
      said: 'Get "https://acme-v02.api.letsencrypt.org/directory": dial tcp: lookup acme-v02.api.letsencrypt.org on 127.0.0.11:53: read udp 127.0.0.1:49387->127.0.0.1:53: read: connection refused',
    }),
  },
  {
    name: "an AAAA record of another machine",
    cause: "certificate-elsewhere",
    evidence: uncertified({
      addresses: ["192.0.2.1", "2001:db8::2"],
      said: noChallenge,
      status: 404,
      server: "nginx",
    }),
  },
  {
    name: "the right addresses, one in another spelling",
    cause: "certificate-shut",
    evidence: uncertified({ addresses: ["192.0.2.1", "2001:DB8:0::1"], said: noChallenge }),
  },
  {
    name: "addresses of the host that nobody knows",
    cause: "certificate-shut",
    evidence: uncertified({ own: [], said: noChallenge, status: 200, server: "Apache" }),
  },
  {
    name: "a word that nobody knows",
    cause: "unknown",
    evidence: uncertified({ said: "unknown server name" }),
  },
];

/**
 * Software that ran in a network of its own, as in a container, with the fault; the verbs' own functions gathered the evidence. `of` says
 * which software it was. Of the machine and its directories, names and sizes are others.
 */
export const recordings: readonly Case[] = recorded.map(({ name, cause, evidence: told }) => {
  const { evidence, unread } = parseEvidence(JSON.stringify(told));
  if (unread.length > 0) throw new Error(`${name}: ${unread.join(", ")}`);
  return { name, cause, evidence };
});

export const cases: readonly Case[] = [
  ...recordings,
  ...answers,
  ...sockets,
  ...processes,
  ...machine,
  ...needs,
  ...around,
  ...certificates,
];
