package faultfs

import (
	"maps"
	"math/rand/v2"
	"slices"
	"syscall"
)

const (
	pageSize   = 4096
	sectorSize = 512
)

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
		if fresh == nil && n.kept.size != n.live.size {
			continue // a truncation that did not happen: it frees what a file has, and writes nothing over it
		}
		switch r.IntN(3) {
		case 0:
			l.Lost++
		case 1:
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
