CREATE TABLE place (
	one     INTEGER PRIMARY KEY CHECK (one = 1),
	version INTEGER NOT NULL, -- of these tables
	site    TEXT    NOT NULL,
	zone    TEXT    NOT NULL, -- IANA
	seq     INTEGER NOT NULL, -- the rows count the ledger up to here
	leaf    BLOB    NOT NULL, -- hash of that entry, so that another ledger is recognized
	at      INTEGER NOT NULL  -- its time; all times are microseconds since 1970, 0 where there is none
) STRICT;

CREATE TABLE call (
	seq        INTEGER PRIMARY KEY, -- of its first entry
	id         TEXT UNIQUE,         -- NULL once something of it was erased
	ref        TEXT    NOT NULL,
	unit       TEXT    NOT NULL,
	tier       TEXT    NOT NULL,
	sender     TEXT    NOT NULL,
	analytes   TEXT    NOT NULL, -- LOINC codes, a space between, ascending
	opened     INTEGER NOT NULL, -- 0: something of it was reported, and it is not opened yet
	available  INTEGER NOT NULL, -- as the sender told
	called     INTEGER NOT NULL,
	seen       INTEGER NOT NULL,
	conveyed   INTEGER NOT NULL,
	finished   INTEGER NOT NULL,
	occurred   INTEGER NOT NULL, -- 1: conveyed is a time that was told afterwards
	target     INTEGER NOT NULL, -- seconds
	method     TEXT    NOT NULL, -- read-back, telephoned, ended, or nothing while it is open
	outcome    TEXT    NOT NULL,
	person     TEXT    NOT NULL, -- who read back, was told, or ended it: a staff id
	attempts   INTEGER NOT NULL,
	failed     INTEGER NOT NULL,
	mismatches INTEGER NOT NULL,
	passes     INTEGER NOT NULL,
	corrected  INTEGER NOT NULL,
	have       INTEGER NOT NULL, -- fields of the record that are there, one bit each
	need       INTEGER NOT NULL, -- fields that it must have
	people     TEXT    NOT NULL, -- staff who were called, a space between
	packed     BLOB    NOT NULL  -- the same row as one value, for figures
) STRICT;

CREATE INDEX call_opened ON call (opened, unit, tier, packed); -- all that figures read
CREATE INDEX call_ref ON call (ref, seq);

CREATE TABLE suppressed (
	seq     INTEGER PRIMARY KEY,
	at      INTEGER NOT NULL,
	unit    TEXT    NOT NULL,
	analyte TEXT    NOT NULL,
	tier    TEXT    NOT NULL,
	sender  TEXT    NOT NULL
) STRICT;

CREATE INDEX suppressed_at ON suppressed (at);

CREATE TABLE analyte (
	code  TEXT PRIMARY KEY, -- LOINC
	label TEXT NOT NULL
) STRICT;

CREATE TABLE person (
	id    TEXT PRIMARY KEY,
	known INTEGER NOT NULL -- 1: has a full name, 2: has a role
) STRICT;
