package server

import (
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/wire"
)

// delivered records a screen's receipt for a rung that calls its person. It takes no idempotency key: the second receipt
// is none.
func (s *Server) delivered(q *asked, b wire.DeliveredBody) (any, error) {
	if q.Machine() {
		return nil, &wire.Refusal{Err: wire.ErrForbidden, Say: "A program is not called."}
	}
	done, err := s.record(q, lab.Key{}, func(st *lab.State, _ time.Time) ([]lab.Event, error) {
		return events(st.Critical.Deliver(b.Call, b.Attempt, q.Subject, st.Bare(q.Viewer)))
	})
	if err != nil {
		return nil, err
	}
	return recordedAs(done), nil
}
