package app

import (
	"io"
	"time"

	"github.com/seed-909bec58/readback/wire"
)

// PrintCall prints a call as the verb calls does.
func PrintCall(out io.Writer, c wire.Call, now time.Time) { printCall(streams{out: out}, c, now) }

// WriteDowntime writes the page for downtime now, as a node that knows its ledger if err is nil, and tells whether it
// was written.
func WriteDowntime(r *Readback, err error) bool { return r.writeDowntime(err) }

// PrintTimes prints times as the verb times does, PrintStory a story.
var (
	PrintTimes = printTimes
	PrintStory = printStory
)
