package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/critical"
)

// reported is a result as a door records it: about 500 bytes of body, 250 sealed.
func reported() *critical.Reported {
	id := make([]byte, 10)
	_, _ = rand.Read(id) // never fails
	h := hex.EncodeToString(id)
	return &critical.Reported{
		Result: "result/" + h, Message: "message/" + h, Patient: "patient/" + h, Sender: "LIS^MAIN", System: "L", Code: "2823-3",
		LOINC: "2823-3", Unit: "mmol/L", Status: "F", Outcome: critical.Normal, Tier: "", Available: time.Now().UTC().Truncate(time.Microsecond),
		Rule: "arup-2019 34: 2823-3 serum/plasma any any 0-", Source: "OBX-19",
		Sealed: critical.Sent{
			Value: "4.1", Unit: "mmol/L", Range: "3.5-5.1", Name: "Potassium", Filler: h, Placer: h, Accession: h,
			Taken: "20261122030500", Resulted: "20261122031000", Notes: []string{strings.Repeat("x", 60)},
		},
	}
}

// opened is a call whose first step waits for years.
func opened(n int) *critical.Opened {
	id := fmt.Sprintf("CALL%08d", n)
	return &critical.Opened{
		Call: "call/" + id, Ref: fmt.Sprintf("%06d", n), Patient: "patient/" + id, Unit: "WARD-9", Tier: "critical", Version: 1,
		Results:     []critical.Item{{ID: "result/" + id, LOINC: "2823-3", Label: "Potassium", Unit: "mmol/L", Outcome: critical.Critical, Tier: "critical"}},
		Steps:       []critical.Step{{Ask: critical.AskDesk, Wait: ages}},
		BreachAfter: ages,
		Sealed: critical.Shelf{
			Who:  critical.Snapshot{Identifiers: []string{"4711-0815"}, Name: "Weber, Anna", Born: "1960-10-02", Sex: "F"},
			Told: []critical.Told{{Value: "7.1", Means: "7.1", Unit: "mmol/L", Why: "above 6.1"}},
		},
	}
}

// ages is a wait that no run outlives, in seconds.
const ages = 10 * 365 * 24 * 3600

// ward is what a laboratory records over time, 100 entries at a time: results, and calls of which most are read back and
// some stay open.
func ward(n int, open bool, now time.Time) []lab.Event {
	o := opened(n)
	out := []lab.Event{o, &critical.Called{
		Call: o.Call, Ref: o.Ref, Version: 1, Attempt: 1, Ask: critical.AskDesk, To: []string{"person/technician-00000"}, Desk: true,
		Via: "app", Due: now.Add(ages * time.Second), Why: "at the desk",
	}}
	if !open {
		who := "person/clinician-00000"
		out = append(out,
			&critical.ReadBack{Call: o.Call, Version: 1, Match: true, Entered: "keyed", Sealed: critical.Typed{}},
			&critical.Closed{Call: o.Call, Ref: o.Ref, Version: 1, Outcome: "read-back", Owner: who})
	}
	for len(out) < 100 {
		out = append(out, reported())
	}
	return out
}
