package vault_test

import (
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-909bec58/readback/vault"
)

var ward = netip.MustParseAddr("10.0.7.21")

func outside(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{203, byte(n >> 16), byte(n >> 8), byte(n)})
}

// tries counts how often Begin lets the attempt pass in n tries, one each step; none succeeds.
func tries(l *vault.Limiter, from time.Time, step time.Duration, n int, a func(i int) vault.Attempt) (passed int) {
	for i := range n {
		if l.Begin(from.Add(time.Duration(i)*step), a(i)) == 0 {
			passed++
		}
	}
	return passed
}

func TestGuessingIsSlow(t *testing.T) {
	start := newClock().now()
	for _, c := range []struct {
		name string
		most int
		a    func(i int) vault.Attempt
	}{
		{"one account from one address", 10, func(int) vault.Attempt {
			return vault.Attempt{Account: "lee", Address: outside(1)}
		}},
		{"one account from a thousand addresses", 30, func(i int) vault.Attempt {
			return vault.Attempt{Account: "lee", Address: outside(i)}
		}},
		{"a thousand accounts from one address", 200, func(i int) vault.Attempt {
			return vault.Attempt{Account: fmt.Sprint("p", i), Address: outside(1)}
		}},
		{"one account from one IPv6 network", 10, func(i int) vault.Attempt {
			return vault.Attempt{Account: "lee", Address: netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", i+1))}
		}},
		{"IPv4 written as IPv6", 10, func(i int) vault.Attempt {
			if i%2 == 0 {
				return vault.Attempt{Account: "lee", Address: netip.MustParseAddr("::ffff:203.0.0.1")}
			}
			return vault.Attempt{Account: "lee", Address: outside(1)}
		}},
	} {
		var l vault.Limiter
		if n := tries(&l, start, 0, 1000, c.a); n != c.most {
			t.Errorf("%s: %d of 1,000 tries, want %d", c.name, n, c.most)
		}
		hour := start.Add(time.Hour)
		if c.most == 10 {
			if n := tries(&l, hour, time.Second, 3600, c.a); n != 30+3600/60-1 { // the account's budget is the narrower one
				t.Errorf("%s: %d tries in an hour", c.name, n)
			}
		}
	}
}

func TestNobodyCanLockAnotherOut(t *testing.T) {
	var l vault.Limiter
	now := newClock().now()
	lee := vault.Attempt{Account: "lee", Address: ward}
	if l.Begin(now, lee) != 0 {
		t.Fatal("the first sign-in was refused")
	}
	l.Succeeded(now, lee)
	attack := func(i int) vault.Attempt { return vault.Attempt{Account: "lee", Address: outside(i)} }
	for day := range 30 {
		at := now.Add(time.Duration(day) * 24 * time.Hour)
		tries(&l, at, 0, 2000, attack)
		if wait := l.Begin(at, lee); wait != 0 {
			t.Fatalf("day %d: the owner waits %v at her own desk", day, wait)
		}
		l.Succeeded(at, lee)
		phone := vault.Attempt{Account: "lee", Address: outside(1), Device: "d1"} // from an attacker's very address
		if wait := l.Begin(at, phone); wait != 0 {
			t.Fatalf("day %d: the owner waits %v at her own phone", day, wait)
		}
		l.Succeeded(at, phone)
		if l.Begin(at, attack(5000)) == 0 {
			t.Fatal("the owner's sign-in gave the attacker new tries")
		}
	}
}

func TestSuccessGivesBackItsOwnTryOnly(t *testing.T) {
	now := newClock().now()
	var account, address vault.Limiter
	tries(&account, now, 0, 29, func(i int) vault.Attempt { return vault.Attempt{Account: "lee", Address: outside(i)} })
	tries(&address, now, 0, 199, func(i int) vault.Attempt { return vault.Attempt{Account: fmt.Sprint(i), Address: ward} })
	lee := vault.Attempt{Account: "lee", Address: ward}
	for name, l := range map[string]*vault.Limiter{"account": &account, "address": &address} {
		if l.Begin(now, lee) != 0 {
			t.Fatal(name + ": the last try was refused")
		}
		l.Succeeded(now, lee)
	}
	after := func(i int) vault.Attempt { return vault.Attempt{Account: "lee", Address: outside(100 + i)} }
	if n := tries(&account, now, 0, 100, after); n != 1 {
		t.Errorf("the account got %d tries back", n)
	}
	after = func(i int) vault.Attempt { return vault.Attempt{Account: fmt.Sprint("q", i), Address: ward} }
	if n := tries(&address, now, 0, 100, after); n != 1 {
		t.Errorf("the address got %d tries back", n)
	}
}

func TestWaitIsTrue(t *testing.T) {
	start := newClock().now()
	rapid.Check(t, func(r *rapid.T) {
		var l vault.Limiter
		now := start
		for range rapid.IntRange(1, 200).Draw(r, "tries") {
			a := vault.Attempt{
				Account: rapid.SampledFrom([]string{"lee", "kim"}).Draw(r, "account"),
				Address: rapid.SampledFrom([]netip.Addr{ward, outside(1), outside(2), {}}).Draw(r, "address"),
				Device:  rapid.SampledFrom([]string{"", "", "d1"}).Draw(r, "device"),
			}
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(20*time.Second)).Draw(r, "pause")))
			wait := l.Begin(now, a)
			if wait > 0 {
				if l.Begin(now.Add(wait-1), a) == 0 {
					r.Fatalf("passed before the wait of %v was over", wait)
				}
				now = now.Add(wait)
				if again := l.Begin(now, a); again != 0 {
					r.Fatalf("after waiting %v it waits %v more", wait, again)
				}
			}
			if rapid.IntRange(0, 5).Draw(r, "succeeds") == 0 {
				l.Succeeded(now, a)
			}
		}
	})
}

func TestClockSetBackLocksNobodyOut(t *testing.T) {
	var l vault.Limiter
	now := newClock().now()
	a := func(int) vault.Attempt { return vault.Attempt{Account: "lee", Address: ward} }
	tries(&l, now.Add(24*time.Hour), 0, 100, a)
	if wait := l.Begin(now, a(0)); wait <= 0 || wait > time.Minute {
		t.Fatalf("waits %v", wait)
	}
	if wait := l.Begin(now.Add(time.Minute), a(0)); wait != 0 {
		t.Errorf("still waits %v", wait)
	}
}

func TestAttemptsAtOnceGetNoMoreTries(t *testing.T) {
	var l vault.Limiter
	now := newClock().now()
	var wg sync.WaitGroup
	var passed atomic.Int64
	for range 8 {
		wg.Go(func() {
			n := tries(&l, now, 0, 100, func(int) vault.Attempt { return vault.Attempt{Account: "lee", Address: ward} })
			passed.Add(int64(n))
		})
	}
	wg.Wait()
	if passed.Load() != 10 {
		t.Errorf("%d passed", passed.Load())
	}
}

func TestMillionAccountsStayBounded(t *testing.T) {
	var l vault.Limiter
	now := newClock().now()
	for i := range 300_000 {
		l.Begin(now, vault.Attempt{Account: fmt.Sprint(i), Address: outside(i)})
	}
	if n := l.Held(); n > 3*100_000 {
		t.Errorf("%d budgets held", n)
	}
}

func TestAFloodBehindOneAddressKeepsNobodyOutWhoSignedInFromThere(t *testing.T) {
	var l vault.Limiter
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	hospital := netip.MustParseAddr("192.0.2.1")
	lee := vault.Attempt{Account: "lee", Address: hospital}
	if wait := l.Begin(now, lee); wait > 0 {
		t.Fatal("the first sign-in waits", wait)
	}
	l.Succeeded(now, lee)
	limited := 0
	for i := range 1000 {
		if l.Begin(now, vault.Attempt{Account: fmt.Sprint("nobody", i), Address: hospital}) > 0 {
			limited++
		}
	}
	if limited == 0 {
		t.Error("a thousand guesses from one address were all tried")
	}
	if wait := l.Begin(now, lee); wait > 0 {
		t.Errorf("lee, who signed in from there, has to wait %s", wait)
	}
	for range 20 {
		l.Begin(now, lee)
	}
	if l.Begin(now, lee) == 0 {
		t.Error("guessing lee's own password from there is not slowed down")
	}
}
