package lab_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/roster"
)

// What is remembered of the roster's bounds is what a look at the roster says, whichever way time goes and whatever
// changes between.
func TestARememberedBoundIsWhatTheRosterSays(t *testing.T) {
	t0 := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		var b roster.Book
		var x lab.Bounds
		minute := rapid.IntRange(0, 60)
		for seq := range 40 {
			if rapid.Bool().Draw(t, "change") {
				p := roster.Person{ID: "person/" + rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "who"), Name: "A", Role: roster.Clinician}
				p.Until = t0.Add(time.Duration(minute.Draw(t, "until")) * time.Minute)
				b = b.Apply(&roster.Admitted{Person: p}, roster.Mark{Seq: int64(seq + 1), At: t0})
			}
			now := t0.Add(time.Duration(minute.Draw(t, "now")) * time.Minute)
			want, wantOK := b.Next(now)
			if got, ok := x.Next(b, now); ok != wantOK || !got.Equal(want) {
				t.Fatalf("at %v: %v %v, the roster says %v %v", now, got, ok, want, wantOK)
			}
		}
	})
}
