/** Leaves the machine as it was: a lab that the tests brought up goes down again; what was built stays in the cache. */
import { findDocker } from "../../lab/docker/docker";
import { apiAccess } from "../../lab/hetzner/daemon";
import { labDown } from "../../lab/lab";
import { buildPlugin } from "../../scripts/build-plugin";

export default async function setup(): Promise<() => Promise<void>> {
  await buildPlugin();
  const before = apiAccess() !== undefined && (await findDocker()) !== undefined;
  return async () => {
    if (!before && process.env["SEXTANT_KEEP_LAB"] !== "1") {
      await labDown((line) => {
        console.log(line);
      });
    }
  };
}
