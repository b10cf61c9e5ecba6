package notify_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/notify"
	"github.com/seed-909bec58/readback/rules/critical"
)

// screens are the people who have one open.
type screens struct {
	mu   sync.Mutex
	open map[string]int
}

func (s *screens) count(person string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open[person]
}

func (s *screens) set(person string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[person] = n
}

func TestARungThatReachesNoScreenIsCountedAndLoggedWithoutThePatient(t *testing.T) {
	l := hospital.Open(t, nil)
	l.Fill(t)
	open := &screens{open: map[string]int{}}
	var log bytes.Buffer
	f := notify.New(notify.Config{Lab: l.Lab, Connected: open.count, Log: slog.New(slog.NewTextHandler(&log, nil))})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); f.Run(ctx) }()

	call := l.Potassium(t, 1) // calls lee, who has no screen
	wait(t, f, 1)
	if _, alone := f.Counts(); alone != 1 || f.Alone() != 1 {
		t.Errorf("%d rungs and %d calls reached nobody, expected one", alone, f.Alone())
	}
	open.set("person/lee", 2)
	if f.Alone() != 0 {
		t.Error("a call whose clinician has a screen open counts as alone")
	}
	l.Potassium(t, 2)
	wait(t, f, 2)
	if _, alone := f.Counts(); alone != 1 {
		t.Errorf("%d rungs reached nobody, expected one", alone)
	}
	open.set("person/lee", 0)
	_, err := l.Lab.Record(t.Context(), lab.Actor{By: "person/chief"}, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) {
		return []lab.Event{&critical.Ended{Call: call.ID, Version: call.Version, Reason: "told-in-person", Owner: "person/chief"}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if f.Alone() != 1 {
		t.Errorf("%d open calls are alone, expected the one that is still open", f.Alone())
	}
	cancel()
	<-ended
	if !strings.Contains(log.String(), "called, nobody connected here") {
		t.Error("nothing was logged")
	}
	for _, c := range hospital.Canaries {
		if strings.Contains(log.String(), c) {
			t.Errorf("the log holds %q", c)
		}
	}
}

// wait returns when the follower has looked at so many rungs.
func wait(t *testing.T, f *notify.Follower, n int64) {
	t.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		if called, _ := f.Counts(); called >= n {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal("the follower saw no rung")
		}
	}
}
