package app_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/app"
	"github.com/seed-909bec58/readback/doors/hl7"
)

const result = "MSH|^~\\&|LIS|LAB|||20261122||ORU^R01|1|P|2.5\rPID|1||4711^^^MRN\rOBR|1|1|2|X\rOBX|1|NM|2823-3^K^LN||4.1|mmol/L\r"

// serving starts a node with a door, as change says, until the test ends.
func serving(t *testing.T, change func(*app.Config)) (*app.Readback, error) {
	t.Helper()
	cfg := app.Config{
		HTTP: "127.0.0.1:0", MLLP: "127.0.0.1:0", Data: filepath.Join(t.TempDir(), "data"), Site: "main", Zone: "UTC", Node: "n1", Reserve: -1,
	}
	change(&cfg)
	r, err := app.Start(t.Context(), cfg, nil, nil)
	if err == nil {
		t.Cleanup(func() {
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return r, err
}

func TestOnlyAllowedAddressesSend(t *testing.T) {
	for allow, want := range map[string]bool{"": true, "127.0.0.0/8": true, "127.0.0.1": true, "10.0.0.0/8 192.0.2.1": false, "10.9.9.9 127.0.0.1/32": true} {
		r, err := serving(t, func(c *app.Config) { c.MLLPAllow = strings.Fields(allow) })
		if err != nil {
			t.Fatal(err)
		}
		c, err := hl7.Dial(t.Context(), r.MLLP, nil)
		if err == nil {
			_, err = c.Send(t.Context(), []byte(result))
			_ = c.Close()
		}
		if (err == nil) != want {
			t.Errorf("with --mllp-allow %q: %v", allow, err)
		}
		if n := len(r.HL7.Senders()); (n == 1) != want {
			t.Errorf("with --mllp-allow %q: %d senders", allow, n)
		}
	}
}

// files writes a certificate for 127.0.0.1 that signs itself, and its key.
func files(t *testing.T, name string) (cert, key string, pair tls.Certificate) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: encoded}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if pair, err = tls.LoadX509KeyPair(cert, key); err != nil {
		t.Fatal(err)
	}
	return cert, key, pair
}

func TestSendersShowTheCertificateThatIsAskedOfThem(t *testing.T) {
	cert, key, own := files(t, "readback")
	ca, _, lis := files(t, "lis")
	_, _, stranger := files(t, "stranger")
	roots := x509.NewCertPool()
	roots.AddCert(own.Leaf)
	for _, c := range []struct {
		name    string
		ca      string
		show    []tls.Certificate
		encrypt bool
		peer    string
	}{
		{"TLS alone", "", nil, true, "127.0.0.1"},
		{"TLS and none asked for", "", []tls.Certificate{stranger}, true, "127.0.0.1"},
		{"no TLS", "", nil, false, ""},
		{"the right certificate", ca, []tls.Certificate{lis}, true, "lis"},
		{"another's certificate", ca, []tls.Certificate{stranger}, true, ""},
		{"no certificate", ca, nil, true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := serving(t, func(cfg *app.Config) { cfg.MLLPCert, cfg.MLLPKey, cfg.MLLPCA = cert, key, c.ca })
			if err != nil {
				t.Fatal(err)
			}
			var config *tls.Config
			if c.encrypt {
				config = &tls.Config{RootCAs: roots, Certificates: c.show, MinVersion: tls.VersionTLS12}
			}
			client, err := hl7.Dial(t.Context(), r.MLLP, config)
			if err == nil {
				_, err = client.Send(t.Context(), []byte(result))
				_ = client.Close()
			}
			if (err == nil) != (c.peer != "") {
				t.Fatalf("Send: %v", err)
			}
			for _, s := range r.HL7.Senders() {
				if s.Name != "" && s.Peer != c.peer {
					t.Errorf("%q was heard from %q, want %q", s.Name, s.Peer, c.peer)
				}
			}
		})
	}
}

func TestSettingsOfTheDoorThatCannotBeAreRefusedWithTheirRemedy(t *testing.T) {
	cert, key, _ := files(t, "readback")
	for want, change := range map[string]func(*app.Config){
		"--mllp-cert and --mllp-key":  func(c *app.Config) { c.MLLPCert = cert },
		"--mllp-ca asks":              func(c *app.Config) { c.MLLPCA = cert },
		`--mllp-allow "10.0.0.0/33"`:  func(c *app.Config) { c.MLLPAllow = []string{"10.0.0.0/33"} },
		`--mllp-allow "lis.example"`:  func(c *app.Config) { c.MLLPAllow = []string{"10.0.0.0/8", "lis.example"} },
		"it holds no certificate":     func(c *app.Config) { c.MLLPCert, c.MLLPKey, c.MLLPCA = cert, key, key },
		"--mllp-cert: ":               func(c *app.Config) { c.MLLPCert, c.MLLPKey = key, cert },
		"--mllp-ca: open nowhere.pem": func(c *app.Config) { c.MLLPCert, c.MLLPKey, c.MLLPCA = cert, key, "nowhere.pem" },
	} {
		_, err := serving(t, change)
		if !errors.Is(err, app.ErrConfig) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
