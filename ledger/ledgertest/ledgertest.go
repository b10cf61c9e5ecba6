// Package ledgertest knows what every ledger.Store must do: Run is one suite for all of them. It also makes entries to
// write, a clock to set, and Flaky, a store whose appends fail or stay in doubt.
//
// A Clock and a Flaky store are safe for concurrent use.
package ledgertest

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/ledger"
)

// Site is the site of all entries that the suite writes.
const Site = "h1"

// Place is where a ledger lives. It is empty at first, and its fields are used by one test at a time.
type Place struct {
	// Open opens the ledger of Site with the given clock. Each call opens the same ledger again; the suite closes what
	// it opened, and opens it a second time only after that.
	Open func(t *testing.T, wall func() time.Time) ledger.Store

	// TryOpen is Open for a ledger that was tampered with, which may be refused; nil if Open does not look.
	TryOpen func(t *testing.T, wall func() time.Time) (ledger.Store, error)

	// Volatile is true for a store that keeps nothing beyond Close: it is not opened a second time.
	Volatile bool

	// SQL runs statements on the stored tables as an operator could who has the store's own rights; nil for stores
	// without SQL. Refused lists statements that must fail while the ledger holds the entries 1 and 2, entry 1 with an
	// enclosure that is not erased.
	SQL     func(t *testing.T, statement string) error
	Refused []string

	// Tamper changes one stored byte past all guards, in any table and column, and puts it back when undo is called. It
	// says which byte it was. The store is closed meanwhile. Nil for stores that cannot.
	Tamper func(t *testing.T, r *rand.Rand) (what string, undo func())
}

// Run runs the suite; place makes a new place for each test.
func Run(t *testing.T, place func(t *testing.T) Place) {
	t.Helper()
	for _, test := range []struct {
		name string
		run  func(*testing.T, Place)
	}{
		{"EntriesComeBackInOrderAsWritten", testOrder},
		{"AppendOfNothingConfirmsTheHead", testNothing},
		{"AppendIsAllOrNone", testAllOrNone},
		{"OneOfManyRivalsWins", testRivals},
		{"LostRacesMissNothing", testRaces},
		{"MissedIsCutAtMaxRead", testMissedMuch},
		{"ReadersSeeOnlyWholeAppends", testReaders},
		{"ReadAndAboutKeepTheirLimits", testReadLimits},
		{"ErasedEnclosuresAreGoneAndTheLedgerVerifies", testErase},
		{"TimeNeverFallsAndStaysNearTheClock", testTime},
		{"BackwardStepIsAbsorbedAndUndone", testBackwardStep},
		{"ForwardStepIsBelieved", testForwardStep},
		{"ReopenedLedgerGoesOn", testReopen},
		{"TilesAndRootsAreThoseOfTheOracle", testOracle},
		{"WitnessSignsAndProofsHold", testProofs},
		{"CheckpointsAreKeptInOrder", testCheckpoints},
		{"TurnIsHadByOneAtATime", testTurn},
		{"ClosedStoreRefuses", testClosed},
		{"NothingCanBeUpdatedOrDeleted", testRefused},
		{"ChangedBytesAreFound", testTamper},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, place(t)) })
	}
}

// Clock is a clock that moves only when told to.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at 2026-03-01 12:00 UTC.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Step moves the clock by d, forward or back.
func (c *Clock) Step(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Make returns an encoded entry at a place, of Site. The place decides what it says: entries differ in their subjects,
// and in having no, one or two enclosures (entry 1 has one).
func Make(seq ledger.Seq, at time.Time) ledger.Entry {
	return MakeBy("n1/s1", seq, at)
}

// MakeBy is Make with another node and session.
func MakeBy(via string, seq ledger.Seq, at time.Time) ledger.Entry {
	body, err := json.Marshal(map[string]any{"call": fmt.Sprintf("call-%d", seq%11), "attempt": seq, "note": `<&> "ü"`})
	if err != nil {
		panic(err) // strings and numbers can be encoded
	}
	e := ledger.Entry{
		Seq: seq, At: at, Site: Site, By: "person/p1", Via: via, Kind: "test.written", V: 1,
		About: []string{fmt.Sprintf("call/%d", seq%11), fmt.Sprintf("patient/%d", seq%5)},
		To:    []string{"unit/icu", "lab"}, Body: body,
	}
	if seq%3 == 0 {
		e.Key = fmt.Sprintf("k%d/c%d", seq, seq)
	}
	for n := range int(seq % 3) {
		var b [16]byte
		binary.BigEndian.PutUint64(b[:], uint64(seq))
		b[15] = byte(n)
		salt := sha256.Sum256(b[:])
		e.Enclosures = append(e.Enclosures, ledger.Enclosure{Salt: salt[:16], Data: fmt.Appendf(nil, `{"name":"Canary-%d-%d"}`, seq, n)})
	}
	return encoded(e)
}

// Batch returns n entries that may follow the entry at head, all at one time.
func Batch(head ledger.Seq, at time.Time, n int) []ledger.Entry {
	es := make([]ledger.Entry, n)
	for i := range es {
		es[i] = Make(head+ledger.Seq(i)+1, at)
	}
	return es
}

func encoded(e ledger.Entry) ledger.Entry {
	if err := e.Encode(); err != nil {
		panic(err) // the suite's entries can be encoded
	}
	return e
}

// NewSigner returns a signer of Site's checkpoints, the same for the same seed.
func NewSigner(t testing.TB, seed byte) *ledger.Signer {
	t.Helper()
	s, err := ledger.NewSigner(Site, ed25519.NewKeyFromSeed(append(make([]byte, ed25519.SeedSize-1), seed)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}
