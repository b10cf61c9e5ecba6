// Package bench measures Readback beside a yardstick in the same run: a bare loop of fdatasync, since the disk, not the
// program, makes the slow part. Run it with `make bench`; docs/measurements.md has the dated figures.
package bench
