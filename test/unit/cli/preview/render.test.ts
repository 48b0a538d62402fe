/** Previews as Markdown: of real programs as they are kept here, and of any values. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parsers } from "prettier/plugins/markdown";
import { describe, expect, it } from "vitest";
import { readDigest } from "../../../../cli/preview/digest";
import { previewOf, rangesOf } from "../../../../cli/preview/model";
import { onTerminal } from "../../../../cli/preview/terminal";
import { longestComment, render } from "../../../../cli/preview/render";

const fixture = (name: string): string => readFileSync(join(__dirname, "fixtures", `${name}.json`), "utf8");
const pageOf = (text: string, secrets?: readonly string[]): string =>
  render(previewOf(readDigest(text, secrets)));

const shop = "urn:pulumi:production::shop::sextant:index:App$sextant:index:";

/** A node of a Markdown page, as remark reads it. */
interface Node {
  type: string;
  value?: string;
  children?: Node[];
}

/** All nodes of a page, with those that they are in. */
function nodesOf(page: string): Node[] {
  const all = (node: Node): Node[] => [node, ...(node.children ?? []).flatMap(all)];
  return all((parsers.markdown as { parse(text: string, options: object): Node }).parse(page, {}));
}

/** What a page is made of beside its texts: the kinds of its nodes, and the HTML that is in it. */
function shapeOf(page: string): { html: string[]; tables: number[][]; kinds: Set<string> } {
  const nodes = nodesOf(page);
  return {
    html: nodes.filter(({ type }) => type === "html").map(({ value = "" }) => value),
    tables: nodes
      .filter(({ type }) => type === "table")
      .map(({ children = [] }) => children.map((row) => row.children?.length ?? 0)),
    kinds: new Set(nodes.map(({ type }) => type)),
  };
}

describe("a real preview", () => {
  it.each(["release", "removed", "lost", "existing"])(
    "of the kind %s is the page that is kept",
    async (name) => {
      await expect(pageOf(fixture(name))).toMatchFileSnapshot(`golden/${name}.txt`);
    },
  );

  it("says all in its first line", () => {
    const first = (name: string): string => pageOf(fixture(name)).split("\n")[0] ?? "";
    expect(first("release")).toBe(
      "### demo/lab: 2 hosts get shop:v2, the release command runs, routes change, nothing is deleted.",
    );
    expect(first("removed")).toBe("### demo/lab: 3 containers and 1 route are deleted.");
    // Machines that are there, of whose keys and secrets a preview knows nothing, are hosts of their own names.
    expect(first("existing")).toBe(
      "### shop/production: 2 hosts get kamal-proxy:v0.9.2, 1 host gets search:1, shop gets a new release on 2 hosts, the release command runs, nothing is deleted.",
    );
    expect(first("lost")).toBe("### demo/lab: The preview is refused: 1 problem.");
    expect(pageOf('{ "duration": 1 }')).toContain("### Nothing changes.\n");
  });

  it("names the commits between, where tags are commits", () => {
    const text = fixture("release")
      .replaceAll("shop:v1", `shop:${"a".repeat(40)}`)
      .replaceAll("shop:v2", "shop:bbbbbbb");
    const preview = previewOf(readDigest(text));
    expect(rangesOf(preview)).toEqual([{ app: "shop", from: "a".repeat(40), to: "bbbbbbb" }]);
    const commits = [
      {
        app: "shop",
        from: "a".repeat(40),
        to: "bbbbbbb",
        lines: ["bbbbbbb Sell ```more```"],
        total: 31,
        back: false,
      },
    ];
    expect(render({ ...preview, commits })).toContain(
      "`shop` `aaaaaaaaaaaa` → `bbbbbbb` brings 31 commits:\n\n````text\nbbbbbbb Sell ```more```\n````\n\nAnd 30 more.",
    );
  });
});

describe("hosts whose way is a secret", () => {
  it("are told by what their steps wait for, whoever pins their host keys", () => {
    const { steps } = JSON.parse(fixture("existing")) as {
      steps: {
        newState: { inputs: Record<string, unknown>; propertyDependencies?: Record<string, unknown> };
      }[];
    };
    for (const { newState } of steps) {
      if ("shell" in newState.inputs) newState.inputs["shell"] = "[secret]";
      delete newState.propertyDependencies?.["shell"];
    }
    const placed = (text: string): unknown => {
      const { containers, volumes, commands, routes } = previewOf(readDigest(text));
      return [containers, volumes, commands, routes].map((all) => all.map(({ host }) => host));
    };
    expect(placed(JSON.stringify({ steps }))).toEqual(placed(fixture("existing")));
  });
});

describe("what a step says beside its inputs", () => {
  it("is no secret, also below the name of one", () => {
    const urn = `${shop}Release::shop-release`;
    const state = {
      inputs: { shell: { name: "web-1" }, command: "bin/migrate", secrets: "[secret]" },
      propertyDependencies: { secrets: [urn] },
    };
    const step = {
      op: "update",
      urn,
      oldState: state,
      newState: state,
      detailedDiff: { secrets: { kind: "update" } },
    };
    const { own } = previewOf(readDigest(JSON.stringify({ steps: [step] })));
    expect(own).toEqual([{ type: "sextant:index:Release", operation: "update", names: ["shop-release"] }]);
  });
});

describe("a page on a terminal", () => {
  it("has the same words as they are, and nothing for GitHub", () => {
    const said = "set PULUMI_CONFIG_PASSPHRASE & mail @ops: a|b <c>";
    const text = JSON.stringify({
      ...(JSON.parse(fixture("release")) as object),
      diagnostics: [{ severity: "warning", message: said }],
    });
    const page = onTerminal(pageOf(text));
    expect(page).toContain(`- ${said}\n`);
    expect(page).not.toMatch(/&#|<!--|details|summary/);
  });
});

describe("containers of a role with replicas", () => {
  const of = (name: string, op: string, image: string) => {
    const state = {
      inputs: {
        shell: { name: name.replace(/^.*(web-\d).*$/, "$1") },
        image,
        labels: { "sextant.app": "shop", role: "web" },
      },
    };
    return { op, urn: `${shop}Container::${name}`, [op === "delete" ? "oldState" : "newState"]: state };
  };
  const page = (...steps: object[]): string => pageOf(JSON.stringify({ steps }));

  it("are counted on each host, and a host is one", () => {
    const names = ["shop-web-web-1-2", "shop-web-web-1-3", "shop-web-web-2"];
    const made = page(...names.map((name) => of(name, "create", "r.test/shop:v2")));
    expect(made).toContain("2 hosts get shop:v2, nothing is deleted.");
    expect(made).toContain("| `web-1` ×2, `web-2` | `shop web` | `r.test/shop:v2` | new |");
    const gone = page(...names.slice(0, 2).map((name) => of(name, "delete", "r.test/shop:v2")));
    expect(gone).toContain("2 containers are deleted.");
    expect(gone).toContain("| `web-1` ×2 | `shop web` | `r.test/shop:v2` | **removed** |");
  });
});

/** Texts that Markdown, a table or HTML may take for its own. */
const nasty = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(
      fc.constantFrom(
        ...[
          "|",
          "`",
          "``",
          "<b>",
          "</details>",
          "<!--",
          "-->",
          "\n",
          "\n\n",
          "# ",
          "- ",
          "1. ",
          "> ",
          "***",
          "__",
        ],
        ...[
          "[a](b)",
          "![a](b)",
          "\\",
          "&lt;",
          "$x$",
          "~~",
          "@everyone",
          "```",
          "\r",
          "\u2028",
          "a",
          " ",
          "---",
          "\t",
        ],
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join("")),
);

/** A preview of everything that a page shows, with these texts in all places. */
function withTexts(texts: readonly string[], secret: string): string {
  const text = (at: number): string => texts[at % texts.length] ?? "";
  const shell = { name: text(0), destination: "root@host", port: 22 };
  const container = (image: string, value: string) => ({
    inputs: {
      ...{ shell, image, hostname: text(0), command: [text(1), value], cpus: value },
      env: { [`A${text(2)}`]: value, B: text(3) },
      secrets: { [`T${text(4)}`]: secret },
      labels: { "sextant.app": text(5), role: text(6) },
      __auth: secret,
    },
  });
  const route = (drainTimeout: string) => ({
    inputs: { shell, role: `p/s/${text(5)}/${text(6)}`, route: { hosts: [text(7)], drainTimeout } },
  });
  const rules = (ip: string) => ({
    inputs: { rules: [{ direction: "in", protocol: text(8), sourceIps: [ip] }] },
  });
  const volume = { inputs: { shell, name: text(9), data: "discard" } };
  return JSON.stringify({
    steps: [
      {
        ...{ op: "replace", urn: `${shop}Container::${text(10)}` },
        ...{ oldState: container(text(11), "1"), newState: container(text(12), text(13)) },
        detailedDiff: { "secrets.T": {}, [text(14)]: {} },
      },
      { op: "update", urn: `${shop}Switch::x`, oldState: route(text(1)), newState: route(text(2)) },
      {
        ...{ op: "create", urn: `${shop}Release::${text(3)}-release` },
        newState: { inputs: { shell, command: [text(4), text(5)] } },
      },
      { op: "delete", urn: `${shop}Volume::x`, oldState: volume },
      {
        ...{ op: "update", urn: `urn:pulumi:a::b::hcloud:index/firewall:Firewall::${text(6)}` },
        ...{ oldState: rules(text(7)), newState: rules(text(8)) },
      },
      { op: "create", urn: `urn:pulumi:a::b::other:${text(9)}:X::${text(10)}`, newState: { inputs: {} } },
    ],
    diagnostics: [
      { severity: "error", message: `error: ${text(11)}`, urn: `${shop}Container::${text(12)}` },
      { severity: "error", message: `Error: it has ${secret}` },
      { severity: "warning", message: `warning: ${text(13)}` },
      { severity: "info", message: text(14), urn: `${shop}Container::${text(15)}` },
    ],
  });
}

const canary = "canary-7c0a3f|`<secret>";

describe("whatever the values are", () => {
  const texts = fc.array(nasty, { minLength: 16, maxLength: 16 });
  /** The page of harmless texts has the shape that all others have. */
  const kinds = shapeOf(pageOf(withTexts(["x"], canary))).kinds;

  it("a table keeps its cells, and nothing is HTML but what the page itself has", () => {
    fc.assert(
      fc.property(texts, (each) => {
        const { html, tables, kinds: found } = shapeOf(pageOf(withTexts(each, canary)));
        for (const rows of tables) expect(new Set(rows).size).toBe(1);
        for (const value of html)
          expect(value).toMatch(
            /^(<\/?code>|<!-- -->|<details><summary>\d+ \w+<\/summary>|<\/details>|<!-- sextant preview [\w./-]* -->)$/,
          );
        // Nothing becomes a link, an image, a heading, a quote, or a rule.
        const more = ["emphasis", "inlineCode", "html", "code", "list", "listItem"];
        expect([...found].filter((kind) => !kinds.has(kind) && !more.includes(kind))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it("no secret is in it, marked as one or not, nor in what it is said to be in", () => {
    fc.assert(
      fc.property(texts, fc.string({ minLength: 8 }), (each, random) => {
        const secret = `canary-${random}`;
        const text = withTexts(each, secret);
        const model = previewOf(readDigest(text));
        for (const shown of [render(model), JSON.stringify(model)]) expect(shown).not.toContain("canary-");
      }),
      { numRuns: 200 },
    );
    expect(pageOf(fixture("release"), ["debug!", "production"])).not.toContain("production");
  });

  it("names that a plugin keeps for itself hide nothing", () => {
    const state = (restart: string): object => ({
      inputs: { shell: { name: "web-1" }, image: "r.test/a:1", restart, __defaults: ["restart"] },
    });
    const step = {
      op: "update",
      urn: `${shop}Container::a`,
      oldState: state("always"),
      newState: state("no"),
    };
    const page = pageOf(JSON.stringify({ steps: [step] }));
    expect(page).toContain("`restart`");
    expect(page).not.toContain("[secret]");
  });

  it("it is no longer than a comment may be, and says what it leaves out", () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1000, max: 20_000 }), (each, most) => {
        const page = render(previewOf(readDigest(withTexts(each, canary))), most);
        expect(page.length).toBeLessThanOrEqual(most);
      }),
      { numRuns: 100 },
    );
    const steps = Array.from({ length: 1000 }, (_, at) => ({
      ...{ op: "replace", urn: `${shop}Container::${at}` },
      oldState: { inputs: { shell: { name: `host-${at}` }, image: `r.test/${"x".repeat(200)}:${at}` } },
      newState: { inputs: { shell: { name: `host-${at}` }, image: `r.test/${"y".repeat(200)}:${at}` } },
    }));
    const diagnostics = steps.map(({ urn }, at) => ({
      ...{ severity: "warning", urn },
      message: `warning: ${"<".repeat(900)}${at}`,
    }));
    const page = pageOf(JSON.stringify({ steps, diagnostics }));
    expect(page.length).toBeLessThanOrEqual(longestComment);
    expect(page).toContain("And 940 more.");
    expect(page).toContain("Left out, as a comment has 65,536 characters at most: warnings.");
    expect(shapeOf(page).html).toContain("<!-- sextant preview shop/production -->");
  });
});
