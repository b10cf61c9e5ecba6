package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-909bec58/readback/doors/hl7"
)

// screensPart measures the usual laboratory: ten screens, what comes by hand and what comes from a laboratory system.
func (b *bench) screensPart() (err error) {
	n, err := b.fresh("screens")
	if err != nil {
		return err
	}
	defer n.end(&err)
	if err := b.house.acquaint(b.ctx, n.addr()); err != nil {
		return err
	}
	all, err := connect(b.ctx, append([]person{b.house.docs[0]}, b.house.techs[:9]...), nil, n.addr())
	if err != nil {
		return err
	}
	defer all.close()
	techs := all[1:]
	run := int64(100)
	err = b.thrice("by hand to ten screens", func() error {
		run++
		yard, err := b.fdatasync()
		if err != nil {
			return err
		}
		took, _, _, err := b.spread(n, techs, b.house.result(run), 20)
		if err != nil {
			return err
		}
		b.book.put("screens/hand/p50", ms(quantile(took, 0.5)), ms(yard.p50))
		b.book.put("screens/hand/p99", ms(quantile(took, 0.99)), ms(yard.p99))
		return nil
	})
	if err != nil {
		return err
	}
	first := 0
	err = b.thrice("HL7 to ten screens", func() error {
		yard, err := b.fdatasync()
		if err != nil {
			return err
		}
		took, sent, err := b.sendHL7(n, all, first, 20)
		first += sent
		if err != nil {
			return err
		}
		b.book.put("screens/hl7/p50", ms(quantile(took, 0.5)), ms(yard.p50))
		b.book.put("screens/hl7/p99", ms(quantile(took, 0.99)), ms(yard.p99))
		return nil
	})
	if err != nil {
		return err
	}
	return n.healthy()
}

// potassium is a message with one potassium. A 7.1 opens a call, a 4.1 does not.
func potassium(id, value string) []byte {
	at := time.Now().UTC().Format("20060102150405") + "+0000"
	return []byte(strings.Join([]string{
		`MSH|^~\&|LIS|HOSP|READBACK|LAB|` + at + `||ORU^R01|` + id + `|P|2.5.1`,
		`PID|1||Q` + id + `^^^HOSP^MR||Muster^Mia^` + id + `||19700101|F`,
		`PV1|1|I|` + unit + `^12^1`,
		`ORC|RE|PL` + id + `|FI` + id,
		`OBR|1|PL` + id + `|FI` + id + `|2823-3^Potassium^LN|||` + at + `|||||||||||||||` + at + `|||F`,
		`OBX|1|NM|2823-3^Potassium^LN||` + value + `|mmol/L|3.5-5.1|HH|||F|||` + at,
	}, "\r") + "\r")
}

// sendHL7 sends critical results over one MLLP connection by a schedule, and returns how long after its instant each
// call's first rung came to each screen. One connection keeps their order, by which they are known again.
func (b *bench) sendHL7(n *node, all screens, first int, rate float64) ([]time.Duration, int, error) {
	c, err := hl7.Dial(b.ctx, n.MLLP, nil)
	if err != nil {
		return nil, 0, err //nolint:wrapcheck // it says what failed
	}
	defer c.Close() //nolint:errcheck // answered, or failed already
	all.note(`"attempt":1,`)
	var due []time.Time
	_, err = openLoop(b.ctx, rate, max(b.opt.span, 200*time.Millisecond), 1, func(_, i int, at time.Time) error {
		due = append(due, at)
		return mustSend(b, c, potassium(fmt.Sprintf("H%07d", first+i), "7.1"))
	})
	if err != nil {
		return nil, len(due), err
	}
	there := func() bool {
		for _, s := range all {
			s.mu.Lock()
			n := len(s.notes)
			s.mu.Unlock()
			if n < len(due) {
				return false
			}
		}
		return true
	}
	if !until(b.ctx, func() bool { return there() || all.broken() != nil }) || all.broken() != nil {
		return nil, len(due), fmt.Errorf("the calls did not come to all screens: %w", all.broken())
	}
	var took []time.Duration
	for _, notes := range all.noted() {
		for i, at := range notes[:len(due)] {
			took = append(took, at.at.Sub(due[i]))
		}
	}
	return took, len(due), nil
}

func mustSend(b *bench, c *hl7.Client, raw []byte) error {
	ack, err := c.Send(b.ctx, raw)
	if err != nil {
		return err //nolint:wrapcheck // it says what failed
	}
	a, err := hl7.ParseAnswer(ack)
	if err == nil && a.Code != "AA" {
		err = fmt.Errorf("answered %s: %s", a.Code, ack)
	}
	return err //nolint:wrapcheck // it says what failed
}
