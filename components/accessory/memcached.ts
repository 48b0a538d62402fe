import * as pulumi from "@pulumi/pulumi";
import * as check from "../core/checks";
import type { Findings, Problem } from "../core/problem";
import { refuseShape } from "../core/shape";
import { mebibytes, sizeBytes } from "../../provider/core/units";
import { Accessory } from "./accessory";
import { checkVersion } from "./checks/check-version";
import type { MemcachedArgs } from "./memcached-args";
import { publicPortCheck, publishedPorts } from "./ports";
import { withPreset } from "./preset";
import { memcachedShape } from "./shape";

/**
 * Memcached in a container, ready when it answers. It holds nothing but what its clients can make again: an edit that replaces the container
 * empties it. It knows no password, so that it is never published to everybody.
 *
 * @example const cache = new Memcached("cache", { server: web1, version: "1.6", memory: "256m" });
 */
export class Memcached extends Accessory {
  /** `host:port`, as clients take it; a URL of it is `memcached://` and that. */
  readonly address: pulumi.Output<string>;

  constructor(name: string, args: MemcachedArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`${new.target.name} "${name}"`, memcachedShape, args);
    const { version, memory, connections, image = "memcached", ...rest } = args;
    super(
      name,
      withPreset(
        {
          ...rest,
          image: `${image}:${version}`,
          port: 11211,
          command: commandOf(memory, connections),
          ready: { command: ["sh", "-c", answers] },
        },
        { ...checkMemcached(args), made: ["image"], ...(args.image === undefined ? { keepsAt: [] } : {}) },
      ),
      opts,
    );
    this.address = pulumi.interpolate`${this.host}:${this.port}`;
  }
}

function commandOf(memory: MemcachedArgs["memory"], connections: number | undefined): string[] {
  return [
    "memcached",
    // What is no size is refused with all else that is wrong.
    ...(typeof memory !== "string" || sizeBytes(memory) === undefined
      ? []
      : ["-m", String(mebibytes(memory))]),
    ...(connections === undefined ? [] : ["-c", String(connections)]),
  ];
}

/** Debian's image has bash, which opens a connection itself; that on Alpine has BusyBox's nc. */
const answers = `if command -v bash >/dev/null; then
  exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/11211 && printf "version\\r\\n" >&3 && read -r -t 5 line <&3 && [ "\${line%% *}" = VERSION ]'
fi
printf 'version\\r\\nquit\\r\\n' | nc -w 5 127.0.0.1 11211 | grep -q '^VERSION '`;

function checkMemcached(args: MemcachedArgs): Findings {
  const open = publishedPorts({ ...args, port: 11211 })
    .filter(({ publish }) => publish !== "loopback")
    .map(({ publish, at }): [boolean, Problem] => [
      publish !== "private",
      {
        argument: `${at}publish`,
        fault:
          publish === "private"
            ? "gives every server of the private network all that it holds to read and write, as memcached knows no password"
            : "gives everybody all that it holds to read and write, as memcached knows no password",
        cure:
          publish === "private"
            ? "leave it out where the app runs on the same server"
            : 'write "private", or leave it out',
        check: publicPortCheck,
      },
    ]);
  return {
    refused: [
      ...checkVersion(args.version, "1.6"),
      ...check.size("memory", args.memory),
      ...check.whole("connections", args.connections, 1, 1_000_000),
      ...open.filter(([everybody]) => everybody).map(([, problem]) => problem),
    ],
    warned: open.filter(([everybody]) => !everybody).map(([, problem]) => problem),
  };
}
