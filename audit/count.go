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
	spans map[string][]float64
	told  map[string]int // of these with an end that was told
	have  float64        // sum of the judged records' shares
}

// count makes the figures of calls and suppressed results, as things stand at a time. It is all that is counted: the
// tables bring the rows and nothing else.
func count(calls []call, refused []suppressed, q Query, zone *time.Location, now time.Time, n names) wire.Times {
	out := wire.Times{
		From: q.From, To: q.To, Zone: zone.String(), By: q.By, Unit: q.Unit, Analyte: q.Analyte, Tier: q.Tier, At: now,
		Spread: make([]int, 61), Published: published,
	}
	all := newGroup(nil)
	groups := map[string]*group{}
	in := func(key []string) *group {
		k := strings.Join(key, "\x00")
		if groups[k] == nil {
			groups[k] = newGroup(key)
		}
		return groups[k]
	}
	us := micro(now)
	missing := make([]int, len(named))
	for i := range calls {
		c := &calls[i]
		all.add(c, us)
		if len(q.By) > 0 {
			for _, key := range keys(c, q, zone) {
				in(key).add(c, us)
			}
		}
		if took, ok := c.took(); ok {
			out.Spread[min(60, int(took/60))]++
		}
		if c.finished != 0 {
			lacks := c.lacks()
			for b := range missing {
				if lacks&(1<<b) != 0 {
					missing[b]++
				}
			}
		}
	}
	for _, s := range refused {
		all.row.Suppressed++
		if len(q.By) > 0 {
			c := call{unit: s.unit, tier: s.tier, sender: s.sender, opened: s.at, analytes: []string{s.analyte}}
			in(keys(&c, q, zone)[0]).row.Suppressed++
		}
	}
	out.All = all.done()
	for _, g := range groups {
		row := g.done()
		for i, by := range q.By {
			row.Name = append(row.Name, n.of(by, row.Key[i]))
		}
		out.Rows = append(out.Rows, row)
	}
	slices.SortFunc(out.Rows, func(a, b wire.TimesRow) int { return slices.Compare(a.Key, b.Key) })
	each(func(bit fields, word, say string) {
		out.Fields = append(out.Fields, wire.FieldMissing{Field: word, Say: say, Missing: missing[bits.TrailingZeros32(uint32(bit))]})
	})
	out.Missed, out.MissedAll = missed(calls, us, q.Missed, n)
	return out
}

func newGroup(key []string) *group {
	return &group{row: wire.TimesRow{Key: key}, spans: map[string][]float64{}, told: map[string]int{}}
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
	g.measure("available-called", c.available, c.called, true)
	g.measure("called-seen", c.called, c.seen, false)
	g.measure("seen-conveyed", c.seen, c.conveyed, c.occurred)
	g.measure("available-conveyed", c.available, c.conveyed, true)
	g.measure("filed-conveyed", c.opened, c.conveyed, c.occurred)
	g.judge(c)
}

func (g *group) measure(name string, from, to int64, told bool) {
	s, ok := span(from, to)
	if !ok {
		return
	}
	g.spans[name] = append(g.spans[name], s)
	if told {
		g.told[name]++
	}
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
	for _, name := range wire.TimesMeasures {
		m := percentiles(g.spans[name])
		m.Occurred = g.told[name]
		r.Measures[name] = m
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
// (NIST/SEMATECH e-Handbook, 7.2.6.2 names the method), so each is a span that occurred.
func percentiles(spans []float64) wire.Measure {
	n := len(spans)
	if n == 0 {
		return wire.Measure{}
	}
	sorted := slices.Sorted(slices.Values(spans))
	rank := func(p int) float64 { return sorted[(p*n+99)/100-1] }
	return wire.Measure{N: n, Median: rank(50), P90: rank(90), P99: rank(99), Max: sorted[n-1]}
}

// missed lists the calls that were not conveyed within their target: those not conveyed at all first, then the slowest.
func missed(calls []call, now int64, most int, n names) ([]wire.MissedCall, int) {
	var late []*call
	for i := range calls {
		if calls[i].missed(now) {
			late = append(late, &calls[i])
		}
	}
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
