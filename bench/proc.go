package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"
)

// ticks is how many clock ticks /proc counts in a second (USER_HZ): 100 on every Linux that Go runs on.
const ticks = 100

// cpuOf returns the processor time of a process so far, user and kernel, to 10 ms.
func cpuOf(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("processor time is read from /proc, so that only Linux can be measured: %w", err)
	}
	// The program's name may hold spaces and brackets; the fields that count stand after its last bracket.
	fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat: %q", pid, b)
	}
	var sum time.Duration
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(string(f), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("/proc/%d/stat: %w", pid, err)
		}
		sum += time.Duration(n) * time.Second / ticks
	}
	return sum, nil
}

// rssOf returns the resident memory of a process in bytes.
func rssOf(pid int) (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("memory is read from /proc, so that only Linux can be measured: %w", err)
	}
	for line := range bytes.Lines(b) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmRSS:")); ok {
			kb, err := strconv.ParseInt(string(bytes.Fields(rest)[0]), 10, 64)
			return kb * 1024, err //nolint:wrapcheck // the kernel's own words
		}
	}
	return 0, fmt.Errorf("/proc/%d/status has no VmRSS", pid)
}

// raiseFiles lets this process, and those that it starts, hold as many files as are needed; or says what to do.
func raiseFiles(need int) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return fmt.Errorf("limit of open files: %w", err)
	}
	if l.Cur >= uint64(need) {
		return nil
	}
	l.Cur, l.Max = uint64(need), max(l.Max, uint64(need))
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return fmt.Errorf("%d files must be open at a time and the limit cannot be raised to that: %w: run `ulimit -n %d` before, or choose parts with -run", need, err, need)
	}
	return nil
}
