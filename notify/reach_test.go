package notify_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/notify"
	"github.com/seed-909bec58/readback/rules/critical"
)

// reach is a follower in a bubble of time.
type reach struct {
	*hospital.Lab
	*notify.Follower
	t    *testing.T
	open *screens
}

func inTime(t *testing.T, test func(*reach)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := hospital.Open(t, nil)
		l.Fill(t)
		open := &screens{open: map[string]int{}}
		f := notify.New(notify.Config{Lab: l.Lab, Connected: open.count})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); f.Run(ctx) }()
		synctest.Wait()
		test(&reach{l, f, t, open})
		cancel()
		<-ended
	})
}

// after lets time pass and returns what is known of a person by the call's newest rung to them.
func (r *reach) after(d time.Duration, call, person string) critical.Reach {
	r.t.Helper()
	time.Sleep(d) // in a bubble
	synctest.Wait()
	c, _ := r.State().Critical.Find(call)
	for _, rung := range c.Called {
		if got, ok := rung.Reached(person); ok {
			return got
		}
	}
	return critical.Reach{}
}

func (r *reach) confirm(call, person string) {
	r.t.Helper()
	_, err := r.Lab.Lab.Record(r.t.Context(), lab.Actor{By: person}, lab.Key{}, func(s *lab.State, _ time.Time) ([]lab.Event, error) {
		evs, err := s.Critical.Deliver(call, 0, person, false)
		if len(evs) == 0 || err != nil {
			return nil, err
		}
		return []lab.Event{evs[0]}, nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func TestARungWithoutAReceiptIsRecordedAsMissed(t *testing.T) {
	inTime(t, func(r *reach) {
		call := r.Potassium(r.t, 1)
		if got := r.after(notify.ReceiptWithin-time.Millisecond, call.ID, "person/lee"); got.Missed != "" {
			t.Errorf("before its time it counts as missed: %+v", got)
		}
		if got := r.after(2*time.Millisecond, call.ID, "person/lee"); got.Missed != "no-receipt" || !got.Delivered.IsZero() {
			t.Errorf("without a receipt it stands as %+v", got)
		}
		r.confirm(call.ID, "person/lee")
		if got := r.after(time.Minute, call.ID, "person/lee"); got.Missed != "" || got.Delivered.IsZero() {
			t.Errorf("after a late receipt it stands as %+v", got)
		}
		if r.Missed() != 1 {
			t.Errorf("%d were missed, expected one", r.Missed())
		}
	})
}

func TestARungWithAReceiptIsNotMissedUntilThePersonIsGone(t *testing.T) {
	inTime(t, func(r *reach) {
		r.open.set("person/lee", 1)
		call := r.Potassium(r.t, 1)
		r.confirm(call.ID, "person/lee")
		if got := r.after(time.Minute, call.ID, "person/lee"); got.Missed != "" || got.Delivered.IsZero() {
			t.Errorf("with a receipt it stands as %+v", got)
		}
		// A page that is loaded again is away for a moment.
		r.Gone("person/lee")
		if got := r.after(time.Minute, call.ID, "person/lee"); got.Missed != "" {
			t.Errorf("after a moment away it stands as %+v", got)
		}
		r.open.set("person/lee", 0)
		r.Gone("person/lee")
		if got := r.after(notify.ReceiptWithin+time.Millisecond, call.ID, "person/lee"); got.Missed != "gone" {
			t.Errorf("gone for good it stands as %+v", got)
		}
		seq := r.State().Seq
		r.Gone("person/lee")
		if r.after(30*time.Second, call.ID, "person/lee"); r.State().Seq != seq {
			t.Error("who is gone is recorded as gone again")
		}
	})
}

func TestACallThatIsOverIsNotMissed(t *testing.T) {
	inTime(t, func(r *reach) {
		call := r.Potassium(r.t, 1)
		r.Record(r.t, "person/chief", &critical.Ended{Call: call.ID, Version: call.Version, Reason: "told-in-person", Owner: "person/chief"})
		r.after(time.Minute, call.ID, "person/lee")
		if r.Missed() != 0 {
			t.Errorf("%d were missed", r.Missed())
		}
	})
}
