/** Docker: what its command is, and what its engine says of itself. */
import { flag, list, object, text, type Reader } from "../../../diagnosis/read";
import type { Container, Docker, Engine } from "../machine";
import type { Source } from "../source";
import { readPublished } from "./ports";

/** What of the packages one can tell. */
type Packaged = Pick<Engine, "package" | "binary">;

interface Info {
  DockerRootDir?: string;
  LiveRestoreEnabled?: boolean;
  MemoryLimit?: boolean;
  CgroupVersion?: string;
  SecurityOptions?: string[];
  FirewallBackend?: { Driver?: string };
  Swarm?: { LocalNodeState?: string };
}

const info: Reader<Info> = object<Info>(
  {
    DockerRootDir: text(4000),
    LiveRestoreEnabled: flag,
    MemoryLimit: flag,
    CgroupVersion: text(10),
    SecurityOptions: list(text(500), 50),
    FirewallBackend: object<{ Driver?: string }>({ Driver: text(200) }, []),
    Swarm: object<{ LocalNodeState?: string }>({ LocalNodeState: text(50) }, []),
  },
  [],
);

/** @param commands where the commands are */
export function readDocker(source: Source, commands: ReadonlyMap<string, string>): Docker | undefined {
  const path = commands.get("docker");
  if (path === undefined) return undefined;
  if (path === "-") return { is: "missing", daemon: source.raw("dockerd-path") !== undefined };
  const client = source.raw("docker-client");
  const version = source.raw("docker-version");
  if (/podman/i.test(client?.text ?? "") || version?.text.includes("Podman") === true)
    return { is: "podman" };
  if (version?.code !== 0) {
    const said = version === undefined || version.error !== "" ? version?.error : version.text;
    return { is: "silent", error: said?.split("\n").at(-1)?.slice(0, 200) || "no answer" };
  }
  return { is: "engine", engine: readEngine(source, version.text.split(/\s/)[0] ?? "") };
}

function readEngine(source: Source, version: string): Engine {
  const [, major = "0", minor = "0"] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  const said = source.json("docker-info", "docker info", info);
  const { DockerRootDir, LiveRestoreEnabled, MemoryLimit, CgroupVersion } = said ?? {};
  const firewall = said?.FirewallBackend?.Driver;
  return {
    ...{ version, major: Number(major), minor: Number(minor) },
    ...readPackage(source),
    ...(DockerRootDir === undefined ? {} : { directory: DockerRootDir }),
    ...(LiveRestoreEnabled === undefined ? {} : { liveRestore: LiveRestoreEnabled }),
    ...(MemoryLimit === undefined ? {} : { memoryLimit: MemoryLimit }),
    ...(CgroupVersion === undefined ? {} : { cgroupVersion: CgroupVersion }),
    security: said?.SecurityOptions ?? [],
    ...(firewall === undefined ? {} : { firewall }),
    swarm: said?.Swarm?.LocalNodeState === "active",
    leavesIptables: /: *false$/m.test(
      source.text("docker-iptables", "/etc/docker/daemon.json", { codes: [0, 1, 2], mayLack: true }) ?? "",
    ),
    containers: readContainers(source),
  };
}

/** dpkg answers with `docker.io: /usr/bin/dockerd`, rpm with the name. Both end with 1 where it is nobody's. */
function readPackage(source: Source): Packaged {
  const path = source.raw("dockerd-path");
  if (path?.code !== 0) return {};
  const binary = path.text;
  const asked = (["package-dpkg", "package-rpm"] as const).find(
    (name) => source.raw(name)?.code !== undefined,
  );
  if (asked === undefined) return { binary };
  const said = source.text(asked, asked === "package-dpkg" ? "dpkg-query" : "rpm", { codes: [0, 1] });
  if (said === undefined) return { binary };
  const owned = source.raw(asked)?.code === 0 ? said : "";
  return { binary, package: owned.split("\n")[0]?.split(":")[0] ?? "" };
}

interface Line {
  id: string;
  name: string;
  image: string;
  ports: string;
  labels: Record<string, unknown>;
  state?: string;
  mounts?: string;
  networks?: string;
}

const line: Reader<Line> = object<Line>(
  {
    id: text(100),
    name: text(1000),
    image: text(1000),
    ports: text(100_000),
    ...{ state: text(100), mounts: text(10_000), networks: text(10_000) },
    labels: (value) => (typeof value === "object" && value !== null ? { ...value } : undefined),
  },
  ["id", "name", "image", "ports", "labels"],
);

/** Names with commas between them. */
function listed(names = ""): string[] {
  return names.split(",").filter((name) => name !== "");
}

function readContainers(source: Source): Container[] {
  return source.jsonLines("containers", "docker ps", line).map(({ ports, labels, ...container }) => ({
    ...{ id: container.id, name: container.name, image: container.image },
    published: readPublished(ports),
    running: container.state === "running",
    ...{ mounts: listed(container.mounts), networks: listed(container.networks) },
    labels: Object.fromEntries(
      Object.entries(labels).filter((each): each is [string, string] => typeof each[1] === "string"),
    ),
  }));
}
