// Command pulumi-resource-docker is Pulumi's Docker provider: the Terraform provider behind Pulumi's bridge.
//
// It has the tokens and names of @pulumi/docker 5.2.0, save for docker.Image: that resource builds images on the
// machine that runs Pulumi, is not bridged from Terraform, and nothing here deploys that way.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

	"sextant/lab/toolchain/docker/provider"
)

//go:embed schema.json
var schema []byte

func main() {
	tfbridge.Main(provider.Name, provider.Version, provider.Info(), schema)
}
