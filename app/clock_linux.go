package app

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// clockFinding says whether the machine's clock is kept by a time service.
func clockFinding() finding {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	if err != nil {
		return finding{ok: true, what: "whether the clock is synchronized could not be learned"}
	}
	off := time.Duration(t.Maxerror) * time.Microsecond
	if state == unix.TIME_ERROR || t.Status&unix.STA_UNSYNC != 0 {
		return finding{what: "the machine's clock is kept by no time service", do: "run chrony or another NTP client: who is on duty depends on the time", note: true}
	}
	return finding{ok: off < 2*time.Second, what: fmt.Sprintf("the machine's clock is synchronized, at most %v off", off.Round(time.Millisecond)), do: "look at the time service", note: true}
}
