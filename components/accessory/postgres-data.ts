/** What is refused of the place where PostgreSQL keeps its data. Pure. */
import type { Problem } from "../core/problem";
import type { Check } from "../core/check";
import { insideOf, mountFor } from "../../provider/docker/postgres-place";

export const dataFormatCheck: Check = {
  id: "data-format",
  title: "Data of another major version, series, C library or user",
  effect: "refused",
  why: "PostgreSQL does not read the data files of another major version, so that the old database would be gone and the new one end at once. Between Debian's images and those on Alpine the C library changes, and with it the order of texts: indexes are then wrong without an error. User and database are made with an empty volume only. So what would put another one on a data volume is refused, after a look at the volume where the server can be reached, and before anything is stopped: for an edit, for a volume that is moved, and for one that is there already when its `Postgres` comes, as after it was taken out. An empty volume takes any. The C library is told by the user that owns the files, 70 on Alpine and 999 on Debian; an image on Alpine whose tag does not say so takes `libc: \"musl\"`. The way is a second `Postgres` beside the first one, `npx sextant copy-data`, which copies it there and counts all rows on both sides, the app on the new `url`, and only then the first one's end. MariaDB and MySQL do not read each other's data, nor that of a newer series, which is refused in the same way; an older series of MariaDB is upgraded, another one of MySQL is refused. From 18 on the official image of PostgreSQL keeps its data at /var/lib/postgresql, before at /var/lib/postgresql/data; which of the two is followed from the major version.",
  says: [
    'Postgres "db": version is "nightly-build", but it does not say which major version of PostgreSQL it is, and the place of the data depends on that; give it as major (npx sextant docs checks#data-format).',
    'Postgres "db": version asks for PostgreSQL 16, but the volume shop-test-db-data holds data of PostgreSQL 15, which 16 does not read; leave version at 15, make a second Postgres of version 16 beside it, copy the data there with npx sextant copy-data, and give the app its url (npx sextant docs checks#data-format).',
    'Postgres "db": user changes from app to shop, but PostgreSQL makes it with an empty volume only, and the volume shop-test-db-data holds data; leave user at app and make another one there with CREATE ROLE, or make a second Postgres with user "shop" beside it, copy the data there with npx sextant copy-data, and give the app its url (npx sextant docs checks#data-format).',
  ],
};

/** A PGDATA that the volume would not hold. */
export function checkPgdata(major: number, pgdata: string | undefined): Problem[] {
  if (pgdata === undefined || insideOf(mountFor(major, pgdata), pgdata)) return [];
  return [
    {
      argument: "env.PGDATA",
      value: pgdata,
      rule: `the data volume is mounted at ${mountFor(major, pgdata)}, and what is written elsewhere goes with the container`,
      cure: "choose a directory below it, or leave PGDATA out",
      check: dataFormatCheck,
    },
  ];
}
