/** What DNS answers for the hosts of routes with Let's Encrypt, said at preview: a certificate is had only where the name leads. */
import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { known } from "../../core/known";
import type { Problem } from "../../core/problem";
import type { AppArgs } from "../args";
import { routeArgument, type Role } from "../plan";
import type { Check } from "../../core/check";

export const letsEncryptDnsCheck: Check = {
  id: "lets-encrypt-dns",
  title: "Name that does not lead to its server",
  effect: "warned",
  why: "Let's Encrypt comes where DNS leads the name, and takes an AAAA record first. A preview asks DNS for a second and a half at most, from where it runs, and never fails for its answer: records are often set last. After the release each name is asked for once, over TLS on the host; what has no certificate then is said with its cause, the release serves, and the next update asks again.",
  says: [
    'App "shop": route.hosts is "shop.test", but DNS has no address for it, and Let\'s Encrypt comes where DNS leads; point it to web-1 (192.0.2.1); until then the route has no certificate (npx sextant docs checks#lets-encrypt-dns).',
    'App "shop": route.hosts is "shop.test", but DNS leads it to 198.51.100.7, which is not web-1; point it to web-1 (192.0.2.1), or, with a CDN or load balancer in front, set behind on the Proxy and take letsEncrypt() out (npx sextant docs checks#lets-encrypt-dns).',
  ],
};

/** What DNS answers for a name. */
export type NameAnswer =
  /** Its addresses; none for a name that is not there. */
  | { addresses: string[] }
  /** DNS did not answer, or not in time. */
  | { silent: true };

/** A name of a route, with the server that it has to lead to. */
export interface WantedName {
  /** The argument that has it, for sentences. */
  argument: string;
  name: string;
  /** The server's name in the program. */
  server: string;
}

/** Milliseconds for one question. */
const limit = 1500;

/** Asks for the addresses of a name, of both families at once. */
export async function lookUp(name: string, resolver = resolverOf()): Promise<NameAnswer> {
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const addresses = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  if (addresses.length > 0) return { addresses };
  // "No such name" and "none of this family" are answers; everything else is silence.
  const answered = answers.some(
    (answer) =>
      answer.status === "rejected" &&
      ["ENOTFOUND", "ENODATA"].includes((answer.reason as NodeJS.ErrnoException).code ?? ""),
  );
  return answered ? { addresses } : { silent: true };
}

function resolverOf(): Resolver {
  return new Resolver({ timeout: limit, tries: 1 });
}

/** What is said of an answer; `own` are the server's addresses, where they are known already. */
export function judgeName(
  wanted: WantedName,
  answer: NameAnswer,
  own: readonly string[] | undefined,
): Problem[] {
  const { argument, name, server } = wanted;
  const say = (rule: string, cure: string): Problem[] => [
    { argument, value: name, rule, cure, check: letsEncryptDnsCheck },
  ];
  if ("silent" in answer) {
    return say(
      "DNS did not answer here, so that it is unchecked where the name leads",
      `see that it leads to ${server}`,
    );
  }
  const at = own === undefined || own.length === 0 ? server : `${server} (${own.join(", ")})`;
  if (answer.addresses.length === 0) {
    return say(
      "DNS has no address for it, and Let's Encrypt comes where DNS leads",
      `point it to ${at}; until then the route has no certificate`,
    );
  }
  if (own === undefined || own.length === 0) return [];
  const known = new Set(own.map(spelled));
  const others = answer.addresses.filter((address) => !known.has(spelled(address)));
  return others.length === 0
    ? []
    : say(
        `DNS leads it to ${others.join(", ")}, which is not ${server}`,
        `point it to ${at}, or, with a CDN or load balancer in front, set behind on the Proxy and take letsEncrypt() out`,
      );
}

/** An address in one spelling. */
function spelled(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname : address;
}

/** Asks DNS and hands over what is to be said; the engine waits for it, and nothing else does. */
export function inspectNames(
  args: AppArgs,
  roles: readonly Role[],
  found: (problems: Problem[]) => void,
): void {
  for (const role of roles) {
    for (const [at, { route }] of role.routes.entries()) {
      const host = role.servers[0];
      if (route.tls?.kind !== "letsEncrypt" || host === undefined) continue;
      const argument = `${routeArgument(args, role, at)}.hosts`;
      const done = pulumi.runtime.rpcKeepAlive();
      const own = known(pulumi.all([host.address, host.ipv6Address]));
      void Promise.all(
        (route.hosts ?? []).map(async (name) => {
          const [answer, addresses] = await Promise.all([lookUp(name), own]);
          const ips = addresses?.filter(
            (address): address is string => address !== undefined && isIP(address) !== 0,
          );
          return judgeName({ argument, name, server: host.hostName }, answer, ips);
        }),
      )
        .then((problems) => {
          found(problems.flat());
        })
        .finally(done);
    }
  }
}
