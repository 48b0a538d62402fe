/** The command line of `compare`. */
import { chosen, whole, wholes } from "../flags";
import { type CaseName, type Failure, type Tool, caseNames, tools } from "./cases";

export interface Options {
  /** Numbers of servers, smallest first. */
  sizes: number[];
  /** Rounds that count, after one that does not. */
  rounds: number;
  /** Whether there is a round before, with the fewest servers, which is measured and not counted. */
  warmUp: boolean;
  cases: CaseName[];
  tools: Tool[];
  failure: Failure;
  /** Seconds that one slow request, always on its way at each server, takes; 0 = none. */
  slowSeconds: number;
  /** The file of the results; undefined for the usual one. */
  out: string | undefined;
  /** Whether runs that the file has already stay, and are not made again. */
  resume: boolean;
}

const full: Options = {
  sizes: [1, 2, 4, 8, 16],
  rounds: 5,
  warmUp: true,
  cases: [...caseNames],
  tools: [...tools],
  failure: "exit",
  slowSeconds: 0,
  out: undefined,
  resume: false,
};

/**
 * Reads the arguments; an unknown one is an error that lists what there is.
 *
 * @example parseOptions(["--sizes", "1,2", "--rounds", "3"])
 */
export function parseOptions(args: readonly string[]): Options {
  const options: Options = { ...full };
  const rest = [...args];
  const value = (flag: string): string => {
    const next = rest.shift();
    if (next === undefined) throw new Error(`${flag} takes a value.\n${usage}`);
    return next;
  };
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    switch (flag) {
      case "--sizes":
        options.sizes = wholes(flag, value(flag)).sort((a, b) => a - b);
        break;
      case "--rounds":
        options.rounds = whole(flag, value(flag));
        break;
      case "--cases":
        options.cases = chosen(flag, value(flag), caseNames);
        break;
      case "--tools":
        options.tools = chosen(flag, value(flag), tools);
        break;
      case "--failure":
        options.failure = chosen(flag, value(flag), ["exit", "up"] as const)[0] ?? "exit";
        break;
      case "--slow":
        options.slowSeconds = whole(flag, value(flag));
        break;
      case "--out":
        options.out = value(flag);
        break;
      case "--no-warm-up":
        options.warmUp = false;
        break;
      case "--resume":
        options.resume = true;
        break;
      case "--quick":
        Object.assign(options, { sizes: [2], rounds: 1, warmUp: false });
        break;
      default:
        throw new Error(`There is no ${flag}.\n${usage}`);
    }
  }
  return options;
}

export const usage = `options:
  --quick                     2 servers, one round, no warm-up
  --sizes 1,2,4,8,16          numbers of servers
  --rounds 5                  rounds that count
  --no-warm-up                without the round before them
  --cases ${caseNames.join(",")}
  --tools ${tools.join(",")}
  --failure exit|up           a failing health check: the app ends while it boots, or /up answers 500
  --slow SECONDS              one slow request at each server all the time; each switch waits for it
  --out FILE                  where the results are written
  --resume                    goes on with the results in that file; a round that was cut off begins anew`;
