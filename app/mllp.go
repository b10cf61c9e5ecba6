package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"os"

	"github.com/seed-909bec58/readback/doors/hl7"
)

// checkMLLP refuses settings of the door for laboratory systems that cannot be.
func (c *Config) checkMLLP() error {
	switch {
	case (c.MLLPCert == "") != (c.MLLPKey == ""):
		return fmt.Errorf("%w: --mllp-cert and --mllp-key go together: give both or neither", ErrConfig)
	case c.MLLPCA != "" && c.MLLPCert == "":
		return fmt.Errorf("%w: --mllp-ca asks senders for certificates, which needs TLS: give --mllp-cert and --mllp-key too", ErrConfig)
	}
	_, err := c.mllpAllow()
	return err
}

// mllpAllow is the networks from which systems may send; empty for all.
func (c *Config) mllpAllow() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range c.MLLPAllow {
		p, err := netip.ParsePrefix(text)
		if a, notOne := netip.ParseAddr(text); err != nil && notOne == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: --mllp-allow %q: give a network such as 10.1.2.0/24, or an address", ErrConfig, text)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// allowing says which peers are of some networks.
func allowing(networks []netip.Prefix) func(hl7.Peer) bool {
	return func(p hl7.Peer) bool {
		a, err := netip.ParseAddr(p.Host)
		if err != nil {
			return false
		}
		a = a.Unmap().WithZone("")
		for _, n := range networks {
			if n.Contains(a) {
				return true
			}
		}
		return false
	}
}

// mllpTLS is how the door speaks TLS, nil for not at all. The files are read once.
func (c *Config) mllpTLS() (*tls.Config, error) {
	if c.MLLPCert == "" {
		return nil, nil // no TLS is no error
	}
	cert, err := tls.LoadX509KeyPair(c.MLLPCert, c.MLLPKey)
	if err != nil {
		return nil, fmt.Errorf("%w: --mllp-cert: %w", ErrConfig, err)
	}
	out := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	if c.MLLPCA == "" {
		return out, nil
	}
	pem, err := os.ReadFile(c.MLLPCA)
	if err != nil {
		return nil, fmt.Errorf("%w: --mllp-ca: %w", ErrConfig, err)
	}
	out.ClientCAs, out.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
	if !out.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%w: --mllp-ca %s: it holds no certificate: give a PEM file", ErrConfig, c.MLLPCA)
	}
	return out, nil
}

// listenMLLP opens the door for laboratory systems, if there is to be one.
func (r *Readback) listenMLLP(ctx, run context.Context) error {
	if r.cfg.MLLP == "" {
		return nil
	}
	encrypted, err := r.cfg.mllpTLS()
	if err != nil {
		return err
	}
	allow, err := r.cfg.mllpAllow()
	if err != nil {
		return err
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", r.cfg.MLLP)
	if err != nil {
		return fmt.Errorf("%w: --mllp %s: %w: give a free address, or port 0", ErrConfig, r.cfg.MLLP, err)
	}
	r.MLLP = ln.Addr().String()
	at, err := netip.ParseAddrPort(r.MLLP)
	if err == nil && !at.Addr().Unmap().IsLoopback() && len(allow) == 0 && r.cfg.MLLPCA == "" {
		r.log.Warn("mllp: whoever reaches this address may send results: give --mllp-allow, or --mllp-ca with --mllp-cert and --mllp-key", "addr", r.MLLP)
	}
	if encrypted != nil {
		ln = tls.NewListener(ln, encrypted)
	}
	r.Door = r.HL7.Server()
	if len(allow) > 0 {
		r.Door.Allow = allowing(allow)
	}
	r.serves = append(r.serves, func() {
		if err := r.Door.Serve(run, ln); err != nil {
			r.fail(fmt.Errorf("mllp: %w", err))
		}
	})
	return nil
}
