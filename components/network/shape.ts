/** The shape of a network's arguments. */
import { type Shape, changes, flag, list, named, object, single, text } from "../core/shape";
import type { NetworkArgs } from "./args";

export const networkShape: Shape<NetworkArgs> = object<NetworkArgs>(
  {
    ipRange: single,
    subnets: list(single, '["10.0.0.0/24"]'),
    zone: single,
    protect: flag,
    labels: named(text, '{ team: "shop" }'),
    transform: changes<NonNullable<NetworkArgs["transform"]>>({ network: true, subnet: true }),
  },
  '{ ipRange: "10.0.0.0/16" }',
);
