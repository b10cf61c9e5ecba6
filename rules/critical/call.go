package critical

import (
	"slices"
	"time"
)

// Standing is where a call stands.
type Standing string

// The standings of a call.
const (
	IsOpen   Standing = "open"
	IsClosed Standing = "closed" // read back, or told by telephone
	IsEnded  Standing = "ended"  // by a named person's decision, with a reason
)

// Call is one hand-off: one specimen, one owner, one ladder, 1..n results.
type Call struct {
	ID       string   `json:"id"`
	Ref      string   `json:"ref"` // six characters that people speak
	Patient  string   `json:"patient,omitempty"`
	Unit     string   `json:"unit,omitempty"`     // place of care when it opened
	Units    []string `json:"units,omitempty"`    // places of care since, in order, each once; see Board.Moved
	Where    string   `json:"where,omitempty"`    // place of care now, once the patient was moved
	Ordering string   `json:"ordering,omitempty"` // who ordered, if that was said: a staff code
	Setting  string   `json:"setting,omitempty"`
	Tier     string   `json:"tier"`
	Version  int      `json:"version"` // an answer is bound to it
	Standing Standing `json:"standing"`
	Outcome  string   `json:"outcome,omitempty"`
	Owner    string   `json:"owner,omitempty"`    // who has it until another takes it; "desk" where nobody was found
	Corrects string   `json:"corrects,omitempty"` // the closed call that this one corrects
	Release  string   `json:"release,omitempty"`  // of one that was held: how it came to be called

	Results []Result `json:"results"`
	Who     Snapshot `json:"who"`

	Steps   []Step    `json:"steps"` // frozen when it opened
	Next    int       `json:"next"`  // the step that fires at NextAt
	NextAt  time.Time `json:"nextAt,omitzero"`
	Own     time.Time `json:"own,omitzero"` // when the next step was due before a lease held it back
	Attempt int       `json:"attempt,omitempty"`
	Called  []Rung    `json:"called,omitempty"`
	Skipped []Skip    `json:"skipped,omitempty"`
	Desk    *Task     `json:"desk,omitempty"` // beside the ladder

	Takes  []Take   `json:"takes,omitempty"`
	Passes []Pass   `json:"passes,omitempty"`
	Phones []Phone  `json:"phones,omitempty"`
	Tries  []Try    `json:"tries,omitempty"` // read-backs that differed
	Glass  []Pane   `json:"glass,omitempty"` // who broke the glass
	Late   []string `json:"late,omitempty"`  // who read it back after it was over

	Gone       time.Time `json:"gone,omitzero"` // when the patient left the house, if that is so
	Seen       []Look    `json:"seen,omitempty"`
	Noticed    []Notice  `json:"noticed,omitempty"` // that it changed
	Mismatches int       `json:"mismatches,omitempty"`
	Opened     time.Time `json:"opened"`
	// Since is when what the present version says could first be told; zero of the first version.
	Since    time.Time `json:"since,omitzero"`
	Breach   time.Time `json:"breach,omitzero"`
	Finished time.Time `json:"finished,omitzero"`
}

// Item is one result of a call without what is sealed of it.
type Item struct {
	ID      string  `json:"id"`
	LOINC   string  `json:"loinc"`
	Label   string  `json:"label,omitempty"`
	Unit    string  `json:"unit,omitempty"` // UCUM
	Status  string  `json:"status,omitempty"`
	Outcome Outcome `json:"outcome"` // critical; after a correction perhaps normal or withdrawn
	Tier    string  `json:"tier,omitempty"`
	Rule    string  `json:"rule,omitempty"`
	// Available is when the result could be known, as the sender says.
	Available time.Time `json:"available,omitzero"`
}

// Result is one result of a call with what is told of it.
type Result struct {
	Item
	Told Told `json:"told,omitzero"`
	// Before is what it said before, oldest first.
	Before []Earlier `json:"before,omitempty"`
}

// Told is what of a result is shown to the clinician and read back.
type Told struct {
	Value     string  `json:"value,omitempty"` // as sent
	Means     string  `json:"means,omitempty"` // the same with a point and plain comparator
	Unit      string  `json:"unit,omitempty"`  // as sent, or the mapped default
	Why       string  `json:"why,omitempty"`
	Was       string  `json:"was,omitempty"`     // of a corrected one: value and unit as told before
	Finding   *Spoken `json:"finding,omitempty"` // of a value in words: what is typed or chosen instead
	Range     string  `json:"range,omitempty"`
	Flag      string  `json:"flag,omitempty"`
	Accession string  `json:"accession,omitempty"`
	Taken     string  `json:"taken,omitempty"`
	Resulted  string  `json:"resulted,omitempty"`
}

// Snapshot is the patient as shown on the call.
type Snapshot struct {
	Identifiers []string `json:"identifiers,omitempty"` // as shown; the first one's Tail is read back
	Name        string   `json:"name,omitempty"`
	Born        string   `json:"born,omitempty"`
	Sex         string   `json:"sex,omitempty"`
}

// Rung is one firing of a step.
type Rung struct {
	Step    int       `json:"step"`
	Attempt int       `json:"attempt"`
	Ask     string    `json:"ask"`
	To      []string  `json:"to,omitempty"`
	Desk    bool      `json:"desk,omitempty"`
	Version int       `json:"version"`
	Unit    string    `json:"unit,omitempty"` // place of care then
	At      time.Time `json:"at"`
	Why     string    `json:"why"`
	Reach   []Reach   `json:"reach,omitempty"`  // what is known of those it called
	Beside  bool      `json:"beside,omitempty"` // beside the ladder
	For     string    `json:"for,omitempty"`    // who asked to be telephoned
}

func (r Rung) ladder() bool { return !r.Beside }

// Skip is a step that was skipped at once because it had nobody to ask.
type Skip struct {
	Ask     string    `json:"ask"`
	Version int       `json:"version"`
	At      time.Time `json:"at"`
	Why     string    `json:"why"`
}

// Try is a read-back that differed.
type Try struct {
	By      string    `json:"by"`
	Version int       `json:"version"`
	At      time.Time `json:"at"`
	Fields  []string  `json:"fields"`
	Phone   int       `json:"phone,omitempty"` // the attempt by telephone in which it was said
}

// Look is a person's first look at one version.
type Look struct {
	By      string    `json:"by"`
	Version int       `json:"version"`
	At      time.Time `json:"at"`
}

// WasCalled tells whether a rung of the call went to a person.
func (c Call) WasCalled(person string) bool {
	return slices.ContainsFunc(c.Called, func(r Rung) bool { return slices.Contains(r.To, person) })
}

// Everyone is who was called or has seen the call, each once, in that order.
func (c Call) Everyone() []string {
	var out []string
	add := func(p string) {
		if p != "" && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	for _, r := range c.Called {
		for _, p := range r.To {
			add(p)
		}
	}
	for _, l := range c.Seen {
		add(l.By)
	}
	return out
}

// Identified tells whether the call has a patient whose identifier can be read back.
func (c Call) Identified() bool { return c.Patient != "" && c.Tail() != "" }

// Tail is what is read back of the first listed identifier; "" if there is none.
func (c Call) Tail() string {
	if len(c.Who.Identifiers) == 0 {
		return ""
	}
	return Tail(c.Who.Identifiers[0])
}

func (c Call) seen(by string, version int) bool {
	return slices.ContainsFunc(c.Seen, func(l Look) bool { return l.By == by && l.Version == version })
}

// result is the place of a result in the call, or -1.
func (c Call) result(id string) int {
	return slices.IndexFunc(c.Results, func(r Result) bool { return r.ID == id })
}

// fire notes a rung. Repeats at the desk, to the same people, take one place.
func fire(called []Rung, r Rung) []Rung {
	called = slices.Clip(slices.Clone(called))
	if n := len(called) - 1; n >= 0 {
		if l := called[n]; l.Ask == AskDesk && r.Ask == AskDesk && l.Version == r.Version && slices.Equal(l.To, r.To) {
			called = called[:n]
		}
	}
	return append(called, r)
}
