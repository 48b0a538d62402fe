/**
 * The edits, as data: what each changes, what has to come of it, and what has to be said. The volumes are named as the program has made
 * them: `edits-live-eu-db-data` and `edits-live-eu-shop-files`.
 */
import { changed, plain, route, shopRoles, type Change, type Machine, type Settings } from "./settings";
import type { Data, Expected, Says } from "./verdict";
import { fileVolume, rowVolume, type LoadOn, type StackName, type World } from "./world";

/** An edit of the program, or another thing that people do to a stack. */
export interface Edit {
  name: string;
  /** What it changes of the program. @default nothing */
  change?: Change;
  /** The stack that it is done to. @default main */
  stack?: StackName;
  /** @default up */
  command?: "up" | "destroy";
  /** Flags for preview and update. */
  flags?: (world: World) => Promise<string[]>;
  /** An update without these flags follows. */
  whole?: boolean;
  /** What is done before it, beside the program. */
  before?: (world: World) => Promise<void>;
  /** What is cleared away once the edit was judged. */
  after?: (world: World) => Promise<void>;
  /** @default done */
  ends?: Expected["ends"];
  /** How the data has to stand where that is another than before. */
  data?: Partial<Record<Machine, Partial<Data>>>;
  says?: Says;
  /** What is asked meanwhile. @default both apps wherever they are */
  loads?: readonly LoadOn[];
  /** The edit that takes it back, which gets a row of its own; `false` where there is nothing to take back. */
  back?: false | Pick<Edit, "change" | "before" | "after" | "says" | "data" | "loads">;
}

/** The programs of the stacks as they are before any edit. */
export const programs: Record<StackName, Settings> = {
  main: plain,
  staging: changed(plain, {
    second: null,
    db: null,
    blog: null,
    proxy: { on: ["first"], owner: "edits/live-eu/proxy" },
    shop: {
      name: "preview",
      args: { version: "v3", route: { ...route, hosts: ["staging.edits"] }, volumes: {} },
      roles: { web: { on: ["first"] } },
    },
  }),
  // Its names come to the same as those of main: edits-live + eu-db.
  alike: changed(plain, { second: null, proxy: null, shop: null, blog: null, db: { name: "eu-db" } }),
};

const shopLoad: LoadOn = { host: "shop.edits", on: ["first", "second"] };
const shopOnFirst: LoadOn = { host: "shop.edits", on: ["first"] };
const wwwLoad: LoadOn = { host: "www.edits", on: ["first"] };
export const allLoads: readonly LoadOn[] = [shopLoad, wwwLoad];
const onFirst: readonly LoadOn[] = [shopOnFirst, wwwLoad];

/** How all data stands before any edit. */
export const allData: Record<Machine, Data> = {
  first: { row: "used", file: "used" },
  second: { row: "none", file: "used" },
};
const rowLeft = { first: { row: "there" } } as const;
const fileLeft = { first: { file: "there" }, second: { file: "there" } } as const;
const secondLeft = { second: { file: "there" } } as const;

/** What is said of a volume that an edit leaves. */
const kept = (volume: string, host: string): RegExp =>
  new RegExp(`${host}: the volume ${volume} (is|will be) kept, with its data`);
const rowKept: Says = { preview: [kept(rowVolume, "host-0")] };
const filesKept: Says = { preview: [kept(fileVolume, "host-0"), kept(fileVolume, "host-1")] };
const staysAsItIs = (volume: string): Says => ({
  preview: [new RegExp(`the volume ${volume} stays as it is, with its data`)],
});
/** Nothing is said of losing anything. */
const nothingLost: Says = { nowhere: [/ is left there| begins empty|is deleted with all data/] };

const clear =
  (machine: Machine, ...volumes: string[]) =>
  async (world: World): Promise<void> => {
    await world.on(machine, `docker volume rm ${volumes.join(" ")} >/dev/null`);
  };
const target =
  (type: string, name: string) =>
  async (world: World): Promise<string[]> => ["--target", await world.urn(type, name)];
/** An edit of one component that leaves its data where it is. */
const of =
  (section: "db" | "shop" | "proxy") =>
  (
    what: string,
    args: NonNullable<Change["db" | "shop" | "proxy"]>["args"],
    more: Partial<Edit> = {},
  ): Edit => ({
    name: `${{ db: "accessory", shop: "app", proxy: "proxy" }[section]}: ${what}`,
    change: { [section]: { args } } as Change,
    says: nothingLost,
    ...more,
  });
const db = of("db");
const shop = of("shop");
const proxy = of("proxy");

/** What is done to the accessory. */
const accessory: Edit[] = [
  { name: "accessory removed", change: { db: null }, data: rowLeft, says: rowKept },
  {
    name: "accessory renamed without alias",
    change: { db: { name: "main" } },
    data: rowLeft,
    says: rowKept,
    back: { after: clear("first", "edits-live-eu-main-data") },
  },
  {
    name: "accessory renamed with alias",
    change: { db: { name: "main", formerly: "db" } },
    says: nothingLost,
    back: { change: { db: { formerly: "main" } }, says: nothingLost },
  },
  {
    name: "accessory wrapped in another component",
    change: { db: { within: true, formerlyWithin: false } },
    says: nothingLost,
    back: { change: { db: { formerlyWithin: true } }, says: nothingLost },
  },
  { name: "accessory wrapped in another component without alias", change: { db: { within: true } } },
  {
    name: "accessory moved to another server",
    change: { db: { on: "second" } },
    ends: "refused",
    says: { preview: [new RegExp(`server leaves host-0, but the volume ${rowVolume} would stay there`)] },
  },
  {
    name: 'accessory moved with data: "move"',
    change: { db: { on: "second", args: { data: "move" } } },
    data: { first: { row: "there" }, second: { row: "used" } },
    says: { preview: [new RegExp(`host-1: the volume ${rowVolume} gets a copy of the data of host-0`)] },
    back: {
      change: { db: { args: { data: "leave" } } },
      data: { second: { row: "there" } },
      says: { preview: [kept(rowVolume, "host-1")] },
      after: clear("second", rowVolume),
    },
  },
  {
    name: 'accessory moved with data: "leave"',
    change: { db: { on: "second", args: { data: "leave" } } },
    data: rowLeft,
    says: rowKept,
    back: {
      change: { db: { args: { data: "leave" } } },
      says: { preview: [kept(rowVolume, "host-1")] },
      after: clear("second", rowVolume),
    },
  },
  db(
    "labels of its volume by transform",
    { transform: { volume: { labels: { team: "shop" } } } },
    {
      says: staysAsItIs(rowVolume),
      back: { says: staysAsItIs(rowVolume) },
    },
  ),
  db(
    "driver options of its volume by transform",
    { transform: { volume: { driverOpts: { o: "size=1g" } } } },
    {
      says: staysAsItIs(rowVolume),
      back: { says: staysAsItIs(rowVolume) },
    },
  ),
  db("environment and command", {
    env: { PGAPPNAME: "shop" },
    command: ["postgres", "-c", "work_mem=8MB"],
  }),
  db("labels and limits", { labels: { team: "shop" }, resources: { memory: "400m", cpus: 1.5 } }),
  db("another password", { password: "word-2" }),
  db("published on loopback", { publish: "loopback" }),
  db("another major version", { version: "18" }, { ends: "refused", says: { preview: [/15.*18|18.*15/] } }),
  {
    name: "accessory: one without data that counts made",
    change: { cache: { name: "cache", on: "first", discard: true } },
    says: { preview: [/data is "discard", but the volume data is deleted with all data/] },
    back: { says: { preview: [/the volume edits-live-eu-cache-data .*deleted/] } },
  },
];

/** What is done to the app, and to its roles. */
const app: Edit[] = [
  shop("version up", { version: "v2" }),
  shop("environment", { env: { GREETING: "hello" } }),
  shop("secrets", { secrets: { TOKEN: "token-2" } }),
  shop("labels and limits", { labels: { team: "shop" }, resources: { memory: "200m", cpus: 1.5 } }),
  shop("another release command", { release: ["lite", "release", "again"] }),
  shop("time to be ready and to stop", { readyTimeout: "50s", stopTimeout: "6s" }),
  shop("container by transform", { transform: { container: { hostname: "shop" } } }),
  shop(
    "labels of its volume by transform",
    { transform: { volume: { labels: { team: "shop" } } } },
    {
      says: staysAsItIs(fileVolume),
      back: { says: staysAsItIs(fileVolume) },
    },
  ),
  shop("volume taken out", { volumes: {} }, { data: fileLeft, says: filesKept }),
  shop("in batches", { version: "v2", rollout: { batch: 1 } }),
  shop("paths of its route", { route: { ...route, hosts: ["shop.edits"], paths: ["/", "/api"] } }),
  shop("name of its route", { route: { ...route, hosts: ["shop.edits"], name: "pages" } }),
  { name: "app: route taken off", change: { blog: { args: { route: [] } } }, loads: [shopLoad] },
  {
    name: "app renamed without alias",
    change: { shop: { name: "store" } },
    data: fileLeft,
    says: filesKept,
    back: {
      after: async (world) => {
        await clear("first", "edits-live-eu-store-files")(world);
        await clear("second", "edits-live-eu-store-files")(world);
      },
    },
  },
  {
    name: "app renamed with alias",
    change: { shop: { name: "store", formerly: "shop" } },
    says: nothingLost,
    back: { change: { shop: { formerly: "store" } }, says: nothingLost },
  },
  {
    name: "app wrapped in another component",
    change: { shop: { within: true, formerlyWithin: false } },
    says: nothingLost,
    back: { change: { shop: { formerlyWithin: true } }, says: nothingLost },
  },
  { name: "app wrapped in another component without alias", change: { shop: { within: true } } },
  {
    name: "role renamed",
    change: {
      shop: { roles: { site: shopRoles["web"] ?? { on: [] }, job: shopRoles["job"] ?? { on: [] } } },
    },
    says: nothingLost,
  },
  {
    name: "role taken off a host",
    change: { shop: { roles: { ...shopRoles, web: { on: ["first"] } } } },
    ends: "refused",
    says: { preview: [new RegExp(`roles leaves host-1, but the volume ${fileVolume} would stay there`)] },
  },
  {
    name: 'role taken off a host with data: "leave"',
    change: { shop: { roles: { ...shopRoles, web: { on: ["first"] } }, args: { data: "leave" } } },
    data: secondLeft,
    loads: onFirst,
    says: { preview: [kept(fileVolume, "host-1")] },
    back: { loads: onFirst },
  },
  {
    name: "role moved to another host",
    change: { blog: { roles: { web: { on: ["second"] } } } },
    loads: [shopLoad],
    back: { loads: [shopLoad] },
  },
  {
    name: "worker added on a host",
    change: { shop: { roles: { ...shopRoles, job: { ...shopRoles["job"], on: ["first", "second"] } } } },
  },
  {
    name: "several containers of its roles",
    change: {
      shop: {
        roles: {
          web: { on: ["first", "second"], replicas: 3 },
          job: { ...shopRoles["job"], on: ["first"], replicas: 2 },
        },
      },
    },
  },
  { name: "worker taken out", change: { shop: { roles: { web: { on: ["first", "second"] } } } } },
  {
    name: "worker that stops first",
    change: {
      shop: { roles: { ...shopRoles, job: { ...shopRoles["job"], on: ["first"], strategy: "stop-first" } } },
    },
  },
  {
    name: "host name moved to another app",
    change: {
      shop: { args: { route: { ...route, hosts: ["shop.edits", "www.edits"] } } },
      blog: { args: { route: { ...route, hosts: ["blog.edits"] } } },
    },
  },
  shop(
    "a release that fails",
    { version: "v2", env: { FAIL_RELEASE: "1" } },
    {
      ends: "fails",
      says: { update: [/FAIL_RELEASE/] },
    },
  ),
  {
    name: "data to be discarded, said and taken back",
    change: { shop: { args: { data: "discard" } }, db: { args: { data: "discard" } } },
    says: {
      preview: [
        /App "shop": data is "discard", but the volume files is deleted with all data/,
        /Postgres "db": data is "discard", but the volume data is deleted with all data/,
      ],
    },
    back: { says: nothingLost },
  },
];

/** What is done to the proxy, the machines and the registries. */
const around: Edit[] = [
  proxy("another image", { tag: "v0.9.2-b" }),
  proxy("options, and its container by transform", {
    metricsPort: 9100,
    logMaxSize: "5m",
    transform: { container: { hostname: "front" } },
  }),
  {
    name: "proxy renamed with alias",
    change: { proxy: { name: "front", formerly: "proxy" } },
    back: { change: { proxy: { formerly: "front" } } },
  },
  { name: "proxy wrapped in another component without alias", change: { proxy: { within: true } } },
  { name: "server renamed", change: { second: { name: "host-b" } }, says: nothingLost },
  {
    name: "server renamed that the database is on",
    change: { first: { name: "host-a" } },
    says: nothingLost,
  },
  {
    name: "server renamed with alias",
    change: { second: { name: "host-b", formerly: "host-1" } },
    says: nothingLost,
    back: { change: { second: { formerly: "host-b" } }, says: nothingLost },
  },
  {
    name: "server gone while a role is on it",
    change: { second: { args: { gone: true } } },
    ends: "refused",
    says: { preview: [/servers\[1\] is "host-1", but that server is gone/] },
  },
  {
    name: "server gone, and back",
    change: {
      second: { args: { gone: true } },
      proxy: { on: ["first"] },
      shop: { roles: { ...shopRoles, web: { on: ["first"] } } },
    },
    data: secondLeft,
    loads: onFirst,
    says: { preview: [/host-1 is gone/] },
    back: { loads: onFirst },
  },
  {
    name: "server taken out",
    change: {
      second: null,
      proxy: { on: ["first"] },
      shop: { roles: { ...shopRoles, web: { on: ["first"] } } },
    },
    ends: "refused",
    says: { preview: [new RegExp(`roles leaves host-1, but the volume ${fileVolume} would stay there`)] },
  },
  {
    name: 'server taken out with data: "leave"',
    change: {
      second: null,
      proxy: { on: ["first"] },
      shop: { roles: { ...shopRoles, web: { on: ["first"] } }, args: { data: "leave" } },
    },
    data: secondLeft,
    loads: onFirst,
    says: { preview: [kept(fileVolume, "host-1")] },
    back: { loads: onFirst },
  },
  { name: "registry added", change: { registries: { names: ["registry", "mirror"] } } },
  { name: "registry renamed", change: { registries: { names: ["images"] } } },
];

/** Every kind of resource, replaced: its kind, and one of it. */
export const replaced: readonly (readonly [string, string])[] = [
  ["Preflight", "host-0-gate"],
  ["DockerNetwork", "host-0"],
  ["Pull", "shop-pull"],
  ["Data", "db"],
  ["Data", "shop"],
  ["Volumes", "volumes"],
  ["Volume", "db-data"],
  ["Volume", "shop-host-0-files"],
  ["Container", "db"],
  ["Container", "proxy-host-0"],
  ["Container", "shop-web-host-0"],
  ["AccessoryReady", "db-ready"],
  ["PostgresLogin", "db-login"],
  ["Release", "shop-release"],
  ["Ready", "shop-web-host-0-ready"],
  ["Switch", "shop-web-host-0-switch"],
  ["CleanUp", "shop-clean-up"],
  ["Bridge", "proxy-host-0-bridge"],
  ["Settle", "proxy-host-0-settle"],
];
const replacements = replaced.map(([type, name]): Edit => ({
  name: `up --replace of the ${type} ${name}`,
  flags: async (world) => ["--replace", await world.urn(type, name)],
  says: nothingLost,
  back: false,
}));

/** What is done to the stack as a whole, and beside it. */
const whole: Edit[] = [
  {
    name: "up --target of the database, with a release beside it",
    change: { db: { args: { labels: { team: "shop" } } }, shop: { args: { version: "v2" } } },
    flags: target("Container", "db"),
    whole: true,
  },
  { name: "up --refresh", flags: () => Promise.resolve(["--refresh"]), back: false },
  {
    name: "stack renamed",
    before: (world) => world.renameStack("live-us"),
    says: nothingLost,
    back: { before: (world) => world.renameStack("live-eu"), says: nothingLost },
  },
  {
    name: "project renamed",
    before: (world) => world.renameProject("changes"),
    says: nothingLost,
    back: { before: (world) => world.renameProject("edits"), says: nothingLost },
  },
  {
    name: "library upgraded",
    before: (world) => world.olderVerbs(),
    says: { nowhere: [/(Release|Ready|Switch|Container) .*(updat|creat|replac|delet)/] },
    back: false,
  },
  { name: "state lost", before: (world) => world.loseState(), back: false },
  {
    name: "second stack whose names read alike",
    stack: "alike",
    ends: "fails",
    says: { update: [/edits-live-eu-db.* belongs to edits\/live-eu\/accessory\/db/] },
  },
  { name: "staging made beside production", stack: "staging", back: false },
  { name: "staging released", stack: "staging", change: { shop: { args: { version: "v4" } } } },
  {
    name: "staging takes a host name of production",
    stack: "staging",
    change: { shop: { args: { route: { ...route, hosts: ["shop.edits"] } } } },
    ends: "fails",
    says: { update: [/edits\/live-eu|shop-web/] },
  },
  { name: "staging destroyed", stack: "staging", command: "destroy", back: false },
  {
    name: "destroyed, and made again",
    command: "destroy",
    data: { first: { row: "there", file: "there" }, second: { file: "there" } },
    // The program does not run, and nobody is asked for a preview of it.
    says: { update: [kept(rowVolume, "host-0"), kept(fileVolume, "host-0"), kept(fileVolume, "host-1")] },
    loads: [],
    back: { loads: [] },
  },
];

export const edits: readonly Edit[] = [...accessory, ...app, ...around, ...replacements, ...whole];

/** What is played, each with a row: the edits, and each that takes one back. */
export interface Step extends Edit {
  /** The program that it leaves the stack with. */
  settings: Settings;
}

export function steps(all: readonly Edit[]): Step[][] {
  return all.map((edit) => {
    const program = programs[edit.stack ?? "main"];
    const there: Step = { ...edit, settings: changed(program, edit.change ?? {}) };
    if (edit.back === false || (edit.ends ?? "done") !== "done") return [there];
    const { change = {}, ...back } = edit.back ?? {};
    const { stack, loads } = edit;
    const shared = { ...(stack === undefined ? {} : { stack }), ...(loads === undefined ? {} : { loads }) };
    const taken: Step = {
      ...shared,
      ...back,
      name: `${edit.name}, taken back`,
      settings: changed(program, change),
    };
    return [there, taken];
  });
}
