package hospital

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/seed-909bec58/readback/ledger"
)

// line is the way from the lab to its store, which can be cut.
type line struct {
	ledger.Store

	away atomic.Bool
}

// Cut cuts the lab from its store, as a database that does not answer, or mends that.
func (l *Lab) Cut(away bool) { l.line.away.Store(away) }

func (l *line) cut() error {
	if l.away.Load() {
		return fmt.Errorf("%w: it does not answer", ledger.ErrStandby)
	}
	return nil
}

// Append implements ledger.Store.
func (l *line) Append(ctx context.Context, head ledger.Seq, es []ledger.Entry) (ledger.Answer, error) {
	if err := l.cut(); err != nil {
		return ledger.Answer{}, err
	}
	return l.Store.Append(ctx, head, es)
}

// Read implements ledger.Store.
func (l *line) Read(ctx context.Context, after ledger.Seq, limit int) ([]ledger.Entry, error) {
	if err := l.cut(); err != nil {
		return nil, err
	}
	return l.Store.Read(ctx, after, limit)
}

// Head implements ledger.Store.
func (l *line) Head(ctx context.Context) (ledger.Head, error) {
	if err := l.cut(); err != nil {
		return ledger.Head{}, err
	}
	return l.Store.Head(ctx)
}
