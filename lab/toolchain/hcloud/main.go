// Command pulumi-resource-hcloud is Pulumi's Hetzner Cloud provider: the Terraform provider behind Pulumi's bridge.
package main

import (
	"context"
	_ "embed"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"

	"sextant/lab/toolchain/hcloud/provider"
)

//go:embed schema.json
var schema []byte

func main() {
	ctx := context.Background()
	tfbridge.MainWithMuxer(ctx, provider.Name, provider.Info(ctx), schema)
}
