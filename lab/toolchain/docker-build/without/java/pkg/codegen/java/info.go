// Package java has what the docker-build plugin names of Pulumi's generator for Java, whose module the Go proxy does not give: a part of the
// package's schema that only that generator reads.
package java

// PackageInfo is that part.
type PackageInfo struct {
	BuildFiles                      string            `json:"buildFiles,omitempty"`
	GradleNexusPublishPluginVersion string            `json:"gradleNexusPublishPluginVersion,omitempty"`
	Dependencies                    map[string]string `json:"dependencies,omitempty"`
}
