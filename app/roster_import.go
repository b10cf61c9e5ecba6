package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// errRoster is returned for a roster that was not published.
var errRoster = errors.New("the roster was not published")

type rosterImportCmd struct {
	Remote

	Files  []string `arg:"" name:"file" type:"existingfile" help:"Tables of posts, shifts or ladders (CSV), or one object (JSON); posts before the shifts at them."`
	Zone   string   `name:"zone" placeholder:"ZONE" help:"IANA zone of the files' wall times, such as Europe/Berlin."`
	From   string   `name:"from" placeholder:"TIME" help:"The period's start; default: the first shift's. What begins in the period and is not in the files is removed."`
	To     string   `name:"to" placeholder:"TIME" help:"The period's end, not included; default: the last shift's."`
	Holes  bool     `name:"holes" help:"Accept times in which nobody is on duty; never at the desk."`
	DryRun bool     `name:"dry-run" help:"Show what would change and what is wrong; publish nothing."`
	Yes    bool     `name:"yes" help:"Publish without asking."`
	JSON   bool     `name:"json" help:"Show what would change as JSON."`
}

// Run reads a roster, shows what it would change and every fault with its line, and publishes it.
func (c rosterImportCmd) Run(ctx context.Context, s streams) error {
	cl, err := c.dial(ctx, s)
	if err != nil {
		return err
	}
	sheet, err := c.read(ctx, cl, s)
	if err != nil {
		return err
	}
	body := wire.PublishBody{Published: sheet.Roster, Holes: c.Holes}
	tried, err := cl.TryRoster(ctx, body)
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(s.out).Encode(tried)
	} else {
		err = c.show(s.out, sheet, tried)
	}
	if err != nil {
		return err
	}
	switch {
	case len(tried.Faults) > 0:
		return fmt.Errorf("%w: %s", errRoster, count(len(tried.Faults), "fault"))
	case c.DryRun:
		return nil
	case !c.Yes && !confirmed(s, "Publish it? [y/N] "):
		return fmt.Errorf("%w: say yes, or give --yes", errRoster)
	}
	done, err := cl.PublishAs(ctx, body)
	if err != nil {
		return err
	}
	if !c.JSON {
		_, err = fmt.Fprintf(s.out, "published: entry %d\n", done.First)
	}
	return err
}

// read reads the files. Each fault is shown with its line, and any of them is an error.
func (c rosterImportCmd) read(ctx context.Context, cl *client.Client, s streams) (*roster.Sheet, error) {
	people, err := cl.People(ctx)
	if err != nil {
		return nil, err
	}
	now, err := cl.Roster(ctx)
	if err != nil {
		return nil, err
	}
	sheet := &roster.Sheet{LabZone: cl.Me().Zone, People: people, Posts: now.Posts}
	if c.Zone != "" {
		if sheet.Zone, err = time.LoadLocation(c.Zone); err != nil {
			return nil, fmt.Errorf("%w: --zone %q is no zone: name one as Europe/Berlin", ErrConfig, c.Zone)
		}
	}
	bar := newProgress(s.err, "reading")
	for i, file := range c.Files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrConfig, err)
		}
		sheet.Read(filepath.Base(file), text)
		bar.show(int64(i+1), int64(len(c.Files)))
	}
	bar.done()
	for _, f := range [...]struct {
		flag, text string
		at         *time.Time
	}{{"--from", c.From, &sheet.Roster.From}, {"--to", c.To, &sheet.Roster.To}} {
		if f.text == "" {
			continue
		}
		zone := sheet.Zone
		if zone == nil {
			if zone, err = zoneOf(cl.Me().Zone); err != nil {
				return nil, err
			}
		}
		at, err := parseTime(f.text, time.Now().In(zone))
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrConfig, f.flag, err)
		}
		*f.at = at.UTC()
	}
	sheet.Period()
	for _, f := range sheet.Faults {
		fmt.Fprintf(s.out, "fault    %s: %s; %s\n", plain(f.Field), plain(f.What), plain(f.Remedy))
	}
	if n := len(sheet.Faults); n > 0 {
		return nil, fmt.Errorf("%w: %s could not be read", errRoster, count(n, "line"))
	}
	return sheet, nil
}

func (c rosterImportCmd) show(w io.Writer, sheet *roster.Sheet, tried wire.RosterTried) error {
	zone := sheet.Zone
	if zone == nil {
		zone = time.UTC
		if z, err := time.LoadLocation(sheet.LabZone); err == nil {
			zone = z
		}
	}
	clock := func(t time.Time) string { return t.In(zone).Format("2006-01-02 15:04 MST") }
	names := map[string]string{}
	for _, p := range sheet.People {
		names[p.ID] = p.Name
	}
	p := &sheet.Roster
	fmt.Fprintf(w, "period   %s to %s: %d shifts, %d posts, %d ladders\n", clock(p.From), clock(p.To), len(p.Shifts), len(p.Posts), len(p.Ladders))
	line := func(word string, s roster.Shift) {
		fmt.Fprintf(w, "%-8s %s, %s, %s: %s to %s\n", word, s.Post, roster.RankName(s.Rank), plain(names[s.Person]), clock(s.From), clock(s.To))
	}
	for _, s := range tried.Diff.Added {
		line("adds", s)
	}
	for _, x := range tried.Diff.Changed {
		line("changes", x.Was)
		line("  to", x.Is)
	}
	for _, s := range tried.Diff.Removed {
		line("removes", s)
	}
	for _, x := range tried.Concerns {
		until := ""
		if !x.To.IsZero() {
			until = " to " + clock(x.To)
		}
		fmt.Fprintf(w, "%-8s %s%s: %s %s\n", concernWord(x.Kind), clock(x.From), until, plain(x.Say), x.Do)
	}
	for _, f := range tried.Faults {
		fmt.Fprintf(w, "fault    %s: %s; %s\n", plain(sheet.Where(f.Field)), plain(f.Say), plain(f.Do))
	}
	_, err := fmt.Fprintf(w, "%d added, %d changed, %d removed, %d as they were; %d faults, %d to look at\n",
		len(tried.Diff.Added), len(tried.Diff.Changed), len(tried.Diff.Removed), tried.Diff.Same, len(tried.Faults), len(tried.Concerns))
	return err
}

func concernWord(kind string) string {
	if kind == roster.ConcernHole || kind == roster.ConcernEnds {
		return "hole"
	}
	return "look"
}

// confirmed asks on a terminal; elsewhere nobody can say yes.
func confirmed(s streams, question string) bool {
	f, ok := s.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return false
	}
	fmt.Fprint(s.err, question)
	answer, err := bufio.NewReader(f).ReadString('\n')
	return err == nil && strings.HasPrefix(strings.ToLower(strings.TrimSpace(answer)), "y")
}
