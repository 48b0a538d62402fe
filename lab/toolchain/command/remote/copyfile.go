package remote

import (
	"context"
	"errors"
	"os"

	"github.com/pkg/sftp"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// CopyFile is the deprecated resource command:remote:CopyFile. It has no update: any change replaces it.
type CopyFile struct{}

// Annotate describes the resource.
func (c *CopyFile) Annotate(a infer.Annotator) {
	a.Describe(&c, "A file that is copied to a host.")
	a.Deprecate(&c, "This resource is deprecated and will be removed in a future release. "+
		"Please use the `CopyToRemote` resource instead.")
}

// CopyFileInputs are what a program writes.
type CopyFileInputs struct {
	Connection *Connection `pulumi:"connection" provider:"secret"`
	Triggers   *[]any      `pulumi:"triggers,optional"`
	LocalPath  string      `pulumi:"localPath"`
	RemotePath string      `pulumi:"remotePath"`
}

// Annotate describes the properties.
func (in *CopyFileInputs) Annotate(a infer.Annotator) {
	a.Describe(&in.Connection, "The host to copy to.")
	a.Describe(&in.Triggers, "Values of any type. A change of any of them replaces the resource.")
	a.Describe(&in.LocalPath, "The file to copy.")
	a.Describe(&in.RemotePath, "Where to copy it, with the file's name.")
}

// CopyFileOutputs are what the state keeps.
type CopyFileOutputs struct{ CopyFileInputs }

// Create copies; a preview contacts no host.
func (*CopyFile) Create(
	ctx context.Context, req infer.CreateRequest[CopyFileInputs],
) (infer.CreateResponse[CopyFileOutputs], error) {
	made := infer.CreateResponse[CopyFileOutputs]{Output: CopyFileOutputs{req.Inputs}}
	if req.DryRun {
		return made, nil
	}
	if err := req.Inputs.copy(ctx); err != nil {
		return made, err
	}
	id, err := resource.NewUniqueHex("", 8, 0)
	made.ID = id
	return made, err
}

func (in *CopyFileInputs) copy(ctx context.Context) error {
	from, err := os.Open(in.LocalPath)
	if err != nil {
		return err
	}
	defer from.Close() //nolint:errcheck // It was only read.
	client, err := in.Connection.dial(ctx)
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // The file was closed, and checked, before.
	files, err := sftp.NewClient(client)
	if err != nil {
		return err
	}
	defer files.Close() //nolint:errcheck // As above.
	to, err := files.Create(in.RemotePath)
	if err != nil {
		return err
	}
	_, err = to.ReadFrom(from)
	return errors.Join(err, to.Close())
}
