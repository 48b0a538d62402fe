/** What can be wrong with the arguments of a proxy that is there already. */
import type { Problem } from "../../core/problem";
import { checkProxy, proxyConfig, type ProxyArgs, type ProxyConfig } from "../args";
import type { ExistingProxyArgs } from "../existing-args";
import { valuesCheck } from "../../core/checks";

export function checkExisting(args: ExistingProxyArgs): Problem[] {
  const { owner } = args;
  return [
    ...checkProxy(asMade(args)),
    ...(owner === undefined || /^[^/\s]+\/[^/\s]+\/[^/\s]+$/.test(owner)
      ? []
      : [
          {
            argument: "owner",
            value: owner,
            rule: "an owner is project, stack and name of a Proxy",
            cure: 'write it like "platform/production/proxy"',
            check: valuesCheck,
          },
        ]),
  ];
}

/** What a program that routes through it knows of its configuration. */
export function existingConfig(args: ExistingProxyArgs): ProxyConfig {
  return proxyConfig(asMade(args));
}

function asMade({ servers, behind, httpPort, httpsPort }: ExistingProxyArgs): ProxyArgs {
  return {
    servers,
    ...(behind === undefined ? {} : { behind }),
    ...(httpPort === undefined ? {} : { httpPort }),
    ...(httpsPort === undefined ? {} : { httpsPort }),
  };
}
