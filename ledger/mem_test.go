package ledger_test

import (
	"testing"
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
)

func TestMemDoesWhatEveryStoreMust(t *testing.T) {
	ledgertest.Run(t, func(*testing.T) ledgertest.Place {
		return ledgertest.Place{
			Volatile: true,
			Open: func(_ *testing.T, wall func() time.Time) ledger.Store {
				return ledger.NewMem(ledgertest.Site, wall)
			},
		}
	})
}
