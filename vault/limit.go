package vault

import (
	"net/netip"
	"sync"
	"time"
)

// The budgets of wrong sign-ins: how many at once, and how long one takes to come back.
const (
	pairTries      = 10 // one account from one address
	pairRefill     = 30 * time.Second
	accountTries   = 30 // one account from everywhere it never signed in from
	accountRefill  = time.Minute
	addressTries   = 200 // one address, by accounts that never signed in from it; a whole hospital may stand behind one
	addressRefill  = 2 * time.Second
	largestBudgets = 50_000
)

// Limiter slows guessing without giving anybody the means to lock another out: where a person has signed in before
// (the address, or a device that the caller has proved), only the wrong tries for that account from there count.
//
// It keeps its budgets in memory, at most 100,000 of each sort, the longest unused dropped first. The time is an
// argument. The zero Limiter is ready, and safe for concurrent use.
type Limiter struct {
	mu       sync.Mutex
	pairs    budgets // account + address or device
	accounts budgets
	sources  budgets
	homes    budgets // account + address or device that once succeeded; the number is not used
}

// Attempt is one try to sign in.
type Attempt struct {
	Account string     // LoginKey of what was typed, whether it exists or not
	Address netip.Addr // the client's; IPv6 counts by /64
	Device  string     // a device proved to have signed in as this account; empty when none
}

// Begin counts the attempt as wrong until Succeeded takes that back, and says how long to wait when it must not be
// tried. Waiting 0 means: go on. So attempts at the same time cannot exceed a budget.
func (l *Limiter) Begin(now time.Time, a Attempt) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	pair, source := a.pair(), a.source()
	wait = l.pairs.wait(pair, now, pairTries, pairRefill)
	home := a.Device != "" || l.homes.has(pair)
	if !home {
		// Whoever guesses behind the same address must not keep those out who sign in from there every day.
		wait = max(wait, l.sources.wait(source, now, addressTries, addressRefill),
			l.accounts.wait(a.Account, now, accountTries, accountRefill))
	}
	if wait > 0 {
		return wait
	}
	l.pairs.take(pair, now, pairRefill)
	if !home {
		l.sources.take(source, now, addressRefill)
		l.accounts.take(a.Account, now, accountRefill)
	}
	return 0
}

// Succeeded gives back what Begin took, forgets the wrong tries of this account from here, and remembers that it has
// signed in from here.
func (l *Limiter) Succeeded(now time.Time, a Attempt) {
	l.mu.Lock()
	defer l.mu.Unlock()
	pair := a.pair()
	if a.Device == "" && !l.homes.has(pair) {
		l.accounts.give(a.Account, accountRefill)
		l.sources.give(a.source(), addressRefill)
	}
	l.pairs.forget(pair)
	l.homes.put(pair, now)
}

func (a Attempt) pair() string {
	if a.Device != "" {
		return a.Account + "\x00d" + a.Device
	}
	return a.Account + "\x00a" + a.source()
}

func (a Attempt) source() string {
	addr := a.Address.Unmap().WithZone("")
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.String()
		}
	}
	return addr.String()
}

// budgets are token buckets, each held as the instant at which it is full again. When the young half is full it
// becomes the old one, and the old one is dropped.
type budgets struct{ young, old map[string]time.Time }

func (b *budgets) get(key string) (full time.Time, ok bool) {
	if full, ok = b.young[key]; ok {
		return full, true
	}
	if full, ok = b.old[key]; ok {
		delete(b.old, key)
		b.put(key, full)
	}
	return full, ok
}

func (b *budgets) has(key string) bool {
	_, ok := b.get(key)
	return ok
}

func (b *budgets) put(key string, full time.Time) {
	if _, ok := b.young[key]; !ok && len(b.young) >= largestBudgets {
		b.old, b.young = b.young, nil
	}
	if b.young == nil {
		b.young = make(map[string]time.Time)
	}
	b.young[key] = full
}

func (b *budgets) forget(key string) {
	delete(b.young, key)
	delete(b.old, key)
}

// wait is 0 while one more try leaves the bucket at most tries short of full.
func (b *budgets) wait(key string, now time.Time, tries int, refill time.Duration) time.Duration {
	full, ok := b.get(key)
	if !ok {
		return 0
	}
	empty := time.Duration(tries) * refill
	short := full.Sub(now)
	if short > empty { // the clock was set back; a bucket cannot be emptier than empty
		short = empty
		b.put(key, now.Add(empty))
	}
	return max(0, short+refill-empty)
}

func (b *budgets) take(key string, now time.Time, refill time.Duration) {
	full, _ := b.get(key)
	if full.Before(now) {
		full = now
	}
	b.put(key, full.Add(refill))
}

func (b *budgets) give(key string, refill time.Duration) {
	if full, ok := b.get(key); ok {
		b.put(key, full.Add(-refill))
	}
}
