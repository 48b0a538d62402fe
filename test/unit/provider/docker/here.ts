/** This machine as a host: curl and the verbs are the real ones, `ssh` is a script that runs its line here, and Docker's API is that of this process. */
import { afterEach, beforeEach, vi } from "vitest";
import { hostScripts } from "../../../../provider/host/scripts";
import { DockerApi } from "../../host/docker-api";
import { VerbsHere } from "../../host/verbs-here";

export interface Here {
  docker: DockerApi;
  verbs: VerbsHere;
}

/** That of the test that runs, made anew for each. */
export function here(): () => Here {
  let made: Here;
  beforeEach(async () => {
    const docker = await new DockerApi().listen();
    const verbs = new VerbsHere(docker);
    // What a host has lies in a directory here; the last word of ssh is the line.
    const places = [
      `s#${hostScripts().directory}#${verbs.directory}#g`,
      `s#/var/lib/sextant/stacks#${verbs.directory}/stacks#g`,
    ];
    verbs.command(
      "ssh",
      `for line; do :; done; exec sh -c "$(printf '%s' "$line" | sed '${places.join("; ")}')"`,
    );
    verbs.command("docker", "exit 0");
    vi.stubEnv("PATH", `${verbs.directory}:${process.env["PATH"] ?? ""}`);
    vi.stubEnv("DOCKER_HOST", `unix://${docker.socket}`);
    vi.stubEnv("HOME", verbs.directory);
    made = { docker, verbs };
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    made.docker.close();
    made.verbs.remove();
  });
  return () => made;
}
