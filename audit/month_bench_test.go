package audit_test

import (
	"context"
	"testing"

	"github.com/seed-909bec58/readback/audit"
)

// BenchmarkMonthOverFiveMillionEntries counts a month out of the rows that five million entries make when one entry in
// seven opens a call: 700,000 calls over a year, 58,000 in the month.
func BenchmarkMonthOverFiveMillionEntries(b *testing.B) {
	h := newHouse(b)
	staff(b, h)
	h.heard(b)
	db := file(b, b.TempDir())
	defer db.Close()
	a := open(b, h, db)
	catchUp(b, a)
	const fill = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700000)
		INSERT INTO call (seq, id, ref, unit, tier, sender, analytes, opened, available, called, seen, conveyed, finished, occurred, target,
			method, outcome, person, attempts, failed, mismatches, passes, corrected, have, need, people, packed)
		SELECT 1000 + i * 7, 'call/' || i || '/1', 'R' || i, 'UNIT-' || (i % 40), 'critical', 'LIS', '2823-3', o, o - 60000000, o + 100000,
			o + 30000000, o + (i * 7919 % 3000) * 1000000, o + (i * 7919 % 3000) * 1000000, 0, 3600, 'read-back', 'read-back',
			'person/p' || (i % 200), 2, 0, 0, 0, 0, 524287, 524287, '', x''
		FROM (SELECT i, ? + i * 45000000 AS o FROM n)`
	if _, err := db.Exec(fill, start.UnixMicro()); err != nil {
		b.Fatal(err)
	}
	if err := audit.Repack(db); err != nil {
		b.Fatal(err)
	}
	for _, by := range [][]string{nil, {"unit"}, {"weekday", "hour"}} {
		name := "all"
		if len(by) > 0 {
			name = by[0]
		}
		b.Run(name, func(b *testing.B) {
			q := audit.Query{From: start.AddDate(0, 6, 0), To: start.AddDate(0, 7, 0), By: by, Missed: 10}
			for b.Loop() {
				t, err := a.Times(context.Background(), q)
				if err != nil || t.All.Calls < 50_000 {
					b.Fatal(t.All.Calls, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/month")
		})
	}
}
