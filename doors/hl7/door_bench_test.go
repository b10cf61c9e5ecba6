package hl7_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seed-909bec58/readback/internal/need"
)

// BenchmarkDoor takes new results of one potassium each, and the public blood gas of 13 results, into a ledger in memory.
func BenchmarkDoor(b *testing.B) {
	for _, callers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("potassium/%d", callers), func(b *testing.B) {
			flow(b, callers, kalium("@", anna, "@", "4.1", "F"))
		})
		b.Run(fmt.Sprintf("bloodgas/%d", callers), func(b *testing.B) {
			raw, err := os.ReadFile(filepath.Join(need.Corpus(b), "hl7", "100_hapi_ORUR01.hl7"))
			if err != nil {
				b.Fatal(err)
			}
			flow(b, callers, strings.NewReplacer("LABGL1199510021807427", "@", "09527539021001920", "@", "T12345", "T@").Replace(string(raw)))
		})
	}
}

// flow sends b.N messages from some callers; @ is another number in each.
func flow(b *testing.B, callers int, message string) {
	b.Helper()
	h := staffed(b)
	var n atomic.Int64
	var all sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for range callers {
		all.Go(func() {
			for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
				if code := h.send(b, []byte(strings.ReplaceAll(message, "@", strconv.FormatInt(i, 10)))); code != "AA" {
					b.Error(code)
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
