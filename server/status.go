package server

import (
	"slices"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// holesAhead is how far ahead the status looks for posts that nobody covers.
const holesAhead = 24 * time.Hour

// status says how this node is. What it stands on (disk, database, senders, files) is filled in by who started it.
func (s *Server) status(q *asked, _ struct{}) (any, error) {
	st, l, h := s.Lab.State(), s.Lab.Stats(), s.hub.Stats()
	now := s.Lab.Now()
	out := wire.Status{
		Now: now, Site: s.Lab.Site(), Node: s.Lab.Node(), Ready: true, Promise: []wire.Finding{},
		Ledger: wire.LedgerStatus{
			Head: st.Seq, Age: s.hub.Age().Seconds(), Full: s.Lab.Full(), Shared: s.Lab.Store().Shared(), Epoch: st.Epoch,
			Signed: s.Notary.SignedAt(), Lost: l.Lost.Load(), Doubts: l.Doubts.Load(), Entries: l.Entries.Load(),
		},
		Clock: wire.ClockStatus{
			Off: float64(l.ClockOff.Load()) / 1e6, Step: float64(st.Step) / 1e6, Late: float64(l.Late.Load()) / 1e6,
		},
		Calls:   s.unfinished(st, now),
		Faults:  st.Faults(now.Add(-5 * time.Second)), // what falls due this moment is Keep's, not a fault
		Screens: wire.ScreensStatus{Open: s.hub.Count(), Refused: h.Refused.Load(), Slow: h.Slow.Load(), Silent: h.Silent.Load()},
	}
	if err := s.Ready(); err != nil {
		p := s.problem(err)
		out.Ready, out.Why, out.Do = false, p.Say, p.Do
	}
	if note, err := s.Lab.Store().LastCheckpoint(q.ctx); err == nil {
		out.Ledger.Checkpoint, out.Ledger.Unsigned = note.Size, max(0, int64(st.Seq)-note.Size)
	} else {
		out.Promise = append(out.Promise, wire.Finding{What: "the ledger's checkpoints cannot be read", Do: "see the log; look whether the database answers"})
		s.Log.Error("the ledger's checkpoints cannot be read", "error", err)
	}
	if s.Audit != nil {
		seq, why := s.Audit.Place()
		out.Audit = &wire.AuditStatus{Seq: seq, Behind: max(0, int64(st.Seq-seq)), Why: why}
	}
	for _, g := range st.Roster.Gaps(now, now.Add(holesAhead)) {
		out.Holes = append(out.Holes, wire.Hole{Post: st.Name(g.Post), From: g.From, To: g.To})
	}
	slices.SortStableFunc(out.Holes, func(a, b wire.Hole) int { return a.From.Compare(b.From) })
	if s.Beneath != nil {
		s.Beneath(q.ctx, &out)
	}
	return out, nil
}

func (s *Server) unfinished(st *lab.State, now time.Time) wire.CallsStatus {
	out := wire.CallsStatus{Open: st.Critical.Calls.Len(), Work: st.Critical.Work.Len()}
	if s.Alone != nil {
		out.Alone = s.Alone()
	}
	if due, ok := st.NextDue(); ok {
		out.Due = &due
	}
	var oldest critical.Call
	for _, c := range st.Critical.Calls.All() {
		if !c.Breach.IsZero() && now.After(c.Breach) {
			out.Late++
		}
		if oldest.ID == "" || c.Opened.Before(oldest.Opened) {
			oldest = c
		}
	}
	if oldest.ID != "" {
		out.Oldest = &wire.OldCall{Ref: oldest.Ref, Unit: oldest.Unit, Tier: oldest.Tier, Opened: oldest.Opened}
	}
	return out
}
