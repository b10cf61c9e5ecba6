// Package faultfs is a disk that can fail, mounted as a file system: what was written and not synced is lost, torn or
// kept out of order when the power goes, and operations fail as a test wants.
//
// It models a page cache. A write changes a page that only a sync is sure to carry to the disk; until then the disk may
// have the old page, the new one, or some sectors of each. The names of a directory are carried there in order, and are
// sure after a sync of the directory alone: harsher than most file systems, which POSIX allows. After a sync that failed
// its pages count as clean and are lost, as on Linux.
//
// Everything is in memory. A Disk is safe for concurrent use.
package faultfs

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// Op is one operation that may fail.
type Op struct {
	Kind string // "write", "fsync", "create", "rename", "unlink", "truncate", "attribute" or "allocate"
	Name string // of the file, within its directory
}

// Loss counts what became of the pages and names that were not synced when the power went.
type Loss struct {
	Kept, Lost, Torn, Names int
}

// Plus returns the sum of two losses.
func (l Loss) Plus(m Loss) Loss {
	return Loss{Kept: l.Kept + m.Kept, Lost: l.Lost + m.Lost, Torn: l.Torn + m.Torn, Names: l.Names + m.Names}
}

// Disk is the disk.
type Disk struct {
	mu    sync.Mutex
	root  *node
	last  uint64 // id given
	off   bool
	lies  bool
	ops   int
	fault func(Op) syscall.Errno

	dir    string
	server *fuse.Server
}

// New returns an empty disk.
func New() *Disk {
	d := &Disk{}
	d.root = d.newNode("", syscall.S_IFDIR|0o700)
	return d
}

func (d *Disk) newNode(name string, mode uint32) *node {
	d.last++
	return &node{
		id: d.last, name: name, mode: mode, dirty: map[int64]bool{},
		live: content{pages: map[int64]page{}}, kept: content{pages: map[int64]page{}},
		names: map[string]*node{}, keptNames: map[string]*node{},
	}
}

// all returns every node that anything names, by id.
func (d *Disk) all() []*node {
	seen := map[uint64]*node{}
	var visit func(n *node)
	visit = func(n *node) {
		if seen[n.id] != nil {
			return
		}
		seen[n.id] = n
		for _, c := range n.names {
			visit(c)
		}
		for _, c := range n.keptNames {
			visit(c)
		}
		for _, p := range n.pending {
			for _, c := range p {
				if c != nil {
					visit(c)
				}
			}
		}
	}
	visit(d.root)
	var out []*node
	for _, id := range slices.Sorted(maps.Keys(seen)) {
		out = append(out, seen[id])
	}
	return out
}

// Fault sets what is asked before each operation: its errno fails the operation, 0 lets it pass. nil asks nothing. It
// may do anything, kill the program or cut the power; what it does happens before the operation.
func (d *Disk) Fault(f func(Op) syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault = f
}

// Lie makes every sync from now on answer well and keep nothing, as some disks do. With it a test proves that it would
// find a program that does not sync.
func (d *Disk) Lie() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lies = true
}

// Ops returns how many operations were asked for so far.
func (d *Disk) Ops() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ops
}

// PowerOff fails every operation from now on with EIO, without effect.
func (d *Disk) PowerOff() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off = true
}

// flip changes one bit of a file, on the disk and in the cache.
func (d *Disk) flip(name string, bit int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.root
	for part := range strings.SplitSeq(name, "/") {
		if n = n.names[part]; n == nil {
			return syscall.ENOENT
		}
	}
	if bit < 0 || bit/8 >= n.live.size {
		return syscall.ENOENT
	}
	at := bit / 8
	for _, c := range []*content{&n.live, &n.kept} {
		p := new([pageSize]byte)
		if old := c.pages[at/pageSize]; old != nil {
			*p = *old
		}
		p[at%pageSize] ^= 1 << (bit % 8)
		c.pages[at/pageSize] = p
	}
	return nil
}
