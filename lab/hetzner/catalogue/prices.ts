/** Prices as the API writes them: net and gross, as text with ten decimals. In euro, for orientation only. */

const vat = 1.19;
const hoursPerMonth = 624;
const terabyte = 1024 ** 4;

export const vatRate = "19.000000";

export interface Price {
  net: string;
  gross: string;
}

export function price(net: number): Price {
  return { net: net.toFixed(10), gross: (net * vat).toFixed(16) };
}

export interface LocationPrice {
  location: string;
  price_hourly: Price;
  price_monthly: Price;
  included_traffic: number;
  price_per_tb_traffic: Price;
}

/** What a month costs at each location. */
export function monthly(net: number, locations: readonly string[]): LocationPrice[] {
  return locations.map((location) => {
    const european = ["fsn1", "nbg1", "hel1"].includes(location);
    return {
      location,
      price_hourly: price(net / hoursPerMonth),
      price_monthly: price(net),
      included_traffic: (european ? 20 : 1) * terabyte,
      price_per_tb_traffic: price(location === "sin" ? 7.4 : 1),
    };
  });
}
