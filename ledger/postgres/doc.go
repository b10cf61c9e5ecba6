// Package postgres keeps ledgers in a PostgreSQL database, for sites with several nodes. It knows SQL, connections and
// what can go wrong with them; it knows nothing of what the entries mean.
//
// Several nodes append to one ledger, several sites share a database; the site is in every key. An append is one
// statement and one round trip: it moves the head if it is where the caller says, and inserts. The time rules of
// ledger.Head.Admit are kept by the database's clock, ledger.wall(), never by a node's.
//
// # In doubt
//
// When the connection is lost while an append's answer is awaited, nobody knows whether it was committed, nor whether
// the statement still lies in some buffer on its way. The head has a fence, a number that each append names. A new
// writing connection first raises it, for which it must wait until a running append has ended; from then on the lost
// statement has either been committed or finds another fence, and can never commit. No answer of the store is given
// before that. Other nodes meet the new fence at their next append, learn it and go on.
//
// A writing connection never sends a cancel request: it would end the wait for a synchronous standby, and the
// transaction would be seen by others without being anywhere else.
//
// # Who holds others up
//
// The head's row is locked for one statement. Whatever dies while holding it is ended: by
// idle_in_transaction_session_timeout, by the server's TCP keep-alive, or, when its statement was torn on its way, by
// the next node that has waited lock_timeout for it.
//
// # Roles
//
// The role that first opens the ledger makes its schema and owns it. For everyday use another role is enough, and
// better: Grants has its rights. It may append and erase enclosures, and can neither change or delete entries nor
// switch off the triggers that refuse it. A proxy that shares sessions between transactions (PgBouncer in transaction
// mode) must not stand between: the site's turn and the time limits belong to sessions.
//
// Stores are safe for concurrent use.
package postgres
