package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/seed-909bec58/readback/client"
)

// Remote names a running server and who asks it.
type Remote struct {
	Server string `name:"server" env:"READBACK_SERVER" placeholder:"URL" help:"The running Readback; several nodes of it joined by commas; default: the one that serves --data on this machine."`
	Data   string `name:"data" env:"READBACK_DATA" default:"readback-data" placeholder:"DIR" help:"Directory that a serve on this machine was given."`
	Login  string `name:"login" env:"READBACK_LOGIN" placeholder:"NAME" help:"Who signs in; the password is asked for, or taken from READBACK_PASSWORD."`
	Token  string `name:"token" env:"READBACK_TOKEN" placeholder:"TOKEN" help:"A program's token instead."`
}

// address returns where the server is.
func (r Remote) address() (string, error) {
	if r.Server != "" {
		return r.Server, nil
	}
	b, err := os.ReadFile(filepath.Join(r.Data, servingFile))
	if err != nil {
		return "", fmt.Errorf("%w: no server is known: give --server, or --data of one that runs on this machine", ErrConfig)
	}
	var at struct {
		HTTP string `json:"http"`
	}
	if err := json.Unmarshal(b, &at); err != nil || at.HTTP == "" {
		return "", fmt.Errorf("%w: %s cannot be read: give --server", ErrConfig, servingFile)
	}
	return at.HTTP, nil
}

// dial signs in.
func (r Remote) dial(ctx context.Context, s streams) (*client.Client, error) {
	at, err := r.address()
	if err != nil {
		return nil, err
	}
	cred := client.Credentials{Token: r.Token}
	if r.Token == "" {
		if r.Login == "" {
			return nil, fmt.Errorf("%w: say who you are with --login, or give --token", ErrConfig)
		}
		cred.Login = r.Login
		if cred.Password, err = secret(s, "READBACK_PASSWORD", "Password of "+r.Login+": "); err != nil {
			return nil, err
		}
	}
	first, others, several := strings.Cut(at, ",")
	var more []client.Option
	if several {
		more = append(more, client.Others(strings.Split(others, ",")...))
	}
	c, err := client.Dial(ctx, first, cred, more...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	return c, nil
}

// dialZone signs in, and returns the laboratory's zone too.
func (r Remote) dialZone(ctx context.Context, s streams) (*client.Client, *time.Location, error) {
	cl, err := r.dial(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	zone, err := zoneOf(cl.Me().Zone)
	return cl, zone, err
}

// said tells that something was done, or returns err, why it was not.
func said(s streams, err error, what string) error {
	if err == nil {
		_, err = fmt.Fprintln(s.out, what)
	}
	return err
}

// shown writes what a server answered: as JSON, or as inWords shows it to people. err is why there is no answer.
func shown(s streams, err error, asJSON bool, answer any, inWords func() error) error {
	switch {
	case err != nil:
		return err
	case asJSON:
		return json.NewEncoder(s.out).Encode(answer)
	}
	return inWords()
}

// count is a number of things in words: 1 booking, 2 bookings.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// secret returns what an environment variable holds, else asks for it: hidden on a terminal, a line elsewhere.
func secret(s streams, env, prompt string) (string, error) {
	if v := os.Getenv(env); v != "" {
		return v, nil
	}
	if f, ok := s.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(s.err, prompt)
		b, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(s.err)
		if err != nil {
			return "", fmt.Errorf("%w: the terminal could not be read: %w", ErrConfig, err)
		}
		return string(b), nil
	}
	return line(s, "the password on standard input, or in "+env)
}

// line returns the next line of the input. want says what is expected.
func line(s streams, want string) (string, error) {
	r, ok := s.in.(*bufio.Reader)
	if !ok {
		r = bufio.NewReaderSize(oneByte{s.in}, 1)
	}
	text, err := r.ReadString('\n')
	if text == "" && err != nil {
		return "", fmt.Errorf("%w: give %s", ErrConfig, want)
	}
	return strings.TrimRight(text, "\r\n"), nil
}

// oneByte reads a byte at a time, so that what follows a line stays in the input.
type oneByte struct {
	r interface{ Read(p []byte) (int, error) }
}

// Read implements io.Reader.
func (o oneByte) Read(p []byte) (int, error) {
	if len(p) > 1 {
		p = p[:1]
	}
	return o.r.Read(p)
}
