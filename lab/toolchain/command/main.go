// Command pulumi-resource-command stands in for the Pulumi command plugin where the official one cannot be
// installed. It has the tokens, properties, defaults, diff rules and error texts of the official version 1.2.1,
// and is never more lenient: what fails or hangs there does so here.
package main

import (
	"context"
	"fmt"
	"os"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/middleware/schema"

	"sextant.lab/command/local"
	"sextant.lab/command/remote"
)

// The official version whose behaviour is kept; engines match it with the version that a program asks for.
const version = "1.2.1"

func main() {
	if err := provider().Run(context.Background(), "command", version); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-command:", err)
		os.Exit(1)
	}
}

func provider() p.Provider {
	return infer.Provider(infer.Options{
		Metadata: schema.Metadata{
			DisplayName: "Command",
			Description: "Runs commands and copies files, here and on hosts that are reached by SSH.",
			License:     "Apache-2.0",
		},
		Resources: []infer.InferredResource{
			infer.Resource(&local.Command{}),
			infer.Resource(&remote.Command{}),
			infer.Resource(&remote.CopyToRemote{}),
			infer.Resource(&remote.CopyFile{}),
		},
		Functions: []infer.InferredFunction{
			infer.Function(&local.Run{}),
		},
	})
}
