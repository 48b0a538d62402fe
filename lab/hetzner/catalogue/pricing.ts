/** `GET /pricing`, made of the other tables. */
import { loadBalancerTypes } from "./load-balancer-types";
import { locations } from "./locations";
import { price, vatRate } from "./prices";
import { serverTypes } from "./server-types";

const hoursPerMonth = 624;
const everywhere = locations.map((location) => location.name);

export const pricing = {
  currency: "EUR",
  vat_rate: vatRate,
  image: { price_per_gb_month: price(0.011) },
  volume: { price_per_gb_month: price(0.044) },
  floating_ip: { price_monthly: price(3) },
  floating_ips: [
    { type: "ipv4", prices: everywhere.map((location) => ({ location, price_monthly: price(3) })) },
    { type: "ipv6", prices: everywhere.map((location) => ({ location, price_monthly: price(1) })) },
  ],
  primary_ips: [
    { type: "ipv4", euro: 0.5 },
    { type: "ipv6", euro: 0 },
  ].map(({ type, euro }) => ({
    type,
    prices: everywhere.map((location) => ({
      location,
      price_hourly: price(euro / hoursPerMonth),
      price_monthly: price(euro),
    })),
  })),
  traffic: { price_per_tb: price(0) },
  server_backup: { percentage: "20.000000" },
  server_types: serverTypes.map(({ id, name, prices }) => ({ id, name, prices })),
  load_balancer_types: loadBalancerTypes.map(({ id, name, prices }) => ({ id, name, prices })),
};
