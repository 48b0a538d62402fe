/** What the toolchain consists of, and how each part is built where it is not installed. */

/** One program: a Go module below this directory, pinned by its go.mod and go.sum. */
export interface Program {
  /** Directory of the module, below lab/toolchain. */
  readonly module: string;
  /** Name of the executable. */
  readonly binary: string;
  readonly version: string;
  /** Go package to build, when it is not the module's root. */
  readonly package?: string;
  readonly ldflags?: string;
  /** Environment of this build alone. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The part of Pulumi that is one download: the CLI, the Node language host and the dynamic provider's launcher. */
export const pulumiVersion = "3.259.0";

/** Pulumi's provider plugins, by name, in the versions of the npm packages that the components use. */
export const plugins = {
  docker: "5.2.0",
  hcloud: "1.32.1",
  command: "1.2.1",
  "docker-build": "0.0.22",
} as const;

export type PluginName = keyof typeof plugins;

/** All programs, the longest build first; what only some tests want has a file of its own. */
export const programs: readonly Program[] = [
  {
    module: "pulumi",
    binary: "pulumi",
    version: pulumiVersion,
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    ldflags: `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pulumiVersion}`,
  },
  plugin("docker"),
  {
    ...plugin("hcloud"),
    // The public checksum database does not know this module; go.sum pins it all the same.
    env: { GONOSUMDB: "github.com/hetznercloud/terraform-provider-hcloud" },
  },
  plugin("command"),
  {
    module: "language-nodejs",
    binary: "pulumi-language-nodejs",
    // The last one whose sources are in a module that can be required; it serves the engine and SDK above.
    version: "3.66.0",
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  },
  {
    module: "kamal-proxy",
    binary: "kamal-proxy",
    version: "0.9.2",
    package: "github.com/basecamp/kamal-proxy/cmd/kamal-proxy",
    // Static, for an image made from nothing.
    env: { CGO_ENABLED: "0" },
  },
];

/** Scripts of Pulumi's distribution that need no build, in lab/toolchain/launchers. */
export const launchers = ["pulumi-resource-pulumi-nodejs"] as const;

/** The executable of a plugin. */
export function pluginBinary(name: PluginName): string {
  return `pulumi-resource-${name}`;
}

function plugin(name: PluginName): Program {
  return { module: name, binary: pluginBinary(name), version: plugins[name] };
}
