/** System and app images, for both architectures. */

export interface Image {
  id: number;
  type: "system" | "app";
  status: "available";
  name: string;
  description: string;
  image_size: number | null;
  disk_size: number;
  created: string;
  created_from: null;
  bound_to: null;
  os_flavor: string;
  os_version: string | null;
  architecture: "x86" | "arm";
  rapid_deploy: boolean;
  protection: { delete: boolean };
  deprecated: string | null;
  deprecation: { announced: string; unavailable_after: string } | null;
  deleted: null;
  labels: Record<string, string>;
}

/** Id for x86, id for Arm, name, description, flavor, version, created, the day it was deprecated. */
type Row = [number, number, string, string, string, string, string, string?];

const systems: Row[] = [
  [67794396, 103908130, "ubuntu-22.04", "Ubuntu 22.04", "ubuntu", "22.04", "2022-04-21T13:32:38Z"],
  [161547269, 161547270, "ubuntu-24.04", "Ubuntu 24.04", "ubuntu", "24.04", "2024-04-25T13:26:07Z"],
  [388422011, 388422012, "ubuntu-26.04", "Ubuntu 26.04", "ubuntu", "26.04", "2026-04-23T12:00:00Z"],
  [
    45557056,
    103907373,
    "debian-11",
    "Debian 11",
    "debian",
    "11",
    "2021-08-16T11:12:01Z",
    "2026-08-31T06:21:44Z",
  ],
  [114690387, 114690389, "debian-12", "Debian 12", "debian", "12", "2023-06-13T06:00:06Z"],
  [310557660, 310557661, "debian-13", "Debian 13", "debian", "13", "2025-08-12T06:00:00Z"],
  [45778094, 103908070, "rocky-9", "Rocky Linux 9", "rocky", "9", "2022-07-28T06:00:00Z"],
  [296556931, 296556932, "rocky-10", "Rocky Linux 10", "rocky", "10", "2025-06-20T06:00:00Z"],
  [76766499, 103907402, "alma-9", "AlmaLinux 9", "alma", "9", "2022-07-28T06:00:01Z"],
  [69726282, 103907410, "centos-stream-9", "CentOS Stream 9", "centos", "9", "2022-05-16T06:00:00Z"],
  [310557658, 310557659, "fedora-42", "Fedora 42", "fedora", "42", "2025-05-02T06:00:00Z"],
];

const apps: Row[] = [
  [40093140, 105888141, "docker-ce", "Docker CE", "ubuntu", "24.04", "2021-06-01T06:00:00Z"],
  [40093247, 105888142, "lamp", "LAMP Stack", "ubuntu", "24.04", "2021-06-01T06:00:01Z"],
];

function image(type: "system" | "app", row: Row, architecture: "x86" | "arm"): Image {
  const [x86, arm, name, description, flavor, version, created, deprecated] = row;
  return {
    id: architecture === "x86" ? x86 : arm,
    type,
    status: "available",
    name,
    description,
    image_size: type === "app" ? 1.1 : null,
    disk_size: type === "app" ? 40 : 5,
    created,
    created_from: null,
    bound_to: null,
    os_flavor: flavor,
    os_version: version,
    architecture,
    rapid_deploy: type === "system",
    protection: { delete: false },
    deprecated: deprecated ?? null,
    deprecation: deprecated ? { announced: deprecated, unavailable_after: "2026-12-01T00:00:00Z" } : null,
    deleted: null,
    labels: {},
  };
}

export const images: Image[] = (["x86", "arm"] as const)
  .flatMap((architecture) => [
    ...systems.map((row) => image("system", row, architecture)),
    ...apps.map((row) => image("app", row, architecture)),
  ])
  .sort((a, b) => a.id - b.id);
