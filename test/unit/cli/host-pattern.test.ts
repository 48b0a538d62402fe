/** Hosts by a list of names, in which a star stands for anything. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hostsNamed } from "../../../cli/deployed";
import { isNamedBy } from "../../../cli/host-pattern";

const hosts = ["db-1", "web-1", "web-2", "web.eu"].map((name) => ({
  ...{ shell: { name, destination: `root@${name}`, port: 22 }, directory: "/d" },
}));
const named = (list?: string): string[] => hostsNamed("ps", hosts, list).map(({ shell }) => shell.name);

describe("--host", () => {
  it.each([
    [undefined, ["db-1", "web-1", "web-2", "web.eu"]],
    ["web-2", ["web-2"]],
    ["web-2,db-1", ["db-1", "web-2"]],
    ["web-*", ["web-1", "web-2"]],
    ["*-1, web.eu", ["db-1", "web-1", "web.eu"]],
    ["*", ["db-1", "web-1", "web-2", "web.eu"]],
  ])("%s names %j", (list, expected) => {
    expect(named(list)).toEqual(expected);
  });

  it.each([
    ["web-3", "web-3"],
    ["web-1,web-3", "web-3"],
    ["wob-*", "wob-*"],
    ["web?eu", "web?eu"],
    [",", ","],
  ])("%s is refused by what is not there", (list, unknown) => {
    expect(() => named(list)).toThrow(
      `ps: this stack has no host ${unknown}; it has db-1, web-1, web-2, web.eu.`,
    );
  });

  it("takes every name by itself, and no other by it, whatever is in it", () => {
    const name = fc.string({ minLength: 1 }).filter((text) => !/[,*\s]/.test(text));
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(isNamedBy(one)(one)).toBe(true);
        expect(isNamedBy(one)(other)).toBe(one === other);
        expect(isNamedBy(`${one}*`)(one + other)).toBe(true);
      }),
    );
  });
});
