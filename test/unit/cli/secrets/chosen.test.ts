import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Found } from "../../../../cli/secrets/adapter";
import { chosen, keyOf, wordOf } from "../../../../cli/secrets/chosen";

const found: Found[] = [
  { word: "DB_PASSWORD", name: "Shop/Production/DB_PASSWORD", value: "a" },
  { word: "shop/prod", name: "shop/prod/USER", value: "b" },
  { word: "shop/prod", name: "shop/prod/MASTER_KEY", value: "c" },
];
const keys = (words: string[], extract: string[] = [], among = found): Record<string, string> =>
  Object.fromEntries(
    chosen(words.map(wordOf), among, extract.map(wordOf)).map(({ key, value }) => [key, value]),
  );

describe("a word", () => {
  it.each([
    ["DB_PASSWORD", { name: "DB_PASSWORD" }],
    ["dbPassword=DB_PASSWORD", { key: "dbPassword", name: "DB_PASSWORD" }],
    ["aws:secretKey=a/b=c", { key: "aws:secretKey", name: "a/b=c" }],
    ["op://Shop/My Item/a=b", { name: "op://Shop/My Item/a=b" }],
  ])("%s", (text, word) => {
    expect(wordOf(text)).toEqual(word);
  });

  it.each([
    ["Shop/Production/DB_PASSWORD", "dbPassword"],
    ["my-secret.key", "mySecretKey"],
    ["railsMasterKey", "railsMasterKey"],
    ["PLAIN", "plain"],
  ])("%s is %s of the stack", (name, key) => {
    expect(keyOf(name)).toBe(key);
  });
});

describe("what is chosen", () => {
  it("is all that was found, by its own names or those that are given", () => {
    expect(keys(["pw=DB_PASSWORD", "shop/prod"])).toEqual({ pw: "a", user: "b", masterKey: "c" });
  });

  it("is what is extracted alone, by its whole name or the last part of it", () => {
    expect(keys(["DB_PASSWORD", "shop/prod"], ["MASTER_KEY", "who=shop/prod/USER"])).toEqual({
      masterKey: "c",
      who: "b",
    });
  });

  it.each<[string, string[], string[], Found[], string]>([
    [
      "a key for several",
      ["one=shop/prod"],
      [],
      found,
      "shop/prod has 2 values, USER, MASTER_KEY; name the one that is one: --extract one=NAME.",
    ],
    [
      "no such name",
      ["shop/prod"],
      ["TOKEN"],
      found,
      "there is no TOKEN among Shop/Production/DB_PASSWORD, shop/prod/USER, shop/prod/MASTER_KEY.",
    ],
    [
      "two of a name",
      [],
      [],
      [...found, { word: "", name: "other/USER", value: "d" }],
      "shop/prod/USER and other/USER would both be user; give one of them a name of its own: KEY=shop/prod/USER.",
    ],
    [
      "two of a last part",
      [],
      ["USER"],
      [...found, { word: "", name: "other/USER", value: "d" }],
      "USER is shop/prod/USER and other/USER; write the whole name of one.",
    ],
    [
      "a name without letters",
      [],
      [],
      [{ word: "", name: "a/12", value: "d" }],
      "a/12 makes no name for a value of the stack; give it one: KEY=a/12.",
    ],
    [
      "a carriage return at the end",
      [],
      [],
      [{ word: "", name: "a", value: "d\r" }],
      "a ends with a carriage return, which Pulumi does not keep; correct it where it comes from.",
    ],
  ])("refuses %s", (_, words, extract, among, sentence) => {
    expect(() => keys(words, extract, among)).toThrow(new Error(`secrets: ${sentence}`));
  });

  it("has a key once, whatever was found, and never says a value", () => {
    const one = fc.record({
      word: fc.string(),
      name: fc.string({ minLength: 1 }),
      value: fc.constant("canary-value"),
    });
    fc.assert(
      fc.property(
        fc.array(one, { maxLength: 5 }),
        fc.array(fc.string({ minLength: 1 }), { maxLength: 3 }),
        (all, extract) => {
          try {
            const keys = chosen([], all, extract.map(wordOf)).map(({ key }) => key);
            expect(new Set(keys).size).toBe(keys.length);
          } catch (error) {
            expect(String(error)).not.toContain("canary-value");
          }
        },
      ),
    );
  });
});
