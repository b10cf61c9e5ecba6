package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/seed-909bec58/readback/ledger"
)

// applicationID marks a file as a ledger: "RBLG", as the first step of the schema sets it.
const applicationID = 0x52424c47

//go:embed schema/*.sql
var schema embed.FS

// steps returns the schema's steps in order. The format of a ledger is how many of them were applied to it.
func steps() ([]string, error) {
	files, err := schema.ReadDir("schema")
	if err != nil {
		return nil, err
	}
	var out []string
	for _, f := range files { // sorted by name
		b, err := schema.ReadFile("schema/" + f.Name())
		if err != nil {
			return nil, err
		}
		out = append(out, string(b))
	}
	return out, nil
}

// migrate applies the steps that the file has not seen, each in its own transaction: what is interrupted is not done.
func migrate(ctx context.Context, conn *sql.Conn) error {
	format, err := formatOf(ctx, conn)
	if err != nil {
		return err
	}
	all, err := steps()
	if err != nil {
		return err
	}
	for n := format; n < len(all); n++ {
		script := fmt.Sprintf("BEGIN IMMEDIATE; %s; PRAGMA user_version = %d; COMMIT;", all[n], n+1)
		if _, err := conn.ExecContext(ctx, script); err != nil {
			_, _ = conn.ExecContext(ctx, "ROLLBACK") // the error that counts is the step's
			return fmt.Errorf("schema step %d: %w", n+1, err)
		}
	}
	return nil
}

// formatOf returns how many steps were applied to the file. Error: ErrSite if that is more than this program knows.
func formatOf(ctx context.Context, q querier) (int, error) {
	var format int
	if err := q.QueryRowContext(ctx, "PRAGMA user_version").Scan(&format); err != nil {
		return 0, err
	}
	all, err := steps()
	if err != nil {
		return 0, err
	}
	if format > len(all) {
		return 0, fmt.Errorf("%w: its format is %d, this program knows up to %d: start the newer program that made it", ledger.ErrSite, format, len(all))
	}
	return format, nil
}

// querier is a pool, a connection or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// identify returns the site of the ledger that the file holds. Errors: ErrSite, ErrDamaged.
func identify(ctx context.Context, q querier, file, site string) (string, error) {
	var id int
	if err := q.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return "", err
	}
	if id != applicationID {
		return "", fmt.Errorf("%w: %s is a database of another program", ledger.ErrSite, file)
	}
	if _, err := formatOf(ctx, q); err != nil {
		return "", err
	}
	var kept string
	if err := q.QueryRowContext(ctx, "SELECT site FROM meta").Scan(&kept); err != nil {
		return "", fmt.Errorf("site: %w", err)
	}
	if site != "" && site != kept {
		return "", fmt.Errorf("%w: %s is the ledger of site %q, not of %q: name the right directory or site", ledger.ErrSite, file, kept, site)
	}
	return kept, nil
}

// headSum returns the sum over the head's columns, so that no byte of them can change unseen.
func headSum(h ledger.Head, c cover) []byte {
	b := []byte("readback head\n")
	b = binary.BigEndian.AppendUint64(b, uint64(h.Seq))
	b = binary.BigEndian.AppendUint64(b, uint64(micros(h.At)))
	b = binary.BigEndian.AppendUint64(b, uint64(h.Ahead.Microseconds()))
	b = binary.BigEndian.AppendUint64(b, uint64(c.length))
	b = binary.BigEndian.AppendUint64(b, uint64(c.runs))
	sum := sha256.Sum256(append(b, h.Root[:]...))
	return sum[:]
}

// micros returns a time as it is stored; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// readHead returns the head on disk, and what the index in the file covers. Error: ErrDamaged if it is not what was written.
func readHead(ctx context.Context, q querier) (h ledger.Head, c cover, err error) {
	var at, ahead int64
	var root, sum []byte
	err = q.QueryRowContext(ctx, "SELECT seq, at, root, ahead, run, runs, sum FROM head").Scan(&h.Seq, &at, &root, &ahead, &c.length, &c.runs, &sum)
	if err != nil {
		return h, c, fmt.Errorf("head: %w", err)
	}
	if len(root) != len(h.Root) {
		return h, c, fmt.Errorf("%w: the root kept has %d bytes", ledger.ErrDamaged, len(root))
	}
	h.Root = ledger.Hash(root)
	h.Ahead = time.Duration(ahead) * time.Microsecond
	if h.Seq > 0 || at != 0 {
		h.At = time.UnixMicro(at).UTC()
	}
	if !slices.Equal(sum, headSum(h, c)) {
		return h, c, fmt.Errorf("%w: the head kept is not what was written", ledger.ErrDamaged)
	}
	return h, c, nil
}
