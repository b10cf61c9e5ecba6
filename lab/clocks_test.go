package lab_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/ledger"
)

// nodes opens three labs on one ledger whose clock can step; each keeps.
func nodes(t *testing.T) (*ledger.Mem, *atomic.Int64, []*lab.Lab) {
	t.Helper()
	shift := new(atomic.Int64)
	m := ledger.NewMem("main", func() time.Time { return time.Now().Add(time.Duration(shift.Load())) })
	var labs []*lab.Lab
	for i := range 3 {
		labs = append(labs, open(t, m, fmt.Sprint("n", i+1)))
	}
	hospital(t, labs[0])
	for _, l := range labs {
		keep(t, l)
	}
	return m, shift, labs
}

// One step of the database's clock, which every node sees, moves ledger time once.
func TestAStepThatSeveralNodesSeeMovesTimeOnce(t *testing.T) {
	for name, step := range map[string]time.Duration{"an hour forward": time.Hour, "an hour back": -time.Hour, "five seconds forward": 5 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, shift, labs := nodes(t)
				potassium(t, labs[1], "m1", "7.1")
				time.Sleep(time.Minute)
				synctest.Wait()
				was := labs[0].Now()
				shift.Store(int64(step))
				time.Sleep(time.Minute)
				synctest.Wait()
				want := was.Add(time.Minute + max(step, 0))
				for i, l := range labs {
					if off := l.Now().Sub(want).Abs(); off > time.Second {
						t.Errorf("ledger time of node %d is %v off", i+1, l.Now().Sub(want))
					}
				}
				steps := 0
				for _, e := range whole(t, m, 0) {
					if e.Kind == ledger.KindClockStepped {
						steps++
					}
				}
				if steps != 1 {
					t.Errorf("%d entries record one step", steps)
				}
				head, err := m.Head(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if want := max(0, -step); (head.Ahead - want).Abs() > time.Second {
					t.Errorf("ledger time is %v ahead of the clock, not %v", head.Ahead, want)
				}
			})
		})
	}
}

// A clock that steps again before the first step could be recorded is believed as it stands then.
func TestAClockThatStepsTwiceIsBelievedAsItStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var shift atomic.Int64
		m := ledger.NewMem("main", func() time.Time { return time.Now().Add(time.Duration(shift.Load())) })
		away := &awayStore{Store: m}
		away.appends.Store(true)
		l := open(t, away, "n1")
		hospital(t, l)
		time.Sleep(time.Minute)
		shift.Store(int64(time.Hour))
		away.appends.Store(false)
		time.Sleep(3 * time.Second) // the step is seen, and cannot be recorded
		shift.Store(int64(time.Hour + 20*time.Second))
		time.Sleep(3 * time.Second)
		away.appends.Store(true)
		time.Sleep(3 * time.Second)
		potassium(t, l, "m1", "7.1")
		synctest.Wait()
		if off := time.Until(l.Now()) - time.Hour - 20*time.Second; off.Abs() > time.Second {
			t.Errorf("ledger time is %v off the clock", off)
		}
	})
}

// awayStore refuses to write while appends is false; it answers what is asked.
type awayStore struct {
	ledger.Store

	appends atomic.Bool
}

func (a *awayStore) Append(ctx context.Context, head ledger.Seq, es []ledger.Entry) (ledger.Answer, error) {
	if len(es) > 0 && !a.appends.Load() {
		return ledger.Answer{}, errFlaky
	}
	return a.Store.Append(ctx, head, es)
}
