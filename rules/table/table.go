// Package table knows how to keep an ordered map as a value: a change makes
// a new map and leaves the old one as it was, at the cost of one path.
//
// The rooms keep their state in such maps, so that a draft of the state is a
// plain copy and throwing it away costs nothing. A Map is a treap (Aragon
// and Seidel, 1989) whose priorities are a hash of the key: its shape
// depends only on its keys, never on the order in which they came, so two
// maps with equal content are equal to reflect.DeepEqual too, and comparing
// two versions passes over whatever they share.
//
// Maps are safe for concurrent use by readers and by makers of new versions.
// Values are handed out as they were put in: whoever puts a pointer or a
// slice into a Map must not change afterwards what it points to.
package table

import (
	"cmp"
	"hash/maphash"
	"iter"
	"reflect"
)

// Map is a persistent map ordered by key. The zero value is empty and ready
// for use. A copy of a Map is the same version of it, and costs two words.
//
// Depths are those of a random search tree: a look-up in n entries compares
// 1.4 · log₂ n keys on average, and chance alone makes it twice that for
// less than one map in 10⁹; no order of arrival does.
type Map[K cmp.Ordered, V any] struct {
	root *node[K, V]
	n    int
}

// node is never changed once a Map that holds it was handed out.
type node[K cmp.Ordered, V any] struct {
	left, right *node[K, V]
	rank        uint64
	key         K
	value       V
}

// seed is the process's own, so that nobody outside can choose keys that
// make a map deep. Nothing that leaves the process depends on it.
var seed = maphash.MakeSeed()

func rank[K cmp.Ordered](k K) uint64 {
	if k != k { // a NaN is one key here, and maphash makes each another one
		return 0
	}
	return maphash.Comparable(seed, k)
}

// above tells whether n stands above a node of rank r and key k.
func (n *node[K, V]) above(r uint64, k K) bool {
	return n.rank > r || n.rank == r && cmp.Less(n.key, k)
}

// Len is the number of entries; it costs nothing.
func (m Map[K, V]) Len() int { return m.n }

// Get returns the value of k and whether there is one, in O(log n) and
// without allocation.
func (m Map[K, V]) Get(k K) (V, bool) {
	for n := m.root; n != nil; {
		switch c := cmp.Compare(k, n.key); {
		case c < 0:
			n = n.left
		case c > 0:
			n = n.right
		default:
			return n.value, true
		}
	}
	var none V
	return none, false
}

// With returns a map in which k has the value v, in O(log n) time and new
// memory; m stays as it is.
func (m Map[K, V]) With(k K, v V) Map[K, V] {
	r := rank(k)
	next := Map[K, V]{n: m.n + 1}
	at, n := &next.root, m.root
	for n != nil && n.above(r, k) {
		at, n = n.copyTowards(k, at)
	}
	if n != nil && n.rank == r && cmp.Compare(n.key, k) == 0 {
		*at = &node[K, V]{left: n.left, right: n.right, rank: r, key: k, value: v}
		next.n = m.n
		return next
	}
	mid := &node[K, V]{rank: r, key: k, value: v}
	*at = mid
	less, more := &mid.left, &mid.right
	for n != nil {
		c := *n
		if cmp.Less(c.key, k) {
			*less, less, n = &c, &c.right, c.right
		} else {
			*more, more, n = &c, &c.left, c.left
		}
	}
	*less, *more = nil, nil
	return next
}

// copyTowards puts a copy of n at the place at and returns the place in that
// copy, and the node beneath it, where k belongs.
func (n *node[K, V]) copyTowards(k K, at **node[K, V]) (**node[K, V], *node[K, V]) {
	c := *n
	*at = &c
	if cmp.Less(k, c.key) {
		return &c.left, c.left
	}
	return &c.right, c.right
}

// Without returns a map in which k has no value, in O(log n) time and new
// memory; m stays as it is, and is the answer if it has no value for k.
func (m Map[K, V]) Without(k K) Map[K, V] {
	if _, ok := m.Get(k); !ok {
		return m
	}
	next := Map[K, V]{n: m.n - 1}
	at, n := &next.root, m.root
	for cmp.Compare(n.key, k) != 0 {
		at, n = n.copyTowards(k, at)
	}
	less, more := n.left, n.right
	for less != nil && more != nil {
		if less.above(more.rank, more.key) {
			c := *less
			*at, at, less = &c, &c.right, c.right
		} else {
			c := *more
			*at, at, more = &c, &c.left, c.left
		}
	}
	if less == nil {
		less = more
	}
	*at = less
	return next
}

// All yields every entry, ascending by key. The map may be the base of new
// versions meanwhile: what is yielded is m.
func (m Map[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) { m.root.each(yield) }
}

func (n *node[K, V]) each(yield func(K, V) bool) bool {
	for ; n != nil; n = n.right {
		if !n.left.each(yield) || !yield(n.key, n.value) {
			return false
		}
	}
	return true
}

// From yields the entries whose key is k or greater, ascending; the first
// one costs O(log n).
func (m Map[K, V]) From(k K) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) { m.root.from(k, yield) }
}

func (n *node[K, V]) from(k K, yield func(K, V) bool) bool {
	for n != nil && cmp.Less(n.key, k) {
		n = n.right
	}
	if n == nil {
		return true
	}
	return n.left.from(k, yield) && yield(n.key, n.value) && n.right.each(yield)
}

// Before returns the last entry whose key is less than k, in O(log n) and
// without allocation; false if there is none.
func (m Map[K, V]) Before(k K) (key K, value V, ok bool) {
	var found *node[K, V]
	for n := m.root; n != nil; {
		if cmp.Less(n.key, k) {
			found, n = n, n.right
		} else {
			n = n.left
		}
	}
	if found == nil {
		return key, value, false
	}
	return found.key, found.value, true
}

// Equal tells whether both maps have the same keys with deeply equal values
// (reflect.DeepEqual). Between two versions it costs what they do not share.
func (m Map[K, V]) Equal(other Map[K, V]) bool {
	return m.n == other.n && m.root.equal(other.root)
}

func (n *node[K, V]) equal(o *node[K, V]) bool {
	for ; n != o; n, o = n.right, o.right {
		if n == nil || o == nil || cmp.Compare(n.key, o.key) != 0 ||
			!reflect.DeepEqual(n.value, o.value) || !n.left.equal(o.left) {
			return false
		}
	}
	return true
}
