package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"
)

type serveCmd struct {
	Config
}

// ready is the one JSON line that --json prints when the node serves.
type ready struct {
	HTTP    string   `json:"http"`
	MLLP    string   `json:"mllp"`
	Setup   string   `json:"setup,omitempty"` // the link that admits the first administrator, once
	Signins []signin `json:"signins"`         // the demonstration's; none of a real laboratory
}

// signin is one way to sign in to the demonstration.
type signin struct {
	Login    string `json:"login"`
	Password string `json:"password"`
	Role     string `json:"role"`
	Name     string `json:"name"`
}

// Run serves until it is told to stop.
func (c *serveCmd) Run(ctx context.Context, s streams) (err error) {
	bar := newProgress(s.err, "read the ledger")
	r, err := Start(ctx, c.Config, logger(s.err, c.JSON), bar.show)
	bar.done()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if err := r.tell(s.out, ready{HTTP: r.HTTP, MLLP: r.MLLP, Setup: r.Server.SetupLink(r.HTTP), Signins: []signin{}}, c.JSON); err != nil {
		return err
	}
	return r.Wait(ctx)
}

// tell says that the node serves, to programs or to people.
func (r *Readback) tell(out io.Writer, what ready, asJSON bool) error {
	if asJSON {
		b, err := json.Marshal(what)
		if err == nil {
			_, err = fmt.Fprintf(out, "%s\n", b)
		}
		return err
	}
	fmt.Fprintf(out, "Readback serves %s at %s\n", r.cfg.Site, what.HTTP)
	if what.MLLP != "" {
		fmt.Fprintf(out, "HL7 v2 over MLLP at %s\n", what.MLLP)
	}
	if what.Setup != "" {
		fmt.Fprintf(out, "\nNobody is admitted yet. Open this link within 30 minutes to admit the first administrator; it works once:\n  %s\n", what.Setup)
	}
	if len(what.Signins) > 0 {
		fmt.Fprintln(out, "\nSign in as:")
		for _, p := range what.Signins {
			fmt.Fprintf(out, "  %-10s %-22s %s, %s\n", p.Login, p.Password, p.Name, p.Role)
		}
	}
	_, err := fmt.Fprintln(out, "\nStop with Ctrl-C.")
	return err
}

// logger writes for programs where asked or where nobody looks, else for people.
func logger(w io.Writer, asJSON bool) *slog.Logger {
	f, ok := w.(*os.File)
	if asJSON || !ok || !term.IsTerminal(int(f.Fd())) {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}
