/** What the registry's own log says of logins: the witness in tests, since a registry that wants none would serve as well. */
import type { Docker } from "../docker/docker";
import { tryRun } from "../docker/exec";

/** A request for a manifest, or a login that was refused. */
export interface Witnessed {
  /** The user whose login was sent, or whose the token is. */
  user: string | undefined;
  /** Whether it was taken. */
  taken: boolean;
  /** What was asked for, where the log says it. @example "/v2/shop/manifests/v1" */
  path: string | undefined;
  /** The address that it came from; several stacks are at work at a time. */
  from: string;
}

/** The name of the registry's container. */
export const registryContainer = "sextant-registry";

/** What came since a moment, the first first. */
export async function witnessed(docker: Docker, since: Date): Promise<Witnessed[]> {
  const words = ["logs", "--since", since.toISOString(), registryContainer];
  const { code, stdout, stderr } = await tryRun("docker", words, { env: { DOCKER_HOST: docker.host } });
  if (code !== 0) throw new Error(`registry: its log could not be read: ${stderr.trim()}`);
  return parseLog(`${stdout}\n${stderr}`);
}

/**
 * Reads lines of distribution's log in its text form (v2.8.2 registry/handlers/manifests.go, registry/auth/htpasswd/access.go): what it
 * looks up says by whose login, what is refused whose it was.
 */
export function parseLog(log: string): Witnessed[] {
  return log.split("\n").flatMap((line): Witnessed[] => {
    const from = (field(line, "http.request.remoteaddr") ?? "")
      .replace(/:\d+$/, "")
      .replace(/^\[(.*)\]$/, "$1");
    const refused = /msg="error authenticating user \\"(.*?)\\"/.exec(line)?.[1];
    if (refused !== undefined) return [{ user: refused, taken: false, path: undefined, from }];
    if (!line.includes("msg=GetImageManifest")) return [];
    const user = field(line, "auth.user.name");
    return [
      { user: user === "" ? undefined : user, taken: true, path: field(line, "http.request.uri"), from },
    ];
  });
}

function field(line: string, name: string): string | undefined {
  const found = new RegExp(`\\b${name.replaceAll(".", "\\.")}=(?:"((?:[^"\\\\]|\\\\.)*)"|(\\S+))`).exec(line);
  return found?.[1] ?? found?.[2];
}
