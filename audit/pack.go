package audit

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// errPacked says that a packed row cannot be read: the tables must be made again.
var errPacked = errors.New("audit: a row cannot be read; remove the file of the tables")

// pack writes what figures need of a row as one value. Reading 25 columns of each call of a month through database/sql
// takes ten times as long as reading one.
func (c *call) pack() []byte {
	b := make([]byte, 0, 160)
	for _, n := range c.numbers() {
		b = binary.AppendVarint(b, *n)
	}
	flag := byte(0)
	if c.occurred {
		flag = 1
	}
	b = append(b, flag)
	b = binary.AppendUvarint(b, uint64(c.have))
	b = binary.AppendUvarint(b, uint64(c.need))
	for _, n := range c.counts() {
		b = binary.AppendUvarint(b, uint64(*n))
	}
	for _, s := range c.texts() {
		b = binary.AppendUvarint(b, uint64(len(*s)))
		b = append(b, *s...)
	}
	analytes := text(c.analytes)
	b = binary.AppendUvarint(b, uint64(len(analytes)))
	return append(b, analytes...)
}

func (c *call) numbers() []*int64 {
	return []*int64{&c.seq, &c.opened, &c.available, &c.called, &c.seen, &c.conveyed, &c.finished, &c.target}
}

func (c *call) counts() []*int {
	return []*int{&c.attempts, &c.failed, &c.mismatches, &c.passes, &c.corrected}
}

func (c *call) texts() []*string {
	return []*string{&c.id, &c.ref, &c.unit, &c.tier, &c.sender, &c.method, &c.outcome, &c.person}
}

// reader takes packed rows apart. Words that come again and again are kept once.
type reader struct {
	b     []byte
	bad   bool
	words map[string]string
	lists map[string][]string
}

func newReader() *reader {
	return &reader{words: map[string]string{}, lists: map[string][]string{}}
}

// unpack reads a row; b may be used again afterwards.
func (r *reader) unpack(b []byte, c *call) error {
	*c, r.b, r.bad = call{}, b, false
	for _, n := range c.numbers() {
		v, k := binary.Varint(r.b)
		*n = v
		r.skip(k)
	}
	if len(r.b) > 0 {
		c.occurred = r.b[0] == 1
	}
	r.skip(1)
	c.have, c.need = fields(r.count()), fields(r.count())
	for _, n := range c.counts() {
		*n = int(r.count())
	}
	for i, s := range c.texts() {
		t := r.take()
		if i < 2 {
			*s = string(t) // each call's own
			continue
		}
		w, ok := r.words[string(t)]
		if !ok {
			w = string(t)
			r.words[w] = w
		}
		*s = w
	}
	t := r.take()
	l, ok := r.lists[string(t)]
	if !ok {
		l = list(string(t))
		r.lists[string(t)] = l
	}
	c.analytes = l
	if r.bad || len(r.b) > 0 {
		return fmt.Errorf("%w: %d bytes are left", errPacked, len(r.b))
	}
	return nil
}

func (r *reader) skip(n int) {
	if n <= 0 || n > len(r.b) {
		r.bad, r.b = true, nil
		return
	}
	r.b = r.b[n:]
}

func (r *reader) count() uint64 {
	v, k := binary.Uvarint(r.b)
	r.skip(k)
	return v
}

func (r *reader) take() []byte {
	n := r.count()
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return nil
	}
	t := r.b[:n]
	r.b = r.b[n:]
	return t
}
