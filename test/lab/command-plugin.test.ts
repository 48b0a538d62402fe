/** What the command plugin promises without a host: schema, defaults, refusals, diffs. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandPlugin, types } from "./command-plugin/found";
import { Plugin } from "./command-plugin/plugin";
import { archive, asset, secret, unknown, type Properties } from "./command-plugin/wire";

let plugin: Plugin;

beforeAll(async () => {
  plugin = await Plugin.start(await commandPlugin());
});

afterAll(async () => {
  await plugin.stop();
});

interface PropertySpec {
  type?: string;
  $ref?: string;
  default?: unknown;
  secret?: boolean;
  replaceOnChanges?: boolean;
  enum?: { value: string }[];
}
interface ObjectSpec {
  properties: Record<string, PropertySpec>;
  inputProperties: Record<string, PropertySpec>;
  requiredInputs?: string[];
  required?: string[];
}
interface Schema {
  types: Record<string, ObjectSpec & { enum?: { value: string }[] }>;
  resources: Record<string, ObjectSpec>;
  functions: Record<string, unknown>;
}

describe("schema", () => {
  it("is of version 1.2.1 and has the tokens of @pulumi/command", async () => {
    expect(await plugin.version()).toBe("1.2.1");
    const schema = (await plugin.schema()) as Schema;
    expect(Object.keys(schema.resources).sort()).toEqual(Object.values(types).sort());
    expect(Object.keys(schema.functions)).toEqual(["command:local:run"]);
  });

  it.each([
    [types.local, "local/command"],
    [types.command, "remote/command"],
    [types.copy, "remote/copyToRemote"],
    [types.copyFile, "remote/copyFile"],
  ])("has for %s the inputs, outputs and secrets of the npm package", async (type, file) => {
    const { resources } = (await plugin.schema()) as Schema;
    const own = resources[type];
    const sdk = readFileSync(
      join(dirname(require.resolve("@pulumi/command/package.json")), `${file}.js`),
      "utf8",
    );
    const assigned = [...sdk.matchAll(/resourceInputs\["(\w+)"\] = (.*);/g)];
    const inputs = assigned.filter(([, , value]) => value?.includes("args?."));
    expect(Object.keys(own?.inputProperties ?? {}).sort()).toEqual(inputs.map(([, name]) => name).sort());
    expect(Object.keys(own?.properties ?? {}).sort()).toEqual(
      [...new Set(assigned.map(([, name]) => name))].sort(),
    );
    const required = [...sdk.matchAll(/args\?\.(\w+) === undefined && !opts\.urn/g)].map(([, name]) => name);
    expect([...(own?.requiredInputs ?? [])].sort()).toEqual(required.sort());
    const secrets = inputs.filter(([, , value]) => value?.includes("pulumi.secret(")).map(([, name]) => name);
    const ownSecrets = Object.entries(own?.inputProperties ?? {}).filter(([, spec]) => spec.secret);
    expect(ownSecrets.map(([name]) => name)).toEqual(secrets);
  });

  it("takes the four values of logging, and replaces on triggers alone", async () => {
    const schema = (await plugin.schema()) as Schema;
    for (const token of ["command:local:Logging", "command:remote:Logging"])
      expect(schema.types[token]?.enum?.map(({ value }) => value)).toEqual([
        "stdout",
        "stderr",
        "stdoutAndStderr",
        "none",
      ]);
    for (const type of [types.local, types.command, types.copy]) {
      const specs = Object.entries(schema.resources[type]?.inputProperties ?? {});
      expect(specs.filter(([, spec]) => spec.replaceOnChanges).map(([name]) => name)).toEqual(["triggers"]);
    }
  });
});

const host = { host: "192.0.2.1" };
const complete = { dialErrorLimit: 10, host: "192.0.2.1", perDialTimeout: 15, port: 22, user: "root" };
const nested = (what: string) =>
  `connection: An error occurred decoding 'CommandInputs.connection': 1 failures decoding:\n\t${what}`;

describe("check", () => {
  it.each<[string, string, Properties, Properties]>([
    [
      "fills in a connection and keeps it secret",
      types.command,
      { connection: host },
      { connection: secret(complete) },
    ],
    [
      "fills in a bastion",
      types.command,
      { connection: { ...host, proxy: host } },
      { connection: secret({ ...complete, proxy: complete }) },
    ],
    ["adds nothing to a local command", types.local, { create: "true" }, { create: "true" }],
    ["does not look into logging", types.local, { logging: "all" }, { logging: "all" }],
    [
      "cuts a fraction off a whole number",
      types.command,
      { connection: { ...host, dialErrorLimit: 1.5 } },
      { connection: secret({ ...complete, dialErrorLimit: 1 }) },
    ],
    [
      "lets unknowns pass",
      types.command,
      { connection: unknown, create: unknown },
      { connection: secret(unknown), create: unknown },
    ],
  ])("%s", async (_, type, inputs, expected) => {
    expect(await plugin.check(type, inputs)).toEqual({ inputs: expected, failures: [] });
  });

  const copied = { connection: host, remotePath: "/x" };
  it.each<[string, string, Properties, string[]]>([
    [
      "no connection",
      types.command,
      {},
      ["connection: Missing required field 'connection' on 'remote.CommandInputs'"],
    ],
    [
      "no host",
      types.command,
      { connection: { user: "x" } },
      [nested("host: Missing required field 'host' on 'remote.Connection'")],
    ],
    [
      "an unknown field",
      types.command,
      { connection: host, dir: "/" },
      ["dir: Unrecognized field 'dir' on 'remote.CommandInputs'"],
    ],
    [
      "an unknown field of the connection",
      types.command,
      { connection: { ...host, key: "x" } },
      [nested("key: Unrecognized field 'key' on 'remote.Connection'")],
    ],
    [
      "a number for text",
      types.command,
      { connection: host, create: 1 },
      ["create: Field 'create' on 'remote.CommandInputs' must be a 'string'; got 'float64' instead"],
    ],
    [
      "text for a port",
      types.command,
      { connection: { ...host, port: "22" } },
      [nested("port: Field 'port' on 'remote.Connection' must be a 'float64'; got 'string' instead")],
    ],
    [
      "a number in the environment",
      types.command,
      { connection: host, environment: { A: 1 } },
      [
        "environment[A] value: Field 'environment[A] value' on 'remote.CommandInputs' must be a 'string'; got 'float64' instead",
      ],
    ],
    [
      "an interpreter that is no list",
      types.local,
      { interpreter: "sh" },
      [
        "interpreter: Field 'interpreter' on 'local.CommandInputs' must be a '[]string'; got 'string' instead",
      ],
    ],
    [
      "a remote asset",
      types.copy,
      { ...copied, source: asset({ uri: "https://example.com/x" }) },
      ["asset: asset must be a path-based file asset or a text asset"],
    ],
    [
      "a remote archive",
      types.copy,
      { ...copied, source: archive({ uri: "https://example.com/x.tgz" }) },
      ["archive: archive must be a path to a file or directory"],
    ],
    [
      "an archive of assets",
      types.copy,
      { ...copied, source: archive({ assets: { a: asset({ text: "x" }) } }) },
      ["archive: archive must be a path to a file or directory"],
    ],
    [
      "no source",
      types.copy,
      copied,
      [
        "source: Missing required field 'source' on 'remote.CopyToRemoteInputs'",
        "asset: either asset or archive must be set",
      ],
    ],
    [
      "a source not known yet",
      types.copy,
      { ...copied, source: unknown },
      ["asset: either asset or archive must be set"],
    ],
    [
      "a path for a source",
      types.copy,
      { ...copied, source: "/etc/hosts" },
      ["asset: either asset or archive must be set"],
    ],
  ])("refuses %s", async (_, type, inputs, failures) => {
    expect((await plugin.check(type, inputs)).failures).toEqual(failures);
  });
});

describe("diff", () => {
  const local = { create: "c", triggers: ["a", { b: 1 }, [1]], environment: { A: "1", B: "2" } };
  const remote = { ...local, connection: host };
  const copy = { connection: host, source: asset({ text: "x" }), remotePath: "/x", triggers: ["a"] };
  const copyFile = { connection: host, localPath: "/x", remotePath: "/x" };

  it.each<[string, Properties, Properties, Record<string, string>]>([
    [types.command, remote, {}, {}],
    [types.command, remote, { connection: secret(host) }, {}],
    [types.command, remote, { create: "d" }, { create: "update" }],
    [types.command, remote, { create: secret("c") }, { create: "update" }],
    [types.command, remote, { create: unknown }, { create: "update" }],
    [types.command, remote, { create: null }, { create: "delete" }],
    [types.command, remote, { update: "u" }, { update: "add" }],
    [types.command, remote, { delete: "d" }, { delete: "add" }],
    [types.command, remote, { stdin: "x" }, { stdin: "add" }],
    [types.command, remote, { logging: "none" }, { logging: "add" }],
    [types.command, remote, { addPreviousOutputInEnv: true }, { addPreviousOutputInEnv: "add" }],
    [types.command, remote, { environment: { A: "2", B: "2" } }, { "environment.A": "update" }],
    [types.command, remote, { environment: { A: "1" } }, { "environment.B": "delete" }],
    [types.command, remote, { connection: { host: "192.0.2.2" } }, { connection: "update" }],
    [types.command, remote, { connection: { ...host, dialErrorLimit: 3 } }, { connection: "update" }],
    [types.command, remote, { connection: { ...host, privateKey: "k" } }, { connection: "update" }],
    [types.command, remote, { connection: { ...host, hostKey: "k" } }, { connection: "update" }],
    [types.command, remote, { connection: { ...host, proxy: host } }, { connection: "update" }],
    [types.command, remote, { connection: { host: unknown } }, { connection: "update" }],
    [types.command, remote, { connection: unknown }, {}],
    [types.command, remote, { triggers: null }, { triggers: "delete-replace" }],
    [types.command, { ...remote, triggers: null }, { triggers: ["a"] }, { triggers: "add-replace" }],
    [types.command, { ...remote, triggers: null }, { triggers: unknown }, { triggers: "add-replace" }],
    [types.command, remote, { triggers: ["b", { b: 1 }, [1]] }, { "triggers[0]": "update" }],
    [types.command, remote, { triggers: ["a", { b: 2 }, [1]] }, { "triggers[1].b": "update" }],
    [types.command, remote, { triggers: ["a", { b: 1 }, [2]] }, { "triggers[2][0]": "update" }],
    [types.command, remote, { triggers: ["a", { b: 1 }, [1], 3] }, { "triggers[3]": "add" }],
    [types.command, remote, { triggers: ["a", { b: 1 }] }, { "triggers[2]": "delete" }],
    [types.local, local, { interpreter: ["x"] }, { interpreter: "add" }],
    [types.local, local, { dir: "/" }, { dir: "add" }],
    [types.local, local, { assetPaths: ["x"] }, { assetPaths: "add" }],
    [types.local, local, { archivePaths: ["x"] }, { archivePaths: "add" }],
    [types.local, local, { create: "d" }, { create: "update" }],
    [types.local, local, { triggers: null }, { triggers: "delete-replace" }],
    [types.copy, copy, { connection: { host: "192.0.2.2" } }, { connection: "update" }],
    [types.copy, copy, { source: asset({ text: "y" }, "other") }, { source: "update" }],
    [types.copy, copy, { source: asset({ text: "y" }) }, {}],
    [types.copy, copy, { source: archive({ path: "/etc" }, "other") }, { source: "update" }],
    [types.copy, copy, { remotePath: "/y" }, { remotePath: "update" }],
    [types.copy, copy, { triggers: null }, { triggers: "delete-replace" }],
    [types.copyFile, copyFile, {}, {}],
    [types.copyFile, copyFile, { connection: { host: "192.0.2.2" } }, { connection: "update-replace" }],
    [types.copyFile, copyFile, { localPath: "/y" }, { localPath: "update-replace" }],
    [types.copyFile, copyFile, { remotePath: "/y" }, { remotePath: "update-replace" }],
    [types.copyFile, copyFile, { triggers: ["x"] }, { triggers: "add-replace" }],
  ])("%s %j with %j: %j", async (type, old, change, properties) => {
    const held = await plugin.create(type, old, true);
    const changes = Object.keys(properties).length > 0;
    expect(await plugin.diff(held, { ...old, ...change })).toEqual({
      changes,
      deleteBeforeReplace: false,
      properties,
    });
  });
});
