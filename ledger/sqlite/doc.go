// Package sqlite keeps a ledger in one SQLite file, for a site of one machine.
//
// It knows SQL, files and their faults. The file is ledger.db, in WAL mode with synchronous=FULL, which is verified on
// each connection: what Append acknowledges is on disk. One process writes (file lock, held with flock for the process's
// life); others may read beside it with OpenReadOnly. A reserve of 64 MiB (file reserve) is freed when the disk is full.
//
// A Store is safe for concurrent use.
package sqlite
