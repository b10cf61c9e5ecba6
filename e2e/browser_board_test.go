package e2e_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/client"
	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/rules/equipment"
	"github.com/seed-909bec58/readback/wire"
)

// kioskPIN is the technician's.
const kioskPIN = "274913"

// listAnalyzers lists what the laboratory shares. Who is displaced has an hour to answer, so that a slow machine is no
// reason to escalate.
func listAnalyzers(t *testing.T, boss *client.Client, all ...equipment.Instrument) {
	t.Helper()
	if err := boss.Do(t.Context(), wire.DoRules, client.NewKey(), wire.RulesBody{Rules: equipment.Rules{ID: "calm", Answer: 60, Horizon: 180}}, nil); err != nil {
		t.Fatal(err)
	}
	for _, i := range all {
		i.Zone, i.Rules = "UTC", "calm"
		if _, err := boss.Instrument(t.Context(), wire.InstrumentBody{Instrument: i}); err != nil {
			t.Fatal(err)
		}
	}
}

// boardOf starts a laboratory with four analyzers, two of them equal.
func boardOf(t *testing.T) *node {
	t.Helper()
	need.Chromium(t)
	need.Node(t, "browser")
	n := serve(t, "--data", t.TempDir(), "--zone", "UTC")
	furnish(t, n, stepWait)
	boss := signIn(t, n.HTTP, sue)
	listAnalyzers(t, boss,
		equipment.Instrument{ID: "instrument/chem-1", Name: "Chemistry 1", Section: "chemistry", Group: "chem", Warmup: 10, Assays: []string{"K", "NA"}},
		equipment.Instrument{ID: "instrument/chem-2", Name: "Chemistry 2", Section: "chemistry", Group: "chem", Warmup: 10, Assays: []string{"K", "NA"}},
		equipment.Instrument{ID: "instrument/coag-1", Name: "Coagulation 1", Section: "coagulation"},
		equipment.Instrument{ID: "instrument/bga-1", Name: "Blood gas 1", Section: "emergency", Shared: true, Capacity: 20},
	)
	who := signIn(t, n.HTTP, tech)
	if _, err := who.SetPIN(t.Context(), kioskPIN, passwordOf(tech)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"chem-1", "chem-2"} {
		may := equipment.Competency{Person: who.Me().Me.ID, Instrument: "instrument/" + name, From: time.Now().Add(-time.Hour), Until: time.Now().AddDate(1, 0, 0)}
		if _, err := boss.Competence(t.Context(), wire.CompetenceBody{Competency: may}); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

func TestAnalyzersAreBookedPreemptedReroutedAndReturnedInTheBrowser(t *testing.T) {
	n := boardOf(t)
	browse(t, "board.mjs", map[string]any{
		"at": n.HTTP, "people": people(tech, sue, lee), "technician": tech, "supervisor": sue, "clinician": lee, "canaries": []string{"Canary words"},
	}, nil)
}

func TestAKioskActsByPINInTheBrowserAndAPhoneNeedsNoDrag(t *testing.T) {
	n := boardOf(t)
	browse(t, "board-kiosk.mjs", map[string]any{
		"at": n.HTTP, "people": people(tech, sue), "technician": tech, "supervisor": sue, "pin": kioskPIN, "canaries": []string{kioskPIN},
	}, nil)
}

// boardAnalyzers and boardEach are how many analyzers and bookings the board is measured with.
const boardAnalyzers, boardEach = 40, 25

func TestTheBoardDrawsOnlyWhatCanBeSeenOfAThousandBookings(t *testing.T) {
	need.Chromium(t)
	need.Node(t, "browser")
	n := serve(t, "--data", t.TempDir(), "--zone", "UTC")
	furnish(t, n, stepWait)
	var all []equipment.Instrument
	for i := range boardAnalyzers {
		all = append(all, equipment.Instrument{ID: fmt.Sprintf("instrument/a-%d", i), Name: fmt.Sprintf("Analyzer %d", i), Section: fmt.Sprintf("section %d", i/8)})
	}
	boss := signIn(t, n.HTTP, sue)
	listAnalyzers(t, boss, all...)
	tomorrow := time.Now().UTC().AddDate(0, 0, 1).Truncate(24 * time.Hour)
	for _, i := range all {
		for k := 0; k < boardEach; k += 5 { // 25 in 24 hours: five series of five occurrences, a day each
			_, err := boss.BookSeries(t.Context(), wire.SeriesBody{
				Items:  []equipment.Item{{Instrument: i.ID}},
				Repeat: equipment.Repeat{Every: equipment.Daily, First: tomorrow.Add(time.Duration(6+2*k/5) * time.Hour).Format("2006-01-02T15:04"), Zone: "UTC", Minutes: 55, Count: 5},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	browse(t, "board-size.mjs", map[string]any{"at": n.HTTP, "people": people(tech), "technician": tech, "bookings": boardAnalyzers * boardEach}, nil)
}
