/** A machine as an image has to fit it: as the program says it, else as it was seen when it was last looked at. */
import { known } from "../core/known";
import type { Architecture, Host } from "../host/host";

/** What is known of a host at preview. */
export interface Machine {
  name: string;
  architecture: Architecture | undefined;
  dockerMajor?: number | undefined;
}

/** It waits for what the state says of the host. */
export async function machineOf({ hostName, architecture, dockerMajor, seen }: Host): Promise<Machine> {
  const told = seen === undefined ? undefined : await known(seen);
  return {
    name: hostName,
    architecture: architecture ?? architectureOf(told?.architecture),
    dockerMajor: dockerMajor ?? told?.dockerMajor,
  };
}

const architectureOf = (name: string | undefined): Architecture | undefined =>
  name === "amd64" || name === "arm64" ? name : undefined;
