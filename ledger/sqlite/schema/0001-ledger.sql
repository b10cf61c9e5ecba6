-- 1: the ledger. The head's sum is SHA-256 over its other columns; an enclosure without salt and data was erased.
-- about is the index in sorted runs: subject is the first 8 bytes of the subject's SHA-256. The newest entries are not in
-- it; the head says how many runs are whole.

PRAGMA application_id = 0x52424c47; -- "RBLG"

CREATE TABLE meta (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  site TEXT NOT NULL
) STRICT;

CREATE TABLE entry (
  seq  INTEGER PRIMARY KEY,
  leaf BLOB NOT NULL
) STRICT;

CREATE TABLE about (
  run     INTEGER NOT NULL,
  subject INTEGER NOT NULL,
  seq     INTEGER NOT NULL,
  PRIMARY KEY (run, subject, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE enclosure (
  seq  INTEGER NOT NULL,
  n    INTEGER NOT NULL,
  salt BLOB,
  data BLOB,
  PRIMARY KEY (seq, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE tile (
  level INTEGER NOT NULL,
  n     INTEGER NOT NULL,
  data  BLOB    NOT NULL,
  PRIMARY KEY (level, n)
) STRICT;

CREATE TABLE head (
  one   INTEGER PRIMARY KEY CHECK (one = 1),
  seq   INTEGER NOT NULL, -- 0: the ledger is empty
  at    INTEGER NOT NULL, -- microseconds since 1970, UTC
  root  BLOB    NOT NULL,
  ahead INTEGER NOT NULL, -- microseconds
  run   INTEGER NOT NULL, -- entries that a run of about covers
  runs  INTEGER NOT NULL, -- runs that are whole
  sum   BLOB    NOT NULL
) STRICT;

CREATE TABLE note (
  size   INTEGER PRIMARY KEY,
  signed TEXT NOT NULL
) STRICT;

CREATE TRIGGER meta_stays BEFORE UPDATE ON meta BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER meta_kept BEFORE DELETE ON meta BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER meta_once BEFORE INSERT ON meta WHEN EXISTS (SELECT 1 FROM meta)
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

-- The triggers on INSERT are there for INSERT OR REPLACE, which deletes without asking the others.
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entry_once BEFORE INSERT ON entry WHEN EXISTS (SELECT 1 FROM entry WHERE seq = NEW.seq)
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER about_stays BEFORE UPDATE ON about BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER about_kept BEFORE DELETE ON about BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER enclosure_stays BEFORE UPDATE ON enclosure
WHEN NEW.seq IS NOT OLD.seq OR NEW.n IS NOT OLD.n OR NEW.salt IS NOT NULL OR NEW.data IS NOT NULL
BEGIN SELECT raise(ABORT, 'an enclosure can only be erased'); END;
CREATE TRIGGER enclosure_kept BEFORE DELETE ON enclosure BEGIN SELECT raise(ABORT, 'an enclosure can only be erased'); END;
CREATE TRIGGER enclosure_once BEFORE INSERT ON enclosure
WHEN EXISTS (SELECT 1 FROM enclosure WHERE seq = NEW.seq AND n = NEW.n)
BEGIN SELECT raise(ABORT, 'an enclosure can only be erased'); END;

CREATE TRIGGER tile_stays BEFORE UPDATE ON tile BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER tile_kept BEFORE DELETE ON tile BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER tile_once BEFORE INSERT ON tile WHEN EXISTS (SELECT 1 FROM tile WHERE level = NEW.level AND n = NEW.n)
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER head_forward BEFORE UPDATE ON head WHEN NEW.seq <= OLD.seq
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER head_kept BEFORE DELETE ON head BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER head_once BEFORE INSERT ON head WHEN EXISTS (SELECT 1 FROM head)
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
