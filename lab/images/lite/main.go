// Lite is the sample shop without Rails and without a database: the same endpoints and the same misbehaviour, in a few
// megabytes, for benchmarks with many servers.
//
//	lite [server]   serves on LISTEN_HOST:LISTEN_PORT (PORT, 3000)
//	lite release    the release command
//	lite worker     the background worker
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	command := "server"
	if len(os.Args) > 1 {
		command = os.Args[1]
	}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	var err error
	switch command {
	case "server":
		err = server(stop)
	case "worker":
		worker(stop)
	case "release":
		err = release()
	default:
		err = fmt.Errorf("unknown command %q; there are server, worker and release", command)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "lite:", err)
		os.Exit(1)
	}
}

// server answers until it is told to stop, and then finishes what it has begun.
func server(stop context.Context) error {
	faultsAtBoot()
	port := first(os.Getenv("LISTEN_PORT"), os.Getenv("PORT"), "3000")
	address := net.JoinHostPort(os.Getenv("LISTEN_HOST"), port)
	app := &http.Server{Addr: address, Handler: handler(), ReadHeaderTimeout: 30 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- app.ListenAndServe() }()
	fmt.Printf("lite %s listens on %s\n", version, address)
	select {
	case err := <-failed:
		return err
	case <-stop.Done():
	}
	if err := app.Shutdown(context.Background()); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	fmt.Printf("lite %s stopped\n", version)
	return nil
}

func worker(stop context.Context) {
	faultsAtBoot()
	fmt.Printf("worker %s on %s: started\n", version, hostname)
	beat := time.NewTicker(time.Second)
	defer beat.Stop()
	for {
		if err := os.WriteFile("/tmp/jobs-heartbeat", []byte(version+"\n"), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "worker:", err)
		}
		select {
		case <-stop.Done():
			fmt.Printf("worker %s on %s: stopped\n", version, hostname)
			return
		case <-beat.C:
		}
	}
}

func release() error {
	if on("FAIL_RELEASE") {
		return errors.New("FAIL_RELEASE: the release command fails")
	}
	fmt.Printf("release %s done\n", version)
	return nil
}

func first(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}
