/** What each adapter makes of the answers of its program, whose JSON is as the programs' own documentation and Kamal's tests have it. */
import { describe, expect, it } from "vitest";
import type { Answer, Wish } from "../../../../cli/secrets/adapter";
import { adapterNames, adapterOf } from "../../../../cli/secrets/adapters";

/** Odd values that a password may well be. */
const odd = `two\nlines="$HOME" 'x' \\n =é\n`;

type Answers = Readonly<Record<string, unknown>>;

interface Asked {
  readonly found: Record<string, string>;
  readonly words: string[];
  readonly env: (Readonly<Record<string, string>> | undefined)[];
}

/** Asks an adapter whose program answers by the beginning of its words: a text as it is, JSON of all else; `false` fails. */
function ask(name: string, wish: Wish, answers: Answers, env: NodeJS.ProcessEnv = {}): Asked {
  const words: string[] = [];
  const given: Asked["env"] = [];
  const run = (asked: readonly string[], more: { env?: Readonly<Record<string, string>> } = {}): Answer => {
    const line = asked.join(" ");
    words.push(line);
    given.push(more.env);
    const [, answer] = Object.entries(answers).find(([begin]) => line.startsWith(begin)) ?? [];
    const now =
      Array.isArray(answer) && answer[0] === "in turn" ? (answer as unknown[]).splice(1, 1)[0] : answer;
    if (now === undefined || now === false) return { ok: false, stdout: "" };
    return { ok: true, stdout: typeof now === "string" ? now : JSON.stringify(now) };
  };
  const found = adapterOf(name)?.fetch(run, wish, env) ?? [];
  return {
    found: Object.fromEntries(found.map((one) => [`${one.word}: ${one.name}`, one.value])),
    words,
    env: given,
  };
}

describe("1Password", () => {
  const field = (path: string, value?: string) => ({
    label: path.split("/").at(-1),
    reference: `op://Shop/Item/${path}`,
    ...(value === undefined ? {} : { value }),
  });
  const wish = (...words: string[]): Wish => ({ account: "acme", from: "op://Shop/Item", words });

  it("is asked for the fields of each item at once, by the session in its environment", () => {
    const { found, words, env } = ask("1password", wish("DB", "Section/KEY"), {
      signin: 'export OP_SESSION_ABC="tok-en"\n# This command is meant to be used with your shell',
      "item get": [field("Section/KEY", odd), field("DB", "x")],
    });
    expect(words).toEqual([
      "account get --account acme",
      "signin --account acme --force",
      "item get Item --vault Shop --format json --account acme --fields label=DB,label=Section.KEY",
    ]);
    expect(env[2]).toEqual({ OP_SESSION_ABC: "tok-en" });
    expect(found).toEqual({ "DB: Shop/Item/DB": "x", "Section/KEY: Shop/Item/Section/KEY": odd });
  });

  it("gives the password of an item without a field, and all fields without names", () => {
    expect(
      ask(
        "one_password",
        { account: "acme", words: ["Shop/Item"] },
        { account: "{}", "item get": field("password", "x") },
      ),
    ).toMatchObject({
      found: { "Shop/Item: Shop/Item/password": "x" },
      words: [
        expect.anything(),
        "item get Item --vault Shop --format json --account acme --fields label=password",
      ],
    });
    expect(
      ask("1password", wish(), {
        account: "{}",
        "item get": { fields: [field("A", "1"), field("B"), field("S/C", "3")] },
      }),
    ).toMatchObject({
      found: { ": Shop/Item/A": "1", ": Shop/Item/S/C": "3" },
    });
  });

  it("needs no account with the token of a service account", () => {
    const env = { OP_SERVICE_ACCOUNT_TOKEN: "ops_x" };
    expect(adapterOf("1password")?.needsAccount?.(env)).toBe(false);
    expect(ask("1password", { words: ["Shop/Item/A"] }, { "item get": field("A", "1") }, env).words).toEqual([
      "item get Item --vault Shop --format json --fields label=A",
    ]);
  });

  it.each<[string, Wish, Answers, string]>([
    [
      "an item without a vault",
      { account: "acme", words: ["Item"] },
      { account: "{}" },
      "1Password: Item names no vault with an item; write --from VAULT/ITEM.",
    ],
    [
      "a field without a value",
      wish("A"),
      { account: "{}", "item get": field("A") },
      "1Password has no value of Shop/Item/A.",
    ],
    ["a failed login", wish("A"), {}, "op signin of acme failed; what it says is above."],
    ["a failed item", wish("A"), { account: "{}" }, "op item get Item failed; what it says is above."],
    [
      "an answer that is no JSON",
      wish("A"),
      { account: "{}", "item get": "canary" },
      "op item get Item did not answer with JSON; try it by hand.",
    ],
  ])("says %s", (_, asked, answers, sentence) => {
    expect(() => ask("1password", asked, answers)).toThrow(new Error(sentence));
  });
});

describe("Bitwarden", () => {
  const item = {
    fields: [
      { name: "A", value: "1" },
      { name: "odd/=", value: odd },
    ],
  };

  it("is unlocked, and asked by the session in its environment", () => {
    const { found, words, env } = ask(
      "bitwarden",
      { account: "me@example.com", from: "Item", words: ["A", "odd/="] },
      {
        status: ["in turn", { status: "unauthenticated" }, { status: "locked" }, { status: "unlocked" }],
        ...{ login: "", unlock: "se ssion\n", sync: "", "get item": item },
      },
    );
    expect(words).toEqual([
      "status",
      "login me@example.com",
      "status",
      "unlock --raw",
      "status",
      "sync",
      "get item Item",
      "get item Item",
    ]);
    expect(env.slice(4)).toEqual(Array(4).fill({ BW_SESSION: "se ssion" }));
    expect(found).toEqual({ "A: Item/A": "1", "odd/=: Item/odd/=": odd });
  });

  it("gives the password of an item, or all fields where it has none", () => {
    const open = { status: { status: "unlocked" }, sync: "" };
    expect(
      ask("bitwarden", { words: ["Item"] }, { ...open, "get item": { login: { password: odd } } }).found,
    ).toEqual({ "Item: Item": odd });
    expect(ask("bitwarden", { words: ["Item"] }, { ...open, "get item": item }).found).toEqual({
      "Item: Item/A": "1",
      "Item: Item/odd/=": odd,
    });
    expect(() => ask("bitwarden", { words: ["Item/B"] }, { ...open, "get item": item })).toThrow(
      "Bitwarden has no Item/B.",
    );
    expect(() => ask("bitwarden", { words: ["Item"] }, { ...open, "get item": {} })).toThrow(
      "neither a password nor fields",
    );
  });
});

describe("Bitwarden Secrets Manager", () => {
  it("gives secrets by their ids, and all of a project", () => {
    const one = { key: "DB", value: odd };
    expect(ask("bitwarden-sm", { words: ["id-1"] }, { "secret get id-1": one })).toMatchObject({
      found: { "id-1: DB": odd },
    });
    expect(
      ask("bitwarden-sm", { from: "project", words: ["all"] }, { "secret list project": [one] }),
    ).toMatchObject({ found: { ": DB": odd } });
    expect(ask("bitwarden-sm", { words: ["all"] }, { "secret list": [one] }).words).toEqual(["secret list"]);
    expect(() => ask("bitwarden-sm", { words: [] }, {})).toThrow("has to be told which secrets");
  });
});

describe("LastPass", () => {
  it("is logged in where it is another one, and asked for all at once", () => {
    const { found, words } = ask(
      "lastpass",
      { account: "me", from: "Folder", words: ["A", "B"] },
      {
        ...{ status: "Logged in as you.", login: "" },
        show: [
          { fullname: "Folder/B", password: odd },
          { fullname: "Folder/A", password: "1" },
        ],
      },
    );
    expect(words).toEqual(["status --color never", "login me", "show Folder/A Folder/B --json"]);
    expect(found).toEqual({ "A: Folder/A": "1", "B: Folder/B": odd });
    expect(() =>
      ask("last_pass", { account: "me", words: ["A"] }, { status: "Logged in as me.", show: [] }),
    ).toThrow("LastPass has no A.");
  });
});

describe("AWS Secrets Manager", () => {
  it("gives texts as they are and the keys of JSON, twenty ids at a time", () => {
    const words = Array.from({ length: 21 }, (_, at) => `s${at}`);
    const value = (at: number) => ({
      Name: `shop/s${at}`,
      SecretString: at === 0 ? JSON.stringify({ A: odd, N: 5 }) : at === 1 ? "007" : odd,
    });
    const asked = ask(
      "aws",
      { account: "prod", from: "shop", words },
      {
        "secretsmanager batch-get-secret-value --secret-id-list shop/s0 ": {
          SecretValues: words.slice(0, 20).map((_, at) => value(at)),
        },
        "secretsmanager batch-get-secret-value --secret-id-list shop/s20 --profile prod --output json": {
          SecretValues: [value(20)],
        },
      },
    );
    expect(asked.words).toHaveLength(2);
    expect(asked.found).toMatchObject({
      "s0: shop/s0/A": odd,
      "s0: shop/s0/N": "5",
      "s1: shop/s1": "007",
      "s20: shop/s20": odd,
    });
  });

  it("says what is not there, and what is no text", () => {
    const ask1 = (answer: unknown) => () =>
      ask("aws_secrets_manager", { words: ["a"] }, { secretsmanager: answer });
    expect(ask1({ Errors: [{ SecretId: "a", Message: "not found" }] })).toThrow(
      "AWS Secrets Manager: a: not found",
    );
    expect(ask1({ SecretValues: [{ Name: "a", SecretBinary: "x" }] })).toThrow(
      "AWS Secrets Manager: a is bytes and no text.",
    );
    expect(ask1({})).toThrow("AWS Secrets Manager has no a.");
  });
});

describe("Google Secret Manager", () => {
  it("is asked by project, version and who one is, and its base64 is read", () => {
    const data = Buffer.from(odd).toString("base64");
    const { found, words } = ask(
      "gcp",
      { account: "me@example.com|robot@example.com", words: ["A", "project/B/3"] },
      {
        "auth list": [{}],
        "secrets versions access": { payload: { data } },
      },
    );
    expect(words.slice(1)).toEqual([
      "secrets versions access latest --secret=A --account=me@example.com --impersonate-service-account=robot@example.com --format=json",
      "secrets versions access 3 --secret=B --project=project --account=me@example.com --impersonate-service-account=robot@example.com --format=json",
    ]);
    expect(found).toEqual({ "A: default/A": odd, "project/B/3: project/B": odd });
    // Of the base64 of URLs, too.
    const url = Buffer.from("??>>").toString("base64url");
    expect(
      ask(
        "gcp",
        { account: "default", words: ["A"] },
        { "auth list": [{}], secrets: { payload: { data: url } } },
      ).found,
    ).toEqual({ "A: default/A": "??>>" });
  });
});

describe("Doppler", () => {
  it("is asked in a project and its configuration, or by a token that has them", () => {
    const answers = { me: "{}", "secrets get": { A: { computed: odd }, B: { computed: "2" } } };
    expect(ask("doppler", { from: "shop/prd", words: ["A", "B"] }, answers)).toMatchObject({
      found: { "A: shop/prd/A": odd, "B: shop/prd/B": "2" },
      words: ["me --json", "secrets get A B --json -p shop -c prd"],
    });
    expect(ask("doppler", { words: ["A"] }, answers, { DOPPLER_TOKEN: "dp.st.prd.x" }).words[1]).toBe(
      "secrets get A --json",
    );
    expect(() => ask("doppler", { words: ["A"] }, answers)).toThrow("write --from PROJECT/CONFIG");
    expect(() => ask("doppler", { words: ["a/b/A", "a/c/B"] }, answers)).toThrow(
      "one configuration at a time",
    );
    expect(() => ask("doppler", { from: "shop/prd", words: ["C"] }, answers)).toThrow(
      "Doppler has no value of shop/prd/C.",
    );
  });
});

describe("Enpass", () => {
  it("gives a password by its label, or all of a title", () => {
    const answers = {
      "-json -vault /v show Shop": [
        { title: "Shop", label: "A", password: odd },
        { title: "Shop", label: "B", password: "2" },
      ],
    };
    expect(ask("enpass", { from: "/v", words: ["Shop/A"] }, answers).found).toEqual({
      "Shop/A: Shop/A": odd,
    });
    expect(ask("enpass", { from: "/v", words: ["Shop"] }, answers).found).toEqual({
      "Shop: Shop/A": odd,
      "Shop: Shop/B": "2",
    });
    expect(() => ask("enpass", { words: ["Shop"] }, answers)).toThrow("write --from DIRECTORY");
  });
});

describe("Passbolt", () => {
  it("is asked in the folder, whose id it is asked for once", () => {
    const { found, words } = ask(
      "passbolt",
      { from: "Shop/Prod", words: ["A", 'B"'] },
      {
        verify: "",
        'list folders --filter Name == "Shop" --json': [{ id: "1" }],
        'list folders --filter Name == "Prod" && FolderParentID == "1" --json': [{ id: "2" }],
        'list resources --filter Name == "A" && FolderParentID == "2" --folder 2 --column name --column password --json':
          [{ name: "A", password: odd }],
        'list resources --filter Name == "B\\"" && FolderParentID == "2" --folder 2': [
          { name: 'B"', password: "2" },
        ],
      },
    );
    expect(found).toEqual({ "A: Shop/Prod/A": odd, 'B": Shop/Prod/B"': "2" });
    expect(words.filter((line) => line.includes("folders"))).toHaveLength(2);
    expect(() => ask("passbolt", { words: ["A"] }, { verify: "", "list resources": "null" })).toThrow(
      "Passbolt has no A.",
    );
  });
});

describe("the adapters", () => {
  it("are there by the names that Kamal has for them", () => {
    for (const name of [
      "1password",
      "lastpass",
      "gcp",
      "bitwarden-sm",
      "one_password",
      "aws_secrets_manager",
      "doppler",
      "enpass",
      "passbolt",
      "bitwarden",
    ])
      expect(adapterOf(name), name).toBeDefined();
    expect(adapterOf("vault")).toBeUndefined();
    expect(adapterNames).toHaveLength(9);
  });
});
