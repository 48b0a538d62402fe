/** Which data a MariaDB or MySQL may be put on. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareSeries,
  mysqlRefusal,
  readMysql,
  seriesOf,
  type MysqlFormat,
} from "../../../../provider/docker/mysql-format";

const db = { label: 'MariaDb "db"', volume: "shop-test-db-data" };
const format = (series: string, server: MysqlFormat["server"] = "mariadb"): MysqlFormat => ({
  ...{ server, image: `${server}:${series}`, series },
});

describe("the series of a tag", () => {
  it.each([
    ["11.4", "11.4"],
    ["11.4.2-noble", "11.4"],
    ["10.11-ubi", "10.11"],
    ["8.4.10-oracle", "8.4"],
    ["11", undefined],
    ["lts", undefined],
    ["2026-01", undefined],
    ["11.4rc1", undefined],
  ])("%s is %s", (tag, series) => {
    expect(seriesOf(tag)).toBe(series);
  });
});

describe("what a volume holds", () => {
  it.each([
    ["", null],
    ["mariadb\n10.11.19-MariaDB", { server: "mariadb", series: "10.11" }],
    ["mariadb\n", { server: "mariadb" }],
    ["mysql\n8.0.36", { server: "mysql", series: "8.0" }],
    [
      'mysql\n{"file_format":"1","upgrade_history":[{"date":"2025-01-01","version":"8.0.40","maturity":"LTS","initialize":true},{"date":"2025-02-01","version":"8.4.3","maturity":"LTS"}]}',
      { server: "mysql", series: "8.4" },
    ],
  ])("is read from %j", (text, found) => {
    expect(readMysql(text)).toEqual(found);
  });
});

describe("a server on data", () => {
  it("is refused where the data is of a newer series, with the way to an older one", () => {
    expect(mysqlRefusal(db, {}, format("10.11"), { server: "mariadb", series: "11.8" })).toBe(
      'MariaDb "db": version asks for MariaDB 10.11, but the volume shop-test-db-data holds data of MariaDB 11.8, which an older one does not read; leave version at 11.8, or make a second MariaDb of version 10.11 beside it, copy the data there with mariadb-dump and mariadb, and give the app its url (npx sextant docs checks#data-format).',
    );
  });

  it("upgrades an older series of MariaDB, and none of MySQL", () => {
    expect(mysqlRefusal(db, {}, format("11.8"), { server: "mariadb", series: "10.11" })).toBeUndefined();
    const mine = { ...db, label: 'MySql "db"' };
    expect(mysqlRefusal(mine, {}, format("8.4", "mysql"), { server: "mysql", series: "8.0" })).toBe(
      'MySql "db": version asks for MySQL 8.4, but the volume shop-test-db-data holds data of MySQL 8.0, which is not upgraded in place; leave version at 8.0, or make a second MySql of version 8.4 beside it, copy the data there with mysqldump and mysql, and give the app its url (npx sextant docs checks#data-format).',
    );
  });

  it("is refused on the data of the other one, whatever its number", () => {
    expect(mysqlRefusal(db, {}, format("11.4"), { server: "mysql", series: "8.4" })).toBe(
      'MariaDb "db": the volume shop-test-db-data holds data of MySQL, which MariaDB does not read; leave it to a MySql, make the MariaDb under another name beside it, and copy the data by a dump (npx sextant docs checks#data-format).',
    );
  });

  it("is judged by what Pulumi knows where nobody could look, or where the files do not tell", () => {
    const old = format("11.8");
    expect(mysqlRefusal(db, old, format("10.11"), undefined)).toContain("leave version at 11.8");
    expect(mysqlRefusal(db, old, format("10.11"), { server: "mariadb" })).toContain("leave version at 11.8");
    expect(mysqlRefusal(db, {}, format("10.11"), undefined)).toBeUndefined();
    // The volume was emptied since.
    expect(mysqlRefusal(db, old, format("10.11"), null)).toBeUndefined();
  });

  it("is never an older one, whatever the numbers", () => {
    const number = fc.integer({ min: 0, max: 99 });
    const series = fc.tuple(number, number).map((two) => two.join("."));
    fc.assert(
      fc.property(
        series,
        series,
        fc.constantFrom("mariadb" as const, "mysql" as const),
        (has, wants, server) => {
          const refused = mysqlRefusal(db, {}, format(wants, server), { server, series: has }) !== undefined;
          const order = compareSeries(has, wants);
          expect(refused).toBe(server === "mariadb" ? order > 0 : order !== 0);
        },
      ),
    );
  });
});
