package local

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"sextant.lab/command/internal/transcript"
)

// Command is the resource command:local:Command.
type Command struct{}

// Annotate describes the resource.
func (c *Command) Annotate(a infer.Annotator) {
	a.Describe(&c, "A command that runs on this machine when the resource is created, updated or deleted.")
}

// CommandInputs are what a program writes.
type CommandInputs struct {
	transcript.Scripts
	ProcessInputs
}

// CommandOutputs are what the state keeps.
type CommandOutputs struct {
	CommandInputs
	ProcessOutputs
}

func (o *CommandOutputs) execute(ctx context.Context, script *string) error {
	if script == nil {
		return nil
	}
	return o.ProcessOutputs.run(ctx, *script, o.ProcessInputs)
}

// Create runs the `create` script, if there is one; in a preview nothing.
func (*Command) Create(
	ctx context.Context, req infer.CreateRequest[CommandInputs],
) (infer.CreateResponse[CommandOutputs], error) {
	made := infer.CreateResponse[CommandOutputs]{Output: CommandOutputs{CommandInputs: req.Inputs}}
	id, err := resource.NewUniqueHex(req.Name, 8, 0)
	if err != nil {
		return made, err
	}
	made.ID = id
	if !req.DryRun {
		err = made.Output.execute(ctx, req.Inputs.Create)
	}
	return made, err
}

// Update runs the `update` script, or `create` again without one; in a preview nothing.
func (*Command) Update(
	ctx context.Context, req infer.UpdateRequest[CommandInputs, CommandOutputs],
) (infer.UpdateResponse[CommandOutputs], error) {
	next := CommandOutputs{CommandInputs: req.Inputs, ProcessOutputs: req.State.ProcessOutputs}
	var err error
	if !req.DryRun {
		err = next.execute(ctx, req.Inputs.OnUpdate())
	}
	return infer.UpdateResponse[CommandOutputs]{Output: next}, err
}

// Delete runs the `delete` script that the state holds, if there is one.
func (*Command) Delete(ctx context.Context, req infer.DeleteRequest[CommandOutputs]) (infer.DeleteResponse, error) {
	if req.State.Delete == nil {
		return infer.DeleteResponse{}, nil
	}
	return infer.DeleteResponse{}, req.State.ProcessOutputs.run(ctx, *req.State.Delete, req.State.ProcessInputs)
}
