package remote

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"golang.org/x/crypto/ssh"

	"sextant.lab/command/internal/transcript"
)

// run executes the script in the user's login shell and, when it succeeds, sets the outputs. They hold the former
// outputs when it is called. The connection stays open until the plugin ends, as the official plugin leaves it.
func (o *CommandOutputs) run(ctx context.Context, script string) error {
	client, err := o.Connection.dial(ctx)
	if err != nil {
		return err
	}
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	defer session.Close() //nolint:errcheck // A session that ran its command is closed already and says so.

	if err := o.setEnvironment(ctx, session); err != nil {
		return err
	}
	if o.Stdin != nil && *o.Stdin != "" {
		session.Stdin = strings.NewReader(*o.Stdin)
	}
	record := transcript.Begin(ctx, transcript.LoggingOf(o.Logging))
	session.Stdout, session.Stderr = record.Stdout, record.Stderr
	stdout, stderr, err := record.End(script, session.Run(script))
	if err != nil {
		return err
	}
	o.Printed = Printed{Stdout: stdout, Stderr: stderr}
	return nil
}

// A variable that the program asked for must be accepted; the former outputs are dropped with a warning.
func (o *CommandOutputs) setEnvironment(ctx context.Context, session *ssh.Session) error {
	log := p.GetLogger(ctx)
	for _, name := range slices.Sorted(maps.Keys(o.Environment)) {
		if err := session.Setenv(name, o.Environment[name]); err != nil {
			log.Error(refused(name))
			return fmt.Errorf("could not set environment variable %q: %w", name, err)
		}
	}
	if o.AddPreviousOutputInEnv != nil && !*o.AddPreviousOutputInEnv {
		return nil
	}
	former := []struct{ name, value string }{
		{transcript.PreviousStdout, o.Stdout},
		{transcript.PreviousStderr, o.Stderr},
	}
	for _, variable := range former {
		if variable.value != "" && session.Setenv(variable.name, variable.value) != nil {
			log.Warning(refused(variable.name))
		}
	}
	return nil
}

// refused is the official message, line breaks and tabs included.
func refused(name string) string {
	return "Unable to set '" + name + "'. This only works if your SSH server is configured to accept\n\t" +
		"these variables via AcceptEnv. Alternatively, if a Bash-like shell runs the command on the remote host, " +
		"you could\n\tprefix the command itself with the variables in the form 'VAR=value command'"
}
