package app

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/seed-909bec58/readback/doors/hl7"
)

// errSend says that not everything was taken.
var errSend = errors.New("not every message was taken")

type sendCmd struct {
	MLLP string        `name:"mllp" env:"READBACK_MLLP" default:"127.0.0.1:2575" placeholder:"ADDR" help:"Where to send."`
	CA   string        `name:"ca" placeholder:"FILE" help:"Speak TLS, and trust the authorities in this PEM file."`
	Cert string        `name:"cert" placeholder:"FILE" help:"Certificate to show; with --key and --ca."`
	Key  string        `name:"key" placeholder:"FILE" help:"Its private key."`
	Wait time.Duration `name:"wait" default:"30s" help:"How long each answer may take."`
	JSON bool          `name:"json" help:"A JSON line for each message."`

	Files []string `arg:"" name:"file" help:"Files with one or more HL7 v2 messages, framed or not; - is standard input."`
}

// sent is what became of one message.
type sent struct {
	File    string `json:"file"`
	N       int    `json:"n"`              // which message of the file, from 1
	Code    string `json:"code,omitempty"` // MSA-1; empty where none was asked for
	Control string `json:"control,omitempty"`
	Text    string `json:"text,omitempty"`
}

// Run sends files over one connection, a message at a time, and tells how each was answered. It stops at the first
// message whose fate is not known.
func (c sendCmd) Run(ctx context.Context, s streams) error {
	config, err := c.tls()
	if err != nil {
		return err
	}
	client, err := hl7.Dial(ctx, c.MLLP, config)
	if err != nil {
		return fmt.Errorf("--mllp %s: %w", c.MLLP, err)
	}
	defer func() { _ = client.Close() }() // every answer was read
	refused := 0
	for _, file := range c.Files {
		raw, err := read(file, s.in)
		if err != nil {
			return err
		}
		for i, part := range hl7.Split(raw) {
			what, err := c.send(ctx, client, unframed(part))
			if err != nil {
				return fmt.Errorf("%s, message %d: %w", file, i+1, err)
			}
			what.File, what.N = file, i+1
			if what.Code != "" && what.Code != "AA" && what.Code != "CA" {
				refused++
			}
			if err := c.tell(s.out, what); err != nil {
				return err
			}
		}
	}
	if refused > 0 {
		return fmt.Errorf("%w: %d refused: AE and CE ask for the message again, AR and CR do not", errSend, refused)
	}
	return nil
}

func (c sendCmd) send(ctx context.Context, client *hl7.Client, raw []byte) (sent, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Wait)
	defer cancel()
	reply, err := client.Send(ctx, raw)
	if err != nil || reply == nil {
		return sent{}, err
	}
	a, err := hl7.ParseAnswer(reply)
	return sent{Code: a.Code, Control: a.ControlID, Text: a.Text}, err
}

func (c sendCmd) tell(out io.Writer, what sent) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(what)
	}
	code := what.Code
	if code == "" {
		code = "--" // none was asked for
	}
	_, err := fmt.Fprintln(out, code, what.File, what.N, plain(what.Control), plain(what.Text))
	return err
}

func (c sendCmd) tls() (*tls.Config, error) {
	if c.CA == "" {
		if c.Cert != "" || c.Key != "" {
			return nil, fmt.Errorf("%w: --cert needs TLS: give --ca too", ErrConfig)
		}
		return nil, nil // no TLS is no error
	}
	pem, err := os.ReadFile(c.CA)
	if err != nil {
		return nil, fmt.Errorf("%w: --ca: %w", ErrConfig, err)
	}
	out := &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
	if !out.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%w: --ca %s: it holds no certificate: give a PEM file", ErrConfig, c.CA)
	}
	if c.Cert != "" || c.Key != "" {
		cert, err := tls.LoadX509KeyPair(c.Cert, c.Key)
		if err != nil {
			return nil, fmt.Errorf("%w: --cert and --key: %w", ErrConfig, err)
		}
		out.Certificates = []tls.Certificate{cert}
	}
	return out, nil
}

// read reads a file, or standard input for -.
func read(file string, in io.Reader) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(in)
	}
	return os.ReadFile(file)
}

// unframed is a message without the marks of MLLP that some files have around it.
func unframed(raw []byte) []byte {
	return bytes.TrimLeft(bytes.TrimRight(raw, "\x1c\r\n\x0b"), "\x0b\r\n")
}
