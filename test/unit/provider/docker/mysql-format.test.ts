/** Which data a MariaDB or MySQL may be put on. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { volumeProvider, type VolumeInputs } from "../../../../provider/docker/volume";
import {
  compareSeries,
  mysqlIn,
  mysqlRefusal,
  readMysql,
  seriesOf,
  type FoundMysql,
  type MysqlFormat,
} from "../../../../provider/docker/mysql-format";
import { DockerHosts, type FakeDocker } from "./docker-hosts";

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
    ["mysql\n5.7.44\n", { server: "mysql", series: "5.7" }],
    ["other\n", undefined],
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
      'MySql "db": version asks for MySQL 8.4, but the volume shop-test-db-data holds data of MySQL 8.0, which is not upgraded in place; leave version at 8.0, or make a second MySql of version 8.4 beside it, copy the data there with npx sextant copy-data, and give the app its url (npx sextant docs checks#data-format).',
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

describe("a look at data on a host", () => {
  let hosts: DockerHosts;
  let docker: FakeDocker;
  let at = 200;
  const name = "shop-prod-db-data";

  beforeEach(async () => {
    hosts = new DockerHosts();
    docker = await hosts.host("web-1", (at += 1));
    vi.stubEnv("PATH", `${hosts.directory}:${process.env["PATH"] ?? ""}`);
    vi.stubEnv("HOME", hosts.directory);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    hosts.remove();
  });

  const directory = (): string => join(hosts.directory, "shop-db", "it's data");
  /** Data in a Docker volume, and the same in a directory of the host. */
  const places = (): [string, string][] => [
    [name, hosts.place(docker, name)],
    [directory(), directory()],
  ];
  function holds(place: string, files: Record<string, string>): void {
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place, { recursive: true });
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(place, file)), { recursive: true });
      writeFileSync(join(place, file), text);
    }
  }

  it.each<[string, Record<string, string>, FoundMysql | null | undefined]>([
    ["nothing", {}, null],
    ["an empty disk", { "lost+found/x": "" }, null],
    [
      "MariaDB's",
      { aria_log_control: "", ibdata1: "", mariadb_upgrade_info: "10.11.19-MariaDB" },
      { server: "mariadb", series: "10.11" },
    ],
    [
      "MySQL's",
      { "mysql.ibd": "", ibdata1: "", mysql_upgrade_info: "8.0.36" },
      { server: "mysql", series: "8.0" },
    ],
    ["MySQL's without a word", { "mysql.ibd": "", ibdata1: "" }, { server: "mysql" }],
    [
      "MySQL 5.7's",
      { ibdata1: "", "mysql/user.frm": "", "sys/x.frm": "" },
      { server: "mysql", series: "5.7" },
    ],
    ["MySQL 5.6's", { ibdata1: "", "mysql/user.frm": "" }, { server: "mysql", series: "5.6" }],
    [
      "MySQL 5.7's after an upgrade",
      { ibdata1: "", "mysql/user.frm": "", mysql_upgrade_info: "5.7.44" },
      { server: "mysql", series: "5.7" },
    ],
    ["something else's", { "other.txt": "" }, undefined],
  ])("finds %s, in a volume and in a directory", async (_what, files, found) => {
    for (const [volume, place] of places()) {
      holds(place, files);
      expect(await mysqlIn(docker.shell, volume)).toEqual(found);
    }
  });

  it("finds nothing where there is none, and does not take a Docker that fails for that", async () => {
    expect(await mysqlIn(docker.shell, directory())).toBeNull();
    hosts.breaks(docker, "docker", '[ "$2" != inspect ]');
    expect(await mysqlIn(docker.shell, name)).toBeNull();
    hosts.breaks(docker, "docker", "exit 1");
    await expect(mysqlIn(docker.shell, name)).rejects.toThrow("web-1: looking into the volume");
  });

  it("refuses another series and another server on a directory, as on a volume", async () => {
    const refused = async (volume: string, olds: Partial<VolumeInputs>, wanted: MysqlFormat) => {
      const inputs: VolumeInputs = { shell: docker.shell, host: "web-1", label: 'MySql "db"', name: volume };
      const before = Object.keys(olds).length === 0 ? {} : { ...inputs, ...olds };
      const checked = await volumeProvider.check?.(before, { ...inputs, format: wanted });
      return (checked?.failures ?? []).map(({ reason }) => reason).join();
    };
    for (const [volume, place] of places()) {
      holds(place, { "mysql.ibd": "", mysql_upgrade_info: "8.0.36" });
      expect(await refused(volume, {}, format("8.4", "mysql"))).toContain("holds data of MySQL 8.0");
      expect(await refused(volume, {}, format("11.4"))).toContain("holds data of MySQL, which MariaDB");
      holds(place, { ibdata1: "", "mysql/user.frm": "", "sys/x.frm": "" });
      expect(await refused(volume, {}, format("8.4", "mysql"))).toContain("holds data of MySQL 5.7");
      // What is there is nobody's that is known: what Pulumi knows counts.
      holds(place, { "other.txt": "" });
      const old = { format: format("8.0", "mysql") };
      expect(await refused(volume, old, format("8.4", "mysql"))).toContain("holds data of MySQL 8.0");
      holds(place, {});
      expect(await refused(volume, old, format("8.4", "mysql"))).toBe("");
    }
  });
});
