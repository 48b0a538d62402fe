// Package local runs commands on the machine of the engine.
package local

import (
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
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

// ProcessInputs are what the resource and the function share.
type ProcessInputs struct {
	Stdin                  *string            `pulumi:"stdin,optional"`
	Logging                *Logging           `pulumi:"logging,optional"`
	Interpreter            *[]string          `pulumi:"interpreter,optional"`
	Dir                    *string            `pulumi:"dir,optional"`
	Environment            *map[string]string `pulumi:"environment,optional"`
	AssetPaths             *[]string          `pulumi:"assetPaths,optional"`
	ArchivePaths           *[]string          `pulumi:"archivePaths,optional"`
	AddPreviousOutputInEnv *bool              `pulumi:"addPreviousOutputInEnv,optional"`
}

// Annotate describes the properties.
func (in *ProcessInputs) Annotate(a infer.Annotator) {
	a.Describe(&in.Stdin, "Text that the command reads from its standard input.")
	a.Describe(&in.Logging, "Which streams are shown in the log; both by default. The outputs are not affected.")
	a.Describe(&in.Interpreter, "Program and arguments that run the command; `/bin/sh -c` by default.")
	a.Describe(&in.Dir, "Directory in which the command runs. It must exist.")
	a.Describe(&in.Environment, "Variables that the command gets in addition.")
	a.Describe(&in.AssetPaths, "Globs of files to return one by one in `assets`. One that begins with `!` leaves files out.")
	a.Describe(&in.ArchivePaths, "Globs of files to return in `archive`. One that begins with `!` leaves files out.")
	a.Describe(&in.AddPreviousOutputInEnv, "Whether the command gets the former outputs as `PULUMI_COMMAND_STDOUT` "+
		"and `PULUMI_COMMAND_STDERR`; true by default.")
}

// ProcessOutputs are what a command left.
type ProcessOutputs struct {
	Stdout  string                            `pulumi:"stdout"`
	Stderr  string                            `pulumi:"stderr"`
	Assets  *map[string]*types.AssetOrArchive `pulumi:"assets,optional"`
	Archive *resource.Archive                 `pulumi:"archive,optional"`
}

// Annotate describes the properties.
func (out *ProcessOutputs) Annotate(a infer.Annotator) {
	a.Describe(&out.Stdout, "What the command wrote to its standard output, without the last line break.")
	a.Describe(&out.Stderr, "What the command wrote to its standard error, without the last line break.")
	a.Describe(&out.Assets, "The files that `assetPaths` matched, by path from the command's directory.")
	a.Describe(&out.Archive, "The files that `archivePaths` matched.")
}
