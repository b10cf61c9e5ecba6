package equipment

import (
	"slices"
	"strings"
	"time"
)

// gateNames are the gates that there are.
var gateNames = []string{"control", "calibration", "maintenance", "lot"}

// Gate says what a gate says from now on: by hand, by API, and by a control's result of an analyzer. What was run before
// what is known already changes nothing. A level that is used no more goes; one that failed goes by a supervisor's word
// only, for to take it away is to open the gate. Errors: ErrUnknown, ErrNotYours, RefusedError.
func (b Book) Gate(g Gate, a Ask) ([]Event, error) {
	i, ok := b.Instruments.Get(g.Instrument)
	if !ok || i.Status == Retired {
		return nil, ErrUnknown
	}
	if g.Seen.IsZero() {
		g.Seen = a.Now
	}
	g.Seen = stamp(g.Seen)
	old, had := b.Gates.Get(gateKey(g))
	if p := b.badGate(g, i, a.Now); p != nil {
		return nil, &RefusedError{Problems: []Problem{*p}}
	}
	switch {
	case g.Gone && !had:
		return nil, ErrUnknown
	case g.Gone && old.Failed && !a.Supervisor:
		return nil, ErrNotYours
	case g.Gone:
		old.Gone = true
		return []Event{&Gated{Gate: old}}, nil
	case g.Seen.Before(old.Seen):
		return nil, &RefusedError{Problems: []Problem{{
			Rule: "older", Say: "A later " + g.Name + " is known already.", Instrument: i.ID, Assay: g.Assay,
		}}}
	}
	if g.Every == 0 {
		g.Every = b.every(g)
	}
	switch {
	case !g.Due.IsZero():
		g.Due = stamp(g.Due)
	case g.Failed:
		g.Due = old.Due
	case g.Every > 0:
		g.Due = g.Seen.Add(minutes(g.Every))
	}
	return []Event{&Gated{Gate: g}}, nil
}

// badGate looks at a gate by itself.
func (b Book) badGate(g Gate, i Instrument, now time.Time) *Problem {
	switch {
	case !slices.Contains(gateNames, g.Name):
		return &Problem{Rule: "unknown-gate", Say: "A gate is control, calibration, maintenance or lot."}
	case g.Assay != "" && !i.Runs(g.Assay):
		return &Problem{Rule: "assay", Say: "It does not run this assay.", Instrument: i.ID, Assay: g.Assay}
	case len(g.Level) > 40 || strings.ContainsFunc(g.Level, func(r rune) bool { return r <= ' ' || r > '~' }):
		return &Problem{Rule: "level", Say: "A level is at most 40 letters, digits and marks, without spaces.", Instrument: i.ID}
	case g.Every < 0 || minutes(g.Every) > 10*366*24*time.Hour:
		return &Problem{Rule: "every", Say: "It must be shown again after some minutes, at most ten years.", Instrument: i.ID}
	case g.Seen.After(now.Add(time.Minute)):
		return &Problem{Rule: "future", Say: "It was run in the future.", Instrument: i.ID}
	case !g.Due.IsZero() && g.Due.Before(g.Seen):
		return &Problem{Rule: "end-before-start", Say: "It is due before it was run.", Instrument: i.ID}
	}
	return nil
}

// every is after how many minutes a gate must be shown again, by what was said of it before, of the same gate of
// another level, or of all of the instrument's assays; 0 if nothing was.
func (b Book) every(g Gate) int {
	general := 0
	for _, o := range b.gates(Instrument{ID: g.Instrument}, nil) {
		switch {
		case o.Name != g.Name || o.Every == 0:
		case o.Assay == g.Assay && o.Level == g.Level:
			return o.Every
		case o.Assay == g.Assay || o.Assay == "":
			general = max(general, o.Every)
		}
	}
	return general
}
