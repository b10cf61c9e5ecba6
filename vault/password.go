package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// ErrWrong says that login and password, or person and PIN, do not go together. Unknown and disabled ones give it
// too, after the same work, so that nobody learns who exists.
var ErrWrong = errors.New("wrong login or password")

// ErrLoginTaken says that another person has this login; offer another one.
var ErrLoginTaken = errors.New("login is taken by another person")

// SetPassword gives the person this login and password, for the first time or anew; a disabled person stays disabled.
// A password or login that cannot be used is ErrUnfit with the reason, another person's login ErrLoginTaken.
// A changed password ends no session by itself: the caller records that.
func (v *Vault) SetPassword(ctx context.Context, person, login, password string) error {
	if person == "" {
		return errors.New("vault: no person given")
	}
	key, err := LoginKey(login)
	if err != nil {
		return err
	}
	secret, err := fitPassword(v.site, login, password)
	if err != nil {
		return err
	}
	phc, err := v.hasher.make(ctx, secret)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	_, err = v.db.ExecContext(ctx, v.sql(`
		INSERT INTO vault.login (site, person, login, login_key, password, created, changed)
		VALUES ($1, $2, $3, $4, $5, $6, $6)
		ON CONFLICT (site, person) DO UPDATE SET
			login = excluded.login, login_key = excluded.login_key,
			password = excluded.password, changed = excluded.changed`),
		v.site, person, shown(login), key, phc, v.stamp())
	if duplicate(err) {
		return fmt.Errorf("vault: %w", ErrLoginTaken)
	}
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return nil
}

// CheckPassword says whose login and password these are, or ErrWrong. Any other error is a fault of the database or
// the end of ctx: nobody is signed in then either. A right password frees a locked PIN, and is hashed anew when hashes
// cost something else now than when it was set.
//
// The person may be unknown to the ledger (see the package comment): the caller asks it before it opens a session.
func (v *Vault) CheckPassword(ctx context.Context, login, password string) (person string, err error) {
	secret, err := typed(password)
	if err != nil {
		return "", fmt.Errorf("vault: %w", ErrWrong) // no password can be so, whoever's login it is
	}
	found, err := v.find(ctx, login)
	if err != nil {
		return "", fmt.Errorf("vault: %w", err)
	}
	right, stale, err := v.compare(ctx, found.phc, secret)
	if err != nil {
		return "", fmt.Errorf("vault: %w", err)
	}
	if !right || !found.enabled {
		return "", fmt.Errorf("vault: %w", ErrWrong)
	}
	if err := v.freePIN(ctx, found.person); err != nil {
		return "", fmt.Errorf("vault: %w", err)
	}
	if stale {
		v.rehash(ctx, found, secret)
	}
	return found.person, nil
}

type found struct {
	person, phc string
	enabled     bool
}

// find returns the decoy for a login that nobody has.
func (v *Vault) find(ctx context.Context, login string) (found, error) {
	nobody := found{phc: v.decoy}
	key, err := LoginKey(login)
	if err != nil {
		key = "" // nobody has it; asked all the same, for the same work
	}
	var f found
	var disabled int
	err = v.db.QueryRowContext(ctx,
		v.sql(`SELECT person, password, disabled FROM vault.login WHERE site = $1 AND login_key = $2`), v.site, key).
		Scan(&f.person, &f.phc, &disabled)
	if errors.Is(err, sql.ErrNoRows) {
		return nobody, nil
	}
	f.enabled = disabled == 0
	return f, err
}

func (v *Vault) compare(ctx context.Context, phc string, secret []byte) (right, stale bool, err error) {
	leave, err := v.hasher.enter(ctx)
	if err != nil {
		return false, false, err
	}
	defer leave()
	return v.hasher.check(phc, secret)
}

// rehash is a kindness: when it fails, the person is signed in all the same, and the next sign-in tries again.
func (v *Vault) rehash(ctx context.Context, f found, secret []byte) {
	phc, err := v.hasher.make(ctx, secret)
	if err != nil {
		return
	}
	_, _ = v.db.ExecContext(ctx,
		v.sql(`UPDATE vault.login SET password = $3 WHERE site = $1 AND person = $2 AND password = $4`),
		v.site, f.person, phc, f.phc)
}
