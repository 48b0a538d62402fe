/** A configuration of Kamal as a program and a list of decisions: every key is read here, or is said not to have been. Pure. */
import type { Decision } from "../decision";
import { Fields, type Node } from "../node";
import { accessoryVariable, variable, type Machine, type Program, type RegistryPart } from "../program";
import { Names, Notes, Reader } from "../reader";
import type { Sources } from "../secrets";
import type { RawMap } from "../yaml";
import { accessoriesOf } from "./accessory";
import { appOf, version } from "./app";
import { buildOf } from "./builder";
import { labelOf, type Context } from "./context";
import { Machines, rolesOf } from "./hosts";
import { otherKeys } from "./other";
import { registryOf, withRegistry } from "./registry";
import { decideTakeOver, keptProxy, takeOverOf } from "./take-over";
import { proxyOf } from "./route";
import { sshOf } from "./ssh";
import { unknownAtTop, unknownBelow } from "./unknown";

/** What is known beside the configuration itself. */
export interface Surroundings {
  readonly names: Names;
  readonly sources: Sources;
  /** The names of the hooks. */
  readonly hooks: readonly string[];
  readonly destination?: string;
  readonly above: string;
  readonly inside: string;
  /** Whether the program takes Kamal's place on its own machines. */
  readonly takeOver: boolean;
  readonly kindOf: (path: string) => "file" | "folder" | "none";
  readonly read: (path: string) => string | undefined;
}

/** Maps a configuration. @throws Error with one sentence for what Kamal would not take either */
export function mapped(
  raw: RawMap,
  around: Surroundings,
): { program: Program; decisions: readonly Decision[] } {
  const notes = new Notes(around.names);
  const root = new Reader(raw, notes);
  const kamal = root.plain("service");
  if (kamal === undefined)
    throw new Error(
      "import: service is missing: it is the name of the app, such as shop; write it, and try it with kamal config.",
    );
  root.take("service");
  unknownAtTop(root);
  if (!around.takeOver) notes.add("hosts", "act", whoseHosts);
  const context: Context = { ...around, notes, service: kamal, wanted: new Map() };
  const name = labelOf(kamal, 40);
  if (name !== kamal)
    notes.add("service", "differs", `the project and the app are called ${name} here.`, kamal);
  const registries: RegistryPart[] = [];
  const registry = registryOf(root, context, registries, "registry");
  const roles = rolesOf(root, context);
  const machines = new Machines();
  // The roles name the machines before the accessories do.
  for (const role of roles) machines.of(role.hosts, role.name);
  const { parts: accessories, hosts } = accessoriesOf(root, context, roles, machines, registries, name);
  const app = appOf(root, context, roles, machines, hosts);
  const routed = [
    ...new Set([...app.routed, ...accessories.flatMap((one) => (one.routed === true ? one.machines : []))]),
  ];
  const run = typeof root.value["proxy"] === "object" ? root.map("proxy")?.map("run") : undefined;
  const { fields: proxyFields, ports } = around.takeOver ? keptProxy(run, context) : proxyOf(run);
  const build = buildOf(root, context, { server: registry, registries });
  const access = sshOf(root, context);
  const image = imageOf(root, registry, kamal);
  otherKeys(root, context, around.hooks);
  unknownBelow(root);
  notes.add("hosts", "act", hostKeys);
  if (around.takeOver) decideTakeOver(app, context);
  return {
    decisions: notes.decisions,
    program: {
      ...{ name, registries, accessories },
      machines: machines.all.map((one): Machine => ({
        name: one.name,
        address: one.host.address,
        fields: machineFields(one, {
          access,
          build: build.architecture,
          ports,
          routed,
          registries,
          takeOver: around.takeOver,
        }),
      })),
      ...(routed.length === 0
        ? {}
        : {
            proxy: {
              kind: around.takeOver ? "ExistingProxy" : "Proxy",
              ...{ machines: routed, fields: proxyFields },
            },
          }),
      ...(app.roles.length === 0
        ? {}
        : {
            app: {
              head: (build.image === undefined
                ? new Fields()
                    .with("image", image)
                    .with("version", version, "The tag of the release: pulumi up --config version=TAG")
                : new Fields()
                    .with("image", { is: "code", text: "image" })
                    .with("version", earlier, ...earlierComment)
              )
                .with("proxy", app.routed.length === 0 ? undefined : { is: "code", text: "proxy" })
                .with("route", app.route)
                .with("takeOver", around.takeOver ? takeOverOf(context, app) : undefined),
              roles: app.roles,
              // Kamal's database has the user, the password and the name that the app knows.
              tail: around.takeOver ? app.settings : withDatabase(app.settings, accessories, notes),
            },
          }),
      wanted: [...context.wanted.values()],
      ...(build.image === undefined || app.roles.length === 0
        ? {}
        : { image: new Fields().with("repository", image).and(build.image) }),
    },
  };
}

/** A release that was built before. */
const earlier: Node = { is: "config", name: "version", type: "string", optional: true };
const earlierComment = [
  "The commit is built and deployed; an earlier release:",
  "pulumi up --config version=TAG",
];

const whoseHosts =
  "these are the machines that Kamal deploys to, where the first pulumi up refuses a proxy beside Kamal's: give the program other addresses; or move its folder away and take Kamal's place there: sextant import --take-over.";

const hostKeys =
  'no machine has a hostKey, so that whoever answers first is trusted; give each the line of cat /etc/ssh/ssh_host_ed25519_key.pub there, as hostKey: "ssh-ed25519 AAAA…".';

function machineFields(
  { name, host }: { name: string; host: { port?: number } },
  known: {
    access: Fields;
    build?: string;
    ports: readonly number[];
    routed: readonly string[];
    registries: readonly RegistryPart[];
    takeOver: boolean;
  },
): Fields {
  const { access, build, ports, routed, registries, takeOver } = known;
  const free = routed.includes(name) ? ports : [];
  const usual = free.join() === "80,443";
  const ssh = host.port === undefined ? access : access.without("port").with("port", host.port);
  return new Fields()
    .with("architecture", build)
    .with("ssh", ssh)
    .with(
      "registries",
      registries.length === 0
        ? undefined
        : registries.map((each): Node => ({ is: "code", text: variable(each.name, "Registry") })),
    )
    .with("preflight", usual ? undefined : new Fields().with("ports", free))
    .with("takeOver", takeOver ? "kamal" : undefined);
}

function imageOf(root: Reader, registry: Node | undefined, service: string): Node {
  const image = root.text("image") ?? service;
  if (registry === "local")
    return { is: "config", name: root.notes.names.of("image", "the image"), type: "string" };
  if (typeof image === "string" && (registry === undefined || typeof registry === "string"))
    return withRegistry(registry ?? "docker.io", image);
  const before: (string | Node)[] = registry === undefined || registry === "docker.io" ? [] : [registry, "/"];
  return before.length === 0 ? image : { is: "template", parts: [...before, image], output: false };
}

/** The address of the program's only database in place of a secret that says where it is. */
function withDatabase(settings: Fields, accessories: Program["accessories"], notes: Notes): Fields {
  const [database, ...more] = accessories.filter(({ kind }) => kind === "Postgres");
  const secrets = settings.get("secrets");
  if (database?.machines.length !== 1 || more.length > 0 || !(secrets instanceof Fields)) return settings;
  if (secrets.get("DATABASE_URL") === undefined) return settings;
  const url: Node = { is: "code", text: `${accessoryVariable(database.name)}.url` };
  notes.add(
    "env.secret.DATABASE_URL",
    "differs",
    `it is the url of ${database.name} now, which has the database's own user, password and name; compare it with what the app had.`,
  );
  return new Fields(
    settings.list.map((field) =>
      field.name === "secrets"
        ? {
            ...field,
            value: new Fields(
              secrets.list.map((one) => (one.name === "DATABASE_URL" ? { ...one, value: url } : one)),
            ),
          }
        : field,
    ),
  );
}
