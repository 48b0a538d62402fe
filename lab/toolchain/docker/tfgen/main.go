// Command tfgen writes what the plugin embeds: schema.json.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"

	"sextant/lab/toolchain/docker/provider"
)

func main() {
	tfgen.Main(provider.Name, provider.Version, provider.Info())
}
