package server

import (
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/wire"
)

func (s *Server) heldConfirm(q *asked, b wire.HeldBody) (any, error) {
	return s.recorded(q, func(st *lab.State, now time.Time) ([]lab.Event, error) {
		return events(st.Critical.Confirm(b.Call, q.Subject, now, st.Resolve(now)))
	})
}

func (s *Server) heldRerun(q *asked, b wire.HeldBody) (any, error) {
	return s.recorded(q, func(st *lab.State, _ time.Time) ([]lab.Event, error) {
		return events(st.Critical.BeginRerun(b.Call, q.Subject))
	})
}
