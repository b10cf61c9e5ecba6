package server

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/wire"
)

// booking records what a decision about instruments says, for the command's viewer.
func (s *Server) booking(q *asked, decide func(b equipment.Book, a equipment.Ask) ([]equipment.Event, error)) (lab.Done, error) {
	before := s.Lab.State()
	return s.record(q, s.key(q), func(st *lab.State, now time.Time) ([]lab.Event, error) {
		st = looked(before, st)
		evs, err := decide(st.Equipment, st.Ask(q.Viewer, now))
		return events(evs, err)
	})
}

// booked is booking for a command whose answer is only that it was recorded.
func (s *Server) booked(q *asked, decide func(b equipment.Book, a equipment.Ask) ([]equipment.Event, error)) (any, error) {
	done, err := s.booking(q, decide)
	if err != nil {
		return nil, err
	}
	return recordedAs(done), nil
}

// books is booked for a command whose body is all that the decision needs.
func books[B any](decide func(book equipment.Book, b B, a equipment.Ask) ([]equipment.Event, error)) func(*Server, *asked) (any, error) {
	return reads(func(s *Server, q *asked, b B) (any, error) {
		return s.booked(q, func(book equipment.Book, a equipment.Ask) ([]equipment.Event, error) { return decide(book, b, a) })
	})
}

// longestBoard is how much time one answer shows at most.
const longestBoard = 62 * 24 * time.Hour

func (s *Server) board(q *asked, b wire.BoardBody) (any, error) {
	st, now := s.Lab.State(), s.Lab.Now()
	if b.From.IsZero() {
		y, m, d := now.In(lab.Zone(st.Zone)).Date()
		b.From, _ = equipment.Instant(time.Date(y, m, d, 0, 0, 0, 0, time.UTC), lab.Zone(st.Zone))
	}
	if b.To.IsZero() {
		b.To = b.From.Add(48 * time.Hour)
	}
	if !b.From.Before(b.To) || b.To.Sub(b.From) > longestBoard {
		return nil, wire.Bad("to", "The board shows at most 62 days, and to is after from.", "Ask for less.")
	}
	return q.shown(st, st.Board(equipment.Span{Start: b.From, End: b.To}, now)), nil
}

// wanted is the booking that a body asks for.
func (s *Server) wanted(q *asked, b wire.BookBody) (equipment.Booking, error) {
	id, err := s.newID(q)
	if err != nil {
		return equipment.Booking{}, err
	}
	if b.Purpose == "" {
		b.Purpose = equipment.Routine
	}
	if b.Owner == "" {
		b.Owner = q.Subject
	}
	if s.Lab.State().Roster.Get(b.Owner) == nil {
		return equipment.Booking{}, wire.Bad("owner", "There is no such person.", "Name a person's id, or leave it out.")
	}
	return equipment.Booking{
		ID: "booking/" + id, Items: b.Items, Span: equipment.Span{Start: b.Start, End: b.End}, Purpose: b.Purpose, Owner: b.Owner, Assays: b.Assays, Yields: b.Yields,
	}, nil
}

func passing(a equipment.Ask, pass []string, reason string) equipment.Ask {
	a.Pass, a.Reason = pass, reason
	return a
}

func (s *Server) bookTry(q *asked, b wire.BookBody) (any, error) {
	k, err := s.wanted(q, b)
	if err != nil {
		return nil, err
	}
	st := s.Lab.State()
	refused := st.Equipment.Try(k, passing(st.Ask(q.Viewer, s.Lab.Now()), b.Pass, b.Reason))
	if refused == nil {
		return wire.BookingTried{Problems: []equipment.Problem{}}, nil
	}
	return wire.BookingTried{Problems: refused.Problems, Free: refused.Free, Equal: refused.Equal}, nil
}

func (s *Server) book(q *asked, b wire.BookBody) (any, error) {
	k, err := s.wanted(q, b)
	if err != nil {
		return nil, err
	}
	done, err := s.booking(q, func(book equipment.Book, a equipment.Ask) ([]equipment.Event, error) {
		return book.Place(k, b.Note, passing(a, b.Pass, b.Reason))
	})
	return s.bookedAs(done, k.ID, err)
}

// bookedAs answers with the booking as it stands.
func (s *Server) bookedAs(done lab.Done, id string, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	k, _ := s.Lab.State().Booking(id)
	return wire.Booked{Recorded: recordedAs(done), Booking: k}, nil
}

func (s *Server) bookSeries(q *asked, b wire.SeriesBody) (any, error) {
	k, err := s.wanted(q, wire.BookBody{Items: b.Items, Purpose: b.Purpose, Owner: b.Owner, Assays: b.Assays})
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(b.Repeat.Zone)
	if err != nil || b.Repeat.Zone == "" {
		return nil, wire.Bad("repeat.zone", "There is no such time zone.", `Name one such as "Europe/Berlin".`)
	}
	_, tail, _ := strings.Cut(k.ID, "/")
	out := wire.SeriesBooked{Series: "series/" + tail}
	done, err := s.booking(q, func(book equipment.Book, a equipment.Ask) ([]equipment.Event, error) {
		all, err := equipment.Expand(b.Repeat, a.Now.AddDate(0, 0, book.Horizon(k.Items)), zone)
		if err != nil {
			return nil, err
		}
		out.Moved = nil
		for _, o := range all {
			if o.Moved || o.Twice {
				out.Moved = append(out.Moved, o)
			}
		}
		evs, skipped, err := book.PlaceSeries(out.Series, k, all, b.Skip, func(n int) string { return fmt.Sprintf("%s/%d", k.ID, n) }, a)
		out.Skipped, out.Booked = skipped, len(evs)
		return evs, err
	})
	if err != nil {
		return nil, err
	}
	out.Recorded = recordedAs(done)
	if done.Repeat {
		out.Booked = len(s.Lab.State().Equipment.Of(out.Series, 1))
	}
	return out, nil
}

func bookMove(book equipment.Book, b wire.MoveBody, a equipment.Ask) ([]equipment.Event, error) {
	return book.Move(b.Booking, b.Version, b.Items, equipment.Span{Start: b.Start, End: b.End}, passing(a, b.Pass, b.Reason))
}

func (s *Server) bookTransfer(q *asked, b wire.TransferBody) (any, error) {
	if s.Lab.State().Roster.Get(b.To) == nil {
		return nil, wire.Bad("to", "There is no such person.", "Name a person's id.")
	}
	return s.booked(q, func(book equipment.Book, a equipment.Ask) ([]equipment.Event, error) {
		return book.Transfer(b.Booking, b.Version, b.To, a)
	})
}

func bookCancel(book equipment.Book, b wire.CancelBody, a equipment.Ask) ([]equipment.Event, error) {
	return book.Cancel(b.Booking, b.Version, b.Reason, b.Note, a)
}

func bookIn(book equipment.Book, b wire.CheckInBody, a equipment.Ask) ([]equipment.Event, error) {
	return book.CheckIn(b.Booking, b.Version, passing(a, b.Pass, b.Reason))
}

func bookFinish(book equipment.Book, b wire.FinishBody, a equipment.Ask) ([]equipment.Event, error) {
	return book.Finish(b.Booking, b.Version, b.Note, a)
}

func bookTake(book equipment.Book, b wire.OfBody, a equipment.Ask) ([]equipment.Event, error) {
	return book.Take(b.Booking, b.Version, a)
}

func (s *Server) free(_ *asked, b wire.FreeBody) (any, error) {
	if !b.From.Before(b.To) || b.To.Sub(b.From) > longestBoard || b.Minutes < 1 {
		return nil, wire.Bad("to", "To is after from, by at most 62 days, and minutes at least 1.", "Correct the three.")
	}
	gaps := s.Lab.State().Equipment.Free(equipment.Span{Start: b.From.UTC(), End: b.To.UTC()}, time.Duration(b.Minutes)*time.Minute, b.Assays, b.Group, b.Demand)
	if gaps == nil {
		gaps = []equipment.Gap{}
	}
	return wire.Free{Gaps: gaps}, nil
}

func (s *Server) wait(q *asked, b wire.WaitBody) (any, error) {
	id, err := s.newID(q)
	if err != nil {
		return nil, err
	}
	if b.Purpose == "" {
		b.Purpose = equipment.Routine
	}
	w := equipment.Want{
		ID: "wait/" + id, Any: b.Any, Minutes: b.Minutes, Span: equipment.Span{Start: b.From, End: b.To}, Purpose: b.Purpose, Assays: b.Assays, Demand: b.Demand,
	}
	done, err := s.booking(q, func(book equipment.Book, a equipment.Ask) ([]equipment.Event, error) { return book.Wait(w, a) })
	if err != nil {
		return nil, err
	}
	now, _ := s.Lab.State().Equipment.Wants.Get(w.ID)
	return wire.Waiting{Recorded: recordedAs(done), Wait: w.ID, Offered: now.Offered != ""}, nil
}

func waitEnd(book equipment.Book, b wire.WaitEndBody, a equipment.Ask) ([]equipment.Event, error) {
	return book.Unwait(b.Wait, a)
}

func (s *Server) preempt(q *asked, b wire.PreemptBody) (any, error) {
	urgent, err := s.wanted(q, b.For)
	if err != nil {
		return nil, err
	}
	done, err := s.booking(q, func(book equipment.Book, a equipment.Ask) ([]equipment.Event, error) {
		return book.Preempt(b.Booking, b.Version, urgent, a)
	})
	return s.bookedAs(done, b.Booking, err)
}

func yield(book equipment.Book, b wire.YieldBody, a equipment.Ask) ([]equipment.Event, error) {
	return book.Yield(b.Booking, b.Version, b.Typed, a)
}

func decline(book equipment.Book, b wire.DeclineBody, a equipment.Ask) ([]equipment.Event, error) {
	return book.Decline(b.Booking, b.Version, b.Reason, a)
}

func use(book equipment.Book, b wire.UseBody, a equipment.Ask) ([]equipment.Event, error) {
	return book.WalkUp(b.Instrument, a)
}

func useEnd(book equipment.Book, b wire.UseBody, a equipment.Ask) ([]equipment.Event, error) {
	return book.Leave(b.Instrument, b.Note, a)
}

func useAccept(book equipment.Book, b wire.UseBody, a equipment.Ask) ([]equipment.Event, error) {
	return book.Accept(b.Instrument, a)
}
