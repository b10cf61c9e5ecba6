package table

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ErrOrder says that the keys of an encoded map do not ascend. No Map writes
// that: the text was damaged or made by other hands; take an older one.
var ErrOrder = errors.New("table: keys of an encoded map do not ascend")

// ErrPair says that an encoded map is not an array of [key, value] pairs.
var ErrPair = errors.New("table: an encoded map is an array of [key, value] pairs")

// MarshalJSON writes the map as an array of [key, value] pairs, ascending by
// key; equal maps give equal bytes. An empty map is [].
func (m Map[K, V]) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out) // it writes in place, and a new line after each value, which is cut
	out.WriteByte('[')
	first := true
	for k, v := range m.All() {
		if !first {
			out.WriteByte(',')
		}
		first = false
		out.WriteByte('[')
		if err := enc.Encode(k); err != nil {
			return nil, fmt.Errorf("table: key: %w", err)
		}
		out.Truncate(out.Len() - 1)
		out.WriteByte(',')
		if err := enc.Encode(v); err != nil {
			return nil, fmt.Errorf("table: value: %w", err)
		}
		out.Truncate(out.Len() - 1)
		out.WriteByte(']')
	}
	out.WriteByte(']')
	return out.Bytes(), nil
}

// UnmarshalJSON replaces the map by what MarshalJSON wrote, in O(n); null is
// the empty map. Keys out of order are ErrOrder, another shape is ErrPair;
// the map is then unchanged.
func (m *Map[K, V]) UnmarshalJSON(text []byte) error {
	if string(bytes.TrimSpace(text)) == "null" {
		*m = Map[K, V]{}
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if err := bracket(dec, '['); err != nil {
		return err
	}
	var b builder[K, V]
	for dec.More() {
		var k K
		var v V
		if err := bracket(dec, '['); err != nil {
			return err
		}
		if !dec.More() {
			return ErrPair
		}
		if err := dec.Decode(&k); err != nil {
			return fmt.Errorf("table: key: %w", err)
		}
		if !dec.More() {
			return ErrPair
		}
		if err := dec.Decode(&v); err != nil {
			return fmt.Errorf("table: value: %w", err)
		}
		if err := bracket(dec, ']'); err != nil {
			return err
		}
		if err := b.add(k, v); err != nil {
			return err
		}
	}
	if err := bracket(dec, ']'); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return ErrPair
	}
	*m = b.done()
	return nil
}

func bracket(dec *json.Decoder, want json.Delim) error {
	t, err := dec.Token()
	if err != nil {
		return fmt.Errorf("table: %w", err)
	}
	if t != want {
		return ErrPair
	}
	return nil
}

// builder makes a Map of ascending keys in O(n). It keeps the right spine,
// from the root down: a new key is the greatest and belongs somewhere on it.
type builder[K cmp.Ordered, V any] struct {
	spine []*node[K, V]
	n     int
	last  K
}

func (b *builder[K, V]) add(k K, v V) error {
	if b.n > 0 && cmp.Compare(b.last, k) >= 0 {
		return ErrOrder
	}
	b.n, b.last = b.n+1, k
	add := &node[K, V]{rank: rank(k), key: k, value: v}
	i := len(b.spine)
	for i > 0 && !b.spine[i-1].above(add.rank, k) {
		i--
	}
	if i < len(b.spine) {
		add.left = b.spine[i]
	}
	if i > 0 {
		b.spine[i-1].right = add
	}
	b.spine = append(b.spine[:i], add)
	return nil
}

func (b *builder[K, V]) done() Map[K, V] {
	m := Map[K, V]{n: b.n}
	if b.n > 0 {
		m.root = b.spine[0]
	}
	return m
}
