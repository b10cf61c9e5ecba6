package ledger_test

import (
	"testing"

	"github.com/seed-909bec58/readback/ledger"
)

func TestLocalBellIsHeardByAllAndWaitsForNobody(t *testing.T) {
	bells := ledger.LocalBell(3)
	for i := range 100 { // nobody listens yet
		bells[0].Ring(ledger.Seq(i + 1))
	}
	for i, b := range bells {
		<-b.Rings()
		select {
		case <-b.Rings():
			t.Errorf("bell %d: rings that nobody looked at are not one", i)
		default:
		}
	}
	if err := bells[1].Close(); err != nil {
		t.Fatal(err)
	}
	bells[1].Ring(101)
	bells[2].Ring(101)
	<-bells[0].Rings()
	select {
	case <-bells[1].Rings():
		t.Error("a closed bell was rung")
	default:
	}
	if err := bells[1].Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}
