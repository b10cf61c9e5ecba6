package server_test

import (
	"testing"
	"time"

	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/wire"
)

// What was read back on paper during downtime is entered later, and figures use the time at which it was said.
func TestAReadBackOnPaperCountsFromWhenItWasSaid(t *testing.T) {
	h, a := audited(t)
	c := h.Potassium(t, 1)
	h.Forward(t, 20*time.Minute)
	tech := h.as(t, "tech")
	var begun wire.Telephone
	if err := tech.Do(t.Context(), wire.DoTelephoneBegin, "k1", wire.TelephoneBody{Call: c.ID, Version: 1, To: "person/lee"}, &begun); err != nil {
		t.Fatal(err)
	}
	said := wire.HeardBody{
		Call: c.ID, Version: 1, Attempt: begun.Attempt, Receiver: wire.Receiver{Person: "person/lee", Role: "physician", Known: "roster"},
		Values: map[string]string{c.Results[0].ID: hospital.Value}, Tail: hospital.Tail,
	}
	for why, at := range map[string]time.Time{"before the result": c.Opened.Add(-time.Second), "in the future": h.Now().Add(time.Minute)} {
		said.Occurred = at
		if err := tech.Do(t.Context(), wire.DoTelephone, "", said, nil); codeOf(err) != "not-then" {
			t.Errorf("%s: %v", why, err)
		}
	}
	said.Occurred = c.Opened.Add(4 * time.Minute)
	if err := tech.Do(t.Context(), wire.DoTelephone, "k2", said, nil); err != nil {
		t.Fatal(err)
	}
	counted(t, a)
	sue := h.as(t, "sue")
	times, err := sue.Times(t.Context(), wire.TimesBody{By: "person"})
	if err != nil {
		t.Fatal(err)
	}
	m := times.All.Measures["filed-conveyed"]
	if m.Max != 240 || m.Occurred != 1 || times.All.Occurred != 1 || times.All.Telephoned != 1 || times.All.ReadBack != 0 || times.All.TelephoneShare != 1 {
		t.Errorf("figures: %+v", times.All)
	}
	if times.Rows[0].Key[0] != "person/lee" || times.All.Within15.In != 1 {
		t.Errorf("figures: %+v", times.Rows)
	}
	for _, f := range times.Fields {
		if f.Missing > 0 && f.Field != "available" { // this sender tells no time
			t.Errorf("the record lacks %s", f.Field)
		}
	}
	story, err := sue.Story(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !story.Occurred || story.Took != 240 || story.Method != "telephoned" {
		t.Errorf("story: %+v", story)
	}
}
