#!/bin/sh
# Copies the primary into an empty directory, then follows it. What is there already is only followed with.
set -eu
export PGDATA="${PGDATA:-/var/lib/postgresql/data}"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
	until PGPASSWORD="$POSTGRES_PASSWORD" pg_basebackup --pgdata="$PGDATA" --wal-method=stream --checkpoint=fast --write-recovery-conf \
		--dbname="host=${PRIMARY:-postgres} port=${PRIMARY_PORT:-5432} user=$POSTGRES_USER application_name=standby"; do
		sleep 1
	done
	chmod 0700 "$PGDATA"
fi
if [ "$(id -u)" = 0 ]; then
	chown -R postgres "$PGDATA"
	exec gosu postgres postgres "$@"
fi
exec postgres "$@"
