package lab

import (
	"context"
	"time"
)

// lookForGaps is how often Keep looks for holes in the roster.
const lookForGaps = time.Minute

// gaps tells those who plan of holes in the roster, a day before. It looks outside the writer; what it found is decided
// again there. at is when it looked last, a node's own: a new one looks at once. It tells whether it recorded anything.
func (l *Lab) gaps(ctx context.Context, at *time.Time, s *State, now time.Time) bool {
	if now.Sub(*at) < lookForGaps && !now.Before(*at) {
		return false
	}
	*at = now
	if len(s.Roster.GapsDue(now)) == 0 {
		return false
	}
	_, err := l.Record(ctx, Clock, Key{}, func(s *State, now time.Time) ([]Event, error) {
		var out []Event
		for _, ev := range s.Roster.GapsDue(now) {
			out = append(out, ev)
		}
		return out, nil
	})
	if err != nil && ctx.Err() == nil {
		l.cfg.Log.Error("a hole in the roster could not be told", "error", err)
	}
	return err == nil
}
