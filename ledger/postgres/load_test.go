package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/ledger/postgres"
	"github.com/seed-909bec58/readback/ledger/postgres/pgtest"
)

// load appends from many callers through one or more stores, as labs do: decide again after a lost race, settle what
// is in doubt by reading, and try again after any other error until stop.
type load struct {
	acked  atomic.Int64
	enough chan struct{} // closed when want entries are acknowledged
	want   int64

	mu  sync.Mutex
	via []string // the acknowledged, in the order of the acknowledgements
}

// caller writes until ctx ends. Every entry that it tries has another via.
func (l *load) caller(ctx context.Context, t *testing.T, s ledger.Store, name string) {
	bg := context.WithoutCancel(ctx)
	var head ledger.Seq
	for n := 0; ctx.Err() == nil; n++ {
		via := fmt.Sprintf("%s/%d", name, n)
		for {
			a, err := s.Append(bg, head, nil)
			if err == nil {
				_, err = s.Append(bg, head, []ledger.Entry{ledgertest.MakeBy(via, head+1, a.Clock)})
				if err == nil || errors.Is(err, ledger.ErrDoubt) && l.settle(ctx, s, head, via) {
					head++
					l.ack(via)
					break
				}
			}
			if errors.Is(err, ledger.ErrDamaged) || errors.Is(err, ledger.ErrSite) {
				t.Errorf("%s: %v", via, err)
				return
			}
			if ctx.Err() != nil {
				return
			}
			if h, err := s.Head(bg); err == nil {
				head = h.Seq
			}
		}
	}
}

// settle reads until the store answers, and tells whether the entry stands.
func (l *load) settle(ctx context.Context, s ledger.Store, head ledger.Seq, via string) bool {
	for ctx.Err() == nil {
		es, err := s.Read(context.WithoutCancel(ctx), head, 1)
		if err == nil {
			return len(es) == 1 && es[0].Via == via
		}
	}
	return false // not acknowledged; it may stand or not
}

func (l *load) ack(via string) {
	l.mu.Lock()
	l.via = append(l.via, via)
	l.mu.Unlock()
	if l.acked.Add(1) == l.want {
		close(l.enough)
	}
}

// kept fails the test unless all that was acknowledged stands in the ledger once, and nothing stands twice.
func (l *load) kept(t *testing.T, s ledger.Store) {
	t.Helper()
	h, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	by := sound(t, s, int64(h.Seq))
	slices.Sort(by)
	if twice := len(by) - len(slices.Compact(slices.Clone(by))); twice > 0 {
		t.Errorf("%d entries stand twice", twice)
	}
	lost := 0
	for _, via := range l.via {
		if _, ok := slices.BinarySearch(by, via); !ok {
			lost++
		}
	}
	if lost > 0 {
		t.Errorf("%d of %d acknowledged entries are lost", lost, len(l.via))
	}
	t.Logf("%d entries, %d acknowledged", len(by), len(l.via))
}

func TestRestartInACrashLosesNothingAcknowledged(t *testing.T) {
	server := pgtest.Start(t)
	url := server.Database(t)
	for round := range need.Count(2, 20) {
		ctx, stop := context.WithCancel(t.Context())
		l := &load{want: 300, enough: make(chan struct{})}
		var stores []ledger.Store
		for node := range 2 {
			stores = append(stores, open(t, url, postgres.Options{Site: ledgertest.Site, Node: fmt.Sprintf("n%d", node)}))
		}
		var wg sync.WaitGroup
		for c := range 16 {
			wg.Go(func() { l.caller(ctx, t, stores[c%2], fmt.Sprintf("r%d-c%d", round, c)) })
		}
		<-l.enough
		if err := server.Restart("immediate"); err != nil {
			t.Error(err)
		}
		after := l.acked.Load() + 100
		for l.acked.Load() < after && !t.Failed() {
			if _, err := stores[0].Head(t.Context()); err != nil {
				continue
			}
		}
		stop()
		wg.Wait()
		l.kept(t, stores[0])
	}
}

func TestFailoverToASynchronousStandbyLosesNothingAcknowledged(t *testing.T) {
	first := pgtest.Start(t)
	url := first.Database(t)
	second := first.Standby(t)
	if _, err := postgres.Open(t.Context(), second.URL(database(t, url)), postgres.Options{Site: ledgertest.Site}); !errors.Is(err, ledger.ErrStandby) {
		t.Errorf("open on a standby: %v, want ErrStandby", err)
	}
	both := fmt.Sprintf("postgres://postgres@127.0.0.1:%d,127.0.0.1:%d/%s?sslmode=disable&target_session_attrs=read-write", first.Port, second.Port, database(t, url))
	s := open(t, both, postgres.Options{Site: ledgertest.Site, Node: "n1"})
	r, err := s.Durability(t.Context())
	if err != nil || len(r.Broken()) != 0 || len(r.Single()) != 0 {
		t.Errorf("durability with a synchronous standby: %+v, %v: %v %v", r, err, r.Broken(), r.Single())
	}
	ctx, stop := context.WithCancel(t.Context())
	l := &load{want: 300, enough: make(chan struct{})}
	var wg sync.WaitGroup
	for c := range 16 {
		wg.Go(func() { l.caller(ctx, t, s, fmt.Sprintf("c%d", c)) })
	}
	<-l.enough
	if err := first.Stop("immediate"); err != nil {
		t.Error(err)
	}
	if err := second.Promote(); err != nil {
		t.Error(err)
	}
	pgtest.Exec(t, second.URL("postgres"), "ALTER SYSTEM SET synchronous_standby_names = ''")
	pgtest.Exec(t, second.URL("postgres"), "SELECT pg_reload_conf()")
	after := l.acked.Load() + 100
	for l.acked.Load() < after && !t.Failed() {
		if _, err := s.Head(t.Context()); err != nil {
			continue
		}
	}
	stop()
	wg.Wait()
	l.kept(t, s)
	r, err = s.Durability(t.Context())
	if err != nil || len(r.Single()) == 0 {
		t.Errorf("durability without a standby: %+v, %v: %v", r, err, r.Single())
	}
}

func TestSeveralNodesAppendToOneLedger(t *testing.T) {
	url := pgtest.Database(t)
	ctx, stop := context.WithCancel(t.Context())
	l := &load{want: int64(need.Count(400, 20000)), enough: make(chan struct{})}
	var wg sync.WaitGroup
	var last *postgres.Store
	for node := range 4 {
		s := open(t, url, postgres.Options{Site: ledgertest.Site, Node: fmt.Sprintf("n%d", node)})
		last = s
		for c := range 2 {
			wg.Go(func() { l.caller(ctx, t, s, fmt.Sprintf("n%d-c%d", node, c)) })
		}
	}
	<-l.enough
	stop()
	wg.Wait()
	l.kept(t, last)
}
