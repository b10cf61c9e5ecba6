// Package client is Readback's Go client, and the one Go interface that Readback promises to keep.
//
// # Contract
//
// Dial signs in. Commands (ReadBack, Seen, Admit, …) go over HTTP; one that records carries an idempotency key, so it is
// sent again after a lost answer and still counts once. An error is a *wire.Problem when the server refused: its Code is
// a word that programs may rely on, its Say and Do are for people.
//
// Follow yields every entry that the signed-in person may see, in order, from a place on. It connects again by itself,
// with full-jitter backoff, and resumes where it was. It sees a gap at the next entry, since each names the one before,
// or at the next heartbeat, which is computed another way; and it takes a line that is silent for SilentAfter as dead.
// What it yields is either an entry or, with Start set, where the client stands: at the beginning, and each time that
// it must start over because its rights changed or its place is not of this ledger any more. Then everything that was
// learned before is replaced by Start.
//
// A Readback of several nodes may be given with all its addresses (Others): the Client stays with one as long as that
// can answer, then goes on with the next, signed in as it is and from the place where it was.
//
// A Client is safe for concurrent use, and several Follows of one Client are independent of each other.
package client
