package ledgertest

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"

	"github.com/seed-909bec58/readback/ledger"
)

// ErrFlaky is what a Flaky store's failing Append returns: nothing was written.
var ErrFlaky = errors.New("this append fails, as the test asked")

// Flaky returns a store over s whose Append fails with probability fail, with nothing written, and stays in doubt with
// probability doubt: it returns ErrDoubt, and the entries are written at once, never, or just before this store's next
// answer. An append of nothing fails in the same way. Several Flaky stores may share one s, as nodes do.
func Flaky(s ledger.Store, r *rand.Rand, fail, doubt float64) ledger.Store {
	return &flaky{Store: s, rand: r, fail: fail, doubt: doubt}
}

type flaky struct {
	ledger.Store

	mu          sync.Mutex
	rand        *rand.Rand
	fail, doubt float64
	late        func() // an append still on its way
}

// settle lets what is still on its way arrive before the answer that the caller waits for.
func (f *flaky) settle() {
	f.mu.Lock()
	late := f.late
	f.late = nil
	f.mu.Unlock()
	if late != nil {
		late()
	}
}

// Append implements ledger.Store.
func (f *flaky) Append(ctx context.Context, head ledger.Seq, entries []ledger.Entry) (ledger.Answer, error) {
	f.settle()
	f.mu.Lock()
	p, way := f.rand.Float64(), f.rand.IntN(3)
	f.mu.Unlock()
	write := func() { _, _ = f.Store.Append(context.WithoutCancel(ctx), head, entries) } // nobody hears the answer
	switch {
	case p < f.fail:
		return ledger.Answer{}, ErrFlaky
	case p >= f.fail+f.doubt:
		return f.Store.Append(ctx, head, entries)
	case way == 0:
		write()
	case way == 1:
		f.mu.Lock()
		f.late = write
		f.mu.Unlock()
	}
	return ledger.Answer{}, ledger.ErrDoubt
}

// Read implements ledger.Store.
func (f *flaky) Read(ctx context.Context, after ledger.Seq, limit int) ([]ledger.Entry, error) {
	f.settle()
	return f.Store.Read(ctx, after, limit)
}

// About implements ledger.Store.
func (f *flaky) About(ctx context.Context, subject string, upTo ledger.Seq) ([]ledger.Entry, error) {
	f.settle()
	return f.Store.About(ctx, subject, upTo)
}

// Head implements ledger.Store.
func (f *flaky) Head(ctx context.Context) (ledger.Head, error) {
	f.settle()
	return f.Store.Head(ctx)
}
