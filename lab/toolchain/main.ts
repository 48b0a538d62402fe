/** `npx tsx lab/toolchain/main.ts`: makes the toolchain and prints its directory, for the front of the PATH. */
import { ensureToolchain } from "./toolchain";

ensureToolchain().then(
  ({ bin }) => {
    console.log(bin);
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
