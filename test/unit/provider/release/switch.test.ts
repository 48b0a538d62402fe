import { describe, expect, it } from "vitest";
import { differences } from "../../../../provider/detailed-diff";
import { needsRun, stepProvider } from "../../../../provider/release/step";
import { switchStep, type SwitchInputs } from "../../../../provider/release/switch";
import { switched } from "./steps";

const state = { ...switched, undone: false };
const { route } = switched;
const provider = stepProvider(switchStep);
const changes = async (news: SwitchInputs): Promise<unknown> =>
  (await provider.diff?.("x", state, news))?.changes;

describe("what is said of a switch", () => {
  it.each([
    [
      "held=stopped\n",
      "is in maintenance, and stays so: nobody sees the new release until npx sextant maintenance off.",
    ],
    ["held=paused\n", "is paused, and stays so: nobody sees the new release until npx sextant resume."],
    ["", undefined],
    ["held=elsewhere\n", undefined],
  ])("is, where its verb prints %j, %j", (printed, said) => {
    expect(switchStep.says?.(switched, printed)).toBe(said && `${switched.route?.service ?? ""} ${said}`);
    expect(switchStep.says?.({ ...switched, route: undefined }, printed)).toBeUndefined();
  });
});

describe("the words of a switch", () => {
  it("are those of the role, the container and its route, with the proxy's flags at the end", () => {
    const edited = {
      ...switched,
      services: ["shop-web", "shop-web-api"],
      claimed: ["*.blog.test/", "blog.test/feed"],
      keepOld: true,
      awaitProxy: true,
    };
    expect(switchStep.call(edited)).toEqual({
      verb: "switch",
      words: [
        "role=shop/prod/shop/web",
        "container=shop-web-web-1-9a2cd08",
        "stop=30",
        "services=shop-web,shop-web-api",
        "claimed=*.blog.test/",
        "claimed=blog.test/feed",
        "keep=old",
        "service=shop-web",
        "port=3000",
        "bridge=wait",
        "--",
        "--host=shop.test",
        "--deploy-timeout=60s",
        "--drain-timeout=30s",
        "--health-check-path=/up",
        "--health-check-host=shop.test",
        "--target-timeout=30s",
        "--buffer-requests=true",
        "--buffer-responses=true",
      ],
    });
  });

  it("name no route for a worker, and nothing is undone or looked at", () => {
    const worker: SwitchInputs = { ...switched, services: [], route: undefined, stopTimeout: "1m" };
    expect(switchStep.call(worker).words).toEqual([
      "role=shop/prod/shop/web",
      "container=shop-web-web-1-9a2cd08",
      "stop=60",
      "services=",
    ]);
    expect(switchStep.undo?.(worker)).toBeUndefined();
    expect(switchStep.looks?.(worker, "/verbs")).toEqual([]);
  });

  it("name the files of a certificate of one's own, and Let's Encrypt's staging", () => {
    const flags = (tls: NonNullable<NonNullable<SwitchInputs["route"]>["tls"]>): string[] =>
      switchStep
        .call({ ...switched, ...(route && { route: { ...route, tls } }) })
        .words.filter((word) => word.startsWith("--tls"));
    expect(flags({ certificate: "/tls/shop" })).toEqual([
      "--tls",
      "--tls-certificate-path=/tls/shop/cert.pem",
      "--tls-private-key-path=/tls/shop/key.pem",
    ]);
    expect(flags({ letsEncrypt: "production" })).toEqual(["--tls"]);
    expect(flags({ letsEncrypt: "staging" })).toEqual(["--tls", "--tls-staging"]);
  });

  it("take the route away when it goes from the program", () => {
    expect(switchStep.undo?.(switched)).toEqual({
      verb: "unroute",
      words: ["shop-web", "role=shop/prod/shop/web"],
    });
  });
});

describe("a switch", () => {
  it("is taken again for another container and any edit of its route, which a preview names", async () => {
    expect(needsRun(switchStep, state, { ...switched, container: "shop-web-web-1-0b1c2d3" })).toBe(true);
    const edited = { ...switched, ...(route && { route: { ...route, drainTimeout: "60s" as const } }) };
    expect(needsRun(switchStep, state, edited)).toBe(true);
    expect(await changes(edited)).toBe(true);
    expect(differences({ ...switched }, { ...edited }).map(({ path }) => path)).toEqual([
      "route.drainTimeout",
    ]);
  });

  it("is not taken again for routes that others have or get, and that is no change", async () => {
    const others = { ...switched, claimed: ["b.test/", "*.c.test/"] };
    expect(needsRun(switchStep, state, others)).toBe(false);
    expect(await changes(others)).toBe(false);
  });

  it("is not taken again for more time, or another way to the host, which are kept", async () => {
    for (const edit of [{ timeout: "130s" as const }, { shell: { ...switched.shell, port: 2222 } }]) {
      expect(needsRun(switchStep, state, { ...switched, ...edit })).toBe(false);
      expect(await changes({ ...switched, ...edit })).toBe(true);
    }
  });

  it("is taken again when the proxy was found to serve something else", async () => {
    expect(needsRun(switchStep, { ...state, undone: true }, switched)).toBe(true);
    expect(await provider.diff?.("x", { ...state, undone: true }, switched)).toEqual({ changes: true });
  });
});
