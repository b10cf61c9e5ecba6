package critical

import (
	"slices"
	"strings"
	"time"
)

// Spelled says which unit a sender's way to write it means. An empty sender stands for all.
type Spelled struct {
	Sender  string `json:"sender,omitempty"`
	Written string `json:"written"`
	Unit    string `json:"unit"` // UCUM
}

// Kind is "limits.spelled".
func (*Spelled) Kind() string { return "limits.spelled" }

// About is the unit as that sender writes it.
func (e *Spelled) About() []string { return about("unit/" + e.Unit) }

// Enclosure is nil.
func (*Spelled) Enclosure() any { return nil }

// Spell is the event that gives a sender's spelling of a unit its meaning. One
// that is known already cannot mean another. Errors: ErrMapping.
func Spell(sender, written, unit string) ([]Event, error) {
	code := Canonical(unit)
	if known := Canonical(written); strings.TrimSpace(written) == "" || code == "" || known != "" && known != code {
		return nil, ErrMapping
	}
	return []Event{&Spelled{Sender: sender, Written: strings.TrimSpace(written), Unit: code}}, nil
}

// unit is the UCUM code of a unit as a sender writes it, "" for one that nobody knows.
func (b Board) unit(sender, written string) string {
	if u := Canonical(written); u != "" {
		return u
	}
	for _, of := range []string{sender, ""} {
		if u, ok := b.Units.Get(of + "\x1f" + squeeze(written)); ok {
			return u
		}
	}
	return ""
}

// Meant are the work items that may be settled by what codes and units mean
// now, sorted by id: those for a code that has a meaning, and all for a unit.
func (b Board) Meant() []Work {
	var out []Work
	for _, w := range b.Work.All() {
		switch w.Outcome() { //nolint:exhaustive // the others wait for no meaning
		case UnknownTest:
			if _, ok := b.Resolve(w.Sender, []Coding{w.Coding}); ok && w.Coding.Code != "" {
				out = append(out, w)
			}
		case UnknownUnit:
			out = append(out, w)
		}
	}
	slices.SortFunc(out, func(a, b Work) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// Outcome is the outcome that a work item is about, if it is about one.
func (w Work) Outcome() Outcome { return Outcome(w.Reason) }

// Report is the report that a result came by, as far as the ledger has it.
func (e *Reported) Report() Report {
	return Report{
		Result: e.Result, Codings: []Coding{{System: e.System, Code: e.Code}}, Group: e.Sealed.Accession, Parts: e.Sealed.Parts, Status: e.Status,
		Ordering: e.Ordering, Available: e.Available, Source: e.Source, Sealed: e.Sealed,
	}
}

// Verdict says what would become of a report by the limits in force: nothing
// is told, and what was told before does not count.
func (b Board) Verdict(in Message, r Report, now time.Time) Verdict {
	set, _ := b.InForce(in.Subject.Setting, stamp(now))
	return b.VerdictBy(set, in, r, now)
}

// VerdictBy is the Verdict by a set, in force or not.
func (b Board) VerdictBy(set Set, in Message, r Report, now time.Time) Verdict {
	f := b.judge(set, in, r, stamp(now))
	f.verdict.Held = f.held
	return f.verdict
}

// Of is an event of File as of a message with another id, for results that are
// filed apart from it.
func Of(ev Event, message string) Event {
	switch ev := ev.(type) {
	case *Reported:
		ev.Message = message
	case *Opened:
		ev.Message = message
	case *Held:
		ev.Message = message
	}
	return ev
}
