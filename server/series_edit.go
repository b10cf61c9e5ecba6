package server

import (
	"time"

	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/wire"
)

func (s *Server) seriesCancel(q *asked, b wire.SeriesCancelBody) (any, error) {
	return s.seriesChanged(q, func(book equipment.Book, a equipment.Ask) ([]equipment.Event, []equipment.Skipped, error) {
		return book.CancelSeries(b.Series, b.From, b.Reason, b.Skip, a)
	})
}

func (s *Server) seriesMove(q *asked, b wire.SeriesMoveBody) (any, error) {
	var zone *time.Location
	if b.Zone != "" {
		var err error
		if zone, err = time.LoadLocation(b.Zone); err != nil {
			return nil, wire.Bad("zone", "There is no such time zone.", `Name one such as "Europe/Berlin", or none: the instrument's counts.`)
		}
	}
	return s.seriesChanged(q, func(book equipment.Book, a equipment.Ask) ([]equipment.Event, []equipment.Skipped, error) {
		return book.MoveSeries(b.Series, b.From, b.Shift, zone, b.Skip, a)
	})
}

// seriesChanged records what a decision about a series says, and counts the occurrences that changed. What was
// skipped is told the first time only: it was not recorded.
func (s *Server) seriesChanged(
	q *asked, decide func(b equipment.Book, a equipment.Ask) ([]equipment.Event, []equipment.Skipped, error),
) (any, error) {
	var out wire.SeriesChanged
	done, err := s.booking(q, func(book equipment.Book, a equipment.Ask) ([]equipment.Event, error) {
		evs, skipped, err := decide(book, a)
		out.Skipped = skipped
		return evs, err
	})
	if err != nil {
		return nil, err
	}
	evs, _, err := s.told(q.ctx, done)
	if err != nil {
		return nil, err
	}
	out.Recorded = recordedAs(done)
	for _, ev := range evs {
		switch ev.(type) {
		case *equipment.Moved, *equipment.CancelledOne:
			out.Changed++
		}
	}
	return out, nil
}
