import * as pulumi from "@pulumi/pulumi";
import { Accessory } from "./accessory";
import type { Problem } from "../core/problem";
import type { AccessoryArgs } from "./args";

/** Arguments of `Redis`: those of an accessory, less what the preset knows. */
export interface RedisArgs extends Omit<AccessoryArgs, "image" | "port" | "volumes" | "ready" | "command"> {
  /** The version, the tag of the image. @example "7" */
  version: string;
  /** The password. @default none: only containers on the same host can reach it, unless it is published */
  password?: pulumi.Input<string>;
  /** Keeps data over a restart: every write is appended to a file in the volume `data`. @default true */
  persistent?: boolean;
  /** The image, without its tag. @default "redis" */
  image?: string;
}

/**
 * Redis in a container, ready when it answers PING.
 *
 * @example const cache = new Redis("cache", { server: web1, version: "7" });
 */
export class Redis extends Accessory {
  /** `redis://[:password@]host:port`; a secret when there is a password. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    const { version, password, persistent = true, image = "redis", ...rest } = args;
    const settings = `appendonly ${persistent ? "yes" : "no"}\\ndir /data\\n`;
    super(
      name,
      {
        ...rest,
        image: `${image}:${version}`,
        port: 6379,
        volumes: { data: "/data" },
        secrets: { ...(password === undefined ? {} : { REDIS_PASSWORD: password }), ...args.secrets },
        // The password goes in by standard input: as an argument every process list on the host would show it.
        command: [
          "sh",
          "-c",
          `{ printf '${settings}'; [ -z "$REDIS_PASSWORD" ] || printf 'requirepass %s\\n' "$REDIS_PASSWORD"; } | exec redis-server - --bind '*' --protected-mode no`,
        ],
        ready: { command: ["sh", "-c", 'REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping | grep -q PONG'] },
      },
      opts,
    );
    this.refuse(checkOpen(args));
    this.url =
      password === undefined
        ? pulumi.interpolate`redis://${this.host}:${this.port}`
        : pulumi.interpolate`redis://:${pulumi.secret(password).apply(encodeURIComponent)}@${this.host}:${this.port}`;
  }
}

function checkOpen({ publish, password }: RedisArgs): Problem[] {
  if (typeof publish !== "object" || password !== undefined) return [];
  return [
    {
      argument: "password",
      rule: "everybody can reach the port and there is no password",
      cure: "set it with pulumi config set --secret, or leave publish out",
      check: "public-port",
    },
  ];
}
