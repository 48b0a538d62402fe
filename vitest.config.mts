import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tools that are taken from Debian's packages; elsewhere there are those of the machine alone. */
const debian = existsSync("/etc/os-release") && /^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8"));
const onServers = ["test/unit/host/**/*.test.ts", "test/unit/components/server/boot.test.ts"];
const onClients = ["test/unit/provider/ssh/reach.test.ts"];
const toolSets = {
  ...{ "rust-coreutils": onServers, gawk: onServers, mawk: onServers, "original-awk": onServers },
  ...{ "openssh-8.4": onClients, "openssh-10.0": onClients },
};

/** For what hangs, in ms: a machine that builds the lab meanwhile takes several times as long as a quiet one. */
const unitTimeout = 120_000;
/** How long a test waits for what comes by itself, such as the start of a program; Vitest's own second is too short there. */
const expect = { poll: { timeout: 15_000 } };

const fileOf = (name: string): string => `test/lab/${name}.test.ts`;

/** Tests with the real engine and no machine: they need no turn on the lab, and run side by side. */
const withoutMachines = [
  "after-failure",
  "command-plugin*",
  "cut-off-server",
  "hetzner-*",
  "policy",
  "preview-command",
  "proxy-flags",
  "refusals",
  "replaced-server",
  "root-by-docker",
  "secrets",
  "stacks",
  "workflow-steps",
].map(fileOf);

/**
 * Tests that want what nothing else does, and that takes minutes to build: the plugin docker-build, a registry, a machine without Docker, Kamal.
 * `npm test` runs them last, a list at a time, as long as it has the time.
 */
const wide = (JSON.parse(readFileSync("scripts/wide.json", "utf8")) as string[][]).flat().map(fileOf);

/** Of the tests on the lab those that take minutes, the longest first, so that none of them runs on alone at the end. */
const longest = [
  ...["faults", "deploy", "certificates", "interruptions", "machines-of-today", "data", "registry"],
  ...["layouts", "proxy", "package", "access", "takeover", "image"],
];

const place = ({ moduleId }: TestSpecification): number => {
  const at = longest.indexOf(basename(moduleId, ".test.ts"));
  return at === -1 ? longest.length : at;
};

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => place(one) - place(other));
  }
}

const onLab = {
  globalSetup: ["test/lab/global-setup.ts"],
  testTimeout: 600_000,
  hookTimeout: 1_800_000,
  // Each file has servers of its own. A deploy waits for most of its time, and two at a time keep two cores busy.
  maxWorkers: 2,
};

export default defineConfig({
  test: {
    // Half of the time a test of what runs on a host sleeps; Vitest's own number is that of the cores less one.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          expect,
          testTimeout: unitTimeout,
          hookTimeout: unitTimeout,
        },
      },
      // What runs on servers, once more with the tools of other servers, and how they are reached, with other clients.
      ...Object.entries(debian ? toolSets : {}).map(([set, include]) => ({
        test: {
          // The clients are tried by themselves: three sshds at a time are more than a small machine answers in time.
          name: set.startsWith("openssh") ? set : `unit-${set}`,
          globalSetup: ["test/unit/tools/fetch.ts"],
          setupFiles: ["test/unit/tools/path.ts"],
          include,
          env: { SEXTANT_TOOLS: set },
          expect,
          testTimeout: unitTimeout,
          hookTimeout: unitTimeout,
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
          include: ["test/lab/**/*.test.ts"],
          exclude: [...withoutMachines, ...wide],
          ...onLab,
        },
      },
      { test: { name: "wide", include: wide, ...onLab } },
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
