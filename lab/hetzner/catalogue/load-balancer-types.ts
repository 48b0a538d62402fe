/** The sizes of load balancers. */
import { locations } from "./locations";
import { monthly, type LocationPrice } from "./prices";

export interface LoadBalancerType {
  id: number;
  name: string;
  description: string;
  max_connections: number;
  max_services: number;
  max_targets: number;
  max_assigned_certificates: number;
  deprecated: string | null;
  prices: LocationPrice[];
}

/** Id, name, connections, services, targets, certificates, euro a month. */
const rows: [number, string, number, number, number, number, number][] = [
  [1, "lb11", 10000, 5, 25, 10, 5.39],
  [2, "lb21", 20000, 15, 75, 25, 16.4],
  [3, "lb31", 40000, 30, 150, 50, 32.9],
];

export const loadBalancerTypes: LoadBalancerType[] = rows.map(
  ([id, name, connections, services, targets, certificates, euro]) => ({
    id,
    name,
    description: name.toUpperCase(),
    max_connections: connections,
    max_services: services,
    max_targets: targets,
    max_assigned_certificates: certificates,
    deprecated: null,
    prices: monthly(
      euro,
      locations.map((location) => location.name),
    ),
  }),
);
