// tsc copies no shell scripts; the library reads them beside its compiled files.
import { cpSync } from "node:fs";

for (const folder of ["components", "host"])
  cpSync(folder, `dist/${folder}`, {
    recursive: true,
    filter: (path) => !/\.[^/.]+$/.test(path) || path.endsWith(".sh"),
  });
