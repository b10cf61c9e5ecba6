package server

import (
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// who tells who would get a call. Whoever is signed in may ask for a unit; where a patient is, is for the laboratory and
// for those who may see an open call of that patient.
func (s *Server) who(q *asked, b wire.WhoBody) (any, error) {
	st, now := s.Lab.State(), s.Lab.Now()
	if b.At.IsZero() {
		b.At = now
	}
	if b.At.Before(now.Add(-time.Minute)) {
		return nil, wire.Bad("at", `The time "at" is past.`, "Give now or later: what was then stands in the ledger, with each call's reasons.")
	}
	if b.At.After(now.AddDate(2, 0, 0)) {
		return nil, wire.Bad("at", `The time "at" is more than two years away.`, "Give one for which a roster can be published.")
	}
	if err := knownTier("tier", b.Tier); err != nil {
		return nil, err
	}
	if b.Patient != "" && !q.mayPlace(st, b.Patient, now) {
		return nil, &wire.Refusal{Err: wire.ErrNotFound, Field: "patient", Say: "There is no such patient here, or not for you.", Do: "Ask for a unit instead."}
	}
	return s.devices(st.Who(lab.Would{
		Unit: b.Unit, Service: b.Service, Tier: b.Tier, Patient: b.Patient, Ordering: b.Ordering, Attending: b.Attending, At: b.At,
	}, now)), nil
}

// mayPlace tells whether the viewer may know where a patient is.
func (q *asked) mayPlace(st *lab.State, id string, now time.Time) bool {
	if st.Patients.Get(id) == nil {
		return false
	}
	hears := st.Hears(q.Viewer, now)
	if slices.Contains(hears, "lab") {
		return true
	}
	for _, c := range st.Critical.Calls.All() {
		if st.Patients.Handle(c.Patient) == st.Patients.Handle(id) && st.MaySee(hears, c) {
			return true
		}
	}
	return false
}

// knownTier tells whether a ladder or question may name a tier; none and "*" stand for any.
func knownTier(field, tier string) error {
	if tier == "" || tier == roster.Any || slices.Contains(critical.Tiers, tier) {
		return nil
	}
	return wire.Bad(field, "There is no such tier.", "Give one of "+strings.Join(critical.Tiers, ", ")+", or leave it out.")
}

func (s *Server) setLadder(q *asked, b wire.LadderBody) (any, error) {
	if err := knownTier("ladder.tier", b.Ladder.Tier); err != nil {
		return nil, err
	}
	return s.recorded(q, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		if err := st.Roster.CheckLadder(b.Ladder, now); err != nil {
			return nil, err
		}
		return []lab.Event{&roster.LadderSet{Ladder: b.Ladder}}, nil
	})
}

func (s *Server) removeLadder(q *asked, b wire.LadderRemoveBody) (any, error) {
	return s.recorded(q, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		ev := &roster.LadderRemoved{Unit: b.Unit, Service: b.Service, Tier: b.Tier}
		if err := st.Roster.CheckNoLadder(ev, now); err != nil {
			return nil, err
		}
		return []lab.Event{ev}, nil
	})
}
