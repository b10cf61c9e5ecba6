// Package lab is the laboratory as its ledger tells it: one State, one writer, and two verbs.
//
// Record writes: it asks a decision of the State, appends what was decided, all or nothing, and answers when that is on
// disk. Follow reads: it yields every entry after a place, in order. Everything else in Readback is one of the two.
//
// A State is a value that never changes: the writer makes the next one beside it (the draft), and when the append is
// durable the next one takes its place. Whoever holds an older State may go on reading it. See docs/decisions/0001.
//
// One goroutine, started by Open, owns the draft; everything exported is safe for concurrent use.
package lab
