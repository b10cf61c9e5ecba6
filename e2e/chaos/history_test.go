package chaos_test

import (
	"testing"
	"time"

	"github.com/seed-909bec58/readback/e2e/chaos"
)

func TestHistoryThatNoLedgerCouldGiveIsRefused(t *testing.T) {
	right := func(key string) chaos.Command { return chaos.Command{Call: "call/a", Key: key, Right: true} }
	wrong := chaos.Command{Call: "call/a", Key: "w"}
	look := chaos.Command{Call: "call/a", Look: true}
	won, closed, differs := chaos.Answer{Seq: 7}, chaos.Answer{Code: "closed"}, chaos.Answer{Code: "mismatch"}
	type step struct {
		c chaos.Command
		a chaos.Answer
	}
	for name, one := range map[string]struct {
		steps []step
		ok    bool
	}{
		"one wins, the other hears it":         {[]step{{right("1"), won}, {right("2"), closed}, {look, won}}, true},
		"sent again, the first answer again":   {[]step{{right("1"), won}, {right("1"), won}}, true},
		"a wrong one, then a right one":        {[]step{{wrong, differs}, {right("1"), won}, {wrong, differs}}, true},
		"two winners":                          {[]step{{right("1"), won}, {right("2"), chaos.Answer{Seq: 8}}}, false},
		"sent again, another answer":           {[]step{{right("1"), won}, {right("1"), chaos.Answer{Seq: 8}}}, false},
		"refused after it had won":             {[]step{{right("1"), won}, {right("1"), closed}}, false},
		"closed, and nobody won":               {[]step{{right("1"), closed}, {look, chaos.Answer{}}}, false},
		"a wrong one won":                      {[]step{{wrong, won}}, false},
		"acknowledged, and not in the ledger":  {[]step{{right("1"), won}, {look, chaos.Answer{}}}, false},
		"the ledger has another winner":        {[]step{{right("1"), won}, {look, chaos.Answer{Seq: 9}}}, false},
		"the ledger had a winner and lost it":  {[]step{{right("1"), won}, {look, won}, {look, chaos.Answer{}}}, false},
		"a wrong one sent again is the winner": {[]step{{wrong, differs}, {wrong, won}}, false},
	} {
		h := chaos.NewHistory()
		for _, s := range one.steps {
			h.Add(0, h.Now(), s.c, s.a)
		}
		if err := h.Check(time.Minute); (err == nil) != one.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnswersThatOverlapMayComeInAnyOrder(t *testing.T) {
	h := chaos.NewHistory()
	asked := h.Now()
	h.Add(0, asked, chaos.Command{Call: "call/a", Key: "1", Right: true}, chaos.Answer{Code: "closed"})
	h.Add(1, asked, chaos.Command{Call: "call/a", Key: "2", Right: true}, chaos.Answer{Seq: 7})
	if err := h.Check(time.Minute); err != nil {
		t.Error(err)
	}
}
