/** Rules as they are once their networks are known. */
import * as pulumi from "@pulumi/pulumi";
import type { KnownRule } from "./render";
import type { Rule } from "./rule";

/** Rules with their networks known. */
export function known(rules: readonly Rule[]): pulumi.Output<KnownRule[]> {
  return pulumi.all(
    rules.map(({ protocol, ports, direction, peers, reason, openByDefault: usual, title }) =>
      pulumi
        .output(peers)
        .apply(
          (names) =>
            ({ protocol, ports, direction, peers: names, reason, openByDefault: usual, title }) as KnownRule,
        ),
    ),
  );
}
