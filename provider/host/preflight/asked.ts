/** What a program asks of a machine, from the words of its gate. */

export interface Asked {
  /** The architecture that it has to have. */
  readonly architecture?: string;
  /** The ports that have to be free for the proxy. */
  readonly ports: readonly number[];
  /** MB that have to be free in Docker's directory. */
  readonly disk: number;
  /** MB of memory. */
  readonly memory: number;
  /** The private address, which has to be on an interface. */
  readonly private?: string;
  /** Whether Docker is installed where there is none. */
  readonly install: boolean;
  /** Whose packages it is installed from, where they are not the distribution's. */
  readonly packages?: DockerPackages;
  /** Whether the program says on the machine itself what may come in. */
  readonly firewall: boolean;
  /** Registries that Docker speaks plain HTTP to, where it is installed. */
  readonly insecure: readonly string[];
  /** Whose place the program takes there. */
  readonly takeOver?: "kamal";
  /** The findings that the program accepts, by their names. */
  readonly accept: readonly string[];
}

/** Docker's own packages. */
export interface DockerPackages {
  readonly from: "docker.com";
  /** The version, or its beginning. @default the newest */
  readonly version?: string;
}

/**
 * Reads words such as `ports=80,443`, `disk=2048` and `accept=ufw-bypassed`.
 *
 * @throws Error for a word that it does not know
 */
export function readAsked(words: readonly string[]): Asked {
  const values = new Map<string, string>();
  for (const word of words) {
    const [, key = "", value = ""] =
      /^(arch|ports|disk|memory|private|firewall|docker|insecure|takeover|accept)=(.*)$/s.exec(word) ?? [];
    if (key === "") throw new Error(`preflight: unknown word ${word}`);
    values.set(key, value);
  }
  const listed = (key: string): string[] => (values.get(key) ?? "").split(",").filter((each) => each !== "");
  const [architecture, address] = [values.get("arch") ?? "", values.get("private") ?? ""];
  return {
    ...(architecture === "" ? {} : { architecture }),
    ports: listed("ports").map((port) => number("ports", port)),
    disk: number("disk", values.get("disk") ?? "0"),
    memory: number("memory", values.get("memory") ?? "0"),
    ...(address === "" ? {} : { private: address }),
    ...dockerOf(values.get("docker")),
    firewall: values.get("firewall") === "on",
    insecure: listed("insecure"),
    ...(values.get("takeover") === "kamal" ? { takeOver: "kamal" } : {}),
    accept: listed("accept"),
  };
}

/** `install`, `docker.com`, or `docker.com:28.5`. */
function dockerOf(word: string | undefined): Pick<Asked, "install" | "packages"> {
  const [from, version] = (word ?? "").split(":");
  if (from !== "docker.com") return { install: from === "install" };
  return { install: true, packages: { from, ...(version === undefined ? {} : { version }) } };
}

function number(key: string, value: string): number {
  if (/^\d+$/.test(value)) return Number(value);
  throw new Error(`preflight: ${key}=${value} is no number`);
}
