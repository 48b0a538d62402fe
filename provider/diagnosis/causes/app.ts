/** Failures that only the app's own log explains. */
import type { Cause } from "../cause";
import { answered, lastAnswer, lastException } from "../facts";
import { short } from "../log";

export const appError: Cause = {
  id: "app-error",
  title: "Health check is answered 500 (the app fails)",
  final: false,
  match: (evidence) => {
    const answer = lastAnswer(evidence);
    if (answer === undefined || answer.status < 500) return undefined;
    const thrown = lastException(evidence);
    const body =
      answer.body
        ?.replace(/<[^>]*>/g, " ")
        .replace(/\s+/g, " ")
        .trim() ?? "";
    return {
      confidence: thrown === undefined ? 0.55 : 0.65,
      verdict: `the app answers the health path with ${answer.status}`,
      seen: [
        answered(evidence, answer),
        ...(thrown === undefined ? [] : [`its log says: ${short(thrown)}`]),
        ...(body === "" ? [] : [`the page says: ${short(body, 90)}`]),
      ],
      why:
        thrown === undefined
          ? "The app runs and says itself that it is not well."
          : "The app runs, and an exception is in its log.",
      cure:
        thrown === undefined
          ? "see its log below; RAILS_LOG_LEVEL=debug in env shows more"
          : "mend what the exception names",
    };
  },
  docs: {
    chapter: "The answer to the health path",
    symptom: "The health path is answered 500, 502 or 503.",
    cause: "The app raised an exception, or its health path says that something is missing.",
    proof: "The exception in the report; the request with all its lines: `docker logs CONTAINER`.",
    cure: "Mend what the exception names. A health path says best that the app has booted, and no more: a database that is away for a moment must not take every container out.",
  },
};

export const healthcheckFailed: Cause = {
  id: "healthcheck-failed",
  title: "unhealthy: the image's own HEALTHCHECK fails",
  final: false,
  match: (evidence) => {
    const { state } = evidence;
    if (state?.health !== "unhealthy" && !(state?.health === "starting" && evidence.ending === "timeout"))
      return undefined;
    const output = state.healthLog?.at(-1);
    return {
      confidence: state.health === "unhealthy" ? 0.7 : 0.5,
      verdict: `the image's own HEALTHCHECK ${state.health === "unhealthy" ? "fails" : "has not passed yet"}`,
      seen:
        output === undefined
          ? [`Docker's word for its health: ${state.health}`]
          : [`its last run said: ${short(output)}`],
      why: "A role without a route is ready when its image's HEALTHCHECK passes.",
      cure: "mend the HEALTHCHECK of the Dockerfile (its command has to be in the image), or set ready to a command of your own",
    };
  },
  docs: {
    chapter: "Listening",
    symptom: "`docker ps` shows `(unhealthy)` or `(health: starting)` until the time is up.",
    cause:
      "The HEALTHCHECK of the Dockerfile fails: often it asks for a web server in a role that has none, or calls curl, which the image lacks.",
    proof: "`docker inspect --format '{{json .State.Health.Log}}' CONTAINER`.",
    cure: "Set `ready` of the role to a command that says that it works, or take HEALTHCHECK out of the Dockerfile.",
  },
};

export const readinessCommand: Cause = {
  id: "readiness-command",
  title: "The role's readiness command does not succeed",
  final: false,
  match: (evidence) => {
    const { command, stage, ending } = evidence;
    if (stage !== "ready" || command === undefined || (ending !== "timeout" && ending !== "command-failed"))
      return undefined;
    return {
      confidence: 0.5,
      verdict: `its readiness command does not succeed: ${short(command.words, 80)}`,
      seen: [
        command.exitCode === undefined
          ? "it ran until the time was up"
          : `its last exit code was ${command.exitCode}${command.exitCode === 124 ? " (it took too long)" : command.exitCode === 127 ? " (no such command)" : ""}`,
      ],
      why: "The role is ready when that command succeeds inside the container.",
      cure: "run it by hand: docker exec CONTAINER …; mend it (ready of the role), or give it more time with readyTimeout",
    };
  },
  docs: {
    chapter: "Listening",
    symptom: "A role without a route is not ready, and its `ready` command fails.",
    cause: "The worker has not come as far as the command wants, or the command is not in the image.",
    proof: "`docker exec CONTAINER COMMAND; echo $?` on the host.",
    cure: "Mend `ready`, or raise `readyTimeout`.",
  },
};

export const releaseFailed: Cause = {
  id: "release-failed",
  title: "The release command (migration) failed",
  final: true,
  match: (evidence) => {
    if (evidence.stage !== "release") return undefined;
    const { command, ending, error } = evidence;
    const code = command?.exitCode ?? evidence.state?.exitCode;
    if (code === undefined && ending === undefined && error === undefined) return undefined;
    if (code === 0 && ending !== "timeout") return undefined;
    const thrown = lastException(evidence);
    const last = evidence.log?.findLast((line) => line.trim() !== "");
    return {
      confidence: thrown === undefined ? 0.5 : 0.58,
      verdict:
        ending === "timeout"
          ? `it did not end in time (${evidence.timeout ?? "?"}s)`
          : `it ended with exit code ${code ?? "?"}`,
      seen: [
        ...(command === undefined ? [] : [`it ran: ${short(command.words, 90)}`]),
        ...(thrown !== undefined
          ? [`its log says: ${short(thrown)}`]
          : last !== undefined
            ? [`its last line: ${short(last)}`]
            : []),
      ],
      why: "Exit code 0 alone lets a release go on; no container of it was made.",
      cure:
        ending === "timeout"
          ? "raise releaseTimeout; a migration that waits for a lock shows in pg_stat_activity"
          : "mend what its last lines say, and run pulumi up again: it is run once more",
    };
  },
  docs: {
    chapter: "The release command",
    symptom:
      "The release command ended with another exit code than 0, or not in time. No container of the release was made.",
    cause: "A migration failed, waits for a lock, or the command needs what it does not have.",
    proof:
      "The last lines in the report; it has the app's environment and volumes, and runs on the first server of the primary role.",
    cure: "Mend it and run `pulumi up` again. A migration has to work with the release that still serves.",
  },
};

export const jobFailed: Cause = {
  id: "job-failed",
  title: "A run of a role with a schedule failed",
  final: true,
  match: (evidence) => {
    if (evidence.stage !== "job") return undefined;
    const { command, ending } = evidence;
    const code = command?.exitCode ?? evidence.state?.exitCode;
    if (ending !== "timeout" && (ending !== "command-failed" || code === undefined)) return undefined;
    const thrown = lastException(evidence);
    const last = evidence.log?.findLast((line) => line.trim() !== "");
    const said = thrown ?? last;
    return {
      confidence: thrown === undefined ? 0.5 : 0.58,
      verdict:
        ending === "timeout"
          ? `it did not end in time (${evidence.timeout ?? "?"}s), and was stopped`
          : `it ended with exit code ${code ?? "?"}`,
      seen: [
        ...(command === undefined || command.words.trim() === ""
          ? []
          : [`it ran: ${short(command.words, 90)}`]),
        ...(said === undefined
          ? []
          : [`its ${thrown === undefined ? "last line" : "log says"}: ${short(said)}`]),
      ],
      why: "Exit code 0 is success. What failed is not tried again: the next run is that of its schedule.",
      cure:
        ending === "timeout"
          ? "raise schedule.timeout, or let it do less at a time"
          : "mend what its last lines say; npx sextant jobs --start ROLE runs it at once",
    };
  },
  docs: {
    chapter: "Roles with a schedule",
    symptom:
      "`npx sextant jobs` shows that the last run failed, and `systemctl --failed` on the host shows its service.",
    cause:
      "The command ended with another exit code than 0, or it was stopped as it took longer than `schedule.timeout`.",
    proof:
      "The last lines in the report; the container of the last run that failed is kept: `npx sextant logs --role ROLE`.",
    cure: "Mend it and release, or start a run by hand with `npx sextant jobs --start ROLE`.",
  },
};
