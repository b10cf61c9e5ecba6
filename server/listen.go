package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// ErrPlain says that the address would be served unencrypted to others. The message says what to give instead.
var ErrPlain = errors.New("this address would be served unencrypted")

// Listening is where and how a node is reached over HTTP.
type Listening struct {
	Addr     string // "127.0.0.1:8080"; port 0 picks a free one
	CertFile string // with KeyFile: TLS
	KeyFile  string
	Behind   []netip.Prefix // networks of proxies that end TLS
}

// Listen opens the address. Without TLS it must be loopback, or stand behind proxies that end TLS: else ErrPlain.
func (c Listening) Listen(ctx context.Context) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return nil, fmt.Errorf("server: %s: %w", c.Addr, err)
	}
	if c.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("server: certificate: %w", err), l.Close())
		}
		return tls.NewListener(l, &tls.Config{
			Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		}), nil
	}
	at, err := netip.ParseAddrPort(l.Addr().String())
	if err == nil && !at.Addr().Unmap().IsLoopback() && len(c.Behind) == 0 {
		return nil, errors.Join(fmt.Errorf(
			"server: %s: %w: give --tls-cert and --tls-key, or --behind with the network of the proxy that ends TLS, or an address of loopback", c.Addr, ErrPlain), l.Close())
	}
	return l, nil
}

// HTTP returns the http.Server of a handler, with every deadline that keeps slow or silent clients from holding on.
// HTTP/1.1 only: a websocket needs it.
func HTTP(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
