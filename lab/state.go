package lab

import (
	"slices"
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/rules/patient"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/rules/session"
	"github.com/seed-909bec58/readback/rules/table"
	"github.com/seed-909bec58/readback/wire"
)

// Event is a thing that can happen in a laboratory.
type Event = wire.Event

// State is the laboratory at one place in the ledger: what is open, who is there, who is on duty. It is a value that
// never changes; what is over is recalled from the ledger.
type State struct {
	Seq  ledger.Seq `json:"seq"` // the last entry folded
	At   time.Time  `json:"at"`  // its time
	Site string     `json:"site"`
	Zone string     `json:"zone"` // IANA

	Format int   `json:"format"`           // the newest format that may stand in the ledger
	Epoch  int   `json:"epoch,omitempty"`  // how often the ledger went on after a restore or a failover
	Before int64 `json:"before,omitempty"` // how many entries were there when the epoch began
	Step   int64 `json:"step,omitempty"`   // the last step of the clock, microseconds

	Patients patient.Book   `json:"patients"`
	Critical critical.Board `json:"critical"`
	Roster   roster.Book    `json:"roster"`
	Sessions session.Book   `json:"sessions"`

	Equipment equipment.Book `json:"equipment"`

	Left table.Map[string, string] `json:"left"` // time and patient → a patient who left then

	Quiet table.Map[string, string] `json:"quiet"` // time and patient → one whom results alone told of then

	past map[string][]Past // recalled subjects; only in a draft
}

// Mark is where and when an event stands in the ledger, and who caused it.
type Mark struct {
	Seq int64
	At  time.Time
	By  string
}

// apply returns the state after an event. Every room is asked; each knows its own.
func (s State) apply(ev Event, m Mark) State {
	s.Seq, s.At = ledger.Seq(m.Seq), m.At
	switch ev := ev.(type) {
	case *wire.Opened:
		s.Site, s.Zone, s.Format = ev.Site, ev.Zone, ev.Format
	case *wire.FormatRaised:
		s.Format = ev.Format
	case *wire.EpochBegan:
		s.Epoch, s.Before = ev.Epoch, ev.Size
	case *wire.ClockStepped:
		s.Step = ev.Step
	}
	s.Patients = s.Patients.Apply(ev, patient.Mark(m))
	s.Critical = s.Critical.Apply(ev, critical.Mark(m))
	s.Roster = s.Roster.Apply(ev, roster.Mark(m))
	s.Sessions = s.Sessions.Apply(ev, session.Mark(m))
	s.Equipment = s.Equipment.Apply(ev, equipment.Mark(m))
	switch ev := ev.(type) {
	case *patient.Identified:
		s = s.quiet(ev.Patient)
	case *patient.Moved:
		s = s.quiet(ev.Patient)
		s.Critical = s.Critical.Moved(s.Patients.Handle(ev.Patient), ev.Unit)
	case *patient.Left:
		s.Critical = s.Critical.Left(s.Patients.Handle(ev.Patient), m.At)
	}
	if left, ok := ev.(*patient.Left); ok {
		s.Left = s.Left.With(m.At.UTC().Format(ledger.TimeLayout)+" "+left.Patient, left.Patient)
	}
	s = s.forget().hush()
	if s.past != nil {
		about := ev.About()
		for i, subject := range about {
			if p, ok := s.past[subject]; ok && !slices.Contains(about[:i], subject) {
				s.past[subject] = append(p, Past{Event: ev, Mark: m}) // extend clipped it: what follows is the draft's own
			}
		}
	}
	return s
}

// forgetAfter is for how long a patient who left stays in mind, as a finished call does.
const forgetAfter = critical.Window

// forget drops patients who left longer ago than forgetAfter and have nothing open: the ledger still knows. One who has
// is looked at again an hour later. O(1) when there is nobody to drop, else O(open calls).
func (s State) forget() State {
	for key, id := range s.Left.All() {
		if key >= s.At.Add(-forgetAfter).UTC().Format(ledger.TimeLayout) {
			break
		}
		s.Left = s.Left.Without(key)
		p := s.Patients.Get(id)
		switch {
		case p == nil || p.Present || s.leftAgain(id):
		case s.hasOpen(p.ID):
			s.Left = s.Left.With(s.At.Add(time.Hour-forgetAfter).UTC().Format(ledger.TimeLayout)+" "+id, id)
		default:
			s.Patients = s.Patients.Without(p.ID)
		}
	}
	return s
}

// quietAfter is for how long a patient of whom results alone told stays in mind: nobody will say that they left.
const quietAfter = 7 * 24 * time.Hour

// quiet remembers when results told of a patient whose stay the hospital did not tell of.
func (s State) quiet(id string) State {
	if p := s.Patients.Get(id); p != nil && !p.Stay && p.Seq == int64(s.Seq) {
		s.Quiet = s.Quiet.With(s.At.UTC().Format(ledger.TimeLayout)+" "+p.ID, p.ID)
	}
	return s
}

// hush drops patients of whom only results told, quietAfter ago, and who have nothing open. The next message that names
// one finds the record, and what was merged into it, in the ledger.
func (s State) hush() State {
	for key, id := range s.Quiet.All() {
		if key >= s.At.Add(-quietAfter).UTC().Format(ledger.TimeLayout) {
			break
		}
		s.Quiet = s.Quiet.Without(key)
		switch p := s.Patients.Get(id); {
		case p == nil || p.Stay:
		case s.hasOpen(p.ID):
			s.Quiet = s.Quiet.With(s.At.Add(time.Hour-quietAfter).UTC().Format(ledger.TimeLayout)+" "+id, id)
		default:
			s.Patients = s.Patients.Without(p.ID)
		}
	}
	return s
}

// leftAgain tells whether a patient, who left longer ago, came back and left once more since. O(who left lately).
func (s *State) leftAgain(id string) bool {
	for _, other := range s.Left.All() {
		if other == id {
			return true
		}
	}
	return false
}

func (s *State) hasOpen(id string) bool {
	if len(s.Critical.Of(id)) > 0 {
		return true
	}
	for loser, survivor := range s.Patients.Alias.All() {
		if survivor == id && len(s.Critical.Of(loser)) > 0 {
			return true
		}
	}
	return false
}

// Past is one event of the past, as Recall brings it.
type Past struct {
	Event Event // nil for a kind that this version does not know
	Mark  Mark
}

// Past returns all events about a subject in order, if it was recalled. Where it was not, decide returns
// Recall(subject) and is asked again.
func (s *State) Past(subject string) ([]Past, bool) {
	p, ok := s.past[subject]
	return p, ok
}

// RecallError asks Record to bring the past of subjects; see Recall.
type RecallError struct{ Subjects []string }

// Error implements error.
func (*RecallError) Error() string { return "the past of a subject is wanted" }

// Recall is what decide returns when it needs the past of subjects that the State does not hold.
func Recall(subjects ...string) error { return &RecallError{Subjects: subjects} }
