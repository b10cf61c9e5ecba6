// Package equipment knows shared analyzers: when one may be used, and by whom.
//
// It knows instruments, exclusive ones and those that are shared by capacity,
// what each may run now (gates of control, calibration, maintenance and
// reagent lot), who is competent for what, and until when, and the bookings
// of all of them. One engine (Book.check) judges every door: placing, moving,
// extending, a series, a reroute, a place taken from the wait list.
//
// A Book is a value: Apply and every decision leave the one they are given
// as it was, so a Book may be read from many goroutines. Decisions only say
// which events should be recorded; time is their argument, and they make no
// ids and do no I/O.
package equipment

import (
	"slices"
	"time"
)

// Status is where an instrument stands. From Down it returns only through
// Verifying.
type Status string

// The statuses of an instrument.
const (
	Ready     Status = "ready"
	Degraded  Status = "degraded" // some of its assays are down
	Down      Status = "down"
	Verifying Status = "verifying" // repaired, not yet released
	Retired   Status = "retired"
)

// Instrument is a shared analyzer.
type Instrument struct {
	ID       string   `json:"id"` // instrument/…
	Name     string   `json:"name"`
	Section  string   `json:"section,omitempty"`  // whose bench it is: "chemistry"
	Zone     string   `json:"zone"`               // IANA; its days and weeks are those of this zone
	Shared   bool     `json:"shared,omitempty"`   // several bookings at a time, up to Capacity
	Capacity int      `json:"capacity,omitempty"` // of a shared one, tests an hour
	Warmup   int      `json:"warmup,omitempty"`   // minutes before work, part of the booking
	Cleanup  int      `json:"cleanup,omitempty"`  // minutes after it
	Group    string   `json:"group,omitempty"`    // instruments of one group stand in for one another
	Rules    string   `json:"rules,omitempty"`    // a rule set's id; "" is the default set
	Assays   []string `json:"assays,omitempty"`   // what it can run
	Status   Status   `json:"status,omitempty"`   // set by events; "" is Ready
}

// Works tells whether the instrument takes bookings now and later.
func (i Instrument) Works() bool { return i.Status == "" || i.Status == Ready || i.Status == Degraded }

// Runs tells whether it can run an assay at all.
func (i Instrument) Runs(assay string) bool { return slices.Contains(i.Assays, assay) }

// Gate is one condition that an instrument meets, or not, for an assay.
type Gate struct {
	Instrument string    `json:"instrument"`
	Assay      string    `json:"assay,omitempty"` // "": for all of its assays
	Name       string    `json:"name"`            // "control", "calibration", "maintenance", "lot"
	Level      string    `json:"level,omitempty"` // of a control: which material; each level must pass by itself
	Failed     bool      `json:"failed,omitempty"`
	Seen       time.Time `json:"seen,omitzero"`   // when it was run or done
	Due        time.Time `json:"due,omitzero"`    // when it must be shown again; zero: never
	Every      int       `json:"every,omitempty"` // minutes after which it must be shown again; 0: as said before
	Evidence   string    `json:"evidence,omitempty"`
	Gone       bool      `json:"gone,omitempty"` // it counts no more: another material or lot took its place
}

// GateState is what a gate says at a time.
type GateState string

// The states of a gate. Overdue may be overridden by a named second person, Failed never.
const (
	GateOK      GateState = "ok"
	GateDueSoon GateState = "due-soon"
	GateOverdue GateState = "overdue"
	GateFailed  GateState = "failed"
)

// Soon is how long before its deadline a gate says so.
const Soon = 2 * time.Hour

// At is the gate's state at a time.
func (g Gate) At(now time.Time) GateState {
	switch {
	case g.Failed:
		return GateFailed
	case g.Due.IsZero():
		return GateOK
	case !now.Before(g.Due):
		return GateOverdue
	case !now.Before(g.Due.Add(-Soon)):
		return GateDueSoon
	}
	return GateOK
}

// Competency says that a person may run an assay on an instrument for a time.
type Competency struct {
	Person     string    `json:"person"`
	Instrument string    `json:"instrument"`
	Assay      string    `json:"assay,omitempty"` // "": all of the instrument's
	From       time.Time `json:"from"`
	Until      time.Time `json:"until"` // not included
}

// covers tells whether the competency holds from start to end.
func (c Competency) covers(start, end time.Time) bool {
	return !start.Before(c.From) && !end.After(c.Until)
}

// Rules are the limits of one set of instruments. Zero is no limit.
type Rules struct {
	ID           string `json:"id"`
	Least        int    `json:"least,omitempty"`        // minutes a booking lasts at least
	Most         int    `json:"most,omitempty"`         // and at most
	NoticeAdd    int    `json:"noticeAdd,omitempty"`    // minutes between placing and start
	NoticeChange int    `json:"noticeChange,omitempty"` // between moving and the old start
	NoticeCancel int    `json:"noticeCancel,omitempty"` // between cancelling and the start
	Horizon      int    `json:"horizon,omitempty"`      // days ahead
	PerDay       int    `json:"perDay,omitempty"`       // minutes a person may have in a day of the instrument's zone
	PerWeek      int    `json:"perWeek,omitempty"`      // in a week, from Monday
	Gap          int    `json:"gap,omitempty"`          // minutes between two bookings of one person
	FreeFrom     int    `json:"freeFrom,omitempty"`     // minute of the day from which PerDay and PerWeek do not count
	FreeTo       int    `json:"freeTo,omitempty"`       // to which; equal to FreeFrom: they always count
	FreeWeekend  bool   `json:"freeWeekend,omitempty"`  // nor on Saturday and Sunday
	NoShow       int    `json:"noShow,omitempty"`       // minutes after its start when an unused booking is released
	Hold         int    `json:"hold,omitempty"`         // minutes for which a freed place is held for who waited
	Answer       int    `json:"answer,omitempty"`       // minutes that who is displaced has to answer
}

// DefaultRules hold where an instrument names no set, or one that is not there.
func DefaultRules() Rules {
	return Rules{Least: 5, Most: 24 * 60, Horizon: 180, NoShow: 15, Hold: 10, Answer: 3}
}

// MostEver is the longest booking of all, whatever rules say, so that a look at a shared lane is bounded.
const MostEver = 31 * 24 * time.Hour

// or returns the minutes of a rule, or those of the default where the set says nothing.
func or(minutes, standard int) time.Duration {
	if minutes == 0 {
		minutes = standard
	}
	return time.Duration(minutes) * time.Minute
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// stamp is a time as entries carry it: UTC, whole microseconds.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
