// Package channels carries the ledger, live, to the screens that may see it: one websocket a screen, in the protocol
// readback.v1 (docs/protocol.md).
//
// A connection is a cursor over the ledger, not a queue: it holds the place up to which it has sent what its viewer may
// see, scans what was appended since, and sends that in one gathered write. A screen that does not read costs its
// cursor, and nobody else anything. Nothing is sent before it is on disk, since only what is on disk can be followed.
//
// Each connection has two goroutines, a reader that runs commands one after another and a writer that alone writes.
// A Hub is safe for concurrent use.
package channels
