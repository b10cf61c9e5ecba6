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
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fuse"
)

const (
	pageSize   = 4096
	sectorSize = 512
)

// Op is one operation that may fail.
type Op struct {
	Kind string // "write", "fsync", "create", "rename", "unlink", "truncate" or "allocate"
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

// page holds the bytes of one page; it is never changed, only replaced. No page means zeros.
type page *[pageSize]byte

// content is what a file holds.
type content struct {
	size  int64
	pages map[int64]page
}

// node is a file or a directory.
type node struct {
	id   uint64
	name string // as it was created or last renamed to
	mode uint32

	live, kept content // as programs see it, and as it is on the disk
	dirty      map[int64]bool

	names     map[string]*node // of a directory, as programs see it
	keptNames map[string]*node
	pending   []naming // not on the disk yet, in order
}

// naming is one change of a directory: of one name, or of two in a rename. nil takes a name away.
type naming map[string]*node

func (d *Disk) newNode(name string, mode uint32) *node {
	d.last++
	return &node{
		id: d.last, name: name, mode: mode, dirty: map[int64]bool{},
		live: content{pages: map[int64]page{}}, kept: content{pages: map[int64]page{}},
		names: map[string]*node{}, keptNames: map[string]*node{},
	}
}

func (n *node) dirNode() bool { return n.mode&syscall.S_IFMT == syscall.S_IFDIR }

// change records a change of the names of a directory.
func (n *node) change(c naming) {
	for name, to := range c {
		if to == nil {
			delete(n.names, name)
			continue
		}
		n.names[name] = to
		to.name = name
	}
	n.pending = append(n.pending, c)
}

func (n *node) keepNames(cs []naming) {
	for _, c := range cs {
		for name, to := range c {
			if to == nil {
				delete(n.keptNames, name)
			} else {
				n.keptNames[name] = to
			}
		}
	}
}

func (n *node) read(dest []byte, off int64) int {
	if off >= n.live.size {
		return 0
	}
	dest = dest[:min(int64(len(dest)), n.live.size-off)]
	for done := 0; done < len(dest); {
		at := off + int64(done)
		part := dest[done:min(len(dest), done+pageSize-int(at%pageSize))]
		if p := n.live.pages[at/pageSize]; p != nil {
			copy(part, p[at%pageSize:])
		} else {
			clear(part)
		}
		done += len(part)
	}
	return len(dest)
}

func (n *node) write(data []byte, off int64) {
	n.live.size = max(n.live.size, off+int64(len(data)))
	for len(data) > 0 {
		no := off / pageSize
		p := new([pageSize]byte)
		if old := n.live.pages[no]; old != nil {
			*p = *old
		}
		m := copy(p[off%pageSize:], data)
		n.live.pages[no], n.dirty[no] = p, true
		data, off = data[m:], off+int64(m)
	}
}

func (n *node) truncate(size int64) {
	for no := range n.live.pages {
		if no*pageSize >= size {
			delete(n.live.pages, no)
			n.dirty[no] = true
		}
	}
	if last := n.live.pages[size/pageSize]; last != nil && size%pageSize != 0 {
		p := new([pageSize]byte)
		copy(p[:size%pageSize], last[:])
		n.live.pages[size/pageSize], n.dirty[size/pageSize] = p, true
	}
	n.live.size = size
}

// sync carries everything of the file, or the names of the directory, to the disk.
func (n *node) sync() {
	if n.dirNode() {
		n.keepNames(n.pending)
		n.pending = nil
		return
	}
	for no := range n.dirty {
		n.keep(no, n.live.pages[no])
	}
	n.kept.size = n.live.size
	clear(n.dirty)
}

func (n *node) keep(no int64, p page) {
	if p == nil {
		delete(n.kept.pages, no)
	} else {
		n.kept.pages[no] = p
	}
}

// lose is what a power loss does to a file or directory. The order of its draws depends on nothing but r.
func (n *node) lose(r *rand.Rand, l *Loss) {
	if n.dirNode() {
		survive := r.IntN(len(n.pending) + 1)
		l.Names += len(n.pending) - survive
		n.keepNames(n.pending[:survive])
		n.pending, n.names = nil, maps.Clone(n.keptNames)
		return
	}
	if resized := r.IntN(2) == 0; resized {
		n.kept.size = n.live.size
	}
	for _, no := range slices.Sorted(maps.Keys(n.dirty)) {
		fresh := n.live.pages[no]
		switch r.IntN(3) {
		case 0:
			l.Lost++
		case 1:
			if fresh == nil && n.kept.size != n.live.size {
				continue // the page went with a truncation, which did not happen
			}
			l.Kept++
			n.keep(no, fresh)
		case 2:
			l.Torn++
			n.keep(no, torn(n.kept.pages[no], fresh, r))
		}
	}
	clear(n.dirty)
	for no := range n.kept.pages {
		if no*pageSize >= n.kept.size {
			delete(n.kept.pages, no)
		}
	}
	n.live = content{size: n.kept.size, pages: maps.Clone(n.kept.pages)}
}

// torn is a page of which some sectors reached the disk.
func torn(old, fresh page, r *rand.Rand) page {
	p := new([pageSize]byte)
	for at := 0; at < pageSize; at += sectorSize {
		from := old
		if r.IntN(2) == 0 {
			from = fresh
		}
		if from != nil {
			copy(p[at:at+sectorSize], from[at:])
		}
	}
	return p
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
