package ledger

import (
	"context"
	"errors"
	"time"
)

// Errors that a Store, and Record above it, return. Each says what the caller should do.
var (
	// ErrMoved: the ledger is longer than the caller knew. Fold Answer.Missed, read on if there is more, decide again.
	ErrMoved = errors.New("the ledger has moved on")
	// ErrTime: an entry's time is not ledger time. Decide again with Answer.Clock.
	ErrTime = errors.New("entry time is not ledger time")
	// ErrDoubt: the connection was lost at the commit. The store's next answer settles it: the append either stands in
	// the ledger by then, or never will.
	ErrDoubt = errors.New("the outcome of the append is not known yet")
	// ErrFull: the disk is full; nothing was written. What the ladder needs may still fit, see Store.Append.
	ErrFull = errors.New("the ledger's disk is full")
	// ErrDamaged: stored bytes do not agree with their hashes. Stop deciding; run verify.
	ErrDamaged = errors.New("the ledger is damaged")
	// ErrBroken: the disk refused to keep what was written (fsync failed). The process must end: what is on disk is
	// known only after a restart.
	ErrBroken = errors.New("the disk did not keep what was written")
	// ErrSite: the store belongs to another site, was made with another key, or has another format.
	ErrSite = errors.New("this is not the site's ledger")
	// ErrInUse: another process writes to the same directory.
	ErrInUse = errors.New("the ledger is in use")
	// ErrStandby: the database takes no writes now (a standby, read-only, or it does not answer); nothing was written.
	// Try again, or name the primary.
	ErrStandby = errors.New("the ledger's database takes no writes")
	// ErrKeyReused: an idempotency key came again with another content. Use a fresh key.
	ErrKeyReused = errors.New("the idempotency key was used for something else")
	// ErrNewer: the ledger holds entries of a newer version. This node follows and shows, but decides nothing: upgrade it.
	ErrNewer = errors.New("the ledger was written by a newer version")
	// ErrStopped: the node is stopping. Ask another, or again when it is back.
	ErrStopped = errors.New("this node is stopping")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("the ledger is closed")
)

// Answer is what a store says beside the error.
type Answer struct {
	Clock  time.Time // ledger time when the store answered; zero if it could not be asked
	Missed []Entry   // with ErrMoved: entries after the head that the caller gave, in order, at most MaxRead
}

// Note is a signed checkpoint as a store keeps it.
type Note struct {
	Size   int64  // how many entries it covers
	Signed string // the signed note
}

// MaxRead is how many entries a store returns at once.
const MaxRead = 1000

// Store keeps the ledger of one site. A caller may use it from several goroutines, but only one Append runs at a time.
type Store interface {
	// Append writes entries right after the entry at head, all or none, and returns when they are on disk. Their places
	// must be head+1, head+2, …, their times as Head.Admit asks, their leaves encoded. Append of nothing confirms that
	// head is the ledger's head and gives the clock, so that a refusal can be as fresh as an append.
	//
	// Errors: ErrMoved, ErrTime, ErrDoubt, ErrFull, ErrBroken, ErrStandby, ErrDamaged, or one of the database's own, with
	// which nothing was written.
	Append(ctx context.Context, head Seq, entries []Entry) (Answer, error)

	// Read returns the entries after a place in order, with their enclosures, at most limit (and MaxRead).
	Read(ctx context.Context, after Seq, limit int) ([]Entry, error)

	// About returns the entries about a subject up to a place in order, with their enclosures.
	About(ctx context.Context, subject string, upTo Seq) ([]Entry, error)

	// Turn waits for the site's turn to append, so that a node that lost several races gets through. Release gives it
	// back; it may be called more than once. A turn is a courtesy: Append is safe without it.
	Turn(ctx context.Context) (release func(), err error)

	// Erase removes salt and data of all enclosures of the entries at the given places, for good. Their leaves stay.
	Erase(ctx context.Context, seqs []Seq) error

	// Head returns the ledger's head as it is on disk.
	Head(ctx context.Context) (Head, error)

	// Tile returns the hashes of tile n of a level (tiles of 256, level 0 holds leaf hashes), 32 bytes each: a whole
	// tile, or for the last one of its level what there is.
	Tile(ctx context.Context, level int, n int64) ([]byte, error)

	// Signed keeps a signed checkpoint; one of the same size is replaced.
	Signed(ctx context.Context, c Note) error

	// Checkpoints returns the kept checkpoints of more than after entries, smallest first, at most limit; LastCheckpoint
	// the newest, or the zero Note if there is none.
	Checkpoints(ctx context.Context, after int64, limit int) ([]Note, error)
	LastCheckpoint(ctx context.Context) (Note, error)

	// Audit checks what Verify cannot see through the other methods: that the index of subjects is what the entries
	// say, that nothing may update or delete entries, and the database's own integrity. Error: ErrDamaged.
	Audit(ctx context.Context) error

	// Reserve makes the space that a full disk's last entries need (freed by the first ErrFull) whole again, and returns
	// ErrFull while there is no room for it. Stores whose disk is not theirs return nil.
	Reserve(ctx context.Context) error

	// Shared reports whether other processes may append too, so that the head must be asked for now and then.
	Shared() bool

	// Close ends the store's use of files and connections.
	Close() error
}

// Bell tells the nodes of a site that the ledger grew. It is a hint: a lost ring costs latency, never an entry.
type Bell interface {
	// Ring says that the ledger's head is at least head. It does not wait.
	Ring(head Seq)
	// Rings yields a value after each ring of any node, and after each time that rings may have been missed.
	Rings() <-chan struct{}
	// Close ends it.
	Close() error
}
