// Command tfgen writes what the plugin embeds: schema.json and bridge-metadata.json.
package main

import (
	"context"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfgen"

	"sextant/lab/toolchain/hcloud/provider"
)

func main() {
	tfgen.MainWithMuxer(provider.Name, provider.Info(context.Background()))
}
