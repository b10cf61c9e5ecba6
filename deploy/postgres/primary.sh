#!/bin/sh
# Run once, when the primary's directory is made: lets the standby follow, and makes commits wait for it from the first
# real start on. (Now they would wait for ever: nobody follows yet.)
set -eu
echo "host replication $POSTGRES_USER samenet scram-sha-256" >> "$PGDATA/pg_hba.conf"
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (standby)';
ALTER SYSTEM SET synchronous_commit = 'on';
-- The standby, which copies this, looks for its primary again at once: until then commits wait.
ALTER SYSTEM SET wal_retrieve_retry_interval = '500ms';
ALTER SYSTEM SET wal_keep_size = '1GB';
ALTER SYSTEM SET max_connections = '200';
SQL
