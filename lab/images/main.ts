/** `tsx lab/images/main.ts [tag...]`: makes the lab's images, or those named. */
import { ensureImages } from "./images";

const only = process.argv.slice(2);
ensureImages({ ...(only.length > 0 ? { only } : {}), progress: (line) => console.error(line) }).catch(
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
