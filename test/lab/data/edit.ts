/** What the tests edit of their program; it reads them as JSON from DATA. */
import type { Data } from "../../../components";

export interface Edit {
  /** The addresses of the machines that are there, and the key that opens them; none for the program that makes them. */
  existing?: { addresses: string[]; keyFile: string };
  /** The names of the database and of the app, and those that they had before. */
  db: string;
  dbBefore?: string | undefined;
  app: string;
  appBefore?: string | undefined;
  /** The machines that the database and the app are on. */
  dbOn: number;
  appOn: number[];
  /** Whether the app has its volume. */
  files: boolean;
  /** The version of the database. */
  dbVersion: string;
  dbData?: Data;
  appData?: Exclude<Data, "move">;
  /** Labels of the volumes, by a transform. */
  labels?: Record<string, string>;
}

/** The program as it is before any edit. */
export const plain: Edit = { db: "db", app: "shop", dbOn: 0, dbVersion: "15", appOn: [0], files: true };
