-- One ledger a site; the site stands in every key. Rows of entry, about and tile are written once.

CREATE SCHEMA IF NOT EXISTS ledger;

-- The schema steps that were taken.
CREATE TABLE ledger.step (
	version integer PRIMARY KEY,
	at      timestamptz NOT NULL DEFAULT now()
);

-- The clock of the ledger. Nothing else asks the database for the time; a rehearsal replaces this one function.
CREATE FUNCTION ledger.wall() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$ SELECT clock_timestamp() $$;

-- What a site's ledger was made with.
CREATE TABLE ledger.meta (
	site  text NOT NULL,
	name  text NOT NULL,
	value text NOT NULL,
	PRIMARY KEY (site, name)
);

-- Where a site's ledger ends. A new value of fence shuts out every statement that was sent before with an older one.
CREATE TABLE ledger.head (
	site  text PRIMARY KEY,
	seq   bigint NOT NULL DEFAULT 0 CHECK (seq >= 0),
	at    timestamptz,
	root  bytea NOT NULL CHECK (length(root) = 32),
	ahead bigint NOT NULL DEFAULT 0 CHECK (ahead >= 0), -- microseconds
	fence bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);

CREATE TABLE ledger.entry (
	site text   NOT NULL,
	seq  bigint NOT NULL CHECK (seq > 0),
	leaf bytea  NOT NULL,
	PRIMARY KEY (site, seq)
);

CREATE TABLE ledger.about (
	site    text   NOT NULL,
	subject text   NOT NULL,
	seq     bigint NOT NULL,
	PRIMARY KEY (site, subject, seq)
);

CREATE TABLE ledger.enclosure (
	site text     NOT NULL,
	seq  bigint   NOT NULL,
	n    smallint NOT NULL, -- the place of its seal in the entry, from 0
	salt bytea,
	data bytea,
	PRIMARY KEY (site, seq, n),
	CHECK ((salt IS NULL) = (data IS NULL))
);

CREATE TABLE ledger.tile (
	site  text     NOT NULL,
	level smallint NOT NULL,
	n     bigint   NOT NULL,
	data  bytea    NOT NULL CHECK (length(data) = 8192),
	PRIMARY KEY (site, level, n)
);

CREATE TABLE ledger.note (
	site   text   NOT NULL,
	size   bigint NOT NULL,
	signed text   NOT NULL,
	PRIMARY KEY (site, size)
);

CREATE FUNCTION ledger.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% of ledger.% is refused: the ledger is append-only', TG_OP, TG_TABLE_NAME
		USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION ledger.only_erase() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.site IS DISTINCT FROM OLD.site OR NEW.seq IS DISTINCT FROM OLD.seq OR NEW.n IS DISTINCT FROM OLD.n
		OR NEW.salt IS NOT NULL OR NEW.data IS NOT NULL THEN
		RAISE EXCEPTION 'an enclosure can only be erased' USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	RETURN NEW;
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.entry FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.about FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.tile  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON ledger.enclosure FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER only_erase BEFORE UPDATE ON ledger.enclosure FOR EACH ROW EXECUTE FUNCTION ledger.only_erase();

-- ALWAYS: session_replication_role does not switch them off.
ALTER TABLE ledger.entry     ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.about     ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.tile      ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.enclosure ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.enclosure ENABLE ALWAYS TRIGGER only_erase;
