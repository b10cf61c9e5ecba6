package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// synced is what a bare loop of write and fdatasync does on the disk that is measured.
type synced struct {
	rate     float64 // a second
	p50, p99 time.Duration
}

// fdatasync appends 4 KB and waits for the disk, again and again, for a while.
func (b *bench) fdatasync() (_ synced, err error) {
	f, err := os.Create(filepath.Join(b.home, "yardstick"))
	if err != nil {
		return synced{}, err //nolint:wrapcheck // the system's own words
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	block := make([]byte, 4096)
	var took []time.Duration
	for begin := time.Now(); time.Since(begin) < b.opt.span/4; {
		at := time.Now()
		if _, err := f.Write(block); err != nil {
			return synced{}, err //nolint:wrapcheck // the system's own words
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			return synced{}, err //nolint:wrapcheck // the system's own words
		}
		took = append(took, time.Since(at))
	}
	all := time.Duration(0)
	for _, d := range took {
		all += d
	}
	return synced{float64(len(took)) / all.Seconds(), quantile(took, 0.5), quantile(took, 0.99)}, nil
}
