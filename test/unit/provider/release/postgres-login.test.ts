import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loginInput, postgresLoginStep } from "../../../../provider/release/postgres-login";
import { needsRun } from "../../../../provider/release/step";
import { shell } from "./steps";

const inputs = {
  shell,
  container: "shop-prod-db",
  instance: "a1",
  user: "shop",
  database: "shop",
  password: "it's",
};

describe("the login of a Postgres", () => {
  it("has its password by standard input alone", () => {
    expect(postgresLoginStep.call(inputs)).toEqual({
      verb: "postgres-login",
      words: ["container=shop-prod-db", "user=shop", "database=shop"],
      stdin: `\\password "shop"\nit's\nit's\n`,
    });
  });

  it("is asked for first where Kamal's database was taken up, and set from then on", () => {
    const taken = { ...inputs, taken: true };
    expect(postgresLoginStep.call(taken)).toEqual({
      verb: "postgres-login",
      words: ["container=shop-prod-db", "user=shop", "database=shop", "check=yes"],
      stdin: "it's\n",
    });
    expect(postgresLoginStep.call({ ...taken, password: "other" }, taken).stdin).toBe(
      loginInput("shop", "other"),
    );
    expect(needsRun(postgresLoginStep, { ...inputs, undone: false }, taken)).toBe(false);
  });

  it("is set again for another password, and in a new container of the same name", () => {
    const state = { ...inputs, undone: false };
    expect(needsRun(postgresLoginStep, state, { ...inputs, password: "other" })).toBe(true);
    expect(needsRun(postgresLoginStep, state, { ...inputs, instance: "b2" })).toBe(true);
    expect(needsRun(postgresLoginStep, state, inputs)).toBe(false);
  });

  it("takes any text on one line for a password", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((each) => !/[\n\r\0]/.test(each));
    fc.assert(
      fc.property(text, (password) => {
        expect(loginInput("app", password).split("\n")).toEqual([`\\password "app"`, password, password, ""]);
      }),
    );
  });
});
