package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	run      string
	quick    bool
	full     bool
	times    int
	span     time.Duration
	most     int
	out      string
	dir      string
	binary   string
	postgres string
	redis    string
	write    bool
}

// bench is one run of this program.
type bench struct {
	ctx   context.Context //nolint:containedctx // lives as long as the program
	opt   options
	home  string // where everything lies that is removed at the end
	bin   string // what is measured
	house *house // furnished once, copied for each node that is measured
	book  *book
	began time.Time
}

// part is a group of figures that are measured together.
type part struct {
	name, what string
	run        func(*bench) error
}

var parts = []part{
	{"memory", "memory of idle connections", (*bench).memoryPart},
	{"fanout", "entries to 1, 10, 1,000 and 5,000 screens", (*bench).fanoutPart},
	{"ten", "entries to 10 screens of 10,000", (*bench).tenPart},
	{"screens", "from the command or message to ten screens", (*bench).screensPart},
	{"publish", "durable commands over HTTP by 1, 16 and 128 callers", (*bench).publishPart},
	{"bookings", "bookings of analyzers by 64 callers", (*bench).bookingsPart},
	{"resume", "5,000 screens come back", (*bench).resumePart},
	{"stuck", "one screen stops reading", (*bench).stuckPart},
	{"late", "lateness of rungs with 5,000 screens and 50 critical results a second", (*bench).latePart},
	{"growth", "ledgers of 1,000 to a million entries, or to 5 million", (*bench).growthPart},
	{"nodes", "1, 2 and 3 nodes on PostgreSQL and Redis", (*bench).nodesPart},
	{"inside", "go benchmarks of single rooms", (*bench).insidePart},
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "bare" {
		bare()
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := begin(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1) //nolint:gocritic // stop has nothing left to do
	}
}

func begin(ctx context.Context, args []string) (err error) {
	b := &bench{ctx: ctx, began: time.Now()}
	var names []string
	for _, p := range parts {
		names = append(names, p.name)
	}
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.StringVar(&b.opt.run, "run", ".", "parts to run, a regular expression over: "+strings.Join(names, " "))
	fs.BoolVar(&b.opt.quick, "quick", false, "tiny counts, in under a minute; the figures mean nothing and are not written")
	fs.BoolVar(&b.opt.full, "full", false, "ledgers of up to 5 million entries")
	fs.BoolVar(&b.opt.write, "write", false, "write figures of -quick, too")
	fs.IntVar(&b.opt.times, "times", 3, "how often each is measured; the median counts")
	fs.DurationVar(&b.opt.span, "span", 3*time.Second, "how long each is measured")
	fs.IntVar(&b.opt.most, "entries", 1_000_000, "the longest ledger of the part growth")
	fs.StringVar(&b.opt.out, "out", "docs", "the directory of measurements.md and of measurements/")
	fs.StringVar(&b.opt.dir, "dir", "", "the directory on the disk to be measured; default: a temporary one")
	fs.StringVar(&b.opt.binary, "binary", "", "the readback to be measured; default: built from here")
	fs.StringVar(&b.opt.postgres, "postgres", "", "URL of an empty PostgreSQL database for the part nodes; default: one is started")
	fs.StringVar(&b.opt.redis, "redis", "", "URL of a Redis for the part nodes; default: one is started")
	if err := fs.Parse(args); err != nil {
		return err //nolint:wrapcheck // it was said
	}
	only, err := regexp.Compile(b.opt.run)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	b.opt.write = b.opt.write || !b.opt.quick
	if b.opt.quick {
		b.opt.times, b.opt.span, b.opt.most = 1, 200*time.Millisecond, 2000
	}
	if b.opt.full {
		b.opt.most = max(b.opt.most, 5_000_000)
	}
	if err := b.prepare(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.home)) }()
	return b.all(only)
}

// prepare makes room, looks at the machine and builds what is measured.
func (b *bench) prepare() error {
	var err error
	if b.home, err = os.MkdirTemp(b.opt.dir, "readback-bench-*"); err != nil {
		return err //nolint:wrapcheck // the system's own words
	}
	if b.book, err = openBook(b.opt.out); err != nil {
		return err
	}
	if err := raiseFiles(b.n(12_000, 1000)); err != nil {
		return err
	}
	if b.bin = b.opt.binary; b.bin == "" {
		b.say("building readback")
		b.bin = filepath.Join(b.home, "readback")
		cmd := exec.CommandContext(b.ctx, "go", "build", "-o", b.bin, "github.com/seed-909bec58/readback")
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("go build: %w", err)
		}
	}
	b.say("furnishing a laboratory of %d people", b.n(10_000, 200)+staff)
	b.house, err = furnish(b, filepath.Join(b.home, "house"), b.n(5000, 100))
	return err
}

// all runs the parts that are asked for, and writes down after each what is known by then.
func (b *bench) all(only *regexp.Regexp) error {
	var failed []error
	for _, p := range parts {
		if !only.MatchString(p.name) {
			continue
		}
		b.say("%s: %s", p.name, p.what)
		b.book.begin()
		if err := p.run(b); err != nil {
			if b.ctx.Err() != nil {
				return b.ctx.Err() //nolint:wrapcheck // stopped
			}
			failed = append(failed, fmt.Errorf("%s: %w", p.name, err))
			b.say("%s failed: %v", p.name, err)
		}
		if b.opt.write {
			if err := b.book.write(); err != nil {
				return err
			}
		}
	}
	b.say("done")
	return errors.Join(failed...)
}

// n is a count: the whole one, or with -quick the small one.
func (b *bench) n(whole, quick int) int {
	if b.opt.quick {
		return quick
	}
	return whole
}

// say tells how far the run is.
func (b *bench) say(format string, a ...any) {
	at := time.Since(b.began).Round(time.Second)
	fmt.Fprintf(os.Stderr, "%5s  %s\n", at, fmt.Sprintf(format, a...))
}

// dirFor returns a new directory.
func (b *bench) dirFor(name string) (string, error) {
	return os.MkdirTemp(b.home, name+"-*") //nolint:wrapcheck // the system's own words
}

// thrice runs what is measured as often as asked, and says how far it is.
func (b *bench) thrice(what string, once func() error) error {
	for i := range b.opt.times {
		if err := once(); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		b.say("  %s, %d of %d", what, i+1, b.opt.times)
	}
	return nil
}
