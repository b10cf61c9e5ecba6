package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// PINTries is how many wrong PINs in a row lock it.
const PINTries = 5

// ErrPINLocked says that the PIN was wrong too often; the person signs in with the password, which frees it. Only who
// is already signed in as this person can try a PIN, so nobody can lock another's.
var ErrPINLocked = errors.New("PIN is locked; sign in with the password")

// ErrNoPIN says that the person has not set a PIN; ask for the password instead.
var ErrNoPIN = errors.New("person has no PIN")

// SetPIN gives the person a PIN: a short secret that renews a signed-in session, and never opens one. ErrUnfit with
// the reason, or ErrNobody for who has no login.
func (v *Vault) SetPIN(ctx context.Context, person, pin string) error {
	secret, err := fitPIN(pin)
	if err != nil {
		return err
	}
	phc, err := v.hasher.make(ctx, secret)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return v.change(ctx, `
		INSERT INTO vault.pin (site, person, pin, changed)
		SELECT site, person, $3, $4 FROM vault.login WHERE site = $1 AND person = $2
		ON CONFLICT (site, person) DO UPDATE SET pin = excluded.pin, tries = 0, changed = excluded.changed`,
		v.site, person, phc, v.stamp())
}

// CheckPIN returns nil when the PIN is the person's. Otherwise ErrWrong, ErrNoPIN, or ErrPINLocked after PINTries wrong
// ones in a row. A try is written down before it is compared, so that tries at the same time, on other nodes too, and
// a restart cannot buy more of them.
func (v *Vault) CheckPIN(ctx context.Context, person, pin string) error {
	secret, err := typedPIN(pin)
	if err != nil {
		return fmt.Errorf("vault: %w", ErrWrong)
	}
	leave, err := v.hasher.enter(ctx) // first, so that waiting in vain costs no try
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	defer leave()
	phc, err := v.tryPIN(ctx, person)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	right, _, err := v.hasher.check(phc, secret)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	if !right {
		return fmt.Errorf("vault: %w", ErrWrong)
	}
	if err := v.freePIN(ctx, person); err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return nil
}

// tryPIN takes one of the person's tries and returns the hash to compare with.
func (v *Vault) tryPIN(ctx context.Context, person string) (phc string, err error) {
	err = v.db.QueryRowContext(ctx, v.sql(`
		UPDATE vault.pin SET tries = tries + 1
		WHERE site = $1 AND person = $2 AND tries < $3 AND EXISTS (
			SELECT 1 FROM vault.login l WHERE l.site = $1 AND l.person = $2 AND l.disabled = 0)
		RETURNING pin`), v.site, person, PINTries).Scan(&phc)
	if !errors.Is(err, sql.ErrNoRows) {
		return phc, err
	}
	var disabled, tries int
	err = v.db.QueryRowContext(ctx, v.sql(`
		SELECT l.disabled, p.tries FROM vault.pin p JOIN vault.login l ON l.site = p.site AND l.person = p.person
		WHERE p.site = $1 AND p.person = $2`), v.site, person).Scan(&disabled, &tries)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", ErrNoPIN
	case err != nil:
		return "", err
	case disabled != 0:
		return "", ErrWrong
	}
	return "", ErrPINLocked
}

// freePIN forgets the wrong tries. It writes only when there are some.
func (v *Vault) freePIN(ctx context.Context, person string) error {
	_, err := v.db.ExecContext(ctx,
		v.sql(`UPDATE vault.pin SET tries = 0 WHERE site = $1 AND person = $2 AND tries > 0`), v.site, person)
	return err
}

// RemovePIN takes the person's PIN away; who has none is not an error.
func (v *Vault) RemovePIN(ctx context.Context, person string) error {
	_, err := v.db.ExecContext(ctx, v.sql(`DELETE FROM vault.pin WHERE site = $1 AND person = $2`), v.site, person)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return nil
}

// HasPIN tells whether the person has set a PIN, locked or not.
func (v *Vault) HasPIN(ctx context.Context, person string) (bool, error) {
	var n int
	err := v.db.QueryRowContext(ctx, v.sql(`SELECT count(*) FROM vault.pin WHERE site = $1 AND person = $2`), v.site, person).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("vault: %w", err)
	}
	return n > 0, nil
}
