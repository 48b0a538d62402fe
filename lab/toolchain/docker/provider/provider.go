// Package provider describes the Terraform provider for Docker to Pulumi's bridge, as @pulumi/docker 5.2.0 does.
package provider

import (
	"unicode"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/terraform-providers/terraform-provider-docker/shim"
)

const (
	// Name is the package's name in tokens and in configuration.
	Name = "docker"

	// Version is that of the npm package.
	Version = "5.2.0"
)

// resources maps Terraform's resources to the classes of @pulumi/docker. Two of them changed their names on the way:
// docker_image is RemoteImage (Image builds) and docker_config is ServiceConfig.
var resources = map[string]string{
	"docker_buildx_builder": "BuildxBuilder",
	"docker_config":         "ServiceConfig",
	"docker_container":      "Container",
	"docker_image":          "RemoteImage",
	"docker_network":        "Network",
	"docker_plugin":         "Plugin",
	"docker_registry_image": "RegistryImage",
	"docker_secret":         "Secret",
	"docker_service":        "Service",
	"docker_tag":            "Tag",
	"docker_volume":         "Volume",
}

var functions = map[string]string{
	"docker_image":                    "getRemoteImage",
	"docker_logs":                     "getLogs",
	"docker_network":                  "getNetwork",
	"docker_plugin":                   "getPlugin",
	"docker_registry_image":           "getRegistryImage",
	"docker_registry_image_manifests": "getRegistryImageManifests",
}

// token is a member's full name in the package's one module, such as docker:index/container:Container.
func token(member string) string {
	runes := []rune(member)
	runes[0] = unicode.ToLower(runes[0])
	return Name + ":index/" + string(runes) + ":" + member
}

// Info is the mapping.
func Info() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:       sdkv2.NewProvider(shim.NewProvider(Version)),
		Name:    Name,
		Version: Version,
		Config: map[string]*tfbridge.SchemaInfo{
			"host":          {Default: &tfbridge.DefaultInfo{EnvVars: []string{"DOCKER_HOST"}}},
			"registry_auth": {Name: "registryAuth", MaxItemsOne: tfbridge.False()},
		},
		Resources:   map[string]*tfbridge.ResourceInfo{},
		DataSources: map[string]*tfbridge.DataSourceInfo{},
	}
	for terraform, class := range resources {
		info.Resources[terraform] = &tfbridge.ResourceInfo{Tok: tokens.Type(token(class))}
	}
	for terraform, function := range functions {
		info.DataSources[terraform] = &tfbridge.DataSourceInfo{Tok: tokens.ModuleMember(token(function))}
	}

	// A container's ports, addresses and names are taken until the old one is gone.
	container := info.Resources["docker_container"]
	container.DeleteBeforeReplace = true
	// These are lists whose names the bridge would make plural.
	container.Fields = map[string]*tfbridge.SchemaInfo{
		"command":           {Name: "command"},
		"networks_advanced": {Name: "networksAdvanced"},
	}
	// An image's name is what is pulled, never made up.
	info.Resources["docker_image"].Fields = map[string]*tfbridge.SchemaInfo{"name": {Name: "name"}}

	info.SetAutonaming(255, "-")
	return info
}
