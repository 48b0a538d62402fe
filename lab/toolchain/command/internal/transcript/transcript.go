// Package transcript keeps what a command prints: for its outputs, for its error message, and for the log.
package transcript

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	p "github.com/pulumi/pulumi-go-provider"
)

// Names of the variables in which a command finds what the one before it printed.
const (
	PreviousStdout = "PULUMI_COMMAND_STDOUT"
	PreviousStderr = "PULUMI_COMMAND_STDERR"
)

// Logging says which streams are shown in the engine's log.
type Logging struct{ Stdout, Stderr bool }

// LoggingOf reads the `logging` property; one that is not given shows both streams.
func LoggingOf[T ~string](value *T) Logging {
	if value == nil {
		return Logging{Stdout: true, Stderr: true}
	}
	both := *value == "stdoutAndStderr"
	return Logging{Stdout: both || *value == "stdout", Stderr: both || *value == "stderr"}
}

// Transcript receives both streams of one command.
type Transcript struct {
	Stdout, Stderr io.Writer

	stdout, stderr bytes.Buffer
	both           serialBuffer
	log            *io.PipeWriter
	logged         chan struct{}
}

// Begin makes a transcript whose lines go to the engine's log as they come.
func Begin(ctx context.Context, logging Logging) *Transcript {
	lines, log := io.Pipe()
	t := &Transcript{log: log, logged: make(chan struct{})}
	t.Stdout = t.stream(&t.stdout, logging.Stdout)
	t.Stderr = t.stream(&t.stderr, logging.Stderr)
	go t.show(ctx, lines)
	return t
}

func (t *Transcript) stream(own io.Writer, shown bool) io.Writer {
	if shown {
		return io.MultiWriter(own, &t.both, t.log)
	}
	return io.MultiWriter(own, &t.both)
}

// A line of 64 KiB or more ends the scan, nothing empties the pipe after it, and the command stays blocked in its
// next write. The official plugin hangs in the same way, so the pipe is on purpose not drained here.
func (t *Transcript) show(ctx context.Context, lines io.Reader) {
	defer close(t.logged)
	logger := p.GetLogger(ctx)
	for scanner := bufio.NewScanner(lines); scanner.Scan(); {
		logger.InfoStatus(scanner.Text())
	}
}

// End waits until the log has every line. `failure` is what the command ended with; with it comes the error that
// names the command and repeats all that it printed, else what each stream held without its last line break.
func (t *Transcript) End(command string, failure error) (stdout, stderr string, err error) {
	_ = t.log.Close() // Closing a pipe's writing end cannot fail.
	<-t.logged
	if failure != nil {
		return "", "", fmt.Errorf("%w: running %q:\n%s", failure, command, t.both.bytes.String())
	}
	return strings.TrimSuffix(t.stdout.String(), "\n"), strings.TrimSuffix(t.stderr.String(), "\n"), nil
}

// serialBuffer keeps both streams in the order in which they were written.
type serialBuffer struct {
	mutex sync.Mutex
	bytes bytes.Buffer
}

func (b *serialBuffer) Write(chunk []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.bytes.Write(chunk)
}
