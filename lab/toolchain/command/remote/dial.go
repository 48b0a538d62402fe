package remote

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/retry"
	"golang.org/x/crypto/ssh"
)

const unlimited = -1

// dial connects to the host, through the bastion if there is one.
func (c *Connection) dial(ctx context.Context) (*ssh.Client, error) {
	login, err := c.login()
	if err != nil {
		return nil, err
	}
	if c.Proxy == nil {
		return persist(ctx, "Dial", c.attempts(), func() (*ssh.Client, error) {
			return ssh.Dial("tcp", c.address(), login)
		})
	}
	client, err := c.dialThrough(ctx, c.Proxy, login)
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	return client, nil
}

func (c *Connection) dialThrough(
	ctx context.Context, proxy *ProxyConnection, login *ssh.ClientConfig,
) (*ssh.Client, error) {
	proxyLogin, err := proxy.login()
	if err != nil {
		return nil, err
	}
	bastion, err := persist(ctx, "Dial proxy", proxy.attempts(), func() (*ssh.Client, error) {
		return ssh.Dial("tcp", proxy.address(), proxyLogin)
	})
	if err != nil {
		return nil, err
	}
	tunnel, err := persist(ctx, "Dial from proxy", c.attempts(), func() (net.Conn, error) {
		return bastion.Dial("tcp", c.address())
	})
	if err != nil {
		return nil, err
	}
	// All attempts use one tunnel, which a failed handshake closes: the first failure is final, reported late.
	return persist(ctx, "Dial", c.attempts(), func() (*ssh.Client, error) {
		conn, channels, requests, err := ssh.NewClientConn(tunnel, c.address(), login)
		if err != nil {
			return nil, err
		}
		return ssh.NewClient(conn, channels, requests), nil
	})
}

// persist tries until it succeeds, waiting 100 ms at first and half as long again each time up to 5 s. `limit`
// failures are forgiven, so one attempt more is made.
func persist[T any](ctx context.Context, what string, limit int, attempt func() (T, error)) (T, error) {
	var none T
	done, result, err := retry.Until(ctx, retry.Acceptor{Accept: func(failed int, _ time.Duration) (bool, any, error) {
		value, err := attempt()
		if err == nil {
			return true, value, nil
		}
		shown := "inf"
		if limit != unlimited {
			shown = strconv.Itoa(limit)
		}
		if limit > unlimited && failed >= limit {
			return true, nil, fmt.Errorf("after %d failed attempts: %w", failed, err)
		}
		p.GetLogger(ctx).InfoStatusf("%s %d/%s failed: retrying", what, failed+1, shown)
		return false, nil, nil
	}})
	if err != nil {
		return none, err
	}
	if !done {
		return none, ctx.Err()
	}
	return result.(T), nil
}
