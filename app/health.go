package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

type healthCmd struct {
	HTTP    string `name:"http" env:"READBACK_HTTP" default:"127.0.0.1:8080" placeholder:"ADDR" help:"Where the server listens."`
	TLSCert string `name:"tls-cert" env:"READBACK_TLS_CERT" placeholder:"FILE" help:"The certificate that serve was given, if it was."`
}

// errNotReady is returned by health when the server answers that it is not ready, or not at all.
var errNotReady = errors.New("the server is not ready")

// Run asks /readyz on this machine.
func (c healthCmd) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	host, port, err := net.SplitHostPort(c.HTTP)
	if err != nil {
		return fmt.Errorf("%w: --http %q: give host:port", ErrConfig, c.HTTP)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme, via := "http", &http.Transport{}
	if c.TLSCert != "" {
		scheme = "https"
		if via.TLSClientConfig, err = trusting(c.TLSCert); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("%w: --http: %w", ErrConfig, err)
	}
	res, err := (&http.Client{Transport: via}).Do(req)
	if err != nil {
		return errors.Join(errNotReady, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(io.LimitReader(res.Body, 4096)) // what there is of it
		return fmt.Errorf("%w: %s", errNotReady, strings.TrimSpace(string(b)))
	}
	return nil
}

// trusting returns a configuration that trusts exactly the certificate in a file, by the name that it bears.
func trusting(file string) (*tls.Config, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%w: --tls-cert: %w", ErrConfig, err)
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, fmt.Errorf("%w: --tls-cert %s holds no PEM certificate", ErrConfig, file)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%w: --tls-cert: %w", ErrConfig, err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(b)
	t := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	if len(cert.DNSNames) > 0 {
		t.ServerName = cert.DNSNames[0]
	}
	return t, nil
}
