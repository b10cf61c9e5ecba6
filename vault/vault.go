package vault

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// ErrUnsafeDatabase says that the database would not keep what it acknowledges. The message names the setting;
// open SQLite with the name that [SQLiteFile] returns.
var ErrUnsafeDatabase = errors.New("database would not keep what it acknowledges")

// ErrOtherSite says that the vault file belongs to another site. Give the right directory or the right site.
var ErrOtherSite = errors.New("vault belongs to another site")

// Dialect names the database behind a Vault.
type Dialect int

// The databases that a Vault can stand on.
const (
	SQLite     Dialect = iota + 1 // one file of its own
	PostgreSQL                    // the schema "vault" of a shared database
)

// Config is what a Vault needs to know besides its database.
type Config struct {
	Dialect Dialect
	Site    string           // the site's id, part of every key
	Now     func() time.Time // time.Now when nil
	Rand    io.Reader        // for salts; crypto/rand when nil
	Work    Work             // cost of a hash; DefaultWork when zero
}

// Vault keeps the secrets of one site. It is safe for concurrent use, and on PostgreSQL by several nodes.
type Vault struct {
	db      *sql.DB
	dialect Dialect
	site    string
	now     func() time.Time
	hasher  *hasher
	decoy   string // what the password of an unknown login is compared with
}

// Open checks the database, brings its tables up to date and returns the Vault on it. The caller opens db, with the
// driver of its choice, and closes it after use.
//
// On SQLite it refuses with [ErrUnsafeDatabase] unless every connection has WAL, synchronous=FULL, foreign keys and a
// busy timeout, and with [ErrOtherSite] when the file was made for another site. A schema newer than this program is
// [ErrNewerSchema].
func Open(ctx context.Context, db *sql.DB, c Config) (*Vault, error) {
	if c.Site == "" {
		return nil, errors.New("vault: no site given")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	h, err := newHasher(c.Work, c.Rand)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	decoy, err := h.decoy()
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	v := &Vault{db: db, dialect: c.Dialect, site: c.Site, now: c.Now, hasher: h, decoy: decoy}
	switch c.Dialect {
	case SQLite:
		err = checkSQLite(ctx, db)
	case PostgreSQL:
		err = checkPostgres(ctx, db)
	default:
		err = fmt.Errorf("unknown dialect %d", c.Dialect)
	}
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	if err := migrate(ctx, db, c.Dialect, steps(c.Dialect)); err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	if c.Dialect == SQLite {
		if err := v.checkSite(ctx); err != nil {
			return nil, fmt.Errorf("vault: %w", err)
		}
	}
	return v, nil
}

// checkSite refuses a file that holds another site's people. In PostgreSQL several sites may share the tables.
func (v *Vault) checkSite(ctx context.Context) error {
	var other string
	err := v.db.QueryRowContext(ctx, v.sql(`SELECT site FROM vault.login WHERE site <> $1 LIMIT 1`), v.site).Scan(&other)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("%w: it holds %q, this is %q; start with the data directory of %q", ErrOtherSite, other, v.site, v.site)
}

// sql turns a statement into the database's own words. Statements are written for PostgreSQL; SQLite knows $1 as
// well, and has one file instead of the schema.
func (v *Vault) sql(statement string) string { return v.dialect.sql(statement) }

func (d Dialect) sql(statement string) string {
	if d == SQLite {
		return strings.ReplaceAll(statement, "vault.", "")
	}
	return statement
}

// stamp is the time as the tables hold it: microseconds since 1970, UTC.
func (v *Vault) stamp() int64 { return v.now().UnixMicro() }
