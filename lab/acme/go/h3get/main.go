// h3get asks one URL over HTTP/3 and prints the protocol and the status, for tests: h3get URL ADDRESS:PORT CA.PEM
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
)

func main() {
	if len(os.Args) != 4 {
		fail(fmt.Errorf("usage: h3get URL ADDRESS:PORT CA.PEM"))
	}
	pem, err := os.ReadFile(os.Args[3])
	fail(err)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		fail(fmt.Errorf("%s holds no certificate", os.Args[3]))
	}
	address := os.Args[2]
	transport := &http3.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots},
		// The name goes into the handshake, and the packets to the address that is given.
		Dial: func(ctx context.Context, _ string, tlsConfig *tls.Config, config *quic.Config) (*quic.Conn, error) {
			return quic.DialAddrEarly(ctx, address, tlsConfig, config)
		},
	}
	defer transport.Close()
	client := &http.Client{Transport: transport, Timeout: 5 * time.Second}
	answer, err := client.Get(os.Args[1])
	fail(err)
	defer answer.Body.Close()
	fmt.Printf("%s %d\n", answer.Proto, answer.StatusCode)
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "h3get:", err)
		os.Exit(1)
	}
}
