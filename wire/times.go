package wire

import (
	"time"

	"github.com/seed-909bec58/readback/ledger"
)

// Commands of who asks how long calls took.
const (
	DoTimes        = "times"         // TimesBody → Times
	DoTimesRebuild = "times.rebuild" // no body → Rebuilding
	DoStory        = "story"         // StoryBody → Story
)

// TimesBody asks for the notification times of the calls that were opened in a period.
type TimesBody struct {
	From    string `json:"from,omitempty"`    // a day of the site ("2026-10-01") or an instant (RFC 3339); missing: 29 days before To
	To      string `json:"to,omitempty"`      // the last day, included, or the instant before which; missing: today
	By      string `json:"by,omitempty"`      // none, one or two of TimesBy, with a comma between: "weekday,hour"
	Unit    string `json:"unit,omitempty"`    // calls of this unit alone
	Analyte string `json:"analyte,omitempty"` // calls that tell this analyte (LOINC) alone
	Tier    string `json:"tier,omitempty"`    // calls of this tier alone
	Missed  int    `json:"missed,omitempty"`  // how many of the calls that missed their target are wanted, slowest first; at most 500
}

// TimesBy is what figures can be told apart by, in the order in which it is explained.
var TimesBy = []string{"unit", "analyte", "tier", "person", "sender", "hour", "weekday", "day", "week", "month"}

// TimesMeasures is every span that is measured, in the order of a call's way; docs/measures.md defines each.
var TimesMeasures = []string{"available-called", "called-seen", "seen-conveyed", "available-conveyed", "filed-conveyed"}

// Times is notification times: of all calls of a period, and of each group.
type Times struct {
	From    time.Time  `json:"from"` // instants; To is not included
	To      time.Time  `json:"to"`
	Zone    string     `json:"zone"`         // IANA; hours, days and weekdays are the site's
	By      []string   `json:"by,omitempty"` // what Rows are told apart by
	Unit    string     `json:"unit,omitempty"`
	Analyte string     `json:"analyte,omitempty"`
	Tier    string     `json:"tier,omitempty"`
	Head    ledger.Seq `json:"head"`             // the figures count the ledger up to this entry
	At      time.Time  `json:"at"`               // and to this time: a call that is open then is judged by it
	Behind  int64      `json:"behind,omitempty"` // so many newer entries are not counted yet

	All       TimesRow       `json:"all"`
	Rows      []TimesRow     `json:"rows,omitempty"`      // ascending by Key
	Spread    []int          `json:"spread"`              // conveyed calls by whole minutes of filed-conveyed: 0 … 59, and last 60 and more
	Fields    []FieldMissing `json:"fields"`              // of finished calls: how many records lack which field, in the order of the record
	Missed    []MissedCall   `json:"missed,omitempty"`    // slowest first, those not conveyed at all before; as many as were asked for
	MissedAll int            `json:"missedAll"`           // how many there are
	Published []Published    `json:"published,omitempty"` // what others published, to stand beside ours
}

// TimesRow is the figures of one group of calls. A call that tells several analytes counts in the group of each, and
// once in all.
type TimesRow struct {
	Key  []string `json:"key,omitempty"`  // one for each of Times.By: a unit, a LOINC code, "07", "2026-W42", …; "" is not known
	Name []string `json:"name,omitempty"` // the same as people read it

	Calls          int `json:"calls"`          // opened in the period
	Conveyed       int `json:"conveyed"`       // read back, or told by telephone
	ReadBack       int `json:"readBack"`       // of these by a typed read-back
	Telephoned     int `json:"telephoned"`     // of these by telephone, typed by who called
	Ended          int `json:"ended"`          // ended by a named person's decision without either
	Open           int `json:"open"`           // unfinished
	Unacknowledged int `json:"unacknowledged"` // open or ended: neither read back nor told
	Corrected      int `json:"corrected"`      // calls whose result changed while they were open
	Mismatches     int `json:"mismatches"`     // read-backs that differed
	Mismatched     int `json:"mismatched"`     // calls with one or more of them
	Passes         int `json:"passes"`         // times that a call was passed on
	Attempts       int `json:"attempts"`       // rungs that were fired
	Failed         int `json:"failed"`         // telephone calls that reached nobody
	Suppressed     int `json:"suppressed"`     // results that a policy kept from being called; they are no calls
	Occurred       int `json:"occurred"`       // conveyed calls whose time was told afterwards, not taken by the ledger

	TelephoneShare float64 `json:"telephoneShare"` // Telephoned of Conveyed, 0 … 1; 0 of none
	Within15       Within  `json:"within15"`
	Within30       Within  `json:"within30"`
	Within60       Within  `json:"within60"`
	WithinTarget   Within  `json:"withinTarget"` // of each call's own target, which its tier set when it opened

	Measures map[string]Measure `json:"measures"` // by the names of TimesMeasures; one with N 0 is there too

	Judged   int     `json:"judged"`   // finished calls whose record was looked at
	Complete int     `json:"complete"` // of these without a missing field
	Score    float64 `json:"score"`    // mean share of fields that are there, 0 … 1; 0 of none
}

// Within is how many calls were conveyed in time, of those for which that is decided: the conveyed, the ended, and the
// open ones for which it is too late.
type Within struct {
	In    int     `json:"in"`
	Of    int     `json:"of"`
	Share float64 `json:"share"` // 0 … 1; 0 of none
}

// Measure is one span over a group of calls, in seconds. Percentiles are by nearest rank: each is one of the spans.
type Measure struct {
	N        int     `json:"n"`        // calls that have both ends
	Occurred int     `json:"occurred"` // of these with an end that was told by somebody, not taken by the ledger
	Median   float64 `json:"median"`
	P90      float64 `json:"p90"`
	P99      float64 `json:"p99"`
	Max      float64 `json:"max"`
}

// FieldMissing is a field of a notification's record, and how many records lack it.
type FieldMissing struct {
	Field   string `json:"field"` // a word
	Say     string `json:"say"`   // the same for people
	Missing int    `json:"missing"`
}

// MissedCall is a call that was not conveyed within its target. It names no patient.
type MissedCall struct {
	Call       string    `json:"call,omitempty"` // empty once its record was erased
	Ref        string    `json:"ref,omitempty"`
	Opened     time.Time `json:"opened"`
	Unit       string    `json:"unit,omitempty"`
	Tier       string    `json:"tier"`
	Analytes   []string  `json:"analytes"`          // labels
	Target     float64   `json:"target"`            // seconds
	Took       float64   `json:"took,omitempty"`    // seconds from filed to conveyed; missing: not conveyed
	Waited     float64   `json:"waited,omitempty"`  // seconds that a call which was not conveyed has waited, or waited until it was ended
	Method     string    `json:"method,omitempty"`  // "read-back", "telephoned", "ended"; missing: open
	Outcome    string    `json:"outcome,omitempty"` // why it was ended
	Who        *Name     `json:"who,omitempty"`     // who read back, was told, or ended it
	Attempts   int       `json:"attempts"`
	Failed     int       `json:"failed,omitempty"`
	Mismatches int       `json:"mismatches,omitempty"`
	Passes     int       `json:"passes,omitempty"`
	Missing    []string  `json:"missing,omitempty"` // words of the fields that its record lacks
}

// Published is a figure that others published.
type Published struct {
	Measure string  `json:"measure"` // one of TimesMeasures
	Figure  string  `json:"figure"`  // "median", "p90", "within60"
	Seconds float64 `json:"seconds,omitempty"`
	Share   float64 `json:"share,omitempty"`
	Source  string  `json:"source"`
}

// Rebuilding is the answer to times.rebuild: the tables of this node are empty and are read again from the ledger.
type Rebuilding struct {
	Entries int64 `json:"entries"` // that are to be read; Times.Behind tells how many are left
}

// StoryBody asks for everything that the ledger tells of one call.
type StoryBody struct {
	Call string `json:"call"` // id, or reference of a call that is open or was finished; of several the newest
}

// Story is one call from its result to its end, as the ledger tells it. It holds no patient data.
type Story struct {
	Call     string     `json:"call"`
	Ref      string     `json:"ref"`
	Unit     string     `json:"unit,omitempty"`
	Tier     string     `json:"tier"`
	Analytes []string   `json:"analytes"` // labels
	Standing string     `json:"standing"` // "open", "closed", "ended"
	Method   string     `json:"method,omitempty"`
	Opened   time.Time  `json:"opened"`
	Conveyed *time.Time `json:"conveyed,omitempty"`
	Took     float64    `json:"took,omitempty"` // seconds from filed to conveyed
	Target   float64    `json:"target,omitempty"`
	Late     float64    `json:"late,omitempty"`     // seconds by which the target was missed
	Occurred bool       `json:"occurred,omitempty"` // Conveyed was told afterwards
	Erased   bool       `json:"erased,omitempty"`   // something that its entries sealed was erased

	Facts  []Fact  `json:"facts"`  // one for each entry, in order
	Fields []Field `json:"fields"` // of the record, in its order; none while the call is open
	Have   int     `json:"have"`   // how many of Fields are there
}

// Fact is one entry of a story.
type Fact struct {
	Seq      ledger.Seq `json:"seq"` // ask for its receipt
	At       time.Time  `json:"at"`
	Occurred *time.Time `json:"occurred,omitempty"` // when it happened, if that was told
	After    float64    `json:"after"`              // seconds since the call was opened, by Occurred if that is there; negative before
	Kind     string     `json:"kind"`
	By       Name       `json:"by"`
	Via      string     `json:"via"`
	What     string     `json:"what"`          // a sentence
	Who      []Name     `json:"who,omitempty"` // whom it went to
	Why      string     `json:"why,omitempty"`
	Version  int        `json:"version,omitempty"` // of the call
	Erased   bool       `json:"erased,omitempty"`
}

// Field is one field of a notification's record.
type Field struct {
	Field string `json:"field"`
	Say   string `json:"say"`
	State string `json:"state"` // "there", "missing", "not-needed", "erased"
}
