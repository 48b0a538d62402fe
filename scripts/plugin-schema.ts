/**
 * Pulumi's package schema of the plugin, from the interfaces of its resources' inputs and their comments. It takes seconds, so that
 * `npm run docs` writes it into `provider/schema.json`, which the plugin is compiled with.
 */
import { resolve } from "node:path";
import { createGenerator, type Schema } from "ts-json-schema-generator";
import { secretInputs } from "../provider/core/secret-inputs";
import type { ResourceType } from "../provider/resources";

const root = resolve(__dirname, "..");

/** The interface that has the inputs of a type of resource. */
const inputs: Readonly<Record<ResourceType, string>> = {
  AccessoryReady: "AccessoryReadyInputs",
  Assets: "AssetsInputs",
  Bridge: "BridgeInputs",
  Canary: "CanaryInputs",
  Certificate: "CertificateInputs",
  Certificates: "CertificatesInputs",
  CleanUp: "CleanUpInputs",
  Container: "ContainerInputs",
  Data: "DataInputs",
  Directories: "DirectoriesInputs",
  DockerNetwork: "DockerNetworkInputs",
  ErrorPages: "ErrorPagesInputs",
  Gone: "GoneInputs",
  HostFirewall: "HostFirewallInputs",
  HostReady: "HostReadyInputs",
  ImagePush: "ImagePushInputs",
  MysqlLogin: "MysqlLoginInputs",
  PostgresLogin: "PostgresLoginInputs",
  Preflight: "HostReadyInputs",
  ProxyThere: "ProxyThereInputs",
  Pull: "PullInputs",
  Ready: "ReadyInputs",
  RegistryCertificates: "RegistryCertificatesInputs",
  RegistryPrune: "RegistryPruneInputs",
  RegistryTrust: "RegistryTrustInputs",
  Release: "ReleaseInputs",
  Schedule: "ScheduleInputs",
  Settle: "SettleInputs",
  Switch: "SwitchInputs",
  Volume: "VolumeInputs",
  Volumes: "VolumeListInputs",
  Wait: "WaitInputs",
};

type Json = Record<string, unknown>;

export const schemaFile = resolve(root, "provider", "schema.json");

/** What that file has to hold; the plugin adds its version. */
export const schemaText = (): string => `${JSON.stringify(pluginSchema(), null, 2)}\n`;

/** @see https://www.pulumi.com/docs/iac/using-pulumi/extending-pulumi/schema/ */
function pluginSchema(): Json {
  const interfaces = createGenerator({
    path: resolve(root, "provider/**/*.ts"),
    tsconfig: resolve(root, "tsconfig.json"),
    skipTypeCheck: true,
    additionalProperties: true,
    topRef: false,
  });
  const types: Record<string, Json> = {};
  const resources = Object.fromEntries(
    Object.entries(inputs).map(([type, name]) => {
      const schema = interfaces.createSchema(name);
      for (const [each, definition] of Object.entries(schema.definitions ?? {}))
        types[token(each)] = { type: "object", ...members(definition as Schema) };
      const { properties, required, description } = members(schema);
      return [
        token(type),
        { description, inputProperties: properties, requiredInputs: required, properties, required },
      ];
    }),
  );
  return {
    name: "sextant",
    description: "What the components of pulumi-sextant are made of, on servers that are reached by SSH.",
    license: "Apache-2.0",
    provider: {},
    types,
    resources,
  };
}

const token = (name: string): string => `sextant:index:${name}`;

/** An object's members as Pulumi has them. */
function members({ properties = {}, required = [], description }: Schema): {
  properties: Record<string, Json>;
  required: string[];
  description?: string;
} {
  return {
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [
        name,
        {
          ...typeOf(value as Schema),
          ...(typeof value === "object" && value.description !== undefined
            ? { description: value.description }
            : {}),
          ...(secretInputs.includes(name) ? { secret: true } : {}),
        },
      ]),
    ),
    required,
    ...(description === undefined ? {} : { description }),
  };
}

/** A type of Pulumi's. One of several is the first of them, as their members are texts; an object without a name is any. */
function typeOf(schema: Schema): Json {
  if (schema.$ref !== undefined)
    return { $ref: `#/types/${token(decodeURIComponent(schema.$ref.replace("#/definitions/", "")))}` };
  if (schema.type === "array") return { type: "array", items: typeOf((schema.items ?? {}) as Schema) };
  if (schema.type === "string" || schema.type === "number" || schema.type === "boolean")
    return { type: schema.type };
  const { additionalProperties, properties = {} } = schema;
  return typeof additionalProperties === "object" && Object.keys(properties).length === 0
    ? { type: "object", additionalProperties: typeOf(additionalProperties) }
    : { $ref: "pulumi.json#/Any" };
}
