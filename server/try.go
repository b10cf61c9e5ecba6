package server

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/patient"
	"github.com/seed-909bec58/readback/wire"
)

const (
	tryResults = 1000    // results that a set is tried on
	tryMost    = 10_000  // that may be asked for
	tryEntries = 200_000 // entries that are read for them, at most
)

func (s *Server) retire(q *asked, b wire.RetireBody) (any, error) {
	return s.recorded(q, func(st *lab.State, _ time.Time) ([]lab.Event, error) {
		return events(st.Critical.Retire(b.Limits, b.Version, b.Setting, q.Subject))
	})
}

func (s *Server) examples(_ *asked, _ struct{}) (any, error) {
	return wire.Examples{Sets: critical.ExampleSets()}, nil
}

// tryLimits judges the last filed results by a set and by the one in force. It reads the ledger and records nothing;
// of a patient counts what is known now.
func (s *Server) tryLimits(q *asked, b wire.TryBody) (any, error) {
	if b.Most < 0 || b.Most > tryMost {
		return nil, wire.Bad("most", `The field "most" is out of range.`, fmt.Sprintf("Give at most %d, or leave it out.", tryMost))
	}
	st, now := s.Lab.State(), s.Lab.Now()
	set, ok := st.Critical.Set(b.Limits, b.Version)
	if b.Set != nil {
		set, ok = *b.Set, true
	}
	if !ok {
		return nil, critical.ErrNoSet
	}
	if f := critical.Check(set); len(f) > 0 {
		return nil, &critical.FaultsError{Faults: f}
	}
	filed, err := s.lastFiled(q, st.Seq, cmp.Or(b.Most, tryResults))
	if err != nil {
		return nil, err
	}
	t := trial{out: wire.Tried{More: []wire.Change{}, Fewer: []wire.Change{}, Reasons: []wire.Reason{}}, st: st, set: set, now: now}
	for _, e := range filed {
		t.try(e)
	}
	slices.SortStableFunc(t.out.Reasons, func(a, b wire.Reason) int {
		return cmp.Or(cmp.Compare(b.More+b.Fewer, a.More+a.Fewer), cmp.Compare(a.Rule, b.Rule))
	})
	return t.out, nil
}

// filed is one result as it was filed.
type filed struct {
	*critical.Reported
	seq ledger.Seq
	at  time.Time
}

// lastFiled reads the ledger backwards for the last results, the oldest first, each once: its newest report.
func (s *Server) lastFiled(q *asked, head ledger.Seq, most int) ([]filed, error) {
	var out []filed
	seen := map[string]bool{}
	const step = 1000
	for end := head; end > 0 && len(out) < most && head-end < tryEntries; end -= step {
		begin := max(0, end-step)
		es, err := s.Lab.Store().Read(q.ctx, begin, int(end-begin))
		if err != nil {
			return nil, fmt.Errorf("server: %w", err)
		}
		for i := range slices.Backward(es) {
			if es[i].Kind != "critical.reported" || len(out) == most {
				continue
			}
			ev, err := wire.Decode(&es[i])
			if err != nil {
				return nil, fmt.Errorf("server: %w", err)
			}
			e, ok := ev.(*critical.Reported)
			if !ok || seen[e.Result] {
				continue
			}
			seen[e.Result] = true
			out = append(out, filed{e, es[i].Seq, es[i].At})
		}
	}
	slices.Reverse(out)
	return out, nil
}

// trial gathers what two sets make of results.
type trial struct {
	out wire.Tried
	st  *lab.State
	set critical.Set
	now time.Time
}

func (t *trial) try(e filed) {
	if t.out.Read == 0 {
		t.out.From = e.at
	}
	t.out.Read++
	t.out.To = e.at
	in := t.st.Message(t.st.Patients.Get(e.Patient), patient.Identity{}, patient.Place{}, t.st.Location(), t.now)
	in.Sender, in.Refs = e.Sender, []string{"??????"}
	rep := e.Report()
	if e.LOINC != "" { // its code may be mapped otherwise by now
		rep.Codings = append(rep.Codings, critical.Coding{System: "LN", Code: e.LOINC})
	}
	old, by := t.st.Critical.Verdict(in, rep, t.now), t.st.Critical.VerdictBy(t.set, in, rep, t.now)
	switch was, is := old.Outcome == critical.Critical, by.Outcome == critical.Critical; {
	case is && !was:
		t.out.More = append(t.out.More, t.change(e, by, func(r *wire.Reason) { r.More++ }))
	case was && !is:
		t.out.Fewer = append(t.out.Fewer, t.change(e, old, func(r *wire.Reason) { r.Fewer++ }))
	}
}

func (t *trial) change(e filed, v critical.Verdict, count func(*wire.Reason)) wire.Change {
	why := v.Why
	if v.Spoken != nil {
		why = "a finding in words" // which one is the result itself
	}
	i := slices.IndexFunc(t.out.Reasons, func(r wire.Reason) bool { return r.Rule == v.Rule })
	if i < 0 {
		i = len(t.out.Reasons)
		t.out.Reasons = append(t.out.Reasons, wire.Reason{Rule: v.Rule, Why: strings.TrimPrefix(why, "may be ")})
	}
	count(&t.out.Reasons[i])
	return wire.Change{Seq: e.seq, Result: e.Result, LOINC: e.LOINC, Rule: v.Rule, Why: why}
}
