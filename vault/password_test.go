package vault_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/vault"
)

const good = "seven grey herons"

func TestVault(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		for _, promise := range []struct {
			name string
			test func(t *testing.T, p place)
		}{
			{"RightPasswordNamesItsPerson", testRightPassword},
			{"UnknownWrongAndDisabledSoundAlike", testAlike},
			{"NobodyGetsALoginThatAnotherHas", testTaken},
			{"RacingForOneLoginHasOneWinner", testRace},
			{"RenameLeavesThePassword", testRename},
			{"NothingOfAPasswordIsCutOff", testWhole},
			{"SitesDoNotSeeEachOther", testSites},
			{"HashIsRenewedWhenWorkChanges", testRenewed},
			{"WaitingForASlotEndsWithTheContext", testBusy},
			{"FaultOfTheDatabaseSignsNobodyIn", testFault},
			{"WrongPINsLockUntilThePassword", testPINLocks},
			{"RacingPINsGetNoMoreTries", testPINRace},
			{"PINNeedsALogin", testPINOwner},
			{"SweepTakesOrphansOnly", testSweep},
			{"SecretsAreNotStoredAsTyped", testNotStored},
			{"InterruptedStepLeavesNothing", testInterrupted},
			{"NewerSchemaIsRefused", testNewer},
			{"NodesStartingAtOnceAgree", testStartAtOnce},
		} {
			t.Run(promise.name, func(t *testing.T) { promise.test(t, p) })
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

func testRightPassword(t *testing.T, p place) {
	v, _ := p.open(t)
	must(t, v.SetPassword(t.Context(), "dr-lee", " Lee ", good))
	for _, login := range []string{"lee", "LEE", "Lee", "  lee\t", "ｌｅｅ"} {
		got, err := v.CheckPassword(t.Context(), login, good)
		if err != nil || got != "dr-lee" {
			t.Errorf("%q: %q, %v", login, got, err)
		}
	}
	must(t, v.SetPassword(t.Context(), "dr-lee", "lee", good+"!"))
	_, err := v.CheckPassword(t.Context(), "lee", good)
	wants(t, err, vault.ErrWrong)
}

func testAlike(t *testing.T, p place) {
	v, _ := p.open(t)
	must(t, v.SetPassword(t.Context(), "dr-lee", "lee", good))
	must(t, v.SetPassword(t.Context(), "dr-off", "off", good))
	must(t, v.Disable(t.Context(), "dr-off"))
	for _, c := range [][2]string{
		{"lee", good + " "},
		{"nobody", good},
		{"off", good},
		{"", good},
		{"a b", good},
		{"\xff", good},
		{"lee", ""},
		{"lee", "\xff"},
		{"lee", strings.Repeat("x", 100_000)},
		{"lee' OR '1'='1", good},
	} {
		person, err := v.CheckPassword(t.Context(), c[0], c[1])
		if person != "" || err == nil || err.Error() != "vault: "+vault.ErrWrong.Error() {
			t.Errorf("login %q: %q, %v", c[0], person, err)
		}
	}
	must(t, v.Enable(t.Context(), "dr-off"))
	if _, err := v.CheckPassword(t.Context(), "off", good); err != nil {
		t.Error(err)
	}
	wants(t, v.Disable(t.Context(), "dr-who"), vault.ErrNobody)
}

func testTaken(t *testing.T, p place) {
	v, _ := p.open(t)
	must(t, v.SetPassword(t.Context(), "dr-lee", "lee", good))
	wants(t, v.SetPassword(t.Context(), "dr-low", "LEE", good), vault.ErrLoginTaken)
	must(t, v.SetPassword(t.Context(), "dr-low", "low", good))
	wants(t, v.SetPassword(t.Context(), "dr-low", "Lee", good), vault.ErrLoginTaken)
	wants(t, v.Rename(t.Context(), "dr-low", "lee"), vault.ErrLoginTaken)
	if who, err := v.CheckPassword(t.Context(), "lee", good); err != nil || who != "dr-lee" {
		t.Errorf("%q, %v", who, err)
	}
}

func testRace(t *testing.T, p place) {
	v, _ := p.open(t)
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() { errs[i] = v.SetPassword(t.Context(), fmt.Sprint("person-", i), "lee", good) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			wants(t, err, vault.ErrLoginTaken)
		}
	}
	if won != 1 {
		t.Errorf("%d got the login", won)
	}
}

func testRename(t *testing.T, p place) {
	v, c := p.open(t)
	must(t, v.SetPassword(t.Context(), "dr-lee", "lee", good))
	must(t, v.SetPassword(t.Context(), "dr-ana", "ana", good))
	must(t, v.SetPIN(t.Context(), "dr-lee", "7281"))
	c.forward(time.Minute)
	must(t, v.Rename(t.Context(), "dr-lee", "Lee-Kim"))
	must(t, v.Disable(t.Context(), "dr-lee"))
	wants(t, v.Rename(t.Context(), "dr-who", "who"), vault.ErrNobody)
	wants(t, v.Rename(t.Context(), "dr-ana", ""), vault.ErrUnfit)
	got, err := v.Logins(t.Context())
	must(t, err)
	want := []vault.Login{
		{Person: "dr-ana", Login: "ana", Changed: c.now().Add(-time.Minute)},
		{Person: "dr-lee", Login: "Lee-Kim", Disabled: true, PIN: true, Changed: c.now()},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	_, err = v.CheckPassword(t.Context(), "lee", good)
	wants(t, err, vault.ErrWrong)
}

// testWhole has the edges at which other hashes cut: 72 bytes (bcrypt), NUL (C strings), and two spellings of one text.
func testWhole(t *testing.T, p place) {
	v, _ := p.open(t)
	long := strings.Repeat("ab cd-ef", 16) // 128
	for i, c := range []struct{ set, same, other string }{
		{long[:72] + "x", long[:72] + "x", long[:72] + "y"},
		{long, long, long[:127]},
		{"abcdefg\x00one", "abcdefg\x00one", "abcdefg\x00two"},
		{"\x00\x00\x00\x00\x00\x00\x00\x01", "\x00\x00\x00\x00\x00\x00\x00\x01", "\x00\x00\x00\x00\x00\x00\x00\x02"},
		{"Zürich-Höngg", "Zu\u0308rich-Ho\u0308ngg", "Zurich-Hongg"},
		{"  blanks count  ", "  blanks count  ", "blanks count"},
		{"🦆🦆🦆🦆🦆🦆🦆🦢", "🦆🦆🦆🦆🦆🦆🦆🦢", "🦆🦆🦆🦆🦆🦆🦆🦆"},
		{"Case Matters", "Case Matters", "case matters"},
	} {
		login := fmt.Sprint("p", i)
		must(t, v.SetPassword(t.Context(), login, login, c.set))
		if _, err := v.CheckPassword(t.Context(), login, c.same); err != nil {
			t.Errorf("row %d: %v", i, err)
		}
		if _, err := v.CheckPassword(t.Context(), login, c.other); !errors.Is(err, vault.ErrWrong) {
			t.Errorf("row %d: other password: %v", i, err)
		}
	}
}

func testSites(t *testing.T, p place) {
	db := p.fresh(t)
	open := func(site string) (*vault.Vault, error) {
		return vault.Open(t.Context(), db, vault.Config{Dialect: p.dialect, Site: site, Work: light})
	}
	a, err := open("a")
	must(t, err)
	must(t, a.SetPassword(t.Context(), "dr-lee", "lee", good))
	b, err := open("b")
	if p.dialect == vault.SQLite {
		wants(t, err, vault.ErrOtherSite)
		return
	}
	must(t, err)
	_, err = b.CheckPassword(t.Context(), "lee", good)
	wants(t, err, vault.ErrWrong)
	must(t, b.SetPassword(t.Context(), "dr-lee", "lee", "another "+good))
	if _, err := a.CheckPassword(t.Context(), "lee", good); err != nil {
		t.Error(err)
	}
	if _, err := b.Sweep(t.Context(), func(string) bool { return false }); err != nil {
		t.Error(err)
	}
}

func testRenewed(t *testing.T, p place) {
	db := p.fresh(t)
	phc := func() (s string) {
		statement := "SELECT password FROM vault.login"
		if p.dialect == vault.SQLite {
			statement = "SELECT password FROM login"
		}
		must(t, db.QueryRowContext(t.Context(), statement).Scan(&s))
		return s
	}
	open := func(w vault.Work) *vault.Vault {
		v, err := vault.Open(t.Context(), db, vault.Config{Dialect: p.dialect, Site: "main", Work: w})
		must(t, err)
		return v
	}
	v := open(light)
	must(t, v.SetPassword(t.Context(), "dr-lee", "lee", good))
	before := phc()
	if !strings.HasPrefix(before, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Fatal(before)
	}
	heavier := open(vault.Work{Memory: 128, Passes: 2, Lanes: 1})
	_, err := heavier.CheckPassword(t.Context(), "lee", "not "+good)
	wants(t, err, vault.ErrWrong)
	if phc() != before {
		t.Error("a wrong password renewed the hash")
	}
	for range 2 {
		if _, err := heavier.CheckPassword(t.Context(), "lee", good); err != nil {
			t.Fatal(err)
		}
		if now := phc(); !strings.HasPrefix(now, "$argon2id$v=19$m=128,t=2,p=1$") {
			t.Error(now)
		}
	}
}

func testBusy(t *testing.T, p place) {
	v, _ := p.open(t)
	must(t, v.SetPassword(t.Context(), "dr-lee", "lee", good))
	must(t, v.SetPIN(t.Context(), "dr-lee", "7281"))
	free := v.Occupy()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	errs := make([]error, 2*vault.PINTries)
	for i := range errs {
		wg.Go(func() {
			if i%2 == 0 {
				errs[i] = v.CheckPIN(ctx, "dr-lee", "0001")
			} else {
				_, errs[i] = v.CheckPassword(ctx, "lee", good)
			}
		})
	}
	cancel()
	wg.Wait()
	free()
	for _, err := range errs {
		wants(t, err, context.Canceled)
	}
	must(t, v.CheckPIN(t.Context(), "dr-lee", "7281")) // waiting in vain cost no try
}

func testFault(t *testing.T, p place) {
	db := p.fresh(t)
	v, err := vault.Open(t.Context(), db, vault.Config{Dialect: p.dialect, Site: "main", Work: light})
	must(t, err)
	must(t, v.SetPassword(t.Context(), "dr-lee", "lee", good))
	statement := "UPDATE vault.login SET password = 'plain'"
	if p.dialect == vault.SQLite {
		statement = "UPDATE login SET password = 'plain'"
	}
	_, err = db.ExecContext(t.Context(), statement)
	must(t, err)
	who, err := v.CheckPassword(t.Context(), "lee", "plain")
	if who != "" || err == nil {
		t.Errorf("%q, %v", who, err)
	}
	who, err = v.CheckPassword(t.Context(), "lee", good)
	if who != "" || err == nil || errors.Is(err, vault.ErrWrong) {
		t.Errorf("a damaged row sounds like a wrong password: %q, %v", who, err)
	}
}

func testNotStored(t *testing.T, p place) {
	db := p.fresh(t)
	v, err := vault.Open(t.Context(), db, vault.Config{Dialect: p.dialect, Site: "main", Work: light})
	must(t, err)
	must(t, v.SetPassword(t.Context(), "dr-lee", "lee", good))
	must(t, v.SetPassword(t.Context(), "dr-kim", "kim", good))
	must(t, v.SetPIN(t.Context(), "dr-lee", "728194"))
	statement := "SELECT password FROM vault.login UNION ALL SELECT pin FROM vault.pin"
	if p.dialect == vault.SQLite {
		statement = "SELECT password FROM login UNION ALL SELECT pin FROM pin"
	}
	rows, err := db.QueryContext(t.Context(), statement)
	must(t, err)
	defer rows.Close()
	seen := make(map[string]bool)
	for rows.Next() {
		var phc string
		must(t, rows.Scan(&phc))
		if strings.Contains(phc, good) || strings.Contains(phc, "728194") || seen[phc] {
			t.Error("stored as typed, or without a salt of its own")
		}
		seen[phc] = true
		if again, err := vault.ParsePHC(phc); err != nil || again != phc {
			t.Errorf("%v: %s", err, again)
		}
	}
	must(t, rows.Err())
	if len(seen) != 3 {
		t.Errorf("%d hashes", len(seen))
	}
}
