/**
 * One run of tests at a time has the lab. It leaves the machine as it was: a lab that the tests brought up goes down again; what was
 * built stays in the cache.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { labSeed } from "../../lab/chance";
import { findDocker } from "../../lab/docker/docker";
import { apiAccess } from "../../lab/hetzner/daemon";
import { labDown, labReset, ofTestsFile } from "../../lab/lab";
import { cacheDir, labDir } from "../../lab/paths";
import { withLock } from "../../lab/toolchain/lock";
import { buildPlugin } from "../../scripts/build-plugin";

const say = (line: string): void => {
  console.log(line);
};

export default async function setup(): Promise<() => Promise<void>> {
  await buildPlugin();
  const leave = await turn();
  const running = apiAccess() !== undefined && (await findDocker()) !== undefined;
  const ofTests = !running || existsSync(ofTestsFile());
  if (ofTests) {
    // A run that was killed has left its servers, which would stand in the way of ours.
    if (existsSync(join(labDir(), "machines"))) await labReset(say);
    mkdirSync(labDir(), { recursive: true, mode: 0o700 });
    writeFileSync(ofTestsFile(), "");
    // Files that run side by side draw from one.
    labSeed();
  }
  return async () => {
    if (ofTests && process.env["SEXTANT_KEEP_LAB"] !== "1") await labDown(say);
    leave();
  };
}

/** Waits until no other run of tests has the lab. */
async function turn(): Promise<() => void> {
  let leave = (): void => undefined;
  const until = new Promise<void>((resolve) => {
    leave = resolve;
  });
  await new Promise<void>((begin, reject) => {
    const work = (): Promise<void> => {
      begin();
      return until;
    };
    const waiting = (pid: number): void => {
      say(`waiting for the lab, on which process ${pid} runs tests`);
    };
    withLock(join(cacheDir(), "lab-tests.lock"), work, waiting).catch(reject);
  });
  return leave;
}
