// Package provider describes Hetzner's Terraform provider to Pulumi's bridge, as @pulumi/hcloud 1.32.1 does.
package provider

import (
	"context"
	_ "embed"

	"github.com/hetznercloud/terraform-provider-hcloud/hcloud"
	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
)

const (
	// Name is the package's name in tokens and in configuration.
	Name = "hcloud"

	version = "1.32.1"
)

//go:embed bridge-metadata.json
var metadata []byte

// numericIDs are the resources that Terraform identifies by a number; Pulumi's identifiers are strings.
var numericIDs = []string{
	"hcloud_storage_box",
	"hcloud_storage_box_snapshot",
	"hcloud_storage_box_subaccount",
	"hcloud_zone",
}

// Info is the mapping. The provider is two in one, written with two generations of Terraform's SDK.
func Info(ctx context.Context) tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:            pf.MuxShimWithPF(ctx, sdkv2.NewProvider(hcloud.Provider()), hcloud.NewPluginProvider()),
		Name:         Name,
		Version:      version,
		MetadataInfo: tfbridge.NewProviderMetadata(metadata),
		Resources:    map[string]*tfbridge.ResourceInfo{},
	}
	for _, resource := range numericIDs {
		info.Resources[resource] = &tfbridge.ResourceInfo{
			Fields: map[string]*tfbridge.SchemaInfo{"id": {Type: "string"}},
		}
	}
	info.MustComputeTokens(tokens.SingleModule("hcloud_", "index", tokens.MakeStandard(Name)))
	info.MustApplyAutoAliases()
	info.SetAutonaming(255, "-")
	return info
}
