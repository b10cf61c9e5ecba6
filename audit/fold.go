package audit

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/rules/critical"
	"github.com/seed-909bec58/readback/rules/roster"
	"github.com/seed-909bec58/readback/wire"
)

// rows is what the fold reads and writes: a transaction on the tables.
type rows interface {
	call(id string) (*call, error) // nil if there is none; what is changed of it is kept
	open(id string, seq int64) *call
	forget(id string) error
	person(id string) (known int, err error)
	setPerson(id string, known int)
	setAnalyte(code, label string)
	setZone(zone string)
	suppress(s suppressed)
	leaf(seq int64) (ledger.Entry, error) // an earlier entry of the ledger
}

// suppressed is one result that a policy kept from being called.
type suppressed struct {
	seq, at                     int64
	unit, analyte, tier, sender string
}

// What is known of a person whose name may stand in a record.
const (
	fullName = 1 << iota
	withRole
)

// wanted tells whether a kind can change a row, so that the others need not be decoded: most entries of a ledger are
// results of no call, and messages.
func wanted(e *ledger.Entry) bool {
	room, _, _ := strings.Cut(e.Kind, ".")
	switch room {
	case "critical", "person":
		return true
	case "ledger":
		return e.Kind == "ledger.opened" || e.Kind == "ledger.erased"
	}
	return false
}

// fold takes one entry into the rows. A kind that this version does not know changes nothing.
func fold(db rows, e *ledger.Entry) error {
	if !wanted(e) {
		return nil
	}
	ev, err := wire.Decode(e)
	if errors.Is(err, wire.ErrKind) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	switch ev := ev.(type) {
	case *wire.Opened:
		db.setZone(ev.Zone)
	case *wire.Erased:
		return erase(db, ev)
	case *roster.Admitted:
		db.setPerson(ev.ID, knownOf(&ev.Person))
	case *roster.Changed:
		db.setPerson(ev.ID, knownOf(&ev.Person))
	case *critical.Reported:
		return reported(db, e, ev)
	case *critical.Suppressed:
		db.suppress(suppressed{seq: int64(e.Seq), at: micro(e.At), unit: ev.Unit, analyte: ev.LOINC, tier: ev.Tier, sender: ev.Sender})
	default:
		if len(e.About) > 0 && strings.HasPrefix(e.About[0], "call/") {
			return ofCall(db, e, ev)
		}
	}
	return nil
}

// knownOf says what a record can tell of a person: a first name alone is inadequate (CAP COM.30000).
func knownOf(p *roster.Person) int {
	n := 0
	if isFull(p.Name) {
		n |= fullName
	}
	if p.Role != "" {
		n |= withRole
	}
	return n
}

func isFull(name string) bool { return critical.FullName(name) }

// erase makes the rows forget the calls of which an entry was erased: what they counted stays, who it was about goes.
func erase(db rows, ev *wire.Erased) error {
	for _, seq := range ev.Entries {
		e, err := db.leaf(seq)
		if err != nil {
			return err
		}
		for _, subject := range e.About {
			if strings.HasPrefix(subject, "call/") {
				if err := db.forget(subject); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// received is the source of a time that the sender did not tell.
const received = "received"

// reported notes what is known of a result before its call is opened. The reports of a call stand before its opening.
func reported(db rows, e *ledger.Entry, ev *critical.Reported) error {
	if ev.Call == "" || ev.Repeat {
		return nil
	}
	c, err := db.call(ev.Call)
	if err != nil {
		return err
	}
	if c == nil {
		c = db.open(ev.Call, int64(e.Seq))
	}
	if c.opened != 0 {
		return nil
	}
	c.sender = ev.Sender
	if at := micro(ev.Available); at != 0 && ev.Source != received && at <= micro(e.At) && (c.available == 0 || at < c.available) {
		c.available = at // later than its own report would be a clock that is wrong: not known
	}
	return nil
}

// ofCall folds what is about one call.
func ofCall(db rows, e *ledger.Entry, ev wire.Event) error {
	id := e.About[0]
	c, err := db.call(id)
	if err != nil {
		return err
	}
	switch ev := ev.(type) {
	case *critical.Held: // filed now, whenever it is called
		opened(db, row(db, c, e), e, &ev.Opened)
		return nil
	case *critical.Opened:
		opened(db, row(db, c, e), e, ev)
		return nil
	}
	if c == nil || c.opened == 0 {
		return nil
	}
	at := micro(e.At)
	switch ev := ev.(type) {
	case *critical.Released: // what was held is not called
		c.opened = 0
	case *critical.Called:
		c.attempts++
		c.called = first(c.called, at)
		c.have |= hasFirst
		if ev.Why == "" {
			c.have &^= hasAttempts | hasEscalation
		}
		if ev.Ask != critical.AskDesk {
			for _, p := range ev.To {
				c.people = add(c.people, p)
			}
		}
		if c.attempts > 1 {
			c.need |= hasEscalation
		}
	case *critical.Escalated:
		c.need |= hasEscalation
		if ev.Why == "" {
			c.have &^= hasEscalation
		}
	case *critical.Delivered:
		c.sawBy(ev.Person, at)
	case *critical.Seen:
		c.sawBy(e.By, at)
	case *critical.Identified:
		c.shown(ev.Sealed.Who)
	case *critical.Corrected:
		c.corrected++
		c.conveyed, c.occurred = 0, false // what is told now was not conveyed yet
	case *critical.Raised: // never later than it was to be
		c.tier = ev.Tier
		if ev.BreachAfter > 0 {
			c.target = min(c.target, (at-c.opened)/int64(time.Second/time.Microsecond)+int64(ev.BreachAfter))
		}
	case *critical.Taken:
		c.sawBy(ev.Owner, at)
	case *critical.PassedOn:
		c.passes++
		c.sawBy(ev.By, at)
	case *critical.AttemptFailed:
		c.failed++
		c.need |= hasDifficulties
		if ev.Difficulty == "" {
			c.have &^= hasDifficulties
		}
	case *critical.Mismatched:
		c.mismatches++
	case *critical.Telephoned:
		return c.telephoned(db, e, ev)
	case *critical.ReadBack:
		return c.readBack(db, e, ev)
	case *critical.Closed:
		c.finish(at, ev.Owner, ev.Outcome)
	case *critical.Ended:
		c.method, c.conveyed, c.occurred = byDecision, 0, false
		c.finish(at, ev.Owner, ev.Reason)
	}
	return nil
}

func first(known, at int64) int64 {
	if known == 0 || at < known {
		return at
	}
	return known
}

// sawBy notes that somebody opened the call, or that it reached their device: it counts from those who were called.
func (c *call) sawBy(person string, at int64) {
	if slices.Contains(c.people, person) {
		c.seen = first(c.seen, at)
	}
}

// row is the row of the call that an entry is about, made if it is not there.
func row(db rows, c *call, e *ledger.Entry) *call {
	if c == nil {
		c = db.open(e.About[0], int64(e.Seq))
	}
	return c
}

// opened notes that a call was opened, or will be: the first time tells when its results were filed and when they are
// late, whether the bench looked at them before or not.
func opened(db rows, c *call, e *ledger.Entry, o *critical.Opened) {
	c.ref, c.unit, c.tier = o.Ref, o.Unit, o.Tier
	if c.opened == 0 {
		c.opened, c.target = micro(e.At), int64(o.BreachAfter)
		if c.target <= 0 {
			c.target = int64(time.Hour / time.Second)
		}
	}
	c.analytes = nil
	c.need = always
	c.have = hasAttempts | hasEscalation | hasDifficulties | hasTest | hasLimit | hasValue
	for i, r := range o.Results {
		c.analytes = add(c.analytes, r.LOINC)
		if r.LOINC != "" && r.Label != "" {
			db.setAnalyte(r.LOINC, r.Label)
		}
		if r.LOINC == "" {
			c.have &^= hasTest
		}
		if r.Rule == "" && r.Outcome == critical.Critical {
			c.have &^= hasLimit
		}
		if r.Outcome != critical.Withdrawn && (i >= len(o.Sealed.Told) || o.Sealed.Told[i].Value == "") {
			c.have &^= hasValue
		}
	}
	if c.available != 0 {
		c.have |= hasAvailable
	}
	if strings.HasPrefix(e.By, "person/") || strings.HasPrefix(e.By, "machine/") {
		c.have |= hasResponsible
	}
	c.shown(o.Sealed.Who)
}

// shown notes whether a patient is shown with two identifiers.
func (c *call) shown(who critical.Snapshot) {
	n := len(who.Identifiers)
	for _, more := range []string{who.Name, who.Born} {
		if more != "" {
			n++
		}
	}
	if n >= 2 {
		c.have |= hasIdentifiers
	}
}

func (c *call) readBack(db rows, e *ledger.Entry, ev *critical.ReadBack) error {
	if !ev.Match {
		return nil
	}
	c.conveyed, c.occurred = micro(e.At), false
	c.method, c.person = byReadBack, e.By
	known, err := db.person(e.By)
	if err != nil {
		return err
	}
	c.have |= hasConveyed | hasMethod | hasComparison | hasKnown // known by the sign-in
	c.hear(known, len(ev.Sealed.Values) > 0, ev.Sealed.Tail != "")
	return nil
}

// telephoned notes that the receiver repeated it on the telephone, at the time that who telephoned told, if any.
func (c *call) telephoned(db rows, e *ledger.Entry, ev *critical.Telephoned) error {
	if !ev.Match {
		return nil
	}
	c.conveyed, c.occurred = micro(e.At), !ev.Occurred.IsZero()
	if c.occurred {
		c.conveyed = micro(ev.Occurred)
	}
	c.method, c.person = byTelephone, ev.Receiver
	known := 0
	if ev.Receiver != "" {
		var err error
		if known, err = db.person(ev.Receiver); err != nil {
			return err
		}
	}
	if isFull(ev.Sealed.Name) {
		known |= fullName
	}
	if ev.Role != "" {
		known |= withRole
	}
	c.have |= hasConveyed | hasComparison
	if ev.Means != "" {
		c.have |= hasMethod
	}
	if ev.Known != "" {
		c.have |= hasKnown
	}
	c.hear(known, len(ev.Sealed.Values) > 0, ev.Sealed.Tail != "")
	return nil
}

// hear notes what of the record the one who was told brings.
func (c *call) hear(known int, content, identifier bool) {
	for _, f := range []struct {
		there bool
		bit   fields
	}{
		{known&fullName != 0, hasReceiver},
		{known&withRole != 0, hasRole},
		{content, hasContent},
		{identifier, hasIdentifierBack},
	} {
		if f.there {
			c.have |= f.bit
		}
	}
}

// finish notes that a call is over.
func (c *call) finish(at int64, owner, outcome string) {
	if c.finished != 0 {
		return
	}
	c.finished, c.outcome = at, outcome
	if strings.HasPrefix(owner, "person/") && (c.method == byDecision || c.person == "") {
		c.person = owner
	}
	if c.conveyed != 0 {
		c.need |= told
	}
	if outcome != "" {
		c.have |= hasOutcome
	}
	c.people = nil // nobody is waited for any more
}
