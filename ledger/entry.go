package ledger

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"
)

// Seq is an entry's place in the ledger; the first entry is 1, and 0 means "before the first".
type Seq int64

// MaxSubjects is how many subjects one entry may be about: the store's one index has a row for each.
const MaxSubjects = 4

// TimeLayout is how an entry's time is written: UTC with exactly six digits, PostgreSQL's precision.
const TimeLayout = "2006-01-02T15:04:05.000000Z"

// ErrLeaf is returned for bytes that are not a leaf as Encode writes it.
var ErrLeaf = errors.New("not a ledger entry")

// Entry is one thing that happened. The ledger knows its place and time, not its meaning.
// Fields are read-only once the entry is encoded: Leaf is what counts.
type Entry struct {
	Seq   Seq
	At    time.Time       // ledger time, UTC, whole microseconds; never falls from entry to entry
	Site  string          // whose ledger this is
	By    string          // "person/ID", "machine/ID" or "clock"
	Via   string          // node and session, "n1/s9f2c"
	Key   string          // "digest of key/digest of content", or empty
	Kind  string          // "room.past-participle"
	V     int             // version of the kind, from 1
	About []string        // at most MaxSubjects subjects, the main one first
	To    []string        // the audience: channel names
	Body  json.RawMessage // one JSON object without spaces
	Seals []Hash          // SHA-256(salt‖enclosure), one for each enclosure

	Leaf       []byte      // the entry's bytes, as stored, hashed and sent
	Enclosures []Enclosure // one for each seal, in their order; one whose Erased is true has neither salt nor data
}

// SaltSize is how many bytes an enclosure's salt has.
const SaltSize = 16

// Enclosure is what an entry seals but does not contain: whatever identifies or describes a patient.
type Enclosure struct {
	Salt   []byte // SaltSize random bytes
	Data   []byte // one JSON value
	Erased bool
}

// Hash is a SHA-256 hash.
type Hash = tlog.Hash

// Seal returns the hash by which an entry seals the enclosure.
func (c Enclosure) Seal() Hash {
	h := sha256.New()
	h.Write(c.Salt)
	h.Write(c.Data)
	var sum Hash
	h.Sum(sum[:0])
	return sum
}

// Encode sets the entry's seals from its enclosures and its leaf from its fields. Subjects that are named twice are
// kept once; what is not UTF-8 in a field becomes U+FFFD.
//
// It fails with ErrLeaf where a field cannot stand in a leaf: no place, no kind, too many subjects, a body that is no
// JSON object, an enclosure without a whole salt.
func (e *Entry) Encode() error {
	e.Seals = e.Seals[:0:0]
	for _, c := range e.Enclosures {
		if c.Erased || len(c.Salt) != SaltSize {
			return fmt.Errorf("%w: an enclosure of entry %d has no salt of %d bytes", ErrLeaf, e.Seq, SaltSize)
		}
		e.Seals = append(e.Seals, c.Seal())
	}
	for _, s := range []*string{&e.Site, &e.By, &e.Via, &e.Key, &e.Kind} {
		*s = valid(*s)
	}
	e.To = eachValid(e.To)
	e.About = eachValid(e.About)
	for i := 1; i < len(e.About); i++ {
		if slices.Contains(e.About[:i], e.About[i]) {
			e.About = slices.Delete(slices.Clone(e.About), i, i+1)
			i--
		}
	}
	e.At = Micro(e.At)
	if err := e.check(); err != nil {
		return err
	}
	if !bodyIsValid(e.Body) {
		return fmt.Errorf("%w: the body of entry %d is no JSON object", ErrLeaf, e.Seq)
	}
	e.Leaf = e.appendLeaf(make([]byte, 0, 256+len(e.Body)))
	return nil
}

// check returns why an entry with such fields has no leaf, if so.
func (e *Entry) check() error {
	switch {
	case e.Seq < 1 || e.Seq >= 1<<53:
		return fmt.Errorf("%w: seq %d is out of range", ErrLeaf, e.Seq)
	case e.At.Year() < 1 || e.At.Year() > 9999:
		return fmt.Errorf("%w: the time of entry %d is out of range", ErrLeaf, e.Seq)
	case e.Site == "" || e.By == "" || e.Kind == "" || e.V < 1 || e.V >= 1<<31:
		return fmt.Errorf("%w: entry %d has no site, author, kind or version", ErrLeaf, e.Seq)
	case len(e.About) > MaxSubjects:
		return fmt.Errorf("%w: entry %d is about %d subjects, at most %d", ErrLeaf, e.Seq, len(e.About), MaxSubjects)
	}
	for i, subject := range e.About {
		if slices.Contains(e.About[:i], subject) {
			return fmt.Errorf("%w: entry %d names a subject twice", ErrLeaf, e.Seq)
		}
	}
	return nil
}

// bodyIsValid tells whether b is one JSON object in UTF-8, without space around it.
func bodyIsValid(b []byte) bool {
	return len(b) > 0 && objectEnd(b) == len(b) && utf8.Valid(b)
}

func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s)) // each bad byte becomes U+FFFD
}

// eachValid leaves ss as it is, and returns a copy if one of them is not UTF-8.
func eachValid(ss []string) []string {
	for i := range ss {
		if !utf8.ValidString(ss[i]) {
			ss = slices.Clone(ss)
			for k := range ss {
				ss[k] = valid(ss[k])
			}
			break
		}
	}
	return ss
}

func (e *Entry) appendLeaf(b []byte) []byte {
	b = append(b, `{"seq":`...)
	b = strconv.AppendInt(b, int64(e.Seq), 10)
	b = append(b, `,"at":"`...)
	b = e.At.UTC().AppendFormat(b, TimeLayout)
	b = appendString(append(b, `","site":`...), e.Site)
	b = appendString(append(b, `,"by":`...), e.By)
	b = appendString(append(b, `,"via":`...), e.Via)
	if e.Key != "" {
		b = appendString(append(b, `,"key":`...), e.Key)
	}
	b = appendString(append(b, `,"kind":`...), e.Kind)
	b = append(b, `,"v":`...)
	b = strconv.AppendInt(b, int64(e.V), 10)
	b = appendStrings(append(b, `,"about":`...), e.About)
	b = appendStrings(append(b, `,"to":`...), e.To)
	b = append(b, `,"body":`...)
	b = append(b, e.Body...)
	if len(e.Seals) > 0 {
		b = append(b, `,"seals":[`...)
		for i, s := range e.Seals {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, '"')
			b = base64.StdEncoding.AppendEncode(b, s[:])
			b = append(b, '"')
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

func appendStrings(b []byte, ss []string) []byte {
	b = append(b, '[')
	for i, s := range ss {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, s)
	}
	return append(b, ']')
}

const hexDigits = "0123456789abcdef"

// appendString appends s, which is UTF-8, as a JSON string.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
			i++
		case c < 0x20 || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			i++
		default:
			b = append(b, c)
			i++
		}
	}
	return append(b, '"')
}

// LeafHash returns the entry's hash in the tree (RFC 6962 §2.1: SHA-256(0x00‖leaf)).
func (e *Entry) LeafHash() Hash { return tlog.RecordHash(e.Leaf) }

// Micro returns t in UTC, cut to whole microseconds, without a monotonic reading.
func Micro(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
