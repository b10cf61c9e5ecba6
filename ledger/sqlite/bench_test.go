package sqlite_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/ledger"
	"github.com/seed-909bec58/readback/ledger/ledgertest"
	"github.com/seed-909bec58/readback/ledger/sqlite"
)

// ordinary returns n entries of ordinary size: a body of 500 bytes, an enclosure of 200, two subjects.
func ordinary(b *testing.B, head ledger.Seq, n int) []ledger.Entry {
	b.Helper()
	es := ledgertest.Batch(head, ledgertest.NewClock().Now(), n)
	for i := range es {
		e := &es[i]
		e.About = []string{fmt.Sprintf("call/%016x", uint64(e.Seq/4)*0x9e3779b97f4a7c15), fmt.Sprintf("patient/%016x", uint64(e.Seq%50021)*0xbf58476d1ce4e5b9)}
		e.Body = append(append([]byte(`{"text":"`), bytes.Repeat([]byte("0123456789"), 49)...), `"}`...)
		e.Enclosures = []ledger.Enclosure{{Salt: bytes.Repeat([]byte{byte(i)}, ledger.SaltSize), Data: bytes.Repeat([]byte("7"), 200)}}
		if err := e.Encode(); err != nil {
			b.Fatal(err)
		}
	}
	return es
}

// BenchmarkAppend writes 1, 16 and 256 entries a transaction, and beside it appends 512 bytes to a file with fdatasync,
// in turns, so that both see the same disk. x-fdatasync is transactions a second over bare fdatasyncs a second.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 16, 256} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			dir := b.TempDir()
			s := open(b, dir)
			bare, err := os.Create(filepath.Join(dir, "bare"))
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = bare.Close() }()
			block := make([]byte, 512)
			var head ledger.Seq
			var writing, syncing time.Duration
			var appends int
			for b.Loop() {
				const turn = 8
				batches := make([][]ledger.Entry, turn)
				for i := range batches {
					batches[i] = ordinary(b, head+ledger.Seq(i*size), size)
				}
				began := time.Now()
				for _, batch := range batches {
					if _, err := s.Append(b.Context(), head, batch); err != nil {
						b.Fatal(err)
					}
					head += ledger.Seq(size)
				}
				writing += time.Since(began)
				began = time.Now()
				for range turn {
					if _, err := bare.Write(block); err != nil {
						b.Fatal(err)
					}
					if err := syscall.Fdatasync(int(bare.Fd())); err != nil {
						b.Fatal(err)
					}
				}
				syncing += time.Since(began)
				appends += turn
			}
			b.ReportMetric(float64(head)/writing.Seconds(), "entries/s")
			b.ReportMetric(float64(appends)/syncing.Seconds(), "fdatasync/s")
			b.ReportMetric(syncing.Seconds()/writing.Seconds(), "x-fdatasync")
		})
	}
}

// filled returns a store of n ordinary entries with a checkpoint each 1,024.
func filled(b *testing.B, n int) *sqlite.Store {
	b.Helper()
	s := open(b, b.TempDir())
	w, err := ledger.NewWitness(b.Context(), s, ledgertest.NewSigner(b, 1))
	if err != nil {
		b.Fatal(err)
	}
	for head := 0; head < n; head += 1024 {
		if _, err := s.Append(b.Context(), ledger.Seq(head), ordinary(b, ledger.Seq(head), 1024)); err != nil {
			b.Fatal(err)
		}
		if _, err := w.Sign(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

func BenchmarkRead(b *testing.B) {
	s := filled(b, 51200)
	read := 0
	for b.Loop() {
		es, err := s.Read(b.Context(), ledger.Seq(read%51000), ledger.MaxRead)
		if err != nil {
			b.Fatal(err)
		}
		read += len(es)
	}
	b.ReportMetric(float64(read)/b.Elapsed().Seconds(), "entries/s")
}

func BenchmarkVerify(b *testing.B) {
	s := filled(b, 102400)
	public := ledgertest.NewSigner(b, 1).Public()
	var entries int64
	for b.Loop() {
		v, err := ledger.Verify(b.Context(), s, public, nil)
		if err != nil {
			b.Fatal(err)
		}
		entries += v.Entries
	}
	b.ReportMetric(float64(entries)/b.Elapsed().Seconds(), "entries/s")
}

func BenchmarkAudit(b *testing.B) {
	s := filled(b, 102400)
	audits := 0
	for b.Loop() {
		if err := s.Audit(b.Context()); err != nil {
			b.Fatal(err)
		}
		audits++
	}
	b.ReportMetric(float64(audits)*102400/b.Elapsed().Seconds(), "entries/s")
}
