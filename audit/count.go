package audit

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/wire"
)

// names are how codes and ids are read.
type names struct {
	labels map[string]string // of analytes
	staff  func(id string) wire.Name
}

// group is the calls of one row while they are counted.
type group struct {
	row   wire.TimesRow
	spans [len(measured)][]float64
	told  [len(measured)]int // of these with an end that was told
	have  float64            // sum of the judged records' shares
}

// counting makes the figures of calls and suppressed results, as things stand at a time, while they are read. It is all
// that is counted: the tables bring the rows and nothing else.
type counting struct {
	q       Query
	zone    *time.Location
	now     int64
	names   names
	all     *group
	groups  map[string]*group
	spread  []int
	missing []int
	missed  []*call
}

func newCounting(q Query, zone *time.Location, now time.Time, n names) *counting {
	return &counting{
		q: q, zone: zone, now: micro(now), names: n, all: newGroup(nil), groups: map[string]*group{},
		spread: make([]int, 61), missing: make([]int, len(named)),
	}
}

func (k *counting) in(key []string) *group {
	name := strings.Join(key, "\x00")
	g := k.groups[name]
	if g == nil {
		g = newGroup(key)
		k.groups[name] = g
	}
	return g
}

// call counts a call. It keeps no more of it than its spans, unless it missed its target.
func (k *counting) call(c *call) {
	k.all.add(c, k.now)
	if len(k.q.By) > 0 {
		for _, key := range keys(c, k.q, k.zone) {
			k.in(key).add(c, k.now)
		}
	}
	if took, ok := c.took(); ok {
		k.spread[min(60, int(took/60))]++
	}
	if c.finished != 0 {
		for lacks := uint32(c.lacks()); lacks != 0; lacks &= lacks - 1 {
			k.missing[bits.TrailingZeros32(lacks)]++
		}
	}
	if c.missed(k.now) {
		late := *c
		k.missed = append(k.missed, &late)
	}
}

func (k *counting) suppressed(s suppressed) {
	k.all.row.Suppressed++
	if len(k.q.By) > 0 {
		c := call{unit: s.unit, tier: s.tier, sender: s.sender, opened: s.at, analytes: []string{s.analyte}}
		k.in(keys(&c, k.q, k.zone)[0]).row.Suppressed++
	}
}

// done returns the figures.
func (k *counting) done() wire.Times {
	q := k.q
	out := wire.Times{
		From: q.From, To: q.To, Zone: k.zone.String(), By: q.By, Unit: q.Unit, Analyte: q.Analyte, Tier: q.Tier, At: instant(k.now),
		All: k.all.done(), Spread: k.spread, Published: published,
	}
	for _, g := range k.groups {
		row := g.done()
		for i, by := range q.By {
			row.Name = append(row.Name, k.names.of(by, row.Key[i]))
		}
		out.Rows = append(out.Rows, row)
	}
	slices.SortFunc(out.Rows, func(a, b wire.TimesRow) int { return slices.Compare(a.Key, b.Key) })
	each(func(bit fields, word, say string) {
		out.Fields = append(out.Fields, wire.FieldMissing{Field: word, Say: say, Missing: k.missing[bits.TrailingZeros32(uint32(bit))]})
	})
	out.Missed, out.MissedAll = k.late()
	return out
}

func newGroup(key []string) *group {
	return &group{row: wire.TimesRow{Key: key}}
}

// keys are the groups in which a call counts: one, or one for each of its analytes.
func keys(c *call, q Query, zone *time.Location) [][]string {
	out := [][]string{nil}
	for _, by := range q.By {
		values := []string{keyOf(c, by, zone)}
		if by == "analyte" {
			if values = c.analytes; len(values) == 0 {
				values = []string{""}
			}
			if q.Analyte != "" {
				values = []string{q.Analyte}
			}
		}
		var next [][]string
		for _, key := range out {
			for _, v := range values {
				next = append(next, append(slices.Clone(key), v))
			}
		}
		out = next
	}
	return out
}

func keyOf(c *call, by string, zone *time.Location) string {
	at := instant(c.opened).In(zone)
	switch by {
	case "unit":
		return c.unit
	case "tier":
		return c.tier
	case "person":
		return c.person
	case "sender":
		return c.sender
	case "hour":
		return strconv.Itoa(100 + at.Hour())[1:]
	case "weekday":
		return strconv.Itoa((int(at.Weekday())+6)%7 + 1) // ISO 8601: Monday is 1
	case "day":
		return at.Format(time.DateOnly)
	case "week":
		y, w := at.ISOWeek()
		return fmt.Sprintf("%d-W%02d", y, w)
	case "month":
		return at.Format("2006-01")
	}
	return ""
}

// of is how a group's key is read.
func (n names) of(by, key string) string {
	switch {
	case key == "":
		return "not known"
	case by == "analyte":
		return cmp.Or(n.labels[key], key)
	case by == "person":
		return cmp.Or(n.staff(key).Name, key)
	case by == "hour":
		return key + ":00 to " + key + ":59"
	case by == "weekday":
		d, _ := strconv.Atoi(key) // made by keyOf
		return time.Weekday(d % 7).String()
	}
	return key
}

// add counts a call into the group.
func (g *group) add(c *call, now int64) {
	r := &g.row
	r.Calls++
	switch c.method {
	case byReadBack:
		r.ReadBack++
	case byTelephone:
		r.Telephoned++
	case byDecision:
		r.Ended++
	}
	if c.finished == 0 {
		r.Open++
	}
	if c.conveyed != 0 {
		r.Conveyed++
		if c.occurred {
			r.Occurred++
		}
	} else {
		r.Unacknowledged++
	}
	if c.corrected > 0 {
		r.Corrected++
	}
	if c.mismatches > 0 {
		r.Mismatched++
	}
	r.Mismatches += c.mismatches
	r.Passes += c.passes
	r.Attempts += c.attempts
	r.Failed += c.failed
	for _, w := range []struct {
		to      *wire.Within
		seconds int64
	}{{&r.Within15, 15 * 60}, {&r.Within30, 30 * 60}, {&r.Within60, 60 * 60}, {&r.WithinTarget, c.target}} {
		if in, decided := c.within(w.seconds, now); decided {
			w.to.Of++
			if in {
				w.to.In++
			}
		}
	}
	for i, m := range measured {
		from, to, told := m.of(c)
		if took, ok := span(from, to); ok {
			g.spans[i] = append(g.spans[i], took)
			if told {
				g.told[i]++
			}
		}
	}
	g.judge(c)
}

// measured is every span that is measured, by its name in wire.TimesMeasures: from when to when, and whether its end was
// told afterwards.
var measured = [...]struct {
	name string
	of   func(c *call) (from, to int64, told bool)
}{
	{"available-called", func(c *call) (int64, int64, bool) { return c.available, c.called, true }},
	{"called-seen", func(c *call) (int64, int64, bool) { return c.called, c.seen, false }},
	{"seen-conveyed", func(c *call) (int64, int64, bool) { return c.seen, c.conveyed, c.occurred }},
	{"available-conveyed", func(c *call) (int64, int64, bool) { return c.available, c.conveyed, true }},
	{"filed-conveyed", func(c *call) (int64, int64, bool) { return c.opened, c.conveyed, c.occurred }},
}

// judge counts what a finished call's record lacks.
func (g *group) judge(c *call) {
	if c.finished == 0 {
		return
	}
	need, lacks := c.needs(), c.lacks()
	g.row.Judged++
	if lacks == 0 {
		g.row.Complete++
	}
	g.have += 1 - float64(bits.OnesCount32(uint32(lacks)))/float64(max(1, bits.OnesCount32(uint32(need))))
}

// done finishes the row.
func (g *group) done() wire.TimesRow {
	r := &g.row
	r.TelephoneShare = share(r.Telephoned, r.Conveyed)
	for _, w := range []*wire.Within{&r.Within15, &r.Within30, &r.Within60, &r.WithinTarget} {
		w.Share = share(w.In, w.Of)
	}
	if r.Judged > 0 {
		r.Score = g.have / float64(r.Judged)
	}
	r.Measures = map[string]wire.Measure{}
	for i, m := range measured {
		figure := percentiles(g.spans[i])
		figure.Occurred = g.told[i]
		r.Measures[m.name] = figure
	}
	return *r
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// percentiles are by nearest rank: the p-th percentile of n spans is the one at place ⌈p/100·n⌉ when they are sorted
// (NIST/SEMATECH e-Handbook, 7.2.6.2 names the method), so each is a span that occurred. It sorts them.
func percentiles(spans []float64) wire.Measure {
	n := len(spans)
	if n == 0 {
		return wire.Measure{}
	}
	slices.Sort(spans)
	rank := func(p int) float64 { return spans[(p*n+99)/100-1] }
	return wire.Measure{N: n, Median: rank(50), P90: rank(90), P99: rank(99), Max: spans[n-1]}
}

// late lists the calls that were not conveyed within their target: those not conveyed at all first, then the slowest.
func (k *counting) late() ([]wire.MissedCall, int) {
	late, now, most, n := k.missed, k.now, k.q.Missed, k.names
	waited := func(c *call) int64 { return cmp.Or(c.conveyed, c.finished, now) - c.opened }
	slices.SortFunc(late, func(a, b *call) int {
		if (a.conveyed == 0) != (b.conveyed == 0) {
			return cmp.Compare(b2i(a.conveyed != 0), b2i(b.conveyed != 0))
		}
		return cmp.Or(cmp.Compare(waited(b), waited(a)), cmp.Compare(a.seq, b.seq))
	})
	out := make([]wire.MissedCall, 0, min(most, len(late)))
	for _, c := range late[:min(most, len(late))] {
		m := wire.MissedCall{
			Call: c.id, Ref: c.ref, Opened: instant(c.opened), Unit: c.unit, Tier: c.tier, Analytes: []string{}, Target: float64(c.target),
			Method: c.method, Outcome: c.outcome, Attempts: c.attempts, Failed: c.failed, Mismatches: c.mismatches, Passes: c.passes,
		}
		for _, code := range c.analytes {
			m.Analytes = append(m.Analytes, cmp.Or(n.labels[code], code))
		}
		if c.conveyed != 0 {
			m.Took = float64(waited(c)) / 1e6
		} else {
			m.Waited = float64(waited(c)) / 1e6
		}
		if c.person != "" {
			who := n.staff(c.person)
			m.Who = &who
		}
		if c.finished != 0 {
			m.Missing = c.lacks().words()
		}
		out = append(out, m)
	}
	if len(out) == 0 {
		out = nil
	}
	return out, len(late)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// published is what others published of the same span, to stand beside ours.
var published = []wire.Published{
	{Measure: "filed-conveyed", Figure: "median", Seconds: 240, Source: "CAP Q-Probes 2007: 121 institutions, known to notified"},
	{Measure: "filed-conveyed", Figure: "median", Seconds: 450, Source: "Rooster, Singapore: seven institutions, to acknowledgement"},
	{Measure: "filed-conveyed", Figure: "p90", Seconds: 1500, Source: "Fei 2017: reached by three of four of 973 laboratories in China"},
	{Measure: "filed-conveyed", Figure: "within60", Share: 0.978, Source: "Rooster, Singapore: text messages acknowledged within an hour"},
}
