package e2e_test

import (
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
)

func TestEveryScreenIsAccessibleAndKeepsNothingOfAPatient(t *testing.T) {
	need.Chromium(t)
	need.Node(t, "browser")
	n := serve(t, "--data", t.TempDir())
	furnish(t, n, stepWait)
	l := lay(t, n.HTTP)
	browse(t, "states.mjs", map[string]any{
		"at": l.at, "people": people(lee, chief), "clinician": lee, "director": chief, "tail": tailOf("K4827"),
		"canaries": []string{"Muster", "K4827", "1970", valueSent},
	}, map[string]func(){
		"result":  func() { mustSend(t, n.MLLP, potassium("K4827")) },
		"another": func() { mustSend(t, n.MLLP, potassium("K9114")) },
		"freeze":  l.mu.Lock,
		"thaw":    l.mu.Unlock,
	})
}

func TestACallIsPassedOnAndTelephonedFromTheBench(t *testing.T) {
	need.Chromium(t)
	need.Node(t, "browser")
	n := serve(t, "--data", t.TempDir())
	furnish(t, n, stepWait)
	browse(t, "bench.mjs", map[string]any{
		"at": n.HTTP, "people": people(lee, okaf, tech), "clinician": lee, "second": okaf, "bench": tech, "tail": tailOf("T4827"),
	}, map[string]func(){"result": func() { mustSend(t, n.MLLP, potassium("T4827")) }})
}

func TestADirectorChangesALimitAndTheNextResultIsJudgedByIt(t *testing.T) {
	need.Chromium(t)
	need.Node(t, "browser")
	n := serve(t, "--data", t.TempDir())
	furnish(t, n, stepWait)
	browse(t, "limits.mjs", map[string]any{
		"at": n.HTTP, "people": people(lee, chief), "clinician": lee, "director": chief,
	}, map[string]func(){
		"before": func() { mustSend(t, n.MLLP, potassium("L1111")) },
		"result": func() { mustSend(t, n.MLLP, potassium("L4827")) },
	})
}
