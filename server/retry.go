package server

import (
	"errors"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// retry files a message that waits in quarantine: the door that read it reads it once more.
func (s *Server) retry(q *asked, b wire.RetryBody) (any, error) {
	if s.Retry == nil {
		return nil, critical.ErrNoWork
	}
	done, err := s.Retry(q.ctx, q.Actor(), s.key(q), q.allowed, b.Work)
	if still, ok := errors.AsType[*critical.StillError](err); ok {
		return nil, &wire.Refusal{Err: err, Field: "work", Facts: map[string]any{"reason": still.Reason}}
	}
	if err != nil {
		return nil, err
	}
	evs, _, err := s.told(q.ctx, done)
	if err != nil {
		return nil, err
	}
	out := wire.Meant{Recorded: recordedAs(done)}
	count(&out, evs)
	return out, nil
}
