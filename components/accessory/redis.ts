import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as check from "../core/checks";
import type { Findings, Problem } from "../core/problem";
import { Accessory } from "./accessory";
import { checkPassword, checkVersion, passwordFault } from "./checks/check-version";
import { unfaulty } from "./late-password";
import { withPreset } from "./preset";
import { refuseShape } from "../core/shape";
import type { RedisArgs } from "./redis-args";
import { redisShape } from "./shape";
import { publicPortCheck } from "./ports";

/** The directory of the image's data, in which its own script makes what is there the server's. */
const directory = "/data";
const startFile = "/usr/local/lib/sextant/redis-start";
let startScript: string | undefined;

/**
 * Redis, 7 or 8, or Valkey in a container, ready when it answers PING.
 *
 * @example const cache = new Redis("cache", { server: web1, version: "8" });
 */
export class Redis extends Accessory {
  /** `redis://[:password@]host:port`; a secret when there is a password. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`${new.target.name} "${name}"`, redisShape, args);
    const { version, password, persistent = true, image = "redis", ...rest } = args;
    const secret = password === undefined ? undefined : onOneLine(`Redis "${name}"`, password);
    startScript ??= readFileSync(join(__dirname, "redis-start.sh"), "utf8");
    super(
      name,
      withPreset(
        {
          ...rest,
          image: `${image}:${version}`,
          port: 6379,
          volumes: { data: directory },
          secrets: { ...(secret === undefined ? {} : { REDIS_PASSWORD: secret }), ...args.secrets },
          files: { ...args.files, [startFile]: startScript },
          command: ["sh", startFile, persistent ? "files" : "snapshots", directory],
          ready: { command: ["sh", "-c", ping] },
        },
        {
          ...checkRedis(args),
          made: ["image", "secrets.REDIS_PASSWORD"],
          ...(["redis", "valkey/valkey"].includes(image) ? { keepsAt: [directory] } : {}),
        },
      ),
      opts,
    );
    this.url =
      secret === undefined
        ? pulumi.interpolate`redis://${this.host}:${this.port}`
        : pulumi.interpolate`redis://:${pulumi.secret(secret).apply(encodeURIComponent)}@${this.host}:${this.port}`;
  }
}

// A server that answers without the password was not told of it, and must not count as ready.
const ping = `cli=$(command -v redis-cli || command -v valkey-cli)
if [ -n "$REDIS_PASSWORD" ]; then
  "$cli" ping 2>&1 | grep -q NOAUTH || { echo "it does not ask for the password" >&2; exit 1; }
  export REDISCLI_AUTH="$REDIS_PASSWORD"
fi
"$cli" ping | grep -q PONG`;

/** A password that is known only when it is read is checked then. */
function onOneLine(component: string, password: pulumi.Input<string>): pulumi.Input<string> {
  if (check.isPlain(password)) return password;
  return pulumi.output(password).apply((known) => unfaulty(component, "password", passwordFault, known));
}

function checkRedis(args: RedisArgs): Findings {
  const { version, password } = args;
  const open = openTo(args);
  return {
    refused: [
      ...checkVersion(version, "8"),
      ...(password === undefined ? [] : checkPassword(password)),
      ...open.refused,
    ],
    warned: open.warned,
  };
}

function openTo({ publish, password }: RedisArgs): Findings {
  if (password !== undefined || publish === undefined || publish === "loopback")
    return { refused: [], warned: [] };
  const who = publish === "private" ? "every server of the private network" : "everybody";
  const problem: Problem = {
    argument: "password",
    fault: `is missing, and ${who} can reach the port`,
    cure: "set it with pulumi config set --secret, or leave publish out",
    check: publicPortCheck,
  };
  return publish === "private" ? { refused: [], warned: [problem] } : { refused: [problem], warned: [] };
}
