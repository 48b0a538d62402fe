/** The files of a program: pure. */
import { Document } from "yaml";
import { Fields, isSpecial, within, type Node } from "./node";
import { serversOf, type Merged, type Values } from "./merge";
import { comment, flat, printFields, quoted, width } from "./print";
import { accessoryVariable, variable, type AccessoryPart, type Machine } from "./program";

/** `index.ts` */
export function programText(from: Merged, source: string): string {
  const statements = [
    ...registries(from),
    ...machines(from),
    ...proxy(from),
    ...accessories(from),
    ...image(from),
    ...app(from),
  ];
  const body = statements.join("\n\n");
  const head = comment(
    `The servers of ${from.program.name} and what runs on them, from ${source}: \`pulumi preview\` shows what an edit changes, \`pulumi up\` makes it so.`,
    0,
  );
  return [
    "/**",
    ...head.map((line) => ` * ${line}`),
    " */",
    ...imports(from, body),
    "",
    ...(body.includes("config.") ? ["const config = new pulumi.Config();", ""] : []),
    body,
    "",
  ].join("\n");
}

/** What the text uses, in the order of sorted imports. */
function imports(from: Merged, body: string): string[] {
  const { program } = from;
  const types = ["Duration", "Size"].filter((type) => new RegExp(`<${type}>`).test(body));
  const classes = [
    ...(program.app === undefined ? [] : ["App"]),
    ...(program.machines.length === 0 ? [] : ["ExistingServer"]),
    ...(program.image === undefined ? [] : ["Image"]),
    ...(program.proxy === undefined ? [] : [program.proxy.kind]),
    ...(program.registries.length === 0 ? [] : ["Registry"]),
    ...new Set(program.accessories.map(({ kind }) => kind)),
  ].sort();
  const functions = ["letsEncrypt", "ownCertificate"].filter((name) => body.includes(`${name}(`));
  const names = [...classes, ...functions, ...types.map((type) => `type ${type}`)];
  const line = `import { ${names.join(", ")} } from "pulumi-sextant";`;
  return [
    ...(body.includes("readFileSync(") ? ['import { readFileSync } from "node:fs";'] : []),
    ...(/\b(config|pulumi)\./.test(body) ? ['import * as pulumi from "@pulumi/pulumi";'] : []),
    ...(line.length <= width
      ? [line]
      : ["import {", ...names.map((name) => `  ${name},`), '} from "pulumi-sextant";']),
  ];
}

function made(kind: string, name: string, fields: Fields, label = variable(name)): string {
  return `const ${label} = ${construct(kind, quoted(name), fields)};`;
}

function construct(kind: string, name: string, fields: Fields, indent = 0): string {
  return `new ${kind}(${name}, {\n${printFields(fields, indent + 2)}\n${" ".repeat(indent)}})`;
}

function registries({ program }: Merged): string[] {
  return program.registries.map(({ name, fields }) =>
    made("Registry", name, fields, variable(name, "Registry")),
  );
}

function machines({ program, machinesOfStack }: Merged): string[] {
  if (machinesOfStack) return program.machines.flatMap(machinesByStack);
  return program.machines.map(({ name, address, fields }, at) =>
    made(
      "ExistingServer",
      name,
      new Fields().with("address", address, ...(at === 0 ? hostKey : [])).and(fields),
      machineVariable(name),
    ),
  );
}

const hostKey = [
  "Held to the key that answers first, until hostKey says which it is:",
  "npx sextant docs checks#host-key",
];

function machineVariable(name: string): string {
  return variable(name, "Server");
}

/** As many machines as the stack's configuration names. */
function machinesByStack({ fields }: Machine): string[] {
  const own = new Fields().with("address", { is: "code", text: "address" }, ...hostKey).and(fields);
  return [
    [
      "// The machines of this stack, and what runs on which: Pulumi.<stack>.yaml",
      "const servers = Object.entries(",
      '  config.requireObject<Record<string, string>>("servers"),',
      ").map(",
      `  ([name, address]) =>\n    ${construct("ExistingServer", "name", own, 4)},`,
      ");",
    ].join("\n"),
    [
      "/** The machines that a value of the configuration names. */",
      "function on(value: string): ExistingServer[] {",
      "  const names = config.requireObject<string[]>(value);",
      "  return servers.filter(({ hostName }) => names.includes(hostName));",
      "}",
    ].join("\n"),
  ];
}

/** The machines of a part, as the program names them. */
function machinesOf(from: Merged, name: string, on: readonly string[]): Node {
  if (from.machinesOfStack) return { is: "code", text: `on(${quoted(name)})` };
  return on.map((each): Node => ({ is: "code", text: machineVariable(each) }));
}

function proxy(from: Merged): string[] {
  const { proxy: own } = from.program;
  if (own === undefined) return [];
  const fields = new Fields().with("servers", machinesOf(from, "proxyServers", own.machines)).and(own.fields);
  const one = `const proxy = new ${own.kind}("proxy", ${flat(fields) ?? ""});`;
  return [one.length <= width && flat(fields) !== undefined ? one : made(own.kind, "proxy", fields, "proxy")];
}

function accessories(from: Merged): string[] {
  return from.program.accessories.map((part) => accessory(from, part));
}

function accessory(from: Merged, { name, kind, machines: on, fields }: AccessoryPart): string {
  const label = accessoryVariable(name);
  if (on.length === 1) {
    const [only = ""] = on;
    const text = from.machinesOfStack ? `on(${quoted(serversOf(name))})[0]` : machineVariable(only);
    const server: Node = { is: "code", text };
    return made(kind, name, new Fields().with("server", server).and(fields), label);
  }
  const all = flat(machinesOf(from, serversOf(name), on)) ?? "";
  const own = new Fields().with("server", { is: "code", text: "server" }).and(fields);
  const start = `const ${label} = ${all}.map(`;
  return `${start}\n  (server) =>\n    ${construct(kind, `\`${name}-\${server.hostName}\``, own, 4)},\n);`;
}

function image({ program: { image: fields, name } }: Merged): string[] {
  return fields === undefined ? [] : [made("Image", name, fields, "image")];
}

function app(from: Merged): string[] {
  const { app: own, name, accessories: beside, machines: all } = from.program;
  if (own === undefined) return [];
  const taken = [
    ...beside.map((part) => accessoryVariable(part.name)),
    ...all.map((machine) => machineVariable(machine.name)),
    "registry",
  ];
  const label = taken.includes(variable(name)) ? `${variable(name)}App` : variable(name);
  const roles = own.roles.reduce((fields, { name: role, machines: on, fields: rest }) => {
    const value = new Fields().with("servers", machinesOf(from, serversOf(role), on)).and(rest);
    // A role that some stacks have not.
    const test = `on(${quoted(serversOf(role))}).length > 0`;
    return on.length === 0 && from.machinesOfStack
      ? fields.with("...", { is: "some", test, value: new Fields().with(role, value) })
      : fields.with(role, value);
  }, new Fields());
  const fields = own.head.with("roles", roles).and(own.tail);
  return [
    [
      "// Every argument, with its default and what editing it does: npx sextant docs app",
      made("App", name, fields, label),
      `export const version = ${label}.version;`,
    ].join("\n"),
  ];
}

/** `Pulumi.<stack>.yaml`, for each stack that has values. */
export function stackFiles(project: string, values: Values): Record<string, string> {
  return Object.fromEntries(
    [...values]
      .filter(([, own]) => Object.keys(own).length > 0)
      .map(([stack, own]) => {
        const entries = Object.entries(own).map(([name, value]) => [`${project}:${name}`, value]);
        const text = new Document({ config: Object.fromEntries(entries) }).toString({ lineWidth: 0 });
        return [`Pulumi.${stack}.yaml`, text];
      }),
  );
}

/** The names of the configuration's values that a program asks for. */
export function askedFor({ program }: Merged): { name: string; secret: boolean; needed: boolean }[] {
  const all: Node[] = [
    ...program.registries.map(({ fields }) => fields),
    ...program.machines.flatMap(({ address, fields }) => [address, fields]),
    ...(program.proxy === undefined ? [] : [program.proxy.fields]),
    ...program.accessories.map(({ fields }) => fields),
    ...(program.image === undefined ? [] : [program.image]),
    ...(program.app === undefined
      ? []
      : [program.app.head, program.app.tail, ...program.app.roles.map(({ fields }) => fields)]),
  ];
  const found = all.flatMap(within).flatMap((node) => {
    if (!isSpecial(node)) return [];
    if (node.is === "secret") return [{ name: node.name, secret: true, needed: true }];
    if (node.is !== "config") return [];
    return [
      { name: node.name, secret: false, needed: node.fallback === undefined && node.optional !== true },
    ];
  });
  return [...new Map(found.map((one) => [one.name, one])).values()];
}
