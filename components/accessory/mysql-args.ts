/** The arguments of MariaDB and MySQL. */
import type * as pulumi from "@pulumi/pulumi";
import type { AccessoryArgs } from "./args";

/**
 * What the presets of MariaDB and MySQL have in common: the arguments of an accessory, less what they know. One of Kamal's is taken up by an
 * `Accessory`.
 */
interface MysqlFamilyArgs extends Omit<
  AccessoryArgs,
  "image" | "port" | "volumes" | "ready" | "takeOver" | "route" | "proxy"
> {
  /**
   * The password of the user: any text on one line.
   *
   * @edit in place, before the apps that have `url` or `password` are released: open connections stay. Until such a release is
   * through, the old one can open no new connection
   */
  password: pulumi.Input<string>;
  /**
   * The user that the app logs in as, from any host. It is made where it is not there yet, with all rights on the database and no others.
   *
   * @default "app"
   * @edit in place: another one is made beside the former one, which stays
   */
  user?: string;
  /**
   * The database. It is made where it is not there yet.
   *
   * @default the user's name
   * @edit in place: another one is made, and is empty; the former one stays
   */
  database?: string;
}

/** Arguments of `MariaDb`: those of an accessory, less what the preset knows. */
export interface MariaDbArgs extends MysqlFamilyArgs {
  /**
   * The tag of the image, which begins with the two numbers of the series. Editing it replaces the container on the same data. A newer
   * series upgrades the data when it starts, before anybody can connect, and there is no way back: make a dump first
   * (`mariadb-dump`). An older one is refused at preview, as MariaDB does not read data of a newer one.
   *
   * @edit replaces the container; an older series than that of the data is refused
   * @example "11.4"
   */
  version: string;
  /**
   * The password of `root`, who can log in from inside the container alone: any text on one line. MariaDB takes it with an empty volume only.
   * It is needed each time that a container or the password of the user is another one.
   *
   * @edit takes nothing but root's password in the data: change it there first, then here
   */
  rootPassword: pulumi.Input<string>;
  /** The image, without its tag. @default "mariadb" @edit replaces the container */
  image?: string;
  /**
   * The series, for an image whose tag does not name it.
   *
   * @default read from `version`
   * @edit an older one than that of the data is refused
   * @example "11.4"
   */
  series?: string;
}

/** Arguments of `MySql`: those of an accessory, less what the preset knows. */
export interface MySqlArgs extends MysqlFamilyArgs {
  /**
   * The tag of the image, which begins with the two numbers of the series. Editing it replaces the container on the same data. Another series
   * is refused at preview: the way to a newer one is a second `MySql` beside the first one, and `npx sextant copy-data` (docs/guide/upgrading.md).
   *
   * @edit replaces the container; another series than that of the data is refused
   * @example "8.4"
   */
  version: string;
  /**
   * The password of `root`, who can log in from inside the container alone: a text on one line, without quotes and backslashes, which the
   * official image does not take here. MySQL takes it with an empty volume only. It is needed each time that a container or the password of the
   * user is another one.
   *
   * @edit takes nothing but root's password in the data: change it there first, then here
   */
  rootPassword: pulumi.Input<string>;
  /** The image, without its tag. @default "mysql" @edit replaces the container @example "percona/percona-server" */
  image?: string;
  /**
   * The series, for an image whose tag does not name it.
   *
   * @default read from `version`
   * @edit another one than that of the data is refused
   * @example "8.4"
   */
  series?: string;
}
