package main

import (
	"fmt"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
)

// insides are the go benchmarks whose figures stand in the tables.
var insides = []struct {
	pkg, bench, time string
	figures          map[string]inside // by the benchmark's name without the number of processors
}{
	{"./bench", "Record/.*/result", "1s", map[string]inside{
		"BenchmarkRecord/sqlite/result/callers=1":     {id: "inside/record/sqlite/1", unit: "records/s", beside: "fdatasync/s"},
		"BenchmarkRecord/sqlite/result/callers=16":    {id: "inside/record/sqlite/16", unit: "records/s", beside: "fdatasync/s"},
		"BenchmarkRecord/sqlite/result/callers=256":   {id: "inside/record/sqlite/256", unit: "records/s", beside: "fdatasync/s"},
		"BenchmarkRecord/postgres/result/callers=1":   {id: "inside/record/postgres/1", unit: "records/s", beside: "fdatasync/s"},
		"BenchmarkRecord/postgres/result/callers=16":  {id: "inside/record/postgres/16", unit: "records/s", beside: "fdatasync/s"},
		"BenchmarkRecord/postgres/result/callers=256": {id: "inside/record/postgres/256", unit: "records/s", beside: "fdatasync/s"},
	}},
	{"./doors/hl7", "Parse$", "1s", map[string]inside{"BenchmarkParse": {id: "inside/parse", unit: "messages/s"}}},
	{"./rules/equipment", "Conflict|Free", "0.5s", map[string]inside{
		"BenchmarkConflict": {id: "inside/conflict", unit: "ns/op", times: 0.5}, // it looks twice
		"BenchmarkFree":     {id: "inside/free", unit: "ns/op", times: 1e-6},
	}},
	{"./lab", "KeepTurn/few", "20x", map[string]inside{"BenchmarkKeepTurn/few": {id: "inside/keep", unit: "ns/op", times: 1e-6}}},
	{"./ledger", "ReceiptCheck", "0.5s", map[string]inside{"BenchmarkReceiptCheck": {id: "inside/receipt", unit: "ns/op", times: 1e-6}}},
	{"./audit", "Month.*/all", "5x", map[string]inside{"BenchmarkMonthOverFiveMillionEntries/all": {id: "inside/month", unit: "ms/month"}}},
}

// inside says which figure a benchmark gives.
type inside struct {
	id, unit, beside string
	times            float64 // of the unit; 0: once
}

// insidePart runs go benchmarks and takes their figures.
func (b *bench) insidePart() error {
	root, err := exec.CommandContext(b.ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return fmt.Errorf("the benchmarks need the source: %w", err)
	}
	for _, in := range insides {
		cmd := exec.CommandContext(b.ctx, "go", "test", in.pkg, "-run", "^$", "-bench", in.bench, "-benchtime", in.time, "-count", strconv.Itoa(b.opt.times), "-cpu", strconv.Itoa(cores(in.pkg)))
		cmd.Dir = strings.TrimSpace(string(root))
		said, err := cmd.CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w: %s", in.pkg, err, said)
		}
		for line := range strings.Lines(string(said)) {
			b.takeInside(in.figures, strings.Fields(line))
		}
		b.say("  %s", in.pkg)
	}
	return nil
}

// cores is on how many processors a benchmark runs: parsing is measured by the core.
func cores(pkg string) int {
	if pkg == "./doors/hl7" {
		return 1
	}
	return runtime.NumCPU()
}

// takeInside notes what a line of go test's output says: a name, a count, and then numbers each with its unit.
func (b *bench) takeInside(figures map[string]inside, fields []string) {
	if len(fields) < 4 {
		return
	}
	name := fields[0]
	if i := strings.LastIndexByte(name, '-'); i > 0 {
		name = name[:i]
	}
	in, ok := figures[name]
	if !ok {
		if in, ok = figures[fields[0]]; !ok {
			return
		}
	}
	by := map[string]float64{}
	for i := 2; i+1 < len(fields); i += 2 {
		if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
			by[fields[i+1]] = v
		}
	}
	v := by[in.unit]
	if in.times > 0 {
		v *= in.times
	}
	b.book.put(in.id, v, by[in.beside])
}
