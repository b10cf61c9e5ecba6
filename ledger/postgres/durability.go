package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Report says what the database does with what was acknowledged.
type Report struct {
	Version           string // of the server
	Fsync             bool
	FullPageWrites    bool
	SynchronousCommit string // as this store's sessions have it
	StandbyNames      string // synchronous_standby_names
	Standbys          int    // standbys attached, whether waited for or not
	Synchronous       int    // of them, those that commits wait for
	Recovering        bool   // it is a standby
	Checksums         bool   // data pages have checksums
}

// Broken returns why what is acknowledged may be lost with this one machine's power; empty if nothing is known.
func (r Report) Broken() []string {
	var why []string
	if r.Recovering {
		why = append(why, "the database is a standby")
	}
	if !r.Fsync {
		why = append(why, "fsync is off: a power loss takes acknowledged entries")
	}
	if !r.FullPageWrites {
		why = append(why, "full_page_writes is off: a power loss may tear pages")
	}
	if r.SynchronousCommit != "on" && r.SynchronousCommit != "remote_apply" {
		why = append(why, fmt.Sprintf("synchronous_commit is %s: commits do not wait for the disk", r.SynchronousCommit))
	}
	return why
}

// Single returns why what is acknowledged may be lost with this one machine; empty where a second one has it too.
func (r Report) Single() []string {
	switch {
	case r.StandbyNames == "" && r.Standbys == 0:
		return []string{"there is no standby: what is acknowledged is on one machine"}
	case r.StandbyNames == "":
		return []string{"synchronous_standby_names is empty: a failover takes acknowledged entries"}
	case r.Synchronous == 0:
		return []string{"no synchronous standby is attached: nothing is acknowledged until one is"}
	}
	return nil
}

// Durability asks the database what it does with what it acknowledges.
func (s *Store) Durability(ctx context.Context) (r Report, err error) {
	err = s.read(ctx, func(c *pgxpool.Conn) error {
		return c.QueryRow(ctx, `SELECT current_setting('server_version'), current_setting('fsync')::boolean,
			current_setting('full_page_writes')::boolean, current_setting('synchronous_commit'),
			current_setting('synchronous_standby_names'), pg_is_in_recovery(), current_setting('data_checksums')::boolean,
			(SELECT count(*) FROM pg_stat_replication),
			(SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum'))`).
			Scan(&r.Version, &r.Fsync, &r.FullPageWrites, &r.SynchronousCommit, &r.StandbyNames, &r.Recovering, &r.Checksums, &r.Standbys, &r.Synchronous)
	})
	return r, err
}
