package local

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// Run is the function command:local:run.
type Run struct{}

// Annotate describes the function.
func (r *Run) Annotate(a infer.Annotator) {
	a.Describe(&r, "A command that runs on this machine each time the program does, previews included.")
}

// RunInputs are what a program writes.
type RunInputs struct {
	ProcessInputs
	Command string `pulumi:"command"`
}

// Annotate describes the properties.
func (in *RunInputs) Annotate(a infer.Annotator) {
	a.Describe(&in.Command, "What to run.")
}

// RunOutputs are what the program gets.
type RunOutputs struct {
	RunInputs
	ProcessOutputs
}

// Invoke runs the command.
func (*Run) Invoke(
	ctx context.Context, req infer.FunctionRequest[RunInputs],
) (infer.FunctionResponse[RunOutputs], error) {
	result := RunOutputs{RunInputs: req.Input}
	err := result.ProcessOutputs.run(ctx, req.Input.Command, req.Input.ProcessInputs)
	return infer.FunctionResponse[RunOutputs]{Output: result}, err
}
