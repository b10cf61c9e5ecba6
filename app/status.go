package app

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/seed-909bec58/readback/wire"
)

type statusCmd struct {
	Remote

	JSON bool `name:"json" help:"As JSON."`
}

// Run tells how a node and what it stands on are.
func (c statusCmd) Run(ctx context.Context, s streams) error {
	cl, zone, err := c.dialZone(ctx, s)
	if err != nil {
		return err
	}
	status, err := cl.Status(ctx)
	return shown(s, err, c.JSON, status, func() error { return printStatus(s.out, status, zone) })
}

func printStatus(w io.Writer, st wire.Status, zone *time.Location) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name, format string, a ...any) {
		fmt.Fprintf(out, "%s\t%s\n", name, plain(fmt.Sprintf(format, a...)))
	}
	at := func(t time.Time) string { return t.In(zone).Format("Mon 2 Jan 15:04:05") }
	ready := "ready"
	if !st.Ready {
		ready = "NOT ready: " + st.Why + " " + st.Do
	}
	line("node", "%s of %s, %s, since %s: %s", st.Node, st.Site, st.Version, at(st.Since), ready)
	l := st.Ledger
	line("ledger", "%d entries, known to be whole %.1f s ago", l.Head, l.Age)
	if l.Full {
		line("", "the disk is FULL: only what calls need is written")
	}
	signed := "not since this node started"
	if !l.Signed.IsZero() {
		signed = at(l.Signed)
	}
	line("checkpoint", "covers %d entries, %d are newer; signed here: %s", l.Checkpoint, l.Unsigned, signed)
	line("calls", "%d open, %d of them past the target, %d with nobody connected here; %d work items", st.Calls.Open, st.Calls.Late, st.Calls.Alone, st.Calls.Work)
	if o := st.Calls.Oldest; o != nil {
		line("", "the oldest: %s, %s, %s, open for %s", o.Ref, o.Tier, o.Unit, elapsed(int(st.Now.Sub(o.Opened).Seconds())))
	}
	for _, h := range st.Holes {
		line("hole", "nobody is on duty as %s from %s to %s", cmp.Or(h.Post.Name, h.Post.ID), at(h.From), at(h.To))
	}
	for _, f := range st.Faults {
		line("FAULT", "%s", f)
	}
	if d := st.Disk; d != nil {
		line("disk", "%.1f of %.1f GiB free, reserve %d MiB", gib(d.Free), gib(d.Size), d.Reserve>>20)
	}
	line("clock", "%.3f s off, last step %.1f s; the latest thing due was %.3f s late", st.Clock.Off, st.Clock.Step, st.Clock.Late)
	line("screens", "%d connected", st.Screens.Open)
	if n := st.Nodes; n != nil {
		bell := "found within a second"
		if n.Bell {
			bell = "told at once"
		}
		line("nodes", "what others write is %s", bell)
		if n.Why != "" {
			line("", "%s %s", n.Why, n.Do)
		}
		for _, o := range n.Nodes {
			line("", "%s: %s of %s", o.Node, count(o.Screens, "connection"), count(o.People, "person"))
		}
	}
	for _, s := range st.Senders {
		last := "nothing yet"
		if !s.Last.IsZero() {
			last = "last message " + at(s.Last)
		}
		if s.Waiting > 0 {
			last += fmt.Sprintf(", %d bytes waiting %s", s.Waiting, elapsed(int(s.Waits)))
		}
		line("sender", "%s at %s: %d filed, %d quarantined, %d repeated, %d doubtful, %d failed, %d refused, %d broken; %s", cmp.Or(s.Name, "no name yet"),
			s.Peer, s.Filed, s.Quarantined, s.Repeats, s.Doubtful, s.Failed, s.Refused, s.Broken, last)
	}
	printKept(line, st, at)
	if err := out.Flush(); err != nil {
		return err
	}
	for _, f := range st.Promise {
		mark := "ok  "
		switch {
		case !f.OK && f.Note:
			mark = "note"
		case !f.OK:
			mark = "BAD "
		}
		fmt.Fprintln(w, mark, plain(f.What))
		if !f.OK && f.Do != "" {
			fmt.Fprintln(w, "     →", plain(f.Do))
		}
	}
	return nil
}

// printKept tells of the files beside the ledger.
func printKept(line func(name, format string, a ...any), st wire.Status, at func(time.Time) string) {
	if b := st.Backup; b != nil {
		line("backup", "%s, of %d entries; %d are newer", at(b.At), b.Entries, b.Missing)
	} else {
		line("backup", "none is known of")
	}
	if d := st.Downtime; d != nil {
		as := "not written yet"
		if !d.At.IsZero() {
			as = "as of " + at(d.At)
		}
		if d.Why != "" {
			as += ", not written now: " + d.Why
		}
		line("downtime", "%s", as)
	}
	if a := st.Audit; a != nil && (a.Behind > 0 || a.Why != "") {
		line("times", "counted up to entry %d, %d behind %s", a.Seq, a.Behind, a.Why)
	}
}

func gib(bytes int64) float64 { return float64(bytes) / (1 << 30) }
