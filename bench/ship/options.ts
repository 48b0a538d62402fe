/** The command line of `ship`. */
import { whole, wholes } from "../flags";

export interface ShipOptions {
  /** Numbers of servers, smallest first; two at least, as one builds and another one has the registry. */
  sizes: number[];
  rounds: number;
  /** Megabytes of assets beside the sample app's sources. */
  assetsMb: number;
  /** The file of the results; undefined for none. */
  out: string | undefined;
}

export const usage = `options:
  --quick           2 servers, one round
  --servers 2,8     numbers of servers, 2 at least
  --rounds 3        rounds
  --assets 4        megabytes of assets in the app's layer, beside its sources
  --out FILE        where the results are written, for npm run bench -- report`;

/**
 * Reads the arguments; an unknown one is an error that lists what there is.
 *
 * @example parseShipOptions(["--servers", "2", "--rounds", "5"])
 */
export function parseShipOptions(args: readonly string[]): ShipOptions {
  const options: ShipOptions = { sizes: [2, 8], rounds: 3, assetsMb: 4, out: undefined };
  const rest = [...args];
  const value = (flag: string): string => {
    const next = rest.shift();
    if (next === undefined) throw new Error(`${flag} takes a value.\n${usage}`);
    return next;
  };
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    switch (flag) {
      case "--quick":
        Object.assign(options, { sizes: [2], rounds: 1 });
        break;
      case "--servers":
        options.sizes = sizes(flag, value(flag));
        break;
      case "--rounds":
        options.rounds = whole(flag, value(flag));
        break;
      case "--assets":
        options.assetsMb = whole(flag, value(flag));
        break;
      case "--out":
        options.out = value(flag);
        break;
      default:
        throw new Error(`There is no ${flag}.\n${usage}`);
    }
  }
  return options;
}

function sizes(flag: string, text: string): number[] {
  const all = [...new Set(wholes(flag, text))].sort((a, b) => a - b);
  if (all[0] === 1)
    throw new Error(`${flag}: one server has nothing to spread between; give 2 or more.\n${usage}`);
  return all;
}
