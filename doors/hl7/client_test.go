package hl7_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-909bec58/readback/doors/hl7"
)

// answering returns a client whose peer answers each frame with the same bytes.
func answering(t *testing.T, reply string) *hl7.Client {
	t.Helper()
	ours, theirs := net.Pipe()
	go func() {
		defer theirs.Close()
		in := bufio.NewReader(theirs)
		for {
			if _, err := in.ReadString(0x1c); err != nil {
				return
			}
			if _, err := in.ReadByte(); err != nil {
				return
			}
			if _, err := io.WriteString(theirs, reply); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { ours.Close() })
	return hl7.NewClient(ours)
}

func TestOnlyAnAnswerToTheMessageCountsAsSent(t *testing.T) {
	for name, c := range map[string]struct {
		reply string
		want  error
	}{
		"the answer":              {"\x0bMSH|^~\\&|A\rMSA|AA|M-1\r\x1c\r", nil},
		"a refusal":               {"\x0bMSH|^~\\&|A\rMSA|AR|M-1\r\x1c\r", nil},
		"the answer after noise":  {"\x00hello\n\x0bMSH|^~\\&|A\rMSA|CA|M-1\r\x1c\r\n", nil},
		"the answer to another":   {"\x0bMSH|^~\\&|A\rMSA|AA|M-0\r\x1c\r", hl7.ErrNotAnswer},
		"an answer to nothing":    {"\x0bMSH|^~\\&|A\rMSA|AA\r\x1c\r", hl7.ErrNotAnswer},
		"an answer without code":  {"\x0bMSH|^~\\&|A\rMSA||M-1\r\x1c\r", hl7.ErrNotAnswer},
		"garbage in a frame":      {"\x0bOK\x1c\r", hl7.ErrNotAnswer},
		"a result":                {"\x0b" + message("M-1") + "\x1c\r", hl7.ErrNotAnswer},
		"an answer without frame": {"MSH|^~\\&|A\rMSA|AA|M-1\r", context.DeadlineExceeded},
		"half an answer":          {"\x0bMSH|^~\\&|A\rMSA|AA|M-1", context.DeadlineExceeded},
		"nothing":                 {"", context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := answering(t, c.reply)
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				ack, err := client.Send(ctx, []byte(message("M-1")))
				if !errors.Is(err, c.want) || (err == nil) != (ack != nil) {
					t.Fatalf("Send = %q, %v, want %v", ack, err, c.want)
				}
				_, again := client.Send(ctx, []byte(message("M-1")))
				if c.want == nil && again != nil || c.want != nil && !errors.Is(again, hl7.ErrBroken) {
					t.Errorf("the next Send gives %v", again)
				}
				_ = client.Close() // one that broke has closed itself
			})
		})
	}
}

func TestAMessageThatCannotBeFramedIsNotSent(t *testing.T) {
	client := answering(t, "\x0bMSH|^~\\&|A\rMSA|AA|M-1\r\x1c\r")
	if _, err := client.Send(t.Context(), []byte("MSH|^~\\&|\x1c\r")); !errors.Is(err, hl7.ErrUnframeable) {
		t.Errorf("Send = %v, want ErrUnframeable", err)
	}
	if _, err := client.Send(t.Context(), []byte(message("M-1"))); err != nil {
		t.Errorf("the next Send gives %v", err)
	}
}

func TestAPeerIsNamedByItsVerifiedCertificate(t *testing.T) {
	cert, pool := certificate(t, "lab-core-1")
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{cert}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert,
	})
	if err != nil {
		t.Fatal(err)
	}
	peers := make(chan hl7.Peer, 1)
	s := &hl7.Server{Handler: func(ctx context.Context, p hl7.Peer, raw []byte) []byte {
		peers <- p
		return accept(ctx, p, raw)
	}}
	run(t, s, ln)
	c, err := hl7.Dial(t.Context(), ln.Addr().String(), &tls.Config{Certificates: []tls.Certificate{cert}, RootCAs: pool})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := c.Send(t.Context(), []byte(message("1"))); err != nil {
		t.Fatal(err)
	}
	if p := <-peers; p.Name() != "lab-core-1" || p.Host != "127.0.0.1" {
		t.Errorf("peer %+v", p)
	}
	if stats, _ := s.Stats(); len(stats) != 1 || stats[0].Peer != "lab-core-1" {
		t.Errorf("stats %+v", stats)
	}
	stranger, err := hl7.Dial(t.Context(), ln.Addr().String(), &tls.Config{RootCAs: pool})
	if err == nil {
		defer func() { _ = stranger.Close() }()
		if _, err = stranger.Send(t.Context(), []byte(message("2"))); err == nil {
			t.Error("a peer without certificate was served")
		}
	}
}

// certificate makes one for 127.0.0.1 that signs itself.
func certificate(t *testing.T, name string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
