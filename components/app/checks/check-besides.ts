/** Roles that get requests of another role's: canaries, and what reads for it. */
import * as check from "../../core/checks";
import { checkEnvironment, envAndSecretCheck } from "../../core/environment";
import type { Problem } from "../../core/problem";
import { checkRelease, checkRepository } from "../../image/check-reference";
import type { AppArgs, RoleArgs } from "../args";
import type { CanaryArgs } from "../canary-args";
import { canaryName } from "../../../provider/release/canary-part";

/** What is wrong with canaries and readers. */
export function checkBesides(args: AppArgs): Problem[] {
  const routed = new Set(
    Object.entries(args.roles)
      .filter(([, { route }], at) => hasRoute(route) || (at === 0 && hasRoute(args.route)))
      .map(([name]) => name),
  );
  return [
    ...Object.entries(args.roles).flatMap(([name, role]) => [
      ...(role.canary === undefined ? [] : checkCanary(args, name, role, role.canary, routed)),
      ...(role.reads === undefined ? [] : checkReads(args, name, role, role.reads, routed)),
    ]),
    ...checkReaders(args),
  ];
}

const hasRoute = (route: RoleArgs["route"]): boolean =>
  route !== undefined && (!Array.isArray(route) || route.length > 0);

/** The most values, since they are words of one command. */
const mostVisitors = 1000;
/** What a cookie's value is made of (RFC 6265, section 4.1.1); the proxy's own command takes a comma for the end of a value. */
const cookieValue = /^[!#-+\--:<-[\]-~]{1,128}$/;

function checkCanary(
  args: AppArgs,
  name: string,
  role: RoleArgs,
  canary: CanaryArgs,
  routed: ReadonlySet<string>,
): Problem[] {
  const at = `roles.${name}.canary`;
  const { percent, visitors = [], image, version } = canary;
  const odd = visitors.find((value) => !cookieValue.test(value));
  return [
    ...(routed.has(name)
      ? []
      : [
          {
            argument: at,
            fault: "is for a role with a route, whose visitors it gets a part of, and this one has none",
            cure: "give the role a route, or run the other version as a role of its own",
          },
        ]),
    ...(canaryName(name) in args.roles
      ? [
          {
            argument: `roles.${canaryName(name)}`,
            fault: `has the name of the canary of ${name}`,
            cure: "rename the role",
          },
        ]
      : []),
    ...(percent === undefined && visitors.length === 0
      ? [{ argument: at, fault: "is for nobody", cure: "say percent, such as 10, or visitors" }]
      : []),
    ...check.whole(`${at}.percent`, percent, 0, 100),
    ...(odd === undefined
      ? []
      : [
          {
            argument: `${at}.visitors`,
            value: odd,
            rule: "the value of a cookie is 1 to 128 letters, digits and signs, without blanks, quotes, commas, semicolons and backslashes",
            cure: "write the value that the app gives its cookie kamal-rollout",
          },
        ]),
    ...(visitors.length > mostVisitors
      ? [
          {
            argument: `${at}.visitors`,
            value: visitors.length,
            rule: `a canary names ${mostVisitors} visitors at most`,
            cure: "have the app give all of them one value",
          },
        ]
      : []),
    ...(typeof image === "string" ? checkRepository(`${at}.image`, image) : []),
    ...(version !== undefined && check.isPlain(version) ? checkRelease(`${at}.version`, version, true) : []),
    ...(canary.command === undefined
      ? []
      : check.notEmpty(`${at}.command`, canary.command, "leave it out for the role's own")),
    ...checkEnvironment(canary.env, canary.secrets, `${at}.`),
    ...checkAcross(args, role, at, canary),
  ];
}

/** A name that the canary has in one of env and secrets, and its role in the other. */
function checkAcross(args: AppArgs, role: RoleArgs, at: string, canary: CanaryArgs): Problem[] {
  const env = { ...args.env, ...role.env };
  const secrets = { ...args.secrets, ...role.secrets };
  const across = (kind: "env" | "secrets", own: object = {}, other: object, where: string): Problem[] =>
    Object.keys(own)
      .filter((name) => name in other)
      .map((name) => ({
        argument: `${at}.${kind}.${name}`,
        fault: `is in the ${where} of its role, too, and one of the two would be lost`,
        cure: "rename one of them",
        check: envAndSecretCheck,
      }));
  return [...across("env", canary.env, secrets, "secrets"), ...across("secrets", canary.secrets, env, "env")];
}

function checkReads(
  args: AppArgs,
  name: string,
  role: RoleArgs,
  reads: string,
  routed: ReadonlySet<string>,
): Problem[] {
  const at = `roles.${name}`;
  const other = args.roles[reads];
  const fault = (word: keyof RoleArgs, what: string): Problem => ({
    argument: `${at}.${word}`,
    fault: `is that of a role which gets the reads of ${reads}, ${what}`,
    cure: "leave one of the two out",
  });
  const words: [keyof RoleArgs, string][] = [
    ["schedule", "and what answers requests runs all the time"],
    ["ready", "and is ready when the health path of that role's route answers"],
    ["readyDelay", "and is ready when the health path of that role's route answers"],
    ["strategy", "and old and new containers of it run beside each other"],
    ["canary", "and a canary is one of a role with a route"],
  ];
  const away = other === undefined ? undefined : role.servers.find((host) => !other.servers.includes(host));
  return [
    ...(other === undefined || !routed.has(reads) || reads === name
      ? [
          {
            argument: `${at}.reads`,
            value: reads,
            rule: "it is the name of another role, which has a route",
            cure: `name one of ${[...routed].filter((one) => one !== name).join(", ") || "them, and give it a route"}`,
          },
        ]
      : []),
    ...(routed.has(name) ? [fault("route", "and has the requests of that one's route alone")] : []),
    ...words
      .filter(([word]) => role[word] !== undefined && role[word] !== "start-first")
      .map(([word, what]) => fault(word, what)),
    ...(away === undefined
      ? []
      : [
          {
            argument: `${at}.servers`,
            value: away.hostName,
            rule: `the proxy of a host sends the reads of ${reads} to containers of that host, and ${reads} does not run there`,
            cure: `take it out, or add it to the servers of ${reads}`,
          },
        ]),
  ];
}

/** How reads are sent, on a route of a role that nobody reads for. */
function checkReaders(args: AppArgs): Problem[] {
  const read = new Set(Object.values(args.roles).map(({ reads }) => reads));
  return Object.entries(args.roles).flatMap(([name, role], index) => {
    if (read.has(name)) return [];
    const own = role.route ?? (index === 0 ? args.route : undefined);
    const base = role.route === undefined ? "route" : `roles.${name}.route`;
    return (Array.isArray(own) ? own : [own]).flatMap((route, at) =>
      route?.readers === undefined
        ? []
        : [
            {
              argument: `${base}${at === 0 ? "" : `[${at}]`}.readers`,
              fault: `is about roles that read for ${name}, and there is none`,
              cure: `give one: roles.reader with reads: "${name}"`,
            },
          ],
    );
  });
}
