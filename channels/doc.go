// Package channels carries the ledger, live, to the screens that may see it: one websocket a screen, in the protocol
// readback.v1 (docs/protocol.md).
//
// A connection is a cursor over the ledger, not a queue: it holds the place up to which it has sent what its viewer may
// see. A node keeps one tail of the newest entries, linked channel by channel, with who hears each channel: an entry wakes
// those who may see it and nobody else, and what a cursor has still to send is found without looking at what others may
// see. It goes out in one gathered write. A screen that does not read costs its cursor and the end of one frame, and
// nobody else anything. Behind the tail a cursor reads the store. Nothing is sent before it is on disk, since only what
// is on disk can be followed.
//
// Each connection has one goroutine, which reads; its commands run one after another, on stacks of their own. A few
// workers write to all connections that have something to write and take it at once; a connection gets a writing
// goroutine only while its socket is full or it must read the ledger (turn.go). One wheel turns for the heartbeats and
// pings of all. gorilla/websocket does the handshake and reads; everything that is written, farewells included, goes one
// way.
//
// Heartbeats are computed from maps of their own (heads.go), so that an entry that was not sent is missed.
//
// A Hub is safe for concurrent use.
package channels
