package vault

import (
	"context"
	"database/sql"
	"io/fs"
)

// Migrate applies other steps than the embedded ones.
func Migrate(ctx context.Context, db *sql.DB, d Dialect, steps fs.FS) error {
	return migrate(ctx, db, d, steps)
}

// ParsePHC reads a stored hash and writes it again.
func ParsePHC(phc string) (again string, err error) {
	w, salt, hash, err := parse(phc)
	return format(w, salt, hash), err
}

// Guess says why a password would be guessed first; all three are folded.
func Guess(site, login, password string) (reason, why string) { return guess(site, login, password) }

// Guessed lists the words that a password may not be made of.
func Guessed() []string { return guessed }

// Occupy takes all slots in which secrets are hashed, until the returned function is called.
func (v *Vault) Occupy() (free func()) {
	for range cap(v.hasher.slots) {
		v.hasher.slots <- struct{}{}
	}
	return func() {
		for range cap(v.hasher.slots) {
			<-v.hasher.slots
		}
	}
}

// ParseKeys reads the text of a key file.
func ParseKeys(b []byte) (Keys, error) {
	f, err := parseKeys(b)
	if err != nil {
		return Keys{}, err
	}
	return f.keys()
}

// Held is how many budgets the limiter keeps.
func (l *Limiter) Held() (n int) {
	for _, b := range []budgets{l.pairs, l.accounts, l.sources} {
		n += len(b.young) + len(b.old)
	}
	return n
}

// Slots returns how one enters the place where secrets are hashed.
func Slots() (enter func(context.Context) (leave func(), err error), err error) {
	h, err := newHasher(Work{}, nil)
	if err != nil {
		return nil, err
	}
	return h.enter, nil
}
