package server

import (
	"fmt"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

func (s *Server) mapCode(q *asked, b wire.MapBody) (any, error) {
	return s.mean(q, func(*lab.State) ([]lab.Event, error) {
		return events(critical.Map(b.Sender, critical.Coding{System: b.System, Code: b.Code}, b.Test))
	})
}

func (s *Server) limitsUnit(q *asked, b wire.UnitBody) (any, error) {
	return s.mean(q, func(*lab.State) ([]lab.Event, error) { return events(critical.Spell(b.Sender, b.Written, b.Unit)) })
}

// mean records what gives a code or a unit its meaning, and judges what had waited for it, in as many turns as it needs:
// what a crash leaves waiting stays a work item, and the same command given again goes on with it.
func (s *Server) mean(q *asked, decide func(*lab.State) ([]lab.Event, error)) (any, error) {
	var out wire.Meant
	from, more := "", true
	for first := true; more; first = false {
		key := s.key(q)
		if !first {
			key = lab.Key{}
		}
		refs, err := lab.References(s.Rand, lab.RejudgeMost+4)
		if err != nil {
			return nil, fmt.Errorf("server: %w", err)
		}
		var next string
		begin := from
		done, err := s.record(q, key, func(st *lab.State, now time.Time) (evs []lab.Event, err error) {
			if first {
				if evs, err = decide(st); err != nil {
					return nil, err
				}
			}
			evs, next, more, err = st.Rejudge(evs, begin, q.Subject, refs, now)
			return evs, err
		})
		if err != nil {
			return nil, err
		}
		if first {
			out.Recorded = recordedAs(done)
			more = more && !done.Repeat
		} else if done.Last > 0 {
			out.Last = done.Last
		}
		from = next
		count(&out, done.Events)
	}
	return out, nil
}

func count(out *wire.Meant, evs []lab.Event) {
	for _, ev := range evs {
		switch ev.(type) {
		case *critical.Reported:
			out.Judged++
		case *critical.Opened:
			out.Called++
		case *critical.Held:
			out.Held++
		}
	}
}
