// tsc copies no shell scripts; the library reads them beside its compiled files.
import { cpSync } from "node:fs";

cpSync("components", "dist", {
  recursive: true,
  filter: (path) => !/\.[^/.]+$/.test(path) || path.endsWith(".sh"),
});
