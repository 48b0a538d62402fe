package remote

import (
	"context"
	"fmt"

	"github.com/pkg/sftp"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// CopyToRemote is the resource command:remote:CopyToRemote.
type CopyToRemote struct{}

// Annotate describes the resource.
func (c *CopyToRemote) Annotate(a infer.Annotator) {
	a.Describe(&c, "A file or a directory that is copied to a host. Deleting the resource leaves the copy there.")
}

// CopyToRemoteInputs are what a program writes.
type CopyToRemoteInputs struct {
	Connection *Connection          `pulumi:"connection" provider:"secret"`
	Triggers   *[]any               `pulumi:"triggers,optional" provider:"replaceOnChanges"`
	Source     types.AssetOrArchive `pulumi:"source"`
	RemotePath string               `pulumi:"remotePath"`
}

// Annotate describes the properties.
func (in *CopyToRemoteInputs) Annotate(a infer.Annotator) {
	a.Describe(&in.Connection, "The host to copy to.")
	a.Describe(&in.Triggers, "Values of any type. A change of any of them replaces the resource.")
	a.Describe(&in.Source, "What to copy: a `FileAsset`, a `StringAsset` or a `FileArchive`, which is not unpacked.")
	a.Describe(&in.RemotePath, "Where to copy it. Missing parent directories are made; into a directory that "+
		"exists, the source is copied under its own name.")
}

// CopyToRemoteOutputs are what the state keeps.
type CopyToRemoteOutputs struct{ CopyToRemoteInputs }

// Check refuses sources that have no path and no text.
func (*CopyToRemote) Check(
	ctx context.Context, req infer.CheckRequest,
) (infer.CheckResponse[CopyToRemoteInputs], error) {
	inputs, failures, err := infer.DefaultCheck[CopyToRemoteInputs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[CopyToRemoteInputs]{Inputs: inputs, Failures: failures}, err
	}
	refuse := func(property, reason string) {
		failures = append(failures, p.CheckFailure{Property: property, Reason: reason})
	}
	asset, archive := inputs.Source.Asset, inputs.Source.Archive
	if asset != nil && archive != nil {
		refuse("asset", "only one of asset or archive can be set")
	}
	if asset == nil && archive == nil {
		refuse("asset", "either asset or archive must be set")
	}
	if asset != nil && !asset.IsPath() && !asset.IsText() {
		refuse("asset", "asset must be a path-based file asset or a text asset")
	}
	if archive != nil && !archive.IsPath() {
		refuse("archive", "archive must be a path to a file or directory")
	}
	return infer.CheckResponse[CopyToRemoteInputs]{Inputs: inputs, Failures: failures}, nil
}

// Create copies; a preview contacts no host.
func (*CopyToRemote) Create(
	ctx context.Context, req infer.CreateRequest[CopyToRemoteInputs],
) (infer.CreateResponse[CopyToRemoteOutputs], error) {
	made := infer.CreateResponse[CopyToRemoteOutputs]{Output: CopyToRemoteOutputs{req.Inputs}}
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

// Update copies again when the content or the destination changed, and only then: another host gets no copy.
func (*CopyToRemote) Update(
	ctx context.Context, req infer.UpdateRequest[CopyToRemoteInputs, CopyToRemoteOutputs],
) (infer.UpdateResponse[CopyToRemoteOutputs], error) {
	next := infer.UpdateResponse[CopyToRemoteOutputs]{Output: CopyToRemoteOutputs{req.Inputs}}
	same := req.Inputs.hash() == req.State.hash() && req.Inputs.RemotePath == req.State.RemotePath
	if req.DryRun || same {
		return next, nil
	}
	return next, req.Inputs.copy(ctx)
}

func (in *CopyToRemoteInputs) hash() string {
	if in.Source.Archive != nil {
		return in.Source.Archive.Hash
	}
	return in.Source.Asset.Hash
}

func (in *CopyToRemoteInputs) copy(ctx context.Context) error {
	client, err := in.Connection.dial(ctx)
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // The files were closed, and checked, before.
	files, err := sftp.NewClient(client, sftp.UseConcurrentWrites(true))
	if err != nil {
		return err
	}
	defer files.Close() //nolint:errcheck // As above.

	host := upload{files}
	asset := in.Source.Asset
	switch {
	case asset != nil && asset.IsText():
		return host.text(asset.Text, in.RemotePath)
	case asset != nil:
		return host.path(asset.Path, in.RemotePath)
	case in.Source.Archive != nil:
		return host.path(in.Source.Archive.Path, in.RemotePath)
	}
	return fmt.Errorf("nothing to copy to %s", in.RemotePath)
}
