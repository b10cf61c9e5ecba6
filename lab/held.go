package lab

import (
	"cmp"
	"slices"

	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/wire"
)

// held returns the results that the bench looks at first, the next deadline first.
func (s *State) held() []wire.Held {
	var out []wire.Held
	for _, w := range s.Critical.Held.All() {
		c := w.Call
		h := wire.Held{
			Call: c.ID, Ref: c.Ref, Reason: w.Reason, Tier: c.Tier, Unit: c.Unit, Patient: patientView(c), Results: []wire.Result{},
			Owner: s.Name(w.Owner), Rerun: w.Rerun, Since: w.Since, Until: w.Until,
		}
		for i := range c.Results {
			h.Results = append(h.Results, resultView(&c.Results[i]))
		}
		out = append(out, h)
	}
	slices.SortStableFunc(out, func(a, b wire.Held) int { return cmp.Or(a.Until.Compare(b.Until), cmp.Compare(a.Call, b.Call)) })
	return out
}

func patientView(c critical.Call) wire.Patient {
	return wire.Patient{
		Identified: c.Identified(), Identifiers: c.Who.Identifiers, Name: c.Who.Name, Born: c.Who.Born, Sex: c.Who.Sex,
	}
}
