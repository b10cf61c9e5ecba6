package vault

import (
	"context"
	"fmt"
	"time"
)

// Grace is how long a secret may wait for the ledger entry that makes it valid.
const Grace = 10 * time.Minute

// Sweep removes the secrets of those whom known does not know and whose secrets are older than Grace, and returns
// them, sorted by login. known must answer from a state read after Sweep was called. Cost: all logins of the site.
func (v *Vault) Sweep(ctx context.Context, known func(person string) bool) (removed []string, err error) {
	all, err := v.Logins(ctx)
	if err != nil {
		return nil, err
	}
	before := v.now().Add(-Grace)
	for _, l := range all {
		if !l.Changed.Before(before) || known(l.Person) {
			continue
		}
		// The time is compared so that a password set meanwhile stays.
		res, err := v.db.ExecContext(ctx,
			v.sql(`DELETE FROM vault.login WHERE site = $1 AND person = $2 AND changed = $3`),
			v.site, l.Person, l.Changed.UnixMicro())
		if err != nil {
			return removed, fmt.Errorf("vault: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil {
			return removed, fmt.Errorf("vault: %w", err)
		} else if n > 0 {
			removed = append(removed, l.Person)
		}
	}
	return removed, nil
}
