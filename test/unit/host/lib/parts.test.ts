/** The file of the proxy's routes as it is read on a host: whatever it holds, the lines say what it says of canaries, or nothing. */
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readVerbs } from "../../../../provider/host/scripts";

/** The lines of a text, as the verbs read it; undefined where it cannot be read whole. */
function read(text: string): string[] | undefined {
  const script = `docker() { cat; }\ntimeout() { shift; "$@"; }\n${readVerbs()["lib/parts"] ?? ""}\nparts_once proxy`;
  const { status, stdout } = spawnSync("/bin/sh", ["-c", script], { input: text, encoding: "utf8" });
  return status === 0 ? stdout.split("\n").filter(Boolean) : undefined;
}

const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,9}$/);
const cookie = fc.stringMatching(/^[!#-+\--:<-[\]-~]{1,9}$/);
const service = fc.record({
  name,
  // Whatever else there is, and whatever it looks like.
  options: fc.record({ hosts: fc.array(fc.string()), error: fc.json() }),
  active_targets: fc.array(name),
  rollout_targets: fc.option(
    fc.array(
      name.map((one) => `${one}:3000`),
      { maxLength: 2 },
    ),
  ),
  pause_controller: fc.option(
    fc.record({
      stop_message: fc.constantFrom('"', '\\"rollout_targets\\":[', "}]", "\\", "a\nb"),
      fail: fc.double(),
    }),
  ),
  rollout_controller: fc.option(
    fc.record({
      percentage: fc.nat(100),
      percentage_split_point: fc.double({ noNaN: true }),
      allowlist: fc.option(fc.array(cookie)),
    }),
  ),
});

/** As Go's encoder writes it. */
const written = (value: unknown): string =>
  `${JSON.stringify(value).replaceAll("&", "\\u0026").replaceAll("<", "\\u003c").replaceAll(">", "\\u003e")}\n`;

describe("the parts of canaries", () => {
  it("are those of the file, whatever else is in it", () => {
    fc.assert(
      fc.property(fc.array(service, { maxLength: 4 }), (services) => {
        const one = (values: readonly string[] | null | undefined): string => values?.join(",") || "-";
        expect(read(written(services))).toEqual(
          services.map(({ name: of, rollout_targets: targets, rollout_controller: controller }) =>
            [of, one(targets), controller?.percentage ?? "-", one(controller?.allowlist)].join(" "),
          ),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("are not known of a file that is cut anywhere, or of none", () => {
    const text = written([
      {
        name: "shop-web",
        rollout_targets: ["a:3000"],
        rollout_controller: { percentage: 5, allowlist: ["x"] },
      },
    ]);
    for (let length = 0; length < text.trimEnd().length; length += 7)
      expect(read(text.slice(0, length)), text.slice(0, length)).toBeUndefined();
    expect(read("")).toBeUndefined();
    expect(read(text)).toEqual(["shop-web a:3000 5 x"]);
  });
});
