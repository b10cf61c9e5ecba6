package roster

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Any stands in a ladder for every unit, service or tier; so does an empty
// service or tier.
const Any = "*"

// The defaults of a ladder, in seconds.
const (
	DefaultWait     = 600  // for each step
	DefaultDesk     = 300  // the desk's task beside the ladder, and its repeat
	DefaultDirector = 1800 // the director is told
	DefaultBreach   = 3600 // the call is late for the record
)

// Ladder is whom a call asks, one after another.
type Ladder struct {
	Unit     string `json:"unit"`              // a unit's code, or "*"
	Service  string `json:"service,omitempty"` // a service's code
	Tier     string `json:"tier,omitempty"`
	Steps    []Step `json:"steps"`              // the last one asks the desk
	Desk     int    `json:"desk,omitempty"`     // s after opening the desk's task stands beside, and its repeat
	Director int    `json:"director,omitempty"` // s after opening a director is told
	Breach   int    `json:"breach,omitempty"`   // s after opening the call is late
}

// Step is one rung: a question that is answered when it fires.
type Step struct {
	Ask  string `json:"ask"`            // one of Asks, or "post/…"
	Rank int    `json:"rank,omitempty"` // of unit, service and post: ask this call (0 first) or the next one that is staffed
	Wait int    `json:"wait,omitempty"` // s until the next step fires
}

// Place is what of a call its ladder and people depend on.
type Place struct {
	Unit      string // the patient's unit, by code
	Service   string // by code; empty: that to which the unit belongs
	Attending string // the sender's staff codes
	Ordering  string
}

// Ladders are chosen by these three; an empty one stands for any.
type name [3]string

func (l *Ladder) name() name { return name{wild(l.Unit), wild(l.Service), wild(l.Tier)} }

// alike tells whether two names differ in capitals alone.
func (n name) alike(o name) bool {
	return strings.EqualFold(n[0], o[0]) && strings.EqualFold(n[1], o[1]) && strings.EqualFold(n[2], o[2])
}

// Name is how the ladder is called: "unit ICU-2, tier critical", or "every call".
func (l *Ladder) Name() string {
	var parts []string
	for i, part := range [...]string{"unit ", "service ", "tier "} {
		if code := l.name()[i]; code != Any {
			parts = append(parts, part+code)
		}
	}
	if len(parts) == 0 {
		return "every call"
	}
	return strings.Join(parts, ", ")
}

func wild(s string) string {
	if s == "" {
		return Any
	}
	return s
}

// CatchAll tells whether the ladder is that of every call that no other one is for.
func (l *Ladder) CatchAll() bool { return l.name() == name{Any, Any, Any} }

// Text is the step's question in one word, with its rank: "unit", "post/icu+1".
func (s Step) Text() string {
	if s.Rank > 0 {
		return s.Ask + "+" + strconv.Itoa(s.Rank)
	}
	return s.Ask
}

// ParseAsk is the step of a Text, without its wait.
func ParseAsk(text string) Step {
	ask, rank, _ := strings.Cut(text, "+")
	n, _ := strconv.Atoi(rank) // no suffix: first call
	return Step{Ask: ask, Rank: n}
}

// Found is the ladder of a call, and why it is that one.
type Found struct {
	Ladder Ladder
	Why    string
}

// Ladder is the ladder of a call that opens at an instant; see Find.
func (b Book) Ladder(at Place, tier string, now time.Time) Ladder {
	return b.Find(at, tier, now).Ladder
}

// Find is the ladder of a call that opens at an instant: of the newest
// roster for it (of the last one published, when none reaches so far) the
// most specific, where unit counts before service and service before tier.
// It is complete, with defaults filled in, and never without steps: a house
// that has published nothing calls the desk.
func (b Book) Find(at Place, tier string, now time.Time) Found {
	at.Service = b.ServiceOf(at)
	best, specific := Ladder{Unit: Any, Steps: []Step{{Ask: AskDesk}}}, -1
	for _, l := range b.plan(now).Ladders {
		s := 0
		for _, c := range [...]struct {
			has, asked string
			weight     int
		}{{l.Unit, at.Unit, 4}, {l.Service, at.Service, 2}, {l.Tier, tier, 1}} {
			switch c.has {
			case Any, "":
			case c.asked:
				s += c.weight
			default:
				s -= 8
			}
		}
		if s > specific && len(l.Steps) > 0 {
			best, specific = l, s
		}
	}
	why := "the ladder of " + best.Name() + ", the most specific one"
	switch {
	case specific < 0:
		why = "no ladder is published, so the desk is asked"
	case specific == 0 && at.Unit == "":
		why = "the catch-all, as no unit is known"
	case specific == 0 && !b.Listed(at.Unit, now):
		why = "the catch-all, as nobody listed the unit " + at.Unit
	case specific == 0:
		why = "the catch-all, as no ladder names the unit " + at.Unit
	}
	if p := b.plan(now); specific >= 0 && (now.Before(p.From) || !now.Before(p.To)) {
		why += "; no roster is published for then, so the last one's ladders stand"
	}
	return Found{best.filled(), why}
}

// Ladders is the ladders in force at an instant.
func (b Book) Ladders(now time.Time) []Ladder { return b.plan(now).Ladders }

func (b Book) plan(now time.Time) Plan {
	for _, p := range slices.Backward(b.Plans) {
		if !now.Before(p.From) && now.Before(p.To) {
			return p
		}
	}
	if n := len(b.Plans); n > 0 {
		return b.Plans[n-1]
	}
	return Plan{}
}

func (l Ladder) filled() Ladder {
	l.Steps = slices.Clone(l.Steps)
	for i := range l.Steps {
		if l.Steps[i].Wait <= 0 {
			l.Steps[i].Wait = DefaultWait
		}
	}
	for _, f := range [...]struct {
		at   *int
		with int
	}{{&l.Desk, DefaultDesk}, {&l.Director, DefaultDirector}, {&l.Breach, DefaultBreach}} {
		if *f.at <= 0 {
			*f.at = f.with
		}
	}
	return l
}

// settle copies ladders, so that they are equal however they were encoded.
func settle(ladders []Ladder) []Ladder {
	out := append([]Ladder(nil), ladders...)
	for i := range out {
		out[i].Steps = append([]Step(nil), out[i].Steps...)
	}
	return out
}
