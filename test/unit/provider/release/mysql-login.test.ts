import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loginSql, mysqlLoginStep, optionText, sqlText } from "../../../../provider/release/mysql-login";
import { needsRun } from "../../../../provider/release/step";
import { shell } from "./steps";

const inputs = {
  ...{ shell, container: "shop-prod-db", instance: "a1", user: "shop", database: "shop_prod" },
  ...{ password: `it's "so" \\`, rootPassword: "r#oot" },
};

describe("the login of a MariaDB or MySQL", () => {
  it("has its passwords by standard input alone", () => {
    const { verb, words, stdin } = mysqlLoginStep.call(inputs);
    expect([verb, ...words]).toEqual([
      "mysql-login",
      ...["container=shop-prod-db", "user=shop", "database=shop_prod"],
    ]);
    expect(stdin?.split("\n")).toEqual([
      `"r#oot"`,
      String.raw`"it\'s \"so\" \\"`,
      "SET SESSION sql_mode = '';",
      "CREATE DATABASE IF NOT EXISTS `shop_prod`;",
      String.raw`CREATE USER IF NOT EXISTS 'shop'@'%' IDENTIFIED BY 'it\'s "so" \\';`,
      String.raw`ALTER USER 'shop'@'%' IDENTIFIED BY 'it\'s "so" \\';`,
      String.raw`GRANT ALL ON ${"`"}shop\_prod${"`"}.* TO 'shop'@'%';`,
      "",
    ]);
  });

  it("is tried again for another password, user or database, and in a new container of the same name", () => {
    const state = { ...inputs, undone: false };
    for (const change of [
      { password: "o" },
      { user: "o" },
      { database: "o" },
      { instance: "b2" },
      { rootPassword: "o" },
    ])
      expect(needsRun(mysqlLoginStep, state, { ...inputs, ...change })).toBe(true);
    expect(needsRun(mysqlLoginStep, state, inputs)).toBe(false);
  });

  it("takes any text on one line for a password, and no password ends a text or a line", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((each) => !/[\n\r\0]/.test(each));
    const withoutEscaped = (quoted: string): string => quoted.slice(1, -1).replaceAll(/\\./g, "");
    fc.assert(
      fc.property(text, (password) => {
        expect(withoutEscaped(sqlText(password))).not.toMatch(/['\\]/);
        expect(withoutEscaped(optionText(password))).not.toMatch(/["\\]/);
        for (const quoted of [sqlText(password), optionText(password)])
          expect(quoted.slice(1, -1).replaceAll(/\\(.)/g, "$1")).toBe(password);
        expect(loginSql({ ...inputs, password }).split("\n")).toHaveLength(5);
      }),
    );
  });
});
