package critical

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrNoRef says that all references offered are spoken for. Offer others.
var ErrNoRef = errors.New("critical: every reference offered is in use")

// Message is one message's results, as the door read them.
type Message struct {
	ID      string // message/…
	Patient string // patient/…; empty when the message does not identify one
	Who     Snapshot
	Unit    string // place of care now
	Sender  string // whose codes these are
	Locale  Locale // of the sender's numbers
	Subject Subject
	Reports []Report
	// Known: every call that ever told one of the results is on the board. Else a result that was withdrawn or corrected
	// may have been told longer ago than the board knows, and a person looks.
	Known bool
	// Prior are the earlier results of the patient by LOINC code, where Looks asks for them. Where they are missing
	// everything critical is called.
	Prior map[string][]Prior

	// Refs are random candidates for the references of new calls, one more than needed or so. The order of what is
	// chosen among hangs on them too.
	Refs        []string
	Steps       func(tier string) []Step
	BreachAfter int                   // seconds; 0 is an hour
	Breach      func(tier string) int // instead: by the call's tier
	Resolve     Resolve               // if there, the first rung of a new call fires at once
}

// Report is one result of a message, as sent.
type Report struct {
	Result    string   // result/…
	Codings   []Coding // of OBX-3, the sender's own first
	Group     string   // the specimen: results with the same one share a call
	Parts     []string // of the value if it is a structured numeric; else Sealed.Value is read
	Status    string   // OBX-11
	Ordering  string   // the staff code of who ordered it, if known
	Before    bool     // an earlier message brought its value
	Available time.Time
	Source    string
	Sealed    Sent
}

// found is a report with what was made of it.
type found struct {
	Report
	ev      Reported
	label   string
	means   string
	value   Value
	unit    string // as shown
	why     string
	says    *Spoken // of a finding
	was     Told    // of one that changes what a call told
	verdict Verdict
	held    string // why the bench looks at it first; "" if it is called at once
	first   *found // in the same message, of which this one is a repeat
}

// File says what is to be recorded for a message's results: every result as
// Reported, each new critical one in a call, each change of a told one as a
// correction or, when its call is finished, a new call, and what nobody could
// judge in a work item. A result that was told before with the same value is
// reported as a repeat and changes nothing. Errors: ErrNoRef.
func (b Board) File(in Message, now time.Time) ([]Event, error) {
	now = stamp(now)
	set, _ := b.InForce(in.Subject.Setting, now)
	f := filing{board: b, in: in, now: now, set: set}
	var fresh, twice []*found
	named := map[string][]*found{}
	for i := range in.Reports {
		r := b.judge(set, in, in.Reports[i], now)
		before := named[r.Result]
		if i := slices.IndexFunc(before, r.twin); i >= 0 {
			r.first, r.ev.Repeat, r.ev.Result = before[i], true, before[i].ev.Result
			twice = append(twice, r)
			continue
		}
		if len(before) > 0 { // two values under one name: keep both
			r.ev.Result += "/" + strconv.Itoa(len(before)+1)
		}
		named[r.Result] = append(before, r)
		if f.heldAgain(r) || f.again(r) {
			continue
		}
		if s := f.spared(r); s != nil {
			r.ev.Repeat = f.suppressed(r)
			if f.add(&r.ev); !r.ev.Repeat {
				f.add(s)
			}
			continue
		}
		if r.ev.Outcome == Critical && r.held != "" {
			f.err = firstOf(f.err, f.hold(r))
			continue
		}
		if r.ev.Outcome == Critical {
			fresh = append(fresh, r)
			continue
		}
		f.aside(r)
		f.add(&r.ev)
	}
	if err := f.settle(); err != nil {
		return nil, err
	}
	for len(fresh) > 0 {
		group := fresh[0].Group
		var with, rest []*found
		for _, r := range fresh {
			if r.Group == group {
				with = append(with, r)
			} else {
				rest = append(rest, r)
			}
		}
		fresh = rest
		if err := f.open(with, ""); err != nil {
			return nil, err
		}
	}
	for _, r := range twice {
		r.ev.Call = r.first.ev.Call
		f.add(&r.ev)
	}
	return f.out, f.err
}

// twin tells whether an earlier report of the message says the same.
func (r *found) twin(o *found) bool {
	return r.Sealed.Value == o.Sealed.Value && r.means == o.means && r.ev.Unit == o.ev.Unit && r.ev.Outcome == o.ev.Outcome
}

// judge reads a report and asks the limits.
func (b Board) judge(set Set, in Message, r Report, now time.Time) *found {
	own := Coding{}
	if len(r.Codings) > 0 {
		own = r.Codings[0]
	}
	out := &found{Report: r, unit: r.Sealed.Unit, ev: Reported{
		Result: r.Result, Message: in.ID, Patient: in.Patient, Sender: in.Sender, System: own.System, Code: own.Code,
		Status: r.Status, Available: stampOrZero(r.Available), Source: r.Source, Hint: flagged(r.Sealed.Flag), Ordering: r.Ordering,
		Sealed: r.Sealed,
	}}
	e := &out.ev
	test, known := b.Resolve(in.Sender, r.Codings)
	if known {
		e.LOINC, out.label = test.LOINC, test.Label
	}
	e.Unit = b.unit(in.Sender, r.Sealed.Unit)
	if strings.TrimSpace(r.Sealed.Unit) == "" {
		e.Unit, out.unit = test.Unit, Shown(test.Unit)
	}
	locale := Locale{Comma: in.Locale.Comma || r.Sealed.Comma}
	value, err := Parse(r.Sealed.Value, locale)
	if r.Parts != nil {
		value, err = ParseSN(r.Parts, locale)
	}
	if out.value = value; err == nil {
		out.means = string(value.Cmp) + value.Num.String()
		if r.Parts != nil {
			out.Sealed.Value = value.Sent
		}
		e.Sealed.Parts = r.Parts
	}
	switch r.Status {
	case "D", "W", "X":
		e.Outcome = Withdrawn
		out.verdict.Outcome = e.Outcome
		return out
	}
	blank := strings.TrimSpace(r.Sealed.Value) == "" && r.Parts == nil
	if r.onItsWay() && (blank || !known && err != nil) || r.Status == "U" && blank && r.Before {
		return out.pending()
	}
	if !known {
		e.Outcome, e.Work = UnknownTest, codeWork(in.Sender, own)
		if own.Code == "" {
			e.Work = r.Result
		}
		out.verdict = Verdict{Outcome: UnknownTest, Why: "nobody has said what the sender's code means"}
		return out
	}
	who := set.noted(in.Subject, r.Sealed)
	who.Specimen = test.Specimen
	v := Judge(set, who, test.LOINC, value, err == nil, e.Unit)
	if v.Outcome == Unreadable || v.Outcome == NoLimit {
		if w, ok := JudgeWords(set, test.LOINC, r.Sealed.Value, hash(r.Result+strings.Join(in.Refs, ""))); ok {
			v = w
		}
	}
	if err == nil && (v.Outcome == Normal || v.Outcome == NoLimit) {
		if d, ok := set.delta(in.Prior[test.LOINC], r.Result, test.LOINC, value, e.Unit, now); ok {
			v = d
		}
	}
	if r.onItsWay() && v.Outcome == Unreadable {
		return out.pending()
	}
	out.verdict = v
	e.Outcome, e.Tier, e.Rule, out.why, out.says = v.Outcome, v.Tier, v.Rule, v.Why, v.Spoken
	if v.Outcome == Critical {
		out.held = set.held(who, test.LOINC, value, err == nil, e.Unit)
	}
	return out
}

// onItsWay tells whether the status says that there is no result yet. Where a
// number, or a finding, comes with it all the same, that counts.
func (r *Report) onItsWay() bool { return r.Status == "I" || r.Status == "O" || r.Status == "N" }

func (r *found) pending() *found {
	r.ev.Outcome, r.verdict.Outcome = Pending, Pending
	return r
}

// flagged tells whether a sender's flags (HL7 table 0078, with text after ^,
// repeated after ~) say that a result is critical.
func flagged(flags string) bool {
	for f := range strings.SplitSeq(flags, "~") {
		code, _, _ := strings.Cut(f, "^")
		switch strings.ToUpper(strings.TrimSpace(code)) {
		case "HH", "LL", "AA":
			return true
		}
	}
	return false
}

func stampOrZero(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return stamp(t)
}

// filing gathers what one message gives; board is as it will be after out.
type filing struct {
	board Board
	in    Message
	now   time.Time
	set   Set // in force
	out   []Event
	calls int
	err   error

	changes []changed
}

func (f *filing) add(evs ...Event) {
	for _, ev := range evs {
		f.out = append(f.out, ev)
		f.board = f.board.Apply(ev, Mark{At: f.now})
	}
}

// aside gives a result that is no call its work item, if it needs one.
func (f *filing) aside(r *found) {
	e := &r.ev
	switch {
	case e.Work != "":
	case e.Outcome.Unjudged():
		e.Work = e.Result
	case e.Outcome == NoLimit && e.Hint: // the sender calls it critical, and no limit of ours says otherwise
		e.Work = e.Result
	case f.in.Known: // it never was told, so nobody needs to hear of it
	case e.Outcome == Withdrawn && e.Status != "X", e.Outcome == Normal && e.Status == "C":
		e.Work = e.Result
	}
}

// open opens one call for results of one specimen.
func (f *filing) open(with []*found, corrects string) error {
	o, err := f.prepare(with, corrects)
	if err != nil {
		return err
	}
	for i, r := range with {
		if i == 0 && r.ev.Work == "" && !(Call{Patient: f.in.Patient, Who: f.in.Who}).Identified() {
			r.ev.Work = r.ev.Result // a person must say who it is
		}
		f.add(&r.ev)
	}
	f.add(o)
	if f.in.Resolve != nil {
		f.add(f.board.Fire(o.Call, f.now, f.in.Resolve)...)
	}
	return nil
}

// prepare makes the event that opens one call for results of one specimen.
func (f *filing) prepare(with []*found, corrects string) (*Opened, error) {
	f.calls++
	_, tail, _ := strings.Cut(f.in.ID, "/")
	o := &Opened{
		Call: "call/" + tail + "/" + strconv.Itoa(f.calls), Patient: f.in.Patient, Message: f.in.ID, Unit: f.in.Unit,
		Setting: f.in.Subject.Setting, Version: 1, Corrects: corrects, Sealed: Shelf{Who: f.in.Who},
	}
	free := slices.IndexFunc(f.in.Refs, func(ref string) bool { _, taken := f.board.Refs.Get(ref); return !taken })
	if free < 0 {
		return nil, ErrNoRef
	}
	o.Ref = f.in.Refs[free]
	for _, r := range with {
		r.ev.Call = o.Call
		o.Ordering = cmp.Or(o.Ordering, r.Ordering)
		item := r.item()
		o.Results = append(o.Results, item)
		o.Sealed.Told = append(o.Sealed.Told, r.told())
		if item.Tier != "" && (o.Tier == "" || moreUrgent(item.Tier, o.Tier)) {
			o.Tier = item.Tier
		}
	}
	if o.Tier == "" {
		o.Tier = Tiers[0] // a stand-down is as urgent as what it takes back
	}
	o.Steps, o.BreachAfter = f.in.ladder(o.Tier)
	return o, nil
}
