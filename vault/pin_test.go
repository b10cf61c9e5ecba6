package vault_test

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/vault"
)

func testPINLocks(t *testing.T, p place) {
	v, _ := p.open(t)
	must(t, v.SetPassword(t.Context(), "dr-lee", "lee", good))
	wants(t, v.CheckPIN(t.Context(), "dr-lee", "7281"), vault.ErrNoPIN)
	must(t, v.SetPIN(t.Context(), "dr-lee", "7281"))
	for range 3 { // right ones start the count anew
		for range vault.PINTries - 1 {
			wants(t, v.CheckPIN(t.Context(), "dr-lee", "7282"), vault.ErrWrong)
		}
		must(t, v.CheckPIN(t.Context(), "dr-lee", "7281"))
	}
	for range vault.PINTries {
		wants(t, v.CheckPIN(t.Context(), "dr-lee", "7282"), vault.ErrWrong)
	}
	wants(t, v.CheckPIN(t.Context(), "dr-lee", "7281"), vault.ErrPINLocked)
	_, err := v.CheckPassword(t.Context(), "lee", "not "+good)
	wants(t, err, vault.ErrWrong)
	wants(t, v.CheckPIN(t.Context(), "dr-lee", "7281"), vault.ErrPINLocked)
	must(t, v.SetPIN(t.Context(), "dr-lee", "9163")) // a new PIN has all its tries
	must(t, v.CheckPIN(t.Context(), "dr-lee", "9163"))
	must(t, v.SetPIN(t.Context(), "dr-lee", "7281"))
	for range vault.PINTries {
		wants(t, v.CheckPIN(t.Context(), "dr-lee", "7282"), vault.ErrWrong)
	}
	wants(t, v.CheckPIN(t.Context(), "dr-lee", "7281"), vault.ErrPINLocked)
	_, err = v.CheckPassword(t.Context(), "lee", good)
	must(t, err)
	must(t, v.CheckPIN(t.Context(), "dr-lee", "7281"))
	must(t, v.Disable(t.Context(), "dr-lee"))
	wants(t, v.CheckPIN(t.Context(), "dr-lee", "7281"), vault.ErrWrong)
	must(t, v.Enable(t.Context(), "dr-lee"))
	must(t, v.RemovePIN(t.Context(), "dr-lee"))
	wants(t, v.CheckPIN(t.Context(), "dr-lee", "7281"), vault.ErrNoPIN)
}

func testPINRace(t *testing.T, p place) {
	v, _ := p.open(t)
	must(t, v.SetPassword(t.Context(), "dr-lee", "lee", good))
	must(t, v.SetPIN(t.Context(), "dr-lee", "7281"))
	var wg sync.WaitGroup
	var wrong, locked atomic.Int64
	for range 40 {
		wg.Go(func() {
			switch err := v.CheckPIN(t.Context(), "dr-lee", "7282"); {
			case errors.Is(err, vault.ErrWrong):
				wrong.Add(1)
			case errors.Is(err, vault.ErrPINLocked):
				locked.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if wrong.Load() != vault.PINTries || locked.Load() != 40-vault.PINTries {
		t.Errorf("%d tries, %d refused", wrong.Load(), locked.Load())
	}
}

func testPINOwner(t *testing.T, p place) {
	v, _ := p.open(t)
	wants(t, v.SetPIN(t.Context(), "dr-who", "7281"), vault.ErrNobody)
	wants(t, v.CheckPIN(t.Context(), "dr-who", "7281"), vault.ErrNoPIN)
	must(t, v.RemovePIN(t.Context(), "dr-who"))
}

func testSweep(t *testing.T, p place) {
	v, c := p.open(t)
	must(t, v.SetPassword(t.Context(), "known", "known", good))
	must(t, v.SetPassword(t.Context(), "orphan", "orphan", good))
	must(t, v.SetPIN(t.Context(), "orphan", "7281"))
	known := func(person string) bool { return person == "known" }
	sweep := func(want ...string) {
		t.Helper()
		got, err := v.Sweep(t.Context(), known)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("swept %v, %v; want %v", got, err, want)
		}
	}
	sweep() // its entry may be on the way
	c.forward(vault.Grace)
	sweep()
	must(t, v.SetPassword(t.Context(), "young", "young", good))
	c.forward(time.Second)
	sweep("orphan")
	sweep()
	_, err := v.CheckPassword(t.Context(), "orphan", good)
	wants(t, err, vault.ErrWrong)
	wants(t, v.CheckPIN(t.Context(), "orphan", "7281"), vault.ErrNoPIN)
	must(t, v.SetPassword(t.Context(), "other", "orphan", good)) // the login is free again
	if _, err := v.CheckPassword(t.Context(), "known", good); err != nil {
		t.Error(err)
	}
}
