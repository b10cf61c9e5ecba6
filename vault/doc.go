// Package vault knows what must stay secret and may change: password and PIN hashes, and the key files.
//
// The ledger never forgets, so no secret goes into it. A secret is written here first, and becomes valid by the ledger
// entry that admits its person; what no entry ever made valid is an orphan, which [Vault.Sweep] removes.
//
// A Vault, a Limiter and a Keys value are safe for concurrent use. The package imports no database driver: whoever
// opens the database brings it.
package vault
