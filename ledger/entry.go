package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
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

// Enclosure is what an entry seals but does not contain: whatever identifies or describes a patient.
type Enclosure struct {
	Salt   []byte // 16 random bytes
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

// Encode sets the entry's seals from its enclosures and its leaf from its fields.
// It fails where a field cannot stand in a leaf: no place, no kind, too many subjects, a body that is no JSON object.
func (e *Entry) Encode() error {
	e.Seals = e.Seals[:0:0]
	for _, c := range e.Enclosures {
		e.Seals = append(e.Seals, c.Seal())
	}
	switch {
	case e.Seq < 1 || e.Seq >= 1<<53:
		return fmt.Errorf("%w: seq %d is out of range", ErrLeaf, e.Seq)
	case e.Site == "" || e.By == "" || e.Kind == "" || e.V < 1:
		return fmt.Errorf("%w: entry %d has no site, author, kind or version", ErrLeaf, e.Seq)
	case len(e.About) > MaxSubjects:
		return fmt.Errorf("%w: entry %d is about %d subjects, at most %d", ErrLeaf, e.Seq, len(e.About), MaxSubjects)
	case len(e.Body) < 2 || e.Body[0] != '{' || !json.Valid(e.Body):
		return fmt.Errorf("%w: the body of entry %d is no JSON object", ErrLeaf, e.Seq)
	}
	e.At = Micro(e.At)
	e.Leaf = e.appendLeaf(make([]byte, 0, 256+len(e.Body)))
	return nil
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

// appendString appends s as a JSON string; what is not UTF-8 becomes U+FFFD.
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
		case c < utf8.RuneSelf:
			b = append(b, c)
			i++
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r)
			i += n
		}
	}
	return append(b, '"')
}

type leafJSON struct {
	Seq   Seq             `json:"seq"`
	At    string          `json:"at"`
	Site  string          `json:"site"`
	By    string          `json:"by"`
	Via   string          `json:"via"`
	Key   string          `json:"key"`
	Kind  string          `json:"kind"`
	V     int             `json:"v"`
	About []string        `json:"about"`
	To    []string        `json:"to"`
	Body  json.RawMessage `json:"body"`
	Seals [][]byte        `json:"seals"`
}

// Decode returns the entry whose leaf is given, without its enclosures. It accepts only what Encode writes, byte for
// byte, so that an entry has one form. The entry keeps leaf.
func Decode(leaf []byte) (Entry, error) {
	var w leafJSON
	if err := json.Unmarshal(leaf, &w); err != nil {
		return Entry{}, fmt.Errorf("%w: %w", ErrLeaf, err)
	}
	at, err := time.Parse(TimeLayout, w.At)
	if err != nil {
		return Entry{}, fmt.Errorf("%w: %w", ErrLeaf, err)
	}
	e := Entry{
		Seq: w.Seq, At: at, Site: w.Site, By: w.By, Via: w.Via, Key: w.Key, Kind: w.Kind, V: w.V,
		About: w.About, To: w.To, Body: w.Body, Leaf: leaf,
	}
	for _, s := range w.Seals {
		if len(s) != len(Hash{}) {
			return Entry{}, fmt.Errorf("%w: entry %d has a seal of %d bytes", ErrLeaf, w.Seq, len(s))
		}
		e.Seals = append(e.Seals, Hash(s))
	}
	if !bytes.Equal(e.appendLeaf(make([]byte, 0, len(leaf))), leaf) {
		return Entry{}, fmt.Errorf("%w: entry %d is not in its one form", ErrLeaf, w.Seq)
	}
	return e, nil
}

// LeafHash returns the entry's hash in the tree (RFC 6962 §2.1: SHA-256(0x00‖leaf)).
func (e *Entry) LeafHash() Hash { return tlog.RecordHash(e.Leaf) }

// Micro returns t in UTC, cut to whole microseconds, without a monotonic reading.
func Micro(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
