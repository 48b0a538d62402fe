// Package codegen has what the docker-build plugin names of Pulumi's generator for .NET, whose module the Go proxy does not give: a part of
// the package's schema that only that generator reads.
package codegen

// CSharpPackageInfo is that part.
type CSharpPackageInfo struct {
	PackageReferences    map[string]string `json:"packageReferences,omitempty"`
	RespectSchemaVersion bool              `json:"respectSchemaVersion,omitempty"`
}
