package app

import (
	"io"
	"time"

	"github.com/seed-909bec58/readback/wire"
)

// PrintCall prints a call as the verb calls does.
func PrintCall(out io.Writer, c wire.Call, now time.Time) { printCall(streams{out: out}, c, now) }
