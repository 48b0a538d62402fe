/**
 * Which server of MariaDB's and MySQL's wrote the data of a volume, and whether another one may be put on it. Neither reads the data of the
 * other one, or of a newer series of its own. MariaDB upgrades the data of any older series when it starts
 * (MariaDB/mariadb-docker at 1b6429b, docker-entrypoint.sh, `docker_mariadb_upgrade`), and tries it again where it was cut off. MySQL takes
 * that of the series before alone, and which that is follows from no number; so another series of it is refused. Pure, but for the look at
 * the volume.
 */
import { pageCommand } from "../core/page";
import type { SshAddress } from "../ssh/address";
import { insideVolume } from "./inside-volume";

/** What is to read and write the data. */
export interface MysqlFormat {
  server: "mariadb" | "mysql";
  /** The image, with its tag. */
  image: string;
  /** The first two numbers of the version. @example "11.4" */
  series: string;
}

/** What a volume holds: whose data, and the series that wrote it, where its files tell. */
export interface FoundMysql {
  server: MysqlFormat["server"];
  series?: string;
}

/** How the servers, their components and their programs are called. */
const called = {
  mariadb: { name: "MariaDB", component: "MariaDb", dump: "mariadb-dump and mariadb" },
  mysql: { name: "MySQL", component: "MySql", dump: "mysqldump and mysql" },
} as const;

/** The series that an image's tag names: "11.4", "8.4.2", "10.11-jammy"; undefined for any other. */
export function seriesOf(tag: string): string | undefined {
  return /^\d{1,2}\.\d{1,2}(?![\da-zA-Z])/.exec(tag)?.[0];
}

/** Below zero where the first series is older. */
export function compareSeries(one: string, other: string): number {
  const [major = 0, minor = 0] = one.split(".").map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split(".").map(Number);
  return major - otherMajor || minor - otherMinor;
}

/**
 * Why a server must not be put on the data of a volume, as a sentence; undefined where nothing stands against it.
 *
 * @param old what was on the volume before, as far as Pulumi knows it
 * @param found what is in the volume; null for nothing, undefined where nobody could look, and where it tells nothing
 */
export function mysqlRefusal(
  { label, volume }: { label: string; volume: string },
  old: Partial<MysqlFormat>,
  wanted: MysqlFormat,
  found: FoundMysql | null | undefined,
): string | undefined {
  if (found === null) return undefined;
  const server = found?.server ?? old.server;
  if (server === undefined) return undefined;
  const series = found?.series ?? (old.server === server ? old.series : undefined);
  const { name, component, dump } = called[wanted.server];
  const page = `(${pageCommand("checks", "data-format")})`;
  const holds = (what: string): string => `the volume ${volume} holds data of ${what}, which`;
  if (server !== wanted.server) {
    const there = called[server];
    return `${label}: ${holds(there.name)} ${name} does not read; leave it to a ${there.component}, make the ${component} under another name beside it, and copy the data by a dump ${page}.`;
  }
  const order = series === undefined ? 0 : compareSeries(series, wanted.series);
  if (order === 0 || (wanted.server === "mariadb" && order < 0)) return undefined;
  const beside = `make a second ${component} of version ${wanted.series} beside it, copy the data there with ${order > 0 ? dump : "npx sextant copy-data"}, and give the app its url`;
  const why = order > 0 ? "an older one does not read" : "is not upgraded in place";
  return `${label}: version asks for ${name} ${wanted.series}, but ${holds(`${name} ${series ?? ""}`)} ${why}; leave version at ${series ?? ""}, or ${beside} ${page}.`;
}

/**
 * What is looked for in a directory, by the files that each server makes: Aria's log is MariaDB's, and MySQL's dictionary is in mysql.ibd from
 * 8.0 on; before, it had a file for each table, and the schema `sys` from 5.7 on. The series is in what the last upgrade or the first start wrote.
 * What is none of theirs is another thing than an empty directory.
 */
const lookInside = [
  'if [ -e "$dir/aria_log_control" ]; then echo mariadb',
  'cat "$dir/mariadb_upgrade_info" 2>/dev/null || cat "$dir/mysql_upgrade_info" 2>/dev/null || :',
  'elif [ -e "$dir/mysql.ibd" ]; then echo mysql',
  'cat "$dir/mysql_upgrade_history" 2>/dev/null || cat "$dir/mysql_upgrade_info" 2>/dev/null || :',
  'elif [ -e "$dir/ibdata1" ] || [ -d "$dir/mysql" ]; then echo mysql',
  'cat "$dir/mysql_upgrade_info" 2>/dev/null || if [ ! -e "$dir/mysql/user.frm" ]; then :',
  'elif [ -d "$dir/sys" ]; then echo 5.7',
  "else echo 5.6",
  "fi",
  `elif [ -d "$dir" ] && [ -n "$(ls -A "$dir" | grep -vx 'lost+found')" ]; then echo other`,
  "fi",
].join("; ");

/** What is in a volume, or in a directory of the host; null for an empty or missing one, undefined for what is nothing of either server's. */
export async function mysqlIn(shell: SshAddress, volume: string): Promise<FoundMysql | null | undefined> {
  return readMysql(await insideVolume(shell, volume, lookInside));
}

/**
 * What the files of a volume say: whose it is on the first line, then a version, or MySQL's history of them in JSON; null for no files, and
 * undefined for those of anybody else.
 */
export function readMysql(text: string): FoundMysql | null | undefined {
  const [first = "", ...rest] = text.trim().split("\n");
  if (first === "other") return undefined;
  if (first !== "mariadb" && first !== "mysql") return null;
  const versions = [...rest.join("\n").matchAll(/(?:^|"version"\s*:\s*")(\d+\.\d+)/g)].map(
    (match) => match[1],
  );
  const series = versions.at(-1);
  return { server: first, ...(series === undefined ? {} : { series }) };
}
