package postgres_test

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/ledger/postgres"
	"github.com/seed-909bec58/readback/ledger/postgres/pgtest"
	"golang.org/x/sys/unix"
)

// BenchmarkFdatasync is the yardstick beside BenchmarkAppend: a bare loop of a 512 byte append and fdatasync.
func BenchmarkFdatasync(b *testing.B) {
	f, err := os.Create(b.TempDir() + "/yardstick")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }() // nobody reads it
	block := make([]byte, 512)
	for b.Loop() {
		if _, err := f.Write(block); err != nil {
			b.Fatal(err)
		}
		if err := unix.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "syncs/s")
}

// BenchmarkAppend appends over TCP on the loopback, from one caller, so many entries in one append.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 16, 256} {
		b.Run(fmt.Sprintf("entries=%d", size), func(b *testing.B) {
			url := pgtest.Start(b).Database(b)
			s := open(b, url, postgres.Options{Site: ledgertest.Site, Node: "n1"})
			a, err := s.Append(b.Context(), 0, nil)
			if err != nil {
				b.Fatal(err)
			}
			var head ledger.Seq
			for b.Loop() {
				for {
					if a, err = s.Append(b.Context(), head, ledgertest.Batch(head, a.Clock, size)); !errors.Is(err, ledger.ErrTime) {
						break
					}
				}
				if err != nil {
					b.Fatal(err)
				}
				head += ledger.Seq(size)
			}
			b.ReportMetric(float64(head)/b.Elapsed().Seconds(), "entries/s")
		})
	}
}
