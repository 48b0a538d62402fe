package remote

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"sextant.lab/command/internal/transcript"
)

// Logging says which streams of the command are shown in the log.
type Logging string

// Values lists what a program may write.
func (Logging) Values() []infer.EnumValue[Logging] {
	return []infer.EnumValue[Logging]{
		{Name: "stdout", Value: "stdout", Description: "Show stdout only."},
		{Name: "stderr", Value: "stderr", Description: "Show stderr only."},
		{Name: "stdoutAndStderr", Value: "stdoutAndStderr", Description: "Show both streams."},
		{Name: "none", Value: "none", Description: "Show nothing."},
	}
}

// Command is the resource command:remote:Command.
type Command struct{}

// Annotate describes the resource.
func (c *Command) Annotate(a infer.Annotator) {
	a.Describe(&c, "A command that runs on a host when the resource is created, updated or deleted.")
}

// CommandInputs are what a program writes.
type CommandInputs struct {
	transcript.Scripts
	Stdin                  *string           `pulumi:"stdin,optional"`
	Logging                *Logging          `pulumi:"logging,optional"`
	Connection             *Connection       `pulumi:"connection" provider:"secret"`
	Environment            map[string]string `pulumi:"environment,optional"`
	AddPreviousOutputInEnv *bool             `pulumi:"addPreviousOutputInEnv,optional"`
}

// Annotate describes the properties.
func (in *CommandInputs) Annotate(a infer.Annotator) {
	a.Describe(&in.Stdin, "Text that the command reads from its standard input.")
	a.Describe(&in.Logging, "Which streams are shown in the log; both by default. The outputs are not affected.")
	a.Describe(&in.Connection, "The host to run on.")
	a.Describe(&in.Environment, "Variables for the command. The SSH server must accept them (AcceptEnv).")
	a.Describe(&in.AddPreviousOutputInEnv, "Whether the command gets the former outputs as `PULUMI_COMMAND_STDOUT` "+
		"and `PULUMI_COMMAND_STDERR`, if the SSH server accepts these; true by default.")
}

// Printed is what a command left.
type Printed struct {
	Stdout string `pulumi:"stdout"`
	Stderr string `pulumi:"stderr"`
}

// Annotate describes the properties.
func (out *Printed) Annotate(a infer.Annotator) {
	a.Describe(&out.Stdout, "What the command wrote to its standard output, without the last line break.")
	a.Describe(&out.Stderr, "What the command wrote to its standard error, without the last line break.")
}

// CommandOutputs are what the state keeps.
type CommandOutputs struct {
	CommandInputs
	Printed
}

func (o *CommandOutputs) execute(ctx context.Context, script *string) error {
	if script == nil {
		return nil
	}
	return o.run(ctx, *script)
}

// Create runs the `create` script, if there is one; a preview contacts no host.
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

// Update runs the `update` script, or `create` again without one; a preview contacts no host.
func (*Command) Update(
	ctx context.Context, req infer.UpdateRequest[CommandInputs, CommandOutputs],
) (infer.UpdateResponse[CommandOutputs], error) {
	next := CommandOutputs{CommandInputs: req.Inputs, Printed: req.State.Printed}
	var err error
	if !req.DryRun {
		err = next.execute(ctx, req.Inputs.OnUpdate())
	}
	return infer.UpdateResponse[CommandOutputs]{Output: next}, err
}

// Delete runs the `delete` script that the state holds. Without one the host is not contacted.
func (*Command) Delete(ctx context.Context, req infer.DeleteRequest[CommandOutputs]) (infer.DeleteResponse, error) {
	if req.State.Delete == nil {
		return infer.DeleteResponse{}, nil
	}
	return infer.DeleteResponse{}, req.State.run(ctx, *req.State.Delete)
}
