package e2e_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/internal/need"
)

// oddName would turn what stands beside it around, and be a script, were it not shown as it is.
const oddName = "<img src=x onerror=alert(1)>\u202eretsuM^Mia"

func TestTheWholeJobIsDoneByKeyboardAloneAndAtTwiceTheSize(t *testing.T) {
	need.Long(t)
	need.Chromium(t)
	need.Node(t, "browser")
	n := serve(t, "--data", t.TempDir())
	furnish(t, n, stepWait)
	browse(t, "keyboard.mjs", map[string]any{
		"at": n.HTTP, "people": people(lee, tech), "clinician": lee, "bench": tech, "tail": tailOf("Y4827"), "second": tailOf("Y9114"),
	}, map[string]func(){
		"odd":     func() { mustSend(t, n.MLLP, changed(potassium("Y4827"), "Muster^Mia^Y4827", oddName)) },
		"result":  func() { mustSend(t, n.MLLP, potassium("Y9114")) },
		"another": func() { mustSend(t, n.MLLP, potassium("Y3333")) },
	})
}

func TestTwoDevicesOfOnePersonAgreeAndNothingTypedIsLost(t *testing.T) {
	need.Long(t)
	need.Chromium(t)
	need.Node(t, "browser")
	n := serve(t, "--data", t.TempDir())
	furnish(t, n, stepWait)
	browse(t, "devices.mjs", map[string]any{
		"at": n.HTTP, "people": people(lee), "clinician": lee, "tails": []string{tailOf("D4827"), tailOf("D9114")},
	}, map[string]func(){
		"first":  func() { mustSend(t, n.MLLP, potassium("D4827")) },
		"second": func() { mustSend(t, n.MLLP, potassium("D9114")) },
	})
}

func TestThePagesBesideTheCallsDoTheirJobAndKeepNothing(t *testing.T) {
	need.Long(t)
	need.Chromium(t)
	need.Node(t, "browser")
	n := serve(t, "--data", t.TempDir())
	furnish(t, n, stepWait)
	unknown := changed(potassium("G9114"), "PG9114^^^HOSP^MR", "", "Muster^Mia^G9114", "", "19700101", "")
	browse(t, "pages.mjs", map[string]any{
		"at": n.HTTP, "people": people(lee, okaf, chief, admin), "clinician": lee, "second": okaf, "director": chief, "administrator": admin,
		"tail": tailOf("G4827"), "number": "PG4827", "name": "Muster, Mia G4827", "until": time.Now().Add(4 * time.Hour).Format("2006-01-02T15:04"),
		"canaries": []string{"Muster", "G4827", "1970", valueSent},
	}, map[string]func(){
		"before": func() { mustSend(t, n.MLLP, potassium("G4827")) },
		"result": func() {
			mustSend(t, n.MLLP, changed(potassium("G4827"), "|G4827|P|", "|G4828|P|", "FIG4827", "FIG4828", "PLG4827", "PLG4828"))
		},
		"unknown": func() { mustSend(t, n.MLLP, unknown) },
	})
}

// changed is a message with other words in it, each given after the one it stands for.
func changed(message []byte, words ...string) []byte {
	return []byte(strings.NewReplacer(words...).Replace(string(message)))
}
