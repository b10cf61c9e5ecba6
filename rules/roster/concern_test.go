package roster_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/rules/roster"
)

func worries(cs []roster.Concern) []string {
	var out []string
	for _, c := range cs {
		out = append(out, strings.Join(strings.Fields(fmt.Sprint(c.Kind, " ", c.Post, " ", c.Other, " ", c.Person, " ", c.From.Sub(t0))), " "))
	}
	return out
}

func TestConcernsNameWhatThoseWhoPlanShouldLookAt(t *testing.T) {
	p := published()
	p.To = h(24)
	p.Posts = append(p.Posts, roster.Post{ID: "post/day", Name: "Day clinic", Part: true})
	p.Shifts = append(p.Shifts, shift("d2", "desk", "tech", 0, 12, 24), shift("x1", "hem", "lee", 0, 10, 11), shift("x2", "hem", "lee", 0, 11, 12), shift("x3", "icu", "roe", 0, 13, 24))
	b := fold(append(append(staff(), p),
		&roster.Changed{Person: roster.Person{ID: "person/kim", Name: "KIM", Role: roster.Clinician, Until: h(6)}})...)
	want := []string{
		"badge post/icu person/kim 0s", "chief-alone post/hem 0s", "badge-ends person/kim 6h0m0s",
		"double-booked post/hem post/icu person/lee 10h0m0s", "hole post/icu 12h0m0s", "chief-alone post/hem 12h0m0s", "roster-ends 24h0m0s",
	}
	if d := cmp.Diff(want, worries(b.Concerns(h(0), h(48)))); d != "" {
		t.Error(d)
	}
	for _, c := range b.Concerns(h(0), h(48)) {
		if c.Say == "" || c.Do == "" || c.Kind == roster.ConcernDouble && c.Times != 2 {
			t.Errorf("%+v", c)
		}
	}
	if got := b.Until(h(1)); !got.Equal(h(24)) {
		t.Errorf("published until %v", got)
	}
}

func TestAHoleIsToldADayBeforeOnceAndAgainWhenItLastsLonger(t *testing.T) {
	b := house()
	told := func(hours float64) string {
		var out []string
		for _, ev := range b.GapsDue(h(hours)) {
			b = b.Apply(ev, roster.Mark{Seq: 99, At: h(hours)})
			for _, g := range ev.(*roster.GapFound).Gaps {
				out = append(out, fmt.Sprint(g.Post, " ", g.From.Sub(t0).Hours()))
			}
		}
		return strings.Join(out, ", ")
	}
	for _, c := range []struct {
		hours float64
		want  string
	}{
		{-20, "post/desk -20, post/icu -20"}, {-19, ""}, {-11.9, "post/desk 12, post/icu 12"}, {-11, ""}, {5, ""}, {13, ""},
	} {
		if got := told(c.hours); got != c.want {
			t.Errorf("at %v h: %q, want %q", c.hours, got, c.want)
		}
	}
	b = b.Apply(cover("lee", "roe", 3, 4), roster.Mark{Seq: 99, At: h(1)}).Apply(&roster.Disabled{ID: "person/roe"}, roster.Mark{Seq: 99, At: h(1)})
	if got := told(2); got != "" {
		t.Errorf("a cover that does not count made a hole: %s", got)
	}
	if due := fold(staff()...).GapsDue(t0); due != nil {
		t.Errorf("where nothing was planned: %v", due)
	}
}

func TestDiffTellsWhatPublishingWouldChange(t *testing.T) {
	b, p := house(), published()
	p.Shifts = []roster.Shift{
		shift("d", "desk", "tech", 0, 0, 12), shift("other-name", "icu", "lee", 0, 0, 12),
		shift("i9", "icu", "roe", 1, 0, 6), shift("i10", "icu", "kim", 1, 6, 12),
	}
	d := b.Diff(p, t0)
	if d.Same != 2 || len(d.Changed) != 1 || d.Changed[0].Was.Person != "person/kim" || d.Changed[0].Is.Person != "person/roe" ||
		len(d.Added) != 1 || d.Added[0].ID != "shift/i10" || len(d.Removed) != 0 {
		t.Errorf("%+v", d)
	}
	p.Shifts = p.Shifts[:1]
	if d := b.Diff(p, t0); len(d.Removed) != 2 {
		t.Errorf("%+v", d)
	}
}

func TestPublishingWhatIsPublishedChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p *roster.Published
		for p == nil {
			p, _ = drawEvent(t, t0, 1).(*roster.Published)
		}
		b := fold(p)
		if d := b.Diff(p, h(-100)); len(d.Added)+len(d.Changed)+len(d.Removed) > 0 || d.Same != len(p.Shifts) {
			t.Fatalf("%+v", d)
		}
		// What is removed and added is the whole of the change, whatever stays.
		q := *p
		q.Shifts = nil
		for i, s := range p.Shifts {
			if i%2 == 0 {
				s.Person, s.To = "person/z", s.To.Add(time.Hour)
			}
			q.Shifts = append(q.Shifts, s)
		}
		if d := b.Diff(&q, h(-100)); len(d.Changed) != (len(p.Shifts)+1)/2 || d.Same != len(p.Shifts)/2 {
			t.Fatalf("%+v", d)
		}
	})
}
