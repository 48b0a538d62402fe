package local

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"sextant.lab/command/internal/transcript"
)

// run executes the command and, when it succeeds, sets the outputs. They hold the former outputs when it is called.
func (out *ProcessOutputs) run(ctx context.Context, command string, in ProcessInputs) error {
	process, err := in.process(ctx, command, out)
	if err != nil {
		return err
	}
	record := transcript.Begin(ctx, transcript.LoggingOf(in.Logging))
	process.Stdout, process.Stderr = record.Stdout, record.Stderr
	stdout, stderr, err := record.End(command, process.Run())
	if err != nil {
		return err
	}
	if in.AssetPaths != nil {
		assets, err := match(process.Dir, *in.AssetPaths)
		if err != nil {
			return err
		}
		out.Assets = &assets
	}
	if in.ArchivePaths != nil {
		files, err := match(process.Dir, *in.ArchivePaths)
		if err != nil {
			return err
		}
		contents := make(map[string]any, len(files))
		for path, file := range files {
			contents[path] = file.Asset
		}
		if out.Archive, err = resource.NewAssetArchive(contents); err != nil {
			return err
		}
	}
	out.Stdout, out.Stderr = stdout, stderr
	return nil
}

func (in ProcessInputs) process(ctx context.Context, command string, former *ProcessOutputs) (*exec.Cmd, error) {
	words := []string{"/bin/sh", "-c"}
	if in.Interpreter != nil && len(*in.Interpreter) > 0 {
		words = slices.Clone(*in.Interpreter)
	}
	words = append(words, command)
	process := exec.CommandContext(ctx, words[0], words[1:]...)

	if in.Dir != nil {
		process.Dir = *in.Dir
	} else {
		here, err := os.Getwd()
		if err != nil {
			return nil, err
		}
		process.Dir = here
	}

	process.Env = os.Environ()
	if in.Environment != nil {
		for _, name := range slices.Sorted(maps.Keys(*in.Environment)) {
			process.Env = append(process.Env, name+"="+(*in.Environment)[name])
		}
	}
	if in.AddPreviousOutputInEnv == nil || *in.AddPreviousOutputInEnv {
		if former.Stdout != "" {
			process.Env = append(process.Env, transcript.PreviousStdout+"="+former.Stdout)
		}
		if former.Stderr != "" {
			process.Env = append(process.Env, transcript.PreviousStderr+"="+former.Stderr)
		}
	}

	if in.Stdin != nil && *in.Stdin != "" {
		process.Stdin = strings.NewReader(*in.Stdin)
	}
	return process, nil
}
