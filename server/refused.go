package server

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seed-909bec58/readback/lab"
	"github.com/seed-909bec58/readback/rules/session"
	"github.com/seed-909bec58/readback/vault"
)

// What failed sign-ins may add to the ledger: at most mostRefused entries, each refusedEvery. The first of a quiet time
// is recorded within refusedSoon, so that a person who was tried sees it while it happens.
const (
	refusedSoon  = time.Second
	refusedEvery = 15 * time.Minute
	mostRefused  = 16
	mostAccounts = 1000 // counted apart between two records; what is beyond counts as nobody's
)

// refusal is one sign-in that failed.
type refusal struct {
	account string // LoginKey of what was typed; not with subject
	subject string // whose session tried a PIN
	means   string
	limited bool // it was not even tried
	from    netip.Addr
}

type refusedKey struct{ account, subject, means string }

type refusedCount struct {
	n, limited int
	from       netip.Addr
}

// refusals counts failed sign-ins until they are recorded. A sign-in itself never waits for that: an entry at once would
// take longer for a login that exists, and tell so.
type refusals struct {
	mu    sync.Mutex
	count map[refusedKey]refusedCount
	more  chan struct{} // size 1: there is something
}

func newRefusals() *refusals {
	return &refusals{count: map[refusedKey]refusedCount{}, more: make(chan struct{}, 1)}
}

func (f *refusals) note(r refusal) {
	f.mu.Lock()
	defer f.mu.Unlock()
	k := refusedKey{r.account, r.subject, r.means}
	if _, ok := f.count[k]; !ok && len(f.count) >= mostAccounts {
		k = refusedKey{means: r.means}
	}
	c := f.count[k]
	if r.limited {
		c.limited++
	} else {
		c.n++
	}
	c.from = r.from
	f.count[k] = c
	select {
	case f.more <- struct{}{}:
	default:
	}
}

// take returns what was counted, and begins anew.
func (f *refusals) take() map[refusedKey]refusedCount {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.count
	f.count = map[refusedKey]refusedCount{}
	return out
}

// run records what was counted until ctx ends, and then the rest.
func (s *Server) recordRefusals(ctx context.Context) {
	for {
		select {
		case <-s.refused.more:
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			s.recordRefused(last)
			return
		}
		if pause(ctx, refusedSoon) {
			s.recordRefused(ctx)
			pause(ctx, refusedEvery)
		}
	}
}

// pause waits, and tells whether it did to the end.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *Server) recordRefused(ctx context.Context) {
	evs := refusedEvents(s.refused.take(), s.Lab.State())
	if len(evs) == 0 {
		return
	}
	_, err := s.Lab.Record(ctx, lab.Actor{By: "machine/sign-in"}, lab.Key{}, func(*lab.State, time.Time) ([]lab.Event, error) {
		return evs, nil
	})
	if err != nil {
		s.Log.Warn("refused sign-ins were not recorded", "error", err)
	}
}

// refusedEvents says of each person what was counted, the most tried first, and of all others together.
func refusedEvents(counts map[refusedKey]refusedCount, st *lab.State) []lab.Event {
	byLogin := map[string]string{}
	for id, p := range st.Roster.People.All() {
		if key, err := vault.LoginKey(p.Login); err == nil {
			byLogin[key] = id
		}
	}
	sums := map[session.Refused]refusedCount{} // by subject and means
	for k, c := range counts {
		whose := k.subject
		if whose == "" {
			whose = byLogin[k.account]
		}
		key := session.Refused{Subject: whose, Means: k.means}
		sum := sums[key]
		sums[key] = refusedCount{sum.n + c.n, sum.limited + c.limited, c.from}
	}
	all := make([]*session.Refused, 0, len(sums))
	for key, c := range sums {
		key.N, key.Limited = c.n, c.limited
		if c.from.IsValid() {
			key.From = c.from.String()
		}
		all = append(all, &key)
	}
	slices.SortFunc(all, func(a, b *session.Refused) int {
		return cmp.Or(cmp.Compare(b.N+b.Limited, a.N+a.Limited), strings.Compare(a.Subject, b.Subject), strings.Compare(a.Means, b.Means))
	})
	if len(all) > mostRefused { // the least tried count together, as nobody's
		rest := &session.Refused{Means: "password"}
		for _, r := range all[mostRefused-1:] {
			rest.N, rest.Limited = rest.N+r.N, rest.Limited+r.Limited
		}
		all = append(all[:mostRefused-1:mostRefused-1], rest)
	}
	out := make([]lab.Event, 0, len(all))
	for _, r := range all {
		out = append(out, r)
	}
	return out
}
