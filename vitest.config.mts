import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Tools that are taken from Debian's packages; elsewhere there are those of the machine alone. */
const debian = existsSync("/etc/os-release") && /^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8"));
const toolSets = debian ? ["rust-coreutils", "gawk", "mawk", "original-awk"] : [];

/** Tests with the real engine and no machine: they need no turn on the lab, and run side by side. */
const withoutMachines = [
  "command-plugin*",
  "cut-off-server",
  "hetzner-*",
  "import",
  "policy",
  "refusals",
  "replaced-server",
  "stacks",
].map((name) => `test/lab/${name}.test.ts`);

export default defineConfig({
  test: {
    // Half of the time a test of what runs on a host sleeps; Vitest's own number is that of the cores less one.
    maxWorkers: availableParallelism() + 1,
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 20_000 } },
      // What runs on servers, once more with the tools of other servers.
      ...toolSets.map((set) => ({
        test: {
          name: `unit-${set}`,
          globalSetup: ["test/unit/tools/fetch.ts"],
          setupFiles: ["test/unit/tools/path.ts"],
          include: ["test/unit/host/**/*.test.ts", "test/unit/components/server/boot.test.ts"],
          env: { SEXTANT_TOOLS: set },
          testTimeout: 20_000,
        },
      })),
      {
        test: {
          name: "engine",
          globalSetup: ["test/lab/plugin-setup.ts"],
          include: withoutMachines,
          testTimeout: 600_000,
          hookTimeout: 1_800_000,
        },
      },
      {
        test: {
          name: "lab",
          globalSetup: ["test/lab/global-setup.ts"],
          include: ["test/lab/**/*.test.ts"],
          exclude: withoutMachines,
          testTimeout: 600_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
          sequence: { concurrent: false },
        },
      },
      {
        test: {
          name: "vm",
          globalSetup: ["test/lab/global-setup.ts"],
          include: ["test/vm/**/*.test.ts"],
          testTimeout: 1_800_000,
          hookTimeout: 1_800_000,
          bail: 1,
        },
      },
    ],
  },
});
