package hl7_test

import (
	"errors"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
)

var bench = lab.Actor{By: "person/tech", Via: "s1"}

func anybody(*lab.State, time.Time) error { return nil }

// quarantine sends a message outside of a frame and returns its work item.
func (h *house) quarantine(t *testing.T, raw string) string {
	t.Helper()
	before := h.State().Critical.Work
	h.door.Odd(t.Context(), hl7.Peer{}, hl7.Loose, []byte(raw))
	for id := range h.State().Critical.Work.All() {
		if _, ok := before.Get(id); !ok {
			return id
		}
	}
	t.Fatal("nothing waits")
	return ""
}

func TestAMessageInQuarantineIsFiledOnceWhenItIsTriedAgain(t *testing.T) {
	h := staffed(t)
	raw := kalium("1", anna, "1", "7.1", "F")
	work := h.quarantine(t, raw)
	if len(h.calls()) != 0 {
		t.Fatal("called already")
	}
	key := lab.NewKey(bench.By, "k", []byte("retry"))
	for range 2 { // the same command again gives the same answer
		if _, err := h.door.Retry(t.Context(), bench, key, anybody, work); err != nil {
			t.Fatal(err)
		}
	}
	h.only(t)
	if _, ok := h.State().Critical.Work.Get(work); ok {
		t.Error("it waits still")
	}
	if _, err := h.door.Retry(t.Context(), bench, lab.Key{}, anybody, work); !errors.Is(err, critical.ErrNoWork) {
		t.Errorf("tried once more: %v", err)
	}
	h.tell(t, raw) // the sender repeats it in a frame
	h.only(t)
	if n := len(events[*critical.Filed](t, h)); n != 1 {
		t.Errorf("filed %d times", n)
	}
	h.sound(t)
}

func TestAMessageThatWasOvertakenIsNotFiledLate(t *testing.T) {
	for name, c := range map[string]struct{ waits, newer string }{
		"a newer value":   {kalium("1", anna, "1", "7.1", "F"), kalium("2", anna, "1", "4.4", "C")},
		"it came rightly": {kalium("1", anna, "1", "7.1", "F"), kalium("1", anna, "1", "7.1", "F")},
		"a newer place":   {adt("A02", "1", anna, "PV1|1|I|OLD-9"), adt("A02", "2", anna, inWard)},
	} {
		h := staffed(t)
		work := h.quarantine(t, c.waits)
		h.tell(t, c.newer)
		calls := len(h.calls())
		if _, err := h.door.Retry(t.Context(), bench, lab.Key{}, anybody, work); !errors.Is(err, critical.ErrOvertaken) {
			t.Errorf("%s: %v", name, err)
		}
		if _, ok := h.State().Critical.Work.Get(work); !ok || len(h.calls()) != calls {
			t.Errorf("%s: something was filed", name)
		}
	}
}

// A patient who was moved or renamed since is where and who they are now.
func TestAMessageTriedAgainMovesNobodyBack(t *testing.T) {
	h := staffed(t)
	work := h.quarantine(t, own("ORU^R01", "1", anna, "PV1|1|I|OLD-9", "OBR|1|P-1|F-1|BMP^Basic^L", "OBX|1|NM|2823-3^Potassium^LN||7.1|mmol/L|||||F"))
	h.tell(t, adt("A01", "2", anna, inWard))
	was := h.patientOf(t, "4711008").Place
	if _, err := h.door.Retry(t.Context(), bench, lab.Key{}, anybody, work); err != nil {
		t.Fatal(err)
	}
	if now := h.patientOf(t, "4711008").Place; now != was {
		t.Errorf("moved back to %+v", now)
	}
	if c := h.only(t); c.Unit != was.Unit {
		t.Errorf("called at %s", c.Unit)
	}
}

func TestWhatIsStillNotUnderstoodStaysInQuarantine(t *testing.T) {
	h := staffed(t)
	work := h.quarantine(t, own("ZZZ^Z01", "1", anna))
	var still *critical.StillError
	if _, err := h.door.Retry(t.Context(), bench, lab.Key{}, anybody, work); !errors.As(err, &still) || still.Reason != hl7.ReasonUnknownType {
		t.Errorf("%v", err)
	}
	if _, err := h.door.Retry(t.Context(), bench, lab.Key{}, anybody, "message/none"); !errors.Is(err, critical.ErrNoWork) {
		t.Errorf("%v", err)
	}
	denied := errors.New("denied")
	work = h.quarantine(t, kalium("1", anna, "1", "7.1", "F"))
	if _, err := h.door.Retry(t.Context(), bench, lab.Key{}, func(*lab.State, time.Time) error { return denied }, work); !errors.Is(err, denied) || len(h.calls()) > 0 {
		t.Errorf("%v", err)
	}
}
