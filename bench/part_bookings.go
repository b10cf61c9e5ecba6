package main

import (
	"fmt"
	"time"
)

// bookable is how many places there are on one analyzer: half an hour each, for 150 days from tomorrow.
const bookable = 150 * 48

// booking is a free place for the nth, spread over analyzers, days and people, so that each person stays within the
// budget of commands.
func (h *house) booking(first int) command {
	day := time.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	return command{"book", func(n int) person { return h.techs[n%len(h.techs)] }, func(n int) []byte {
		n += first
		slot := n / instruments % bookable
		start := day.Add(time.Duration(slot) * 30 * time.Minute)
		return fmt.Appendf(nil, `{"items":[{"instrument":%q}],"start":%q,"end":%q}`,
			instrument(n%instruments), start.Format(time.RFC3339), start.Add(30*time.Minute).Format(time.RFC3339))
	}}
}

// bookingsPart lets 64 callers book analyzers, each booking checked against all others.
func (b *bench) bookingsPart() (err error) {
	n, err := b.fresh("bookings")
	if err != nil {
		return err
	}
	defer n.end(&err)
	const callers = 64
	first := 0
	err = b.thrice("64 callers", func() error {
		yard, err := b.fdatasync()
		if err != nil {
			return err
		}
		got, err := b.saturate(n, b.house.booking(first), callers)
		if err != nil {
			return err
		}
		if got.refused > 0 {
			return fmt.Errorf("%d free places were refused", got.refused)
		}
		first += len(got.took)
		b.book.put("bookings/rate", got.rate, yard.rate)
		b.book.put("bookings/closed", ms(quantile(got.took, 0.99)), ms(yard.p99))
		b.book.put("bookings/cpu", got.cpu.Seconds()/float64(len(got.took))*1000, 0)
		took, err := b.paced(n, b.house.booking(first), callers, 0.7*got.rate)
		if err != nil {
			return err
		}
		first += len(took)
		b.book.put("bookings/p50", ms(quantile(took, 0.5)), ms(yard.p50))
		b.book.put("bookings/p99", ms(quantile(took, 0.99)), ms(yard.p99))
		return nil
	})
	if err != nil {
		return err
	}
	return n.healthy()
}
