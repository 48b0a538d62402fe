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

const kamal = { service: "shop", role: "web" };

describe("a switch that takes over from Kamal", () => {
  it("names the role of Kamal's to its verb", () => {
    const words = (takeOver: SwitchInputs["takeOver"]): string[] =>
      switchStep.call({ ...switched, takeOver }).words.filter((word) => word.startsWith("kamal="));
    expect(words(kamal)).toEqual(["kamal=shop/web/"]);
    expect(words({ ...kamal, destination: "eu" })).toEqual(["kamal=shop/web/eu"]);
    expect(words(undefined)).toEqual([]);
  });

  it("says what it took, what is left over, and what still serves", () => {
    const says = (takeOver: SwitchInputs["takeOver"], printed: string): unknown =>
      switchStep.says?.({ ...switched, takeOver }, printed);
    expect(says(kamal, "took=shop-web-a1 \nheld=paused\nstops=shop-web-a1\n")).toBe(
      "shop-web has taken over Kamal's route shop-web, which led to shop-web-a1.\n" +
        "Kamal's shop-web-a1 (shop, role web) is stopped and left over: kamal rollback a1 brings the app back.\n" +
        "shop-web is paused, and stays so: nobody sees the new release until npx sextant resume.",
    );
    expect(says({ ...kamal, destination: "eu" }, "stops=a\nstops=b\nserves=c\n")).toBe(
      "Kamal's a, b (shop, role web) are stopped and left over: kamal rollback VERSION -d eu brings the app back.\n" +
        "Kamal's c is not stopped: the proxy sends requests to it by another route; docker exec kamal-proxy kamal-proxy list shows which.",
    );
    expect(says(kamal, "")).toBeUndefined();
    expect(says(undefined, "stops=a\n")).toBeUndefined();
  });

  it("says of a refresh that Kamal has deployed since", () => {
    const lock = 'kamal lock acquire -m "pulumi up deploys" keeps Kamal from it.';
    expect(switchStep.finds?.({ ...switched, takeOver: kamal }, "false\nkamal=/shop-web-b2\n")).toBe(
      `shop-web leads to shop-web-b2, a container of Kamal's, which has deployed since. pulumi up takes over again; ${lock}`,
    );
    expect(switchStep.finds?.(switched, "false\nkamal=/shop-web-b2\n")).toBe(
      `shop-web leads to shop-web-b2, a container of Kamal's, which has deployed since. Say takeOver in the App, and pulumi up takes it over; ${lock}`,
    );
    const worker = { ...switched, route: undefined, takeOver: kamal };
    expect(switchStep.finds?.(worker, "false\nkamal=shop-job-b2\n")).toMatch(
      /^shop\/prod\/shop\/web has shop-job-b2 beside it, a container of Kamal's/,
    );
    expect(switchStep.finds?.(switched, "false\n")).toBeUndefined();
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

  it("name all containers of a role that has several, and look for all of them at the proxy", () => {
    const several = { ...switched, replicas: ["shop-web-web-1-2-aa", "shop-web-web-1-3-bb"] };
    const names = ["shop-web-web-1-9a2cd08", ...several.replicas];
    const { words } = switchStep.call(several);
    expect(words.filter((word) => word.startsWith("container="))).toEqual(
      names.map((name) => `container=${name}`),
    );
    const [look = ""] = switchStep.looks?.(several, "/verbs") ?? [];
    expect(look).toContain(`'shop-web ${names.map((name) => `${name}:3000`).join(",")}'`);
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

  it("is taken again for more containers, for fewer, and for another in the place of one", async () => {
    const several = { ...switched, replicas: ["b", "c"] };
    const edits: [SwitchInputs, SwitchInputs][] = [
      [switched, several],
      [several, switched],
      [several, { ...several, replicas: ["b", "d"] }],
    ];
    for (const [olds, news] of edits) {
      expect(needsRun(switchStep, { ...olds, undone: false }, news)).toBe(true);
      expect((await provider.diff?.("x", { ...olds, undone: false }, news))?.changes).toBe(true);
    }
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
