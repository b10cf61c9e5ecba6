// Package ledger keeps the one append-only record that everything else is read from.
//
// It knows order, bytes, hashes, checkpoints and proofs; it knows nothing of laboratories. An entry's leaf is written
// once, by Encode, and the same bytes are stored, hashed and sent. The tree over the leaves is that of RFC 6962 §2.1,
// kept in tiles of 256 hashes; checkpoints are signed notes (C2SP tlog-checkpoint), and a Receipt proves offline that
// an entry stands in the ledger.
//
// A Store writes by compare and swap on the ledger's length: that one primitive is the lock against double booking,
// the idempotence of a repeated message, and the reason why nothing needs a leader. Stores are safe for concurrent use.
package ledger
