package app

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

const (
	downtimeFile = "downtime.html"
	downtimeOff  = "off"

	downtimeEach  = time.Minute
	downtimeAgain = 2 * time.Second // after it could not be written
)

//go:embed downtime.html.tmpl
var downtimeText string

var downtimePage = template.Must(template.New("downtime").Parse(downtimeText))

// downtime writes the open calls each minute to a file that can be opened and printed when nothing else works. It holds
// patients' data. While this node does not know that it has everything in the ledger the last good one stays, with its time.
type downtime struct {
	path string // empty: none is written

	mu  sync.Mutex
	at  time.Time
	why string
}

// downtimePath is where the file goes; empty for nowhere.
func (c *Config) downtimePath() string {
	switch {
	case c.Downtime == downtimeOff:
		return ""
	case c.Downtime != "":
		return c.Downtime
	case c.Data == "":
		return ""
	}
	return filepath.Join(c.Data, downtimeFile)
}

// openDowntime takes away what nobody keeps up to date any more: a file that is not wanted, and halves of files.
func (r *Readback) openDowntime() error {
	r.downtime.path = r.cfg.downtimePath()
	if r.downtime.path == "" && r.cfg.Data != "" {
		if err := os.Remove(filepath.Join(r.cfg.Data, downtimeFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w: --downtime: %w", ErrConfig, err)
		}
	}
	if r.downtime.path == "" {
		return nil
	}
	halves, err := filepath.Glob(filepath.Join(filepath.Dir(r.downtime.path), "."+filepath.Base(r.downtime.path)+"-*"))
	for _, half := range halves { // of a process that was killed: nobody else would remove them
		err = errors.Join(err, os.Remove(half))
	}
	if err != nil {
		return fmt.Errorf("%w: --downtime: %w", ErrConfig, err)
	}
	return nil
}

func (d *downtime) status() *wire.DowntimeStatus {
	if d.path == "" {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return &wire.DowntimeStatus{At: d.at, Why: d.why}
}

// keepDowntime writes the file at once and then each minute until ctx ends.
func (r *Readback) keepDowntime(ctx context.Context) {
	if r.downtime.path == "" {
		return
	}
	for {
		wait := downtimeEach
		if !r.writeDowntime(r.Server.Ready()) {
			wait = downtimeAgain
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return
		}
	}
}

// writeDowntime writes the file as of now and tells whether it could. err is why the node does not know that it has
// everything in the ledger, if so: then the last good file stays.
func (r *Readback) writeDowntime(err error) bool {
	d := &r.downtime
	now := r.Lab.Now()
	var page []byte
	if err == nil {
		page, err = Downtime(r.Lab.State(), r.cfg.Site, r.cfg.Node, now)
	}
	if err == nil {
		err = replaceFile(d.path, page)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		d.at, d.why = now, ""
		return true
	}
	if why := err.Error(); why != d.why {
		d.why = why
		r.log.Error("the file for downtime is not written; the last one stays", "error", err)
	}
	return false
}

// paper is what the page shows.
type paper struct {
	Site, Node string
	Now        time.Time
	Calls      []paperCall
	Held       []paperCall
	Work       []wire.Work
	Duty       []paperDuty
}

type paperCall struct {
	wire.Call
	Late   bool
	Reason string // why the bench holds it
	Until  time.Time
}

type paperDuty struct{ Post, Who, Why string }

// At writes a time as the wall of the laboratory shows it.
func (p paper) At(t time.Time) string { return t.In(p.Now.Location()).Format("15:04") }

// On writes a time with its day.
func (p paper) On(t time.Time) string { return t.In(p.Now.Location()).Format("Mon 2 Jan, 15:04") }

// Who writes a list of staff.
func (paper) Who(names []wire.Name) string {
	out := make([]string, 0, len(names))
	for _, n := range names {
		out = append(out, cmp.Or(n.Name, n.ID))
	}
	return strings.Join(out, ", ")
}

// Downtime is the page of a state at a time: every open call whole, the most urgent first.
func Downtime(st *lab.State, site, node string, now time.Time) ([]byte, error) {
	zone, err := time.LoadLocation(st.Zone)
	if err != nil {
		zone = time.UTC
	}
	p := paper{Site: site, Node: node, Now: now.In(zone)}
	for _, c := range st.Critical.Calls.All() {
		p.Calls = append(p.Calls, paperCall{Call: st.View(c, lab.Viewer{}, now), Late: !c.Breach.IsZero() && now.After(c.Breach)})
	}
	for _, w := range st.Critical.Held.All() {
		p.Held = append(p.Held, paperCall{Call: st.View(w.Call, lab.Viewer{}, now), Reason: w.Reason, Until: w.Until})
	}
	for _, calls := range [][]paperCall{p.Calls, p.Held} {
		slices.SortStableFunc(calls, func(a, b paperCall) int {
			return cmp.Or(cmp.Compare(slices.Index(critical.Tiers, a.Tier), slices.Index(critical.Tiers, b.Tier)), a.Opened.Compare(b.Opened), cmp.Compare(a.ID, b.ID))
		})
	}
	for _, w := range st.Critical.Work.All() {
		p.Work = append(p.Work, wire.Work{ID: w.ID, Reason: w.Reason, Sender: w.Sender, Code: w.Coding.Code, Waiting: w.Waiting, Critical: w.Critical, Opened: w.Opened})
	}
	for id, post := range st.Roster.Posts.All() {
		for _, on := range st.Roster.OnDuty(id, now) {
			p.Duty = append(p.Duty, paperDuty{Post: cmp.Or(post.Name, id), Who: cmp.Or(st.Name(on.Person).Name, on.Person), Why: on.Why})
		}
	}
	var b bytes.Buffer
	if err := downtimePage.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("downtime: %w", err)
	}
	return b.Bytes(), nil
}
