/** The program that is edited, as plain values: as it is before any edit, and what an edit changes of it. */
import type { AppArgs, ExistingServerArgs, PostgresArgs, ProxyArgs, RoleArgs } from "../../components";

/** The two machines. */
export type Machine = "first" | "second";

/** What a component is called and where it stands in the program; with what it was before, for aliases. */
export interface Named {
  name: string;
  /** The name that it had, for an alias. */
  formerly?: string;
  /** Whether another component is its parent. */
  within?: boolean;
  /** Where it stood before the edit, for an alias. */
  formerlyWithin?: boolean;
}

export interface HostSettings extends Named {
  args: Partial<Pick<ExistingServerArgs, "gone" | "memory" | "preflight">>;
}

export interface ProxySettings extends Named {
  on: Machine[];
  /** Of another stack: whose it has to be. */
  owner?: string;
  args: Omit<ProxyArgs, "servers" | "image"> & { tag: string };
}

export interface DatabaseSettings extends Named {
  on: Machine;
  args: Omit<PostgresArgs, "server" | "image">;
}

export interface CacheSettings extends Named {
  on: Machine;
  discard: boolean;
}

export interface AppSettings extends Named {
  args: Omit<AppArgs, "image" | "proxy" | "roles">;
  roles: Record<string, Omit<RoleArgs, "servers"> & { on: Machine[] }>;
}

export interface Settings {
  /** Names of the registries; the first is that of the images. */
  registries: { names: string[] };
  first: HostSettings;
  second: HostSettings | null;
  proxy: ProxySettings | null;
  db: DatabaseSettings | null;
  /** A cache without data that counts. */
  cache: CacheSettings | null;
  shop: AppSettings | null;
  blog: AppSettings | null;
}

/** What an edit changes: members of a component, and arguments of it one by one; `null` takes the component out. */
export type Change = { [Name in keyof Settings]?: Part<NonNullable<Settings[Name]>> | null };
type Part<Section> = {
  [Member in keyof Section]?: Member extends "args" ? Partial<Section[Member]> : Section[Member];
};

/** What the program gets. */
export interface Given {
  /** The addresses of the machines that are there, and the key that opens them; none for the program that makes them. */
  existing?: { addresses: Record<Machine, string>; keyFile: string };
  settings: Settings;
}

/** Every role with the app's volume: on the first machine the web and the job, on the second the web. */
export const shopRoles: AppSettings["roles"] = {
  web: { on: ["first", "second"] },
  job: { on: ["first"], command: ["lite", "worker"], readyDelay: "1s" },
};

const quick = { stopTimeout: "5s" } as const;
export const route = { port: 3000, drainTimeout: "5s" } as const;

export const plain: Settings = {
  registries: { names: ["registry"] },
  first: { name: "host-0", args: {} },
  second: { name: "host-1", args: {} },
  proxy: { name: "proxy", on: ["first", "second"], args: { tag: "v0.9.2" } },
  db: { name: "db", on: "first", args: { version: "15", password: "word-1", stopTimeout: "20s" } },
  cache: null,
  shop: {
    name: "shop",
    args: {
      ...quick,
      version: "v1",
      route: { ...route, hosts: ["shop.edits"] },
      volumes: { files: "/files" },
      secrets: { TOKEN: "token-1" },
      release: ["lite", "release"],
    },
    roles: shopRoles,
  },
  blog: {
    name: "blog",
    args: { ...quick, version: "v9", route: { ...route, hosts: ["blog.edits", "www.edits"] } },
    roles: { web: { on: ["first"] } },
  },
};

/** The settings with a change laid over them. */
export function changed(settings: Settings, change: Change): Settings {
  const sections = Object.entries(change).map(([name, part]) => {
    const old = settings[name as keyof Settings];
    if (part === null || old === null) return [name, part] as const;
    const args = "args" in part ? { args: { ...("args" in old ? old.args : {}), ...part.args } } : {};
    return [name, { ...old, ...part, ...args }] as const;
  });
  return { ...settings, ...Object.fromEntries(sections) } as Settings;
}
