package audit

import (
	"slices"
	"strings"
	"time"
)

// call is one row: a critical call's notification, without anything of its patient. Times are microseconds since 1970,
// 0 where there is none.
type call struct {
	seq int64 // of its first entry
	id  string
	ref string

	unit, tier, sender string
	analytes           []string // LOINC, ascending

	opened    int64 // when its results were filed
	available int64 // as the sender told
	called    int64
	seen      int64
	conveyed  int64
	finished  int64
	occurred  bool  // conveyed was told afterwards
	target    int64 // seconds

	method, outcome, person string

	attempts, failed, mismatches, passes, corrected int

	have, need fields
	people     []string // who was called, of the clinic
}

// The ways in which a call comes to its end.
const (
	byReadBack  = "read-back"
	byTelephone = "telephoned"
	byDecision  = "ended"
)

func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// add returns a sorted list with one more member.
func add(list []string, s string) []string {
	i, there := slices.BinarySearch(list, s)
	if there || s == "" {
		return list
	}
	return slices.Insert(slices.Clone(list), i, s)
}

func list(text string) []string { return strings.Fields(text) }

func text(list []string) string { return strings.Join(list, " ") }

// span is the seconds between two times of a call, if both are there and in order.
func span(from, to int64) (float64, bool) {
	if from == 0 || to == 0 || to < from {
		return 0, false
	}
	return float64(to-from) / 1e6, true
}

// took is from the filing of the result that opened the call until it was conveyed.
func (c *call) took() (float64, bool) { return span(c.opened, c.conveyed) }

// within tells whether a call was conveyed within seconds, as things stand at a time; decided is false while it still
// may be.
func (c *call) within(seconds, now int64) (in, decided bool) {
	end := c.opened + seconds*1e6
	switch {
	case c.conveyed != 0:
		return c.conveyed <= end, true
	case c.finished != 0:
		return false, true
	}
	return false, now > end
}

// missed tells whether a call was not conveyed within its own target, as things stand at a time.
func (c *call) missed(now int64) bool {
	in, decided := c.within(c.target, now)
	return decided && !in
}
