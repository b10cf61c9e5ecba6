package vault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// ErrNobody says that the vault has no login for this person.
var ErrNobody = errors.New("person has no login")

// Login is what may be shown of a person's secrets.
type Login struct {
	Person   string
	Login    string // as the person writes it
	Disabled bool
	PIN      bool // has one
	Changed  time.Time
}

// shown is a login as it is kept for showing.
func shown(login string) string { return strings.TrimSpace(norm.NFC.String(login)) }

// Rename gives the person another login and leaves the password. ErrLoginTaken, ErrUnfit and ErrNobody as named.
func (v *Vault) Rename(ctx context.Context, person, login string) error {
	key, err := LoginKey(login)
	if err != nil {
		return err
	}
	err = v.change(ctx, `UPDATE vault.login SET login = $3, login_key = $4, changed = $5 WHERE site = $1 AND person = $2`,
		v.site, person, shown(login), key, v.stamp())
	if duplicate(err) {
		return fmt.Errorf("vault: %w", ErrLoginTaken)
	}
	return err
}

// Disable makes the person's password and PIN wrong until Enable. The login stays theirs. It is idempotent, and
// ErrNobody for who has no login. It ends no session: the caller records that.
func (v *Vault) Disable(ctx context.Context, person string) error { return v.disable(ctx, person, 1) }

// Enable undoes Disable.
func (v *Vault) Enable(ctx context.Context, person string) error { return v.disable(ctx, person, 0) }

func (v *Vault) disable(ctx context.Context, person string, disabled int) error {
	return v.change(ctx, `UPDATE vault.login SET disabled = $3, changed = $4 WHERE site = $1 AND person = $2`,
		v.site, person, disabled, v.stamp())
}

// change runs a statement that must find the person.
func (v *Vault) change(ctx context.Context, statement string, args ...any) error {
	res, err := v.db.ExecContext(ctx, v.sql(statement), args...)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	if n == 0 {
		return fmt.Errorf("vault: %w", ErrNobody)
	}
	return nil
}

// Logins lists the site's logins, sorted by login, disabled ones too.
func (v *Vault) Logins(ctx context.Context) ([]Login, error) {
	rows, err := v.db.QueryContext(ctx, v.sql(`
		SELECT l.person, l.login, l.disabled, l.changed, p.person IS NOT NULL
		FROM vault.login l LEFT JOIN vault.pin p ON p.site = l.site AND p.person = l.person
		WHERE l.site = $1 ORDER BY l.login_key`), v.site)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	defer rows.Close()
	var all []Login
	for rows.Next() {
		var l Login
		var disabled int
		var changed int64
		if err := rows.Scan(&l.Person, &l.Login, &disabled, &changed, &l.PIN); err != nil {
			return nil, fmt.Errorf("vault: %w", err)
		}
		l.Disabled, l.Changed = disabled != 0, time.UnixMicro(changed).UTC()
		all = append(all, l)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return all, nil
}
