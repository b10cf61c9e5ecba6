package audit_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/audit"
	"github.com/seed-909bec58/readback/doors/hl7"
	"github.com/seed-909bec58/readback/internal/hospital"
	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/wire"
)

// A night of all public messages through the real door, and one critical result among them: the tables have the calls and
// rungs that the ledger has and no others, and no message stops the count.
func TestANightOfPublicMessagesCountsTheLedgersCallsAlone(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(need.Corpus(t), "hl7", "*.hl7"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d messages, %v", len(files), err)
	}
	h := hospital.Open(t, nil)
	h.Fill(t)
	door := hl7.NewDoor(h.Lab, []byte("a site's secret, of a test"), time.UTC, nil, nil)
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		door.Handle(t.Context(), hl7.Peer{Host: "127.0.0.1"}, raw)
	}
	h.Potassium(t, 1)
	db := file(t, t.TempDir())
	defer db.Close()
	a, err := audit.Open(t.Context(), audit.Config{Lab: h.Lab, DB: db})
	if err != nil {
		t.Fatal(err)
	}
	catchUp(t, a)
	es, err := h.Store().Read(t.Context(), 0, 1000)
	want, rungs := map[string]bool{}, 0
	for ; err == nil && len(es) > 0; es, err = h.Store().Read(t.Context(), es[len(es)-1].Seq, 1000) {
		for i := range es {
			switch es[i].Kind {
			case "critical.opened", "critical.held":
				want[es[i].About[0]] = true
			case "critical.called":
				ev, err := wire.Decode(&es[i])
				if err != nil {
					t.Fatal(err)
				}
				if len(ev.About()[0]) > 5 && ev.About()[0][:5] == "call/" {
					rungs++
				}
			}
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	now := h.Now()
	got, err := a.Times(t.Context(), audit.Query{From: now.Add(-time.Hour), To: now.Add(time.Hour), By: []string{"unit", "analyte"}})
	if err != nil {
		t.Fatal(err)
	}
	if got.Behind != 0 || got.All.Calls != len(want) || got.All.Attempts != rungs || got.All.Open != len(want) {
		t.Errorf("%s: the ledger has %d calls and %d rungs", fmt.Sprint(got.All.Calls, " calls, ", got.All.Attempts, " rungs"), len(want), rungs)
	}
	t.Logf("%d messages, %d calls in %d groups", len(files), len(want), len(got.Rows))
}
