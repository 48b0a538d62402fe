/** The container's process: what it is, and how it ended. */
import type { Cause } from "../cause";
import { runsOnce, type Evidence, type Program } from "../evidence";
import { commandLine, complains, ends, exitCode, lastException, program, startError, texts } from "../facts";
import { complaint, short, telling } from "../log";
import { missingEntry } from "./entry";

const consoles = new Set([
  "irb",
  "pry",
  "node",
  "python",
  "python3",
  "iex",
  "erl",
  "php",
  "psql",
  "jshell",
  "ghci",
  "lua",
  "deno",
  "bun",
  "rails",
]);
const shells = new Set(["sh", "bash", "ash", "dash", "zsh", "fish"]);
/** What the kernel puts before a script of theirs: `irb` runs as `ruby /usr/local/bin/irb`. */
const interpreters = new Set(["ruby", "python", "python3", "perl", "node"]);

/** The console or shell that a command line starts, when it gives it nothing to run. */
function consoleOf(words: readonly string[]): string | undefined {
  const bare =
    words[0] === "/bin/sh" && words[1] === "-c" ? (words[2] ?? "").trim().split(/\s+/) : [...words];
  if (interpreters.has(program(bare)) && consoles.has(program(bare.slice(1)))) bare.shift();
  const name = program(bare);
  const rest = bare.slice(1);
  if (/^(console|c)$/.test(rest[0] ?? "") && name === "rails") return "rails console";
  if (name === "rails") return undefined;
  const bareName = name.replace(/[\d.]+$/, "");
  const known = consoles.has(name) || consoles.has(bareName) || shells.has(name);
  // Only switches: `bash -l`, `php -a`, `iex -S mix` are consoles, `bash -c …` and `node server.js` are not.
  const only = rest.every((word) => /^-[a-zA-Z]$|^--(login|interactive)$/.test(word) && word !== "-c");
  return known && only ? name : undefined;
}

/** A process that waits for nothing: what keeps a container up by hand. */
const idles = /^(\S*\/)?(sleep (infinity|inf|\d{4,}\S*|\d+[hd])|tail -[fF] \/dev\/null)$/;

/** What keeps the container up without doing anything, when there is nothing beside it but the shell that started it. */
function idlerOf({ processes = [] }: Evidence): string | undefined {
  const others = processes.filter(({ command }) => !idles.test(command));
  const idle = processes.find(({ command }) => idles.test(command));
  return others.every(({ command }) => shells.has(program(command.split(" ")))) ? idle?.command : undefined;
}

export const missingCmd: Cause = {
  id: "missing-cmd",
  title: "The container runs a console or a shell: the image has no CMD",
  final: true,
  match: (evidence) => {
    if (/no command specified/i.test([startError(evidence), evidence.error].join(" "))) {
      return {
        confidence: 0.97,
        verdict: "the image has no command, and none was set",
        seen: ["Docker said: no command specified"],
        why: "An image without CMD and ENTRYPOINT starts nothing.",
        cure: 'add CMD to the Dockerfile, such as CMD ["./bin/rails", "server"], or set command',
      };
    }
    const idle = idlerOf(evidence);
    if (idle !== undefined && (evidence.sockets ?? []).length === 0) {
      return {
        confidence: 0.95,
        verdict: `its process is ${idle}, which serves nothing`,
        seen: [
          `all that runs in it is ${idle}; nothing listens in the container`,
          `it was started as: ${short(commandLine(evidence).join(" "), 80)}`,
        ],
        why: "Such a command keeps a container up to be looked into; it starts no server.",
        cure: 'take it out: let command, or CMD of the Dockerfile, be the server, such as CMD ["./bin/rails", "server"]',
      };
    }
    const code = exitCode(evidence);
    // Of one that Docker starts again, the list may show Docker's own process, which is not the command yet.
    const first = code === undefined ? evidence.processes?.find(({ pid }) => pid === 1)?.command : undefined;
    // What runs says more than what was asked for, unless an entry point has handed over to it.
    const running = first === undefined ? undefined : consoleOf(first.split(" "));
    const words = commandLine(evidence);
    const asked = consoleOf(words) ?? consoleOf(evidence.configured?.command ?? []);
    const name = running ?? (first === undefined ? asked : undefined);
    if (name === undefined) return undefined;
    const listens = evidence.sockets !== undefined && evidence.sockets.length > 0;
    if (listens || (code !== undefined && code !== 0)) return undefined;
    return {
      confidence: 0.95,
      verdict: `its process is ${name}, which serves nothing${code === 0 ? " and ended at once" : ""}`,
      seen: [
        running === undefined
          ? `it was started as: ${short(words.join(" "), 80)}${code === undefined ? "" : `; exit code ${code}`}`
          : `process 1 is: ${first}; nothing listens in the container`,
        `the image's CMD is ${JSON.stringify(evidence.imageFacts?.cmd ?? [])}`,
      ],
      why: "Images of languages start their console when a Dockerfile says no CMD; without a terminal it ends or sits there.",
      cure: 'add CMD to the Dockerfile, such as CMD ["./bin/rails", "server"], or set command',
    };
  },
  docs: {
    chapter: "The process ends",
    symptom:
      "The container ends at once with exit code 0, or runs and listens on nothing. `docker ps` shows `irb`, `node`, `python3`, `bash` as its command.",
    cause:
      "The Dockerfile has no `CMD` (or it was lost in a stage), so that of the base image holds: `irb` for ruby, `node` for node, `bash` for debian.",
    proof: "`docker image inspect --format '{{.Config.Cmd}} {{.Config.Entrypoint}}' IMAGE`.",
    cure: 'Add `CMD ["./bin/thrust", "./bin/rails", "server"]` or the like to the last stage, or set `command` of the role.',
  },
};

export const exitedZero: Cause = {
  id: "exited-zero",
  title: "The container ends with exit code 0",
  final: true,
  match: (evidence) => {
    if (runsOnce(evidence.stage) || exitCode(evidence) !== 0) return undefined;
    const words = commandLine(evidence).join(" ");
    const background = /&\s*$|--daemon|\b-d(aemonize)?\b|daemon\s*(on|true)/.test(words);
    return {
      confidence: 0.86,
      verdict: "its process ended with exit code 0: it was done",
      seen: [
        `exit code 0${ends(evidence) > 1 ? `, ${ends(evidence)} times` : ""}; it ran: ${short(words, 90)}`,
        ...lastLine(evidence),
      ],
      why: "Exit code 0 is success, so nothing crashed: the command does something and ends, or goes to the background.",
      cure: background
        ? "keep the server in the foreground: without & and without a daemon option"
        : "let command be the server itself, in the foreground; a command that runs once belongs into release",
    };
  },
  docs: {
    chapter: "The process ends",
    symptom: "The container ends at once, exit code 0, again and again.",
    cause:
      "The command does its work and ends, such as a migration, a script without `exec` of the server, or a server that goes to the background. A container lives as long as its first process.",
    proof: "`docker inspect --format '{{.State.ExitCode}} {{.Config.Cmd}}' CONTAINER`.",
    cure: 'Start the server in the foreground as the last thing: `exec "$@"` in an entry point, no `&`, no `--daemon`. What runs once goes into `release`.',
  },
};

export const crash: Cause = {
  id: "crash",
  title: "The app crashes at boot",
  final: true,
  match: (evidence) => {
    const code = exitCode(evidence);
    if (code === undefined || code === 0 || runsOnce(evidence.stage)) return undefined;
    const thrown = lastException(evidence);
    const native = thrown === undefined && code in faults;
    if (thrown === undefined && !native && ends(evidence) > 1) return undefined;
    const killed = code === 137 || code === 143;
    return {
      confidence: native ? 0.65 : thrown === undefined ? 0.5 : 0.6,
      verdict: native
        ? `its process ended by a fault of its own code (exit code ${code}${signal(code)})`
        : killed
          ? `its process was ended from outside (exit code ${code}: ${code === 137 ? "SIGKILL" : "SIGTERM"})`
          : `its process ended with exit code ${code}`,
      seen: [
        ...(thrown === undefined ? lastLine(evidence) : [`its log says: ${short(thrown)}`]),
        `exit code ${code}${ends(evidence) > 1 ? `, ${ends(evidence)} times` : ""}${signal(code)}`,
        ...(killed ? ["the kernel's record shows no kill for memory (OOMKilled is false)"] : []),
      ],
      why: native
        ? "The processor or the C library stopped it: such a fault lies in a native program or library, not in a script."
        : thrown === undefined
          ? "A process that ends by itself with another code than 0 has failed."
          : "An exception that nothing rescued ended it.",
      cure: killed
        ? "someone stopped it: another deploy, docker stop, or a watchdog in the container; run pulumi up again"
        : native
          ? (faults[code] ?? "")
          : thrown === undefined
            ? `${logged(evidence)}; the same image can be tried with docker run --rm IMAGE`
            : `mend what the exception names${ofRails(evidence) ? "; RAILS_LOG_LEVEL=debug shows more" : ""}`,
    };
  },
  docs: {
    chapter: "The process ends",
    symptom: "The container ends with an exit code other than 0, and an exception is in its log.",
    cause:
      "An exception while the app boots: in an initializer, in configuration, in code that eager loading reads first.",
    proof:
      "The report quotes the exception; the whole trace: `docker logs CONTAINER`, or `sextant doctor CONTAINER` on the host.",
    cure: "Mend what it names. `docker run --rm -e RAILS_ENV=production IMAGE bin/rails runner 1` tries the same boot anywhere. Exit code 137 or 143 without an exception means that something outside ended it.",
  },
};

/** Whether it is a Rails app, by its variables or its log. */
function ofRails({ env = [], log = [] }: Evidence): boolean {
  return env.some((name) => name.startsWith("RAILS_")) || log.some((line) => /\.rb:\d+/.test(line));
}

/** How long it lasted before its ends. */
function ranFor({ state }: Evidence): string {
  const seconds = state?.ranFor?.map((each) => each.toFixed(1)) ?? [];
  return seconds.length === 0 ? "" : `, after ${[...new Set(seconds.slice(-3))].join(", ")} s`;
}

/** Where to look, as far as the log has anything to say. */
function logged({ log = [] }: Evidence): string {
  return log.some((line) => line.trim() !== "")
    ? "mend what its log says; all of it: docker logs CONTAINER on the host"
    : "it logged nothing: let it log to standard output and standard error, and see what it does before that";
}

/** What to do about the signals by which processor and C library end a program. */
const faults: Readonly<Record<number, string>> = {
  132: "build it for this processor: SIGILL is an instruction that the server's does not have (AVX, -march=native), or take a server type with a newer one",
  134: "see the message in front of abort in its log: SIGABRT is a program that ended itself",
  135: "see whether it maps a file that is cut off, or /dev/shm that is full (shm in transform.container)",
  136: "see its log: SIGFPE is a division by zero in native code",
  139: "see which native library it loads last (its log): one that was built for another C library (musl, glibc) or version is the usual one; build it in the image that runs",
};

export const crashLoop: Cause = {
  id: "crash-loop",
  title: "The container restarts again and again (crash loop)",
  final: true,
  match: (evidence) => {
    const code = exitCode(evidence);
    if (runsOnce(evidence.stage) || code === 0 || ends(evidence) < 2) return undefined;
    const thrown = lastException(evidence) !== undefined;
    const usage = complains(evidence, "usage");
    return {
      confidence: thrown ? 0.45 : 0.6,
      verdict: `its process ends again and again (${ends(evidence)} times${code === undefined ? "" : `, exit code ${code}`})`,
      seen: [
        `Docker started it again ${evidence.state?.restarts ?? ends(evidence)} times${code === undefined ? "" : `; exit code ${code}${signal(code)}`}${ranFor(evidence)}`,
        ...lastLine(evidence),
        `it ran: ${short(commandLine(evidence).join(" "), 90)}`,
      ].slice(0, 3),
      why: "It failed the same way each time, so one more start will not help.",
      cure:
        usage === undefined
          ? logged(evidence)
          : "mend command: the program says that it does not know a word, or misses one",
    };
  },
  docs: {
    chapter: "The process ends",
    symptom: "`docker ps` shows `Restarting (1)`; the log repeats itself.",
    cause:
      "The process ends soon after each start, without an exception in its log: wrong arguments, a check in the entry point, a missing file.",
    proof: "`docker inspect --format '{{.RestartCount}} {{.State.ExitCode}}' CONTAINER`, and its log.",
    cure: "Mend what its last lines say. Run the command by hand: `docker run --rm -it IMAGE sh`.",
  },
};

/** What a file that is there lacks to be started. */
function wanting(program: Program): string {
  if (program.windowsLineEnds === true)
    return "its first line ends as on Windows, so that its interpreter is not found";
  if (program.kind === "binary" && program.interpreterThere === false)
    return `it was built for another C library: its loader ${program.interpreter} is not in the image`;
  if (program.interpreterThere === false) return `its interpreter ${program.interpreter} is not in the image`;
  if (program.kind === "directory") return "it is a directory";
  return "the kernel does not find what it needs to start it";
}

function cureOfProgram(program: Program): string {
  if (program.windowsLineEnds === true)
    return "give it Unix line ends: sed -i 's/\\r$//' in the Dockerfile, and * text eol=lf in .gitattributes";
  if (program.kind === "binary" && program.interpreterThere === false)
    return `${/musl/.test(program.interpreter ?? "") ? "it was built on Alpine (musl), and runs on Debian (glibc)" : "it was built for glibc (Debian), and runs on Alpine (musl) or on an empty image"}: build and run on images of one family, or link it statically (CGO_ENABLED=0, a musl target)`;
  if (program.interpreterThere === false)
    return `install ${program.interpreter} in the image, or name one that it has, such as #!/bin/sh`;
  return "mend command, or CMD and ENTRYPOINT of the Dockerfile";
}

export const commandNotFound: Cause = {
  id: "command-not-found",
  title: "exec: executable file not found in $PATH (command not found)",
  final: true,
  match: (evidence) => {
    const said = startError(evidence) ?? "";
    const shown =
      /(exec: "?[^:]*"?: [^:]*|stat [^:]*: no such file or directory|exec [^:]*: no such file or directory)/.exec(
        said,
      )?.[1];
    const missing =
      /executable file not found|no such file or directory/i.test(said) && !/mount|volume/i.test(said);
    const code = exitCode(evidence);
    const line = complaint(texts(evidence), "noCommand");
    const handed = code === 127;
    // Of what the kernel was given to run, as the last word of the container.
    const execed =
      code === undefined || code === 0 ? undefined : complaint(evidence.log?.slice(-2) ?? [], "execed");
    if (!missing && !handed && execed === undefined) return undefined;
    const { program } = evidence;
    // The file is there, as far as was looked: it is not the command that is missing.
    const there = program?.there === true;
    const interpreter =
      there ||
      execed !== undefined ||
      (/no such file or directory/i.test(said) && /^exec \//.test(shown ?? ""));
    const name = program?.path ?? execed?.replace(/^.*exec /i, "").replace(/( failed)?: .*$/, "");
    return {
      confidence: missing || execed !== undefined ? 0.96 : line === undefined ? 0.8 : 0.93,
      verdict: there
        ? `${name ?? "its command"} is there, and ${wanting(program)}`
        : execed === undefined || program?.there === false
          ? `the command is not in the image: ${short(commandLine(evidence).join(" ") || (shown ?? "unknown"), 80)}`
          : `${name ?? "the command"} is not in the image, or what it needs to be started is not: its interpreter, or its loader`,
      seen: [
        ...(missing
          ? [`Docker said: ${short(shown ?? said)}`]
          : execed !== undefined
            ? [`the kernel said: ${short(execed)}`, `exit code ${code}`]
            : [`exit code 127, which shells give for a command that is not there`]),
        ...(line === undefined || missing ? [] : [`its log says: ${short(line)}`]),
        ...(program?.interpreter === undefined
          ? []
          : [
              `the file is a ${program.kind ?? "file"} for ${program.interpreter}${program.interpreterThere === false ? ", which the image does not have" : ""}`,
            ]),
      ],
      why: there
        ? "The kernel says of a file that it is not there also when what the file names to run it is not."
        : "Nothing was started: there is no such program, or not where it was looked for.",
      cure: there
        ? cureOfProgram(program)
        : interpreter
          ? `see that the file is in the image; if it is: a script whose first line names an interpreter that is not (#!/bin/bash), or has Windows line ends (sed -i 's/\\r$//' in the Dockerfile); or a binary for another C library (Alpine has musl, Debian glibc)`
          : 'mend command, or CMD and ENTRYPOINT of the Dockerfile; the path is taken from WORKDIR, and a shell\'s syntax needs ["sh", "-c", …]',
    };
  },
  docs: {
    chapter: "Starting the container",
    symptom:
      '`exec: "…": executable file not found in $PATH`, `exec /entrypoint.sh: no such file or directory`, exit code 127.',
    cause:
      "`command` (or CMD, ENTRYPOINT) names a program that the image does not have; or a script whose first line names an interpreter that is not there, which Windows line ends do too; or a binary that was built for another C library, whose loader is not there. The report says which, from the file's first bytes.",
    proof:
      "`docker run --rm --entrypoint ls IMAGE -l bin` lists what is there; `head -1 FILE | od -c` shows line ends, `ldd FILE` the loader.",
    cure: 'Mend `command`: a list of words, `["bin/jobs", "--fork"]`, not one text. A shell\'s syntax needs `["sh", "-c", "…"]`.',
  },
};

export const gone: Cause = {
  id: "container-gone",
  title: "The container was removed while it was being checked",
  final: true,
  match: (evidence) =>
    evidence.ending === "gone"
      ? {
          confidence: 0.9,
          verdict: "it was removed while it was being checked",
          seen: ["Docker knows no container of this name any more"],
          why: "Somebody or something removed it: another deploy, docker rm, a clean-up job.",
          cure: "run pulumi up --refresh; if it happens again, look for a cron job with docker system prune",
        }
      : undefined,
  docs: {
    chapter: "The process ends",
    symptom: "No such container.",
    cause:
      "A person, another deploy or a clean-up job (`docker system prune`, Watchtower) removed the new container.",
    proof: "`docker events --since 1h --filter event=destroy` on the host.",
    cure: "`pulumi up --refresh` makes it again.",
  },
};

export const missingLibrary: Cause = {
  id: "missing-library",
  title: "cannot load such file, ModuleNotFoundError, Cannot find module",
  final: true,
  match: (evidence) => {
    const line = complains(evidence, "library");
    if (line === undefined || missingEntry(evidence) !== undefined) return undefined;
    const own = /["'`]\.{0,2}\//.test(line);
    return {
      confidence: 0.85,
      verdict: own
        ? "a file that the app reads at its start is not in the image"
        : "a library or module that the app needs is not in the image",
      seen: [`its log says: ${short(line)}`],
      why: "The language looked for it in the image and did not find it.",
      cure: own
        ? "see that the build makes it and that it is copied (COPY, .dockerignore), with the same capitals in its name"
        : "a library: install it when the image is built (the Gemfile's group, package.json's dependencies, an apt package); a module of the app's own: see that it is copied, and that WORKDIR is where its name is looked for",
    };
  },
  docs: {
    chapter: "The process ends",
    symptom:
      "`LoadError: cannot load such file`, `Bundler::GemNotFound`, `ModuleNotFoundError`, `Cannot find module`, `error while loading shared libraries`.",
    cause:
      "It is in a group that production leaves out, in a build stage whose files were not copied, or a system library is missing.",
    proof: "`docker run --rm IMAGE bundle list`, `pip list`, `npm ls`, `ldd FILE`.",
    cure: "Install it in the last stage of the Dockerfile.",
  },
};

export const otherVersion: Cause = {
  id: "other-version",
  title:
    "GLIBC_2.38 not found, UnsupportedClassVersionError, NODE_MODULE_VERSION: built for another version of the runtime",
  final: true,
  match: (evidence) => {
    const line = complains(evidence, "version");
    if (line === undefined) return undefined;
    return {
      confidence: 0.92,
      verdict: "the app was built for another version of its runtime than the image has",
      seen: [`its log says: ${short(line)}`],
      why: "The program is there and starts; what it was built with is newer than, or not the same as, what runs it.",
      cure: "take the same version in the stage that builds and in the one that runs (the tags of both FROM lines), and build again without what was copied from elsewhere (node_modules, target)",
    };
  },
  docs: {
    chapter: "The process ends",
    symptom:
      "`version `GLIBC_2.38' not found`, `UnsupportedClassVersionError`, `was compiled against a different Node.js version`, `Your Ruby version is 3.2.1, but your Gemfile specified 3.3`.",
    cause:
      "The image that builds is of another version than the one that runs, or built files were copied from a machine with another one.",
    proof: "The line names both versions.",
    cure: "One version in all `FROM` lines; `node_modules` and the like in `.dockerignore`.",
  },
};

export const stalePid: Cause = {
  id: "stale-pid",
  title: "A server is already running: a pid file was left over",
  final: true,
  match: (evidence) => {
    const line = complains(evidence, "stalePid");
    if (line === undefined) return undefined;
    return {
      confidence: 0.9,
      verdict: "the app believes that it runs already: a pid file was left over",
      seen: [`its log says: ${short(line)}`],
      why: "The file survives a restart of the container, or came with the image or a volume.",
      cure: "remove it in the entry point: rm -f tmp/pids/server.pid; and put tmp into .dockerignore",
    };
  },
  docs: {
    chapter: "The process ends",
    symptom: "`A server is already running (pid: 1, file: /rails/tmp/pids/server.pid)`.",
    cause:
      "The pid file of an earlier run is in the image, in a volume, or in the container that was started again.",
    proof: "`docker diff CONTAINER | grep pid`.",
    cure: "`rm -f tmp/pids/server.pid` in the entry point, `tmp/*` in `.dockerignore`, no volume on `tmp`.",
  },
};

/** The line of its log that says most. */
function lastLine({ log }: Evidence): string[] {
  const line = log === undefined ? undefined : telling(log);
  return log === undefined ? [] : [line === undefined ? "it logged nothing" : `its log says: ${short(line)}`];
}

/** What an exit code above 128 stands for. */
function signal(code: number): string {
  const names: Record<number, string> = {
    132: "SIGILL",
    134: "SIGABRT",
    135: "SIGBUS",
    136: "SIGFPE",
    137: "SIGKILL",
    139: "SIGSEGV",
    143: "SIGTERM",
  };
  return names[code] === undefined ? "" : ` (${names[code]})`;
}
