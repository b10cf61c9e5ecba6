package server

import (
	"fmt"
	"slices"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// seriesMost is how many earlier results one answer has at most, the newest.
const seriesMost = 60

// series answers with the earlier results of one test of a call's patient, for whoever may see the call.
func (s *Server) series(q *asked, b wire.SeriesOfBody) (any, error) {
	st, now := s.Lab.State(), s.Lab.Now()
	c, err := q.find(st, b.Call, now)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(c.Results, func(r critical.Result) bool { return r.ID == b.Result })
	if i < 0 {
		return nil, &wire.Refusal{Err: wire.ErrNotFound, Field: "result", Say: "The call has no such result.", Do: "Name one of its results."}
	}
	subject := critical.Series(st.Patients.Handle(c.Patient), c.Results[i].LOINC)
	if subject == "" {
		return wire.Series{Points: []wire.Point{}}, nil
	}
	es, err := s.Lab.Store().About(q.ctx, subject, st.Seq)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	out := wire.Series{Points: []wire.Point{}}
	newest := map[string]int{} // result → its place: a correction takes the place of what it corrects
	for k := range es {
		ev, err := wire.Decode(&es[k])
		if err != nil {
			return nil, fmt.Errorf("server: %w", err)
		}
		r, ok := ev.(*critical.Reported)
		if !ok || r.Repeat || r.Late || r.Sealed.Value == "" {
			continue
		}
		p := wire.Point{Result: r.Result, Value: r.Sealed.Value, Unit: r.Sealed.Unit, Status: r.Status, Outcome: string(r.Outcome), At: es[k].At}
		if !r.Available.IsZero() {
			p.At = r.Available
		}
		if at, ok := newest[r.Result]; ok {
			out.Points[at] = p
			continue
		}
		newest[r.Result] = len(out.Points)
		out.Points = append(out.Points, p)
	}
	slices.SortStableFunc(out.Points, func(a, b wire.Point) int { return a.At.Compare(b.At) })
	out.Points = out.Points[max(0, len(out.Points)-seriesMost):]
	return out, nil
}
