// Package remote runs commands on hosts and copies files to them, over SSH.
package remote

import (
	"github.com/pulumi/pulumi-go-provider/infer"
)

// Endpoint is an SSH server and how to log in to it.
type Endpoint struct {
	User               *string  `pulumi:"user,optional"`
	Password           *string  `pulumi:"password,optional" provider:"secret"`
	Host               *string  `pulumi:"host"`
	Port               *float64 `pulumi:"port,optional"`
	PrivateKey         *string  `pulumi:"privateKey,optional" provider:"secret"`
	PrivateKeyPassword *string  `pulumi:"privateKeyPassword,optional" provider:"secret"`
	AgentSocketPath    *string  `pulumi:"agentSocketPath,optional"`
	DialErrorLimit     *int     `pulumi:"dialErrorLimit,optional"`
	PerDialTimeout     *int     `pulumi:"perDialTimeout,optional"`
	HostKey            *string  `pulumi:"hostKey,optional"`
}

// Connection is the host that a resource works on.
type Connection struct {
	Endpoint
	Proxy *ProxyConnection `pulumi:"proxy,optional"`
}

// ProxyConnection is a bastion through which the host is reached.
type ProxyConnection struct{ Endpoint }

// Annotate describes the properties and sets their defaults.
func (c *Connection) Annotate(a infer.Annotator) {
	a.Describe(&c, "How to reach a host by SSH.")
	a.Describe(&c.Proxy, "The bastion through which the host is reached.")
	c.annotate(a)
}

// Annotate describes the properties and sets their defaults.
func (c *ProxyConnection) Annotate(a infer.Annotator) {
	a.Describe(&c, "How to reach a bastion by SSH.")
	c.annotate(a)
}

const defaultDialErrorLimit = 10

func (e *Endpoint) annotate(a infer.Annotator) {
	a.Describe(&e.User, "User to log in as.")
	a.SetDefault(&e.User, "root")
	a.Describe(&e.Password, "Password of the user.")
	a.Describe(&e.Host, "Address or name.")
	a.Describe(&e.Port, "Port of the SSH server.")
	a.SetDefault(&e.Port, 22)
	a.Describe(&e.PrivateKey, "Private key of the user, as the text of its file. It is offered before the password.")
	a.Describe(&e.PrivateKeyPassword, "Password of the private key, if it has one.")
	a.Describe(&e.AgentSocketPath, "Socket of an SSH agent; what `SSH_AUTH_SOCK` says by default.")
	a.Describe(&e.DialErrorLimit, "How many attempts to connect may fail; -1 sets no limit.")
	a.SetDefault(&e.DialErrorLimit, defaultDialErrorLimit)
	a.Describe(&e.PerDialTimeout, "Seconds that one attempt may take; 0 sets no limit.")
	a.SetDefault(&e.PerDialTimeout, 15)
	a.Describe(&e.HostKey, "The host's public key, as in authorized_keys. Without it any key is taken.")
}
