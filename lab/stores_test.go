package lab_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/postgres"
	"github.com/seed-909bec58/readback/ledger/postgres/pgtest"
	"github.com/seed-909bec58/readback/ledger/sqlite"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// onEveryStore runs a test some rounds on each kind of store: three labs on one ledger, 5 % of whose appends fail and
// 5 % of which stay in doubt. The store given is for reading: it never fails.
func onEveryStore(t *testing.T, count int, test func(t *testing.T, round int, s ledger.Store, labs []*lab.Lab)) {
	t.Helper()
	kinds := map[string]func(t *testing.T, i int, first ledger.Store) ledger.Store{
		"memory": func(_ *testing.T, _ int, first ledger.Store) ledger.Store {
			if first == nil {
				return ledger.NewMem("main", nil)
			}
			return first
		},
		"sqlite": func(t *testing.T, _ int, first ledger.Store) ledger.Store {
			t.Helper()
			if first != nil {
				return first
			}
			s, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Options{Site: "main", Reserve: 1 << 20})
			return opened(t, s, err)
		},
		"postgres": nil,
	}
	for _, kind := range []string{"memory", "sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			n := count
			if kind == "postgres" {
				need.Postgres(t)
			}
			if kind != "memory" {
				n = (count + 2) / 3
			}
			for round := range rounds(t, n) {
				url := ""
				if kind == "postgres" {
					url = pgtest.Database(t)
				}
				var first ledger.Store
				var labs []*lab.Lab
				for i := range 3 {
					var s ledger.Store
					if kind == "postgres" {
						p, err := postgres.Open(t.Context(), url, postgres.Options{Site: "main", Node: fmt.Sprint("n", i+1)})
						s = opened(t, p, err)
					} else {
						s = kinds[kind](t, i, first)
					}
					if first == nil {
						first = s
					}
					r := rand.New(rand.NewPCG(uint64(round), uint64(i)))
					labs = append(labs, open(t, flaky(s, r, 0.05, 0.05), fmt.Sprint("n", i+1)))
				}
				test(t, round, first, labs)
			}
		})
	}
}

func opened(t *testing.T, s ledger.Store, err error) ledger.Store {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}
