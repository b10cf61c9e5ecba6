package app

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress shows how far long work is: a bar on a terminal, a line each ten per cent elsewhere, nothing for short work.
type progress struct {
	w        io.Writer
	what     string
	terminal bool
	start    time.Time
	shown    time.Time
	tenth    int64
	used     bool
}

func newProgress(w io.Writer, what string) *progress {
	f, ok := w.(*os.File)
	return &progress{w: w, what: what, terminal: ok && term.IsTerminal(int(f.Fd())), start: time.Now()}
}

// show is told how much is done of how much.
func (p *progress) show(done, all int64) {
	if all <= 0 || time.Since(p.start) < 500*time.Millisecond {
		return
	}
	if !p.terminal {
		if t := done * 10 / all; t > p.tenth {
			p.tenth = t
			fmt.Fprintf(p.w, "%s: %d of %d\n", p.what, done, all)
		}
		return
	}
	if time.Since(p.shown) < 100*time.Millisecond && done < all {
		return
	}
	p.shown, p.used = time.Now(), true
	const width = 30
	n := int(done * width / all)
	left := ""
	if done > 0 && done < all {
		left = fmt.Sprintf(", %s left", time.Duration(float64(time.Since(p.start))*float64(all-done)/float64(done)).Round(time.Second))
	}
	fmt.Fprintf(p.w, "\r%s [%s%s] %d of %d%s   ", p.what, strings.Repeat("=", n), strings.Repeat(" ", width-n), done, all, left)
}

// done ends the bar's line.
func (p *progress) done() {
	if p.used {
		fmt.Fprintln(p.w)
	}
}
