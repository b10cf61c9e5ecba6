package faultfs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// Mount mounts the disk at an empty directory.
func (d *Disk) Mount(dir string) error {
	second := time.Second
	options := &fs.Options{
		MountOptions: fuse.MountOptions{FsName: "faultfs", Name: "faultfs", DirectMount: true},
		EntryTimeout: &second, AttrTimeout: &second,
	}
	server, err := fs.Mount(dir, &inode{disk: d, node: d.root}, options)
	if err != nil {
		return fmt.Errorf("faultfs: %w", err)
	}
	d.dir, d.server = dir, server
	return nil
}

// Unmount takes the disk away. Nobody may have a file of it open. What was not synced stays in the cache.
func (d *Disk) Unmount() error {
	if d.server == nil {
		return nil
	}
	if err := d.server.Unmount(); err != nil {
		return fmt.Errorf("faultfs: %w", err)
	}
	d.server = nil
	return nil
}

// PowerLoss is what happens when the power goes and comes back: what was not synced survives or not as r draws it, and
// the disk is mounted again where it was. No program may have a file of it open any more.
func (d *Disk) PowerLoss(r *rand.Rand) (Loss, error) {
	if err := d.Unmount(); err != nil {
		return Loss{}, err
	}
	d.mu.Lock()
	var l Loss
	for _, n := range d.all() {
		n.lose(r, &l)
	}
	d.off, d.lies, d.fault = false, false, nil
	d.mu.Unlock()
	return l, d.Mount(d.dir)
}

// Flip changes one bit of a file, named by its path in the disk, behind the back of every program. No program may have a file of
// the disk open.
func (d *Disk) Flip(name string, bit int64) error {
	if err := d.Unmount(); err != nil {
		return err
	}
	return errors.Join(d.flip(name, bit), d.Mount(d.dir))
}

// begin asks whether an operation may be done. Without an error the disk is locked.
func (d *Disk) begin(kind, name string) syscall.Errno {
	d.mu.Lock()
	d.ops++
	fault := d.fault
	if fault != nil {
		d.mu.Unlock()
		errno := fault(Op{Kind: kind, Name: name})
		d.mu.Lock()
		if errno != 0 {
			d.mu.Unlock()
			return errno
		}
	}
	if d.off {
		d.mu.Unlock()
		return syscall.EIO
	}
	return 0
}

// inode is a node as the kernel knows it.
type inode struct {
	fs.Inode

	disk *Disk
	node *node
}

func (in *inode) child(ctx context.Context, n *node, out *fuse.EntryOut) *fs.Inode {
	n.attr(&out.Attr)
	return in.NewInode(ctx, &inode{disk: in.disk, node: n}, fs.StableAttr{Mode: n.mode & syscall.S_IFMT, Ino: n.id})
}

func (n *node) attr(out *fuse.Attr) {
	out.Ino, out.Mode, out.Nlink, out.Blksize = n.id, n.mode, 1, pageSize
	out.Size = uint64(n.live.size)
	out.Blocks = uint64(len(n.live.pages)) * pageSize / 512
	out.Owner = *fuse.CurrentOwner()
}

// Lookup implements fs.NodeLookuper.
func (in *inode) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	in.disk.mu.Lock()
	defer in.disk.mu.Unlock()
	n := in.node.names[name]
	if n == nil {
		return nil, syscall.ENOENT
	}
	return in.child(ctx, n, out), 0
}

// Getattr implements fs.NodeGetattrer.
func (in *inode) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	in.disk.mu.Lock()
	defer in.disk.mu.Unlock()
	in.node.attr(&out.Attr)
	return 0
}

// Setattr implements fs.NodeSetattrer: size and mode.
func (in *inode) Setattr(_ context.Context, _ fs.FileHandle, set *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	kind := "attribute"
	if _, ok := set.GetSize(); ok {
		kind = "truncate"
	}
	if errno := in.disk.begin(kind, in.node.name); errno != 0 {
		return errno
	}
	defer in.disk.mu.Unlock()
	if size, ok := set.GetSize(); ok {
		in.node.truncate(int64(size))
	}
	if mode, ok := set.GetMode(); ok {
		in.node.mode = in.node.mode&syscall.S_IFMT | mode&0o7777
	}
	in.node.attr(&out.Attr)
	return 0
}

// Create implements fs.NodeCreater.
func (in *inode) Create(ctx context.Context, name string, _, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	if errno := in.disk.begin("create", name); errno != 0 {
		return nil, nil, 0, errno
	}
	defer in.disk.mu.Unlock()
	n := in.disk.newNode(name, syscall.S_IFREG|mode&0o7777)
	in.node.change(naming{name: n})
	return in.child(ctx, n, out), nil, fuse.FOPEN_KEEP_CACHE, 0
}

// Mkdir implements fs.NodeMkdirer.
func (in *inode) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	if errno := in.disk.begin("create", name); errno != 0 {
		return nil, errno
	}
	defer in.disk.mu.Unlock()
	n := in.disk.newNode(name, syscall.S_IFDIR|mode&0o7777)
	in.node.change(naming{name: n})
	return in.child(ctx, n, out), 0
}

// Link implements fs.NodeLinker.
func (in *inode) Link(ctx context.Context, target fs.InodeEmbedder, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	to, ok := target.(*inode)
	if !ok {
		return nil, syscall.EXDEV
	}
	if errno := in.disk.begin("create", name); errno != 0 {
		return nil, errno
	}
	defer in.disk.mu.Unlock()
	in.node.change(naming{name: to.node})
	return in.child(ctx, to.node, out), 0
}

// Rename implements fs.NodeRenamer, within one directory.
func (in *inode) Rename(_ context.Context, name string, parent fs.InodeEmbedder, newName string, _ uint32) syscall.Errno {
	to, ok := parent.(*inode)
	if !ok || to.node != in.node {
		return syscall.EXDEV
	}
	if errno := in.disk.begin("rename", newName); errno != 0 {
		return errno
	}
	defer in.disk.mu.Unlock()
	n := in.node.names[name]
	if n == nil {
		return syscall.ENOENT
	}
	in.node.change(naming{name: nil, newName: n})
	return 0
}

// Unlink implements fs.NodeUnlinker.
func (in *inode) Unlink(_ context.Context, name string) syscall.Errno {
	if errno := in.disk.begin("unlink", name); errno != 0 {
		return errno
	}
	defer in.disk.mu.Unlock()
	in.node.change(naming{name: nil})
	return 0
}

// Rmdir implements fs.NodeRmdirer.
func (in *inode) Rmdir(ctx context.Context, name string) syscall.Errno {
	in.disk.mu.Lock()
	n := in.node.names[name]
	filled := n != nil && len(n.names) > 0
	in.disk.mu.Unlock()
	if filled {
		return syscall.ENOTEMPTY
	}
	return in.Unlink(ctx, name)
}

// Readdir implements fs.NodeReaddirer.
func (in *inode) Readdir(context.Context) (fs.DirStream, syscall.Errno) {
	in.disk.mu.Lock()
	defer in.disk.mu.Unlock()
	var out []fuse.DirEntry
	for _, name := range slices.Sorted(maps.Keys(in.node.names)) {
		n := in.node.names[name]
		out = append(out, fuse.DirEntry{Name: name, Mode: n.mode, Ino: n.id})
	}
	return fs.NewListDirStream(out), 0
}

// Open implements fs.NodeOpener. The kernel's pages stay: only what goes through it changes a file.
func (in *inode) Open(_ context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	if flags&syscall.O_TRUNC != 0 {
		if errno := in.disk.begin("truncate", in.node.name); errno != 0 {
			return nil, 0, errno
		}
		in.node.truncate(0)
		in.disk.mu.Unlock()
	}
	return nil, fuse.FOPEN_KEEP_CACHE, 0
}

// Read implements fs.NodeReader.
func (in *inode) Read(_ context.Context, _ fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	in.disk.mu.Lock()
	defer in.disk.mu.Unlock()
	if in.disk.off {
		return nil, syscall.EIO
	}
	return fuse.ReadResultData(dest[:in.node.read(dest, off)]), 0
}

// Write implements fs.NodeWriter.
func (in *inode) Write(_ context.Context, _ fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	if errno := in.disk.begin("write", in.node.name); errno != 0 {
		return 0, errno
	}
	defer in.disk.mu.Unlock()
	in.node.write(data, off)
	return uint32(len(data)), 0
}

// Fsync implements fs.NodeFsyncer, of files and directories. A failed one loses what it should have kept.
func (in *inode) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	errno := in.disk.begin("fsync", in.node.name)
	if errno != 0 {
		in.disk.mu.Lock()
		defer in.disk.mu.Unlock()
		if !in.disk.off {
			clear(in.node.dirty)
		}
		return errno
	}
	defer in.disk.mu.Unlock()
	if !in.disk.lies {
		in.node.sync()
	}
	return 0
}

// Flush implements fs.NodeFlusher. Closing a file syncs nothing.
func (in *inode) Flush(context.Context, fs.FileHandle) syscall.Errno { return 0 }

// Allocate implements fs.NodeAllocater: it makes a file longer.
func (in *inode) Allocate(_ context.Context, _ fs.FileHandle, off, size uint64, mode uint32) syscall.Errno {
	if mode != 0 {
		return syscall.EOPNOTSUPP
	}
	if errno := in.disk.begin("allocate", in.node.name); errno != 0 {
		return errno
	}
	defer in.disk.mu.Unlock()
	in.node.live.size = max(in.node.live.size, int64(off+size))
	return 0
}

// Statfs implements fs.NodeStatfser: 16 GiB, all free.
func (in *inode) Statfs(_ context.Context, out *fuse.StatfsOut) syscall.Errno {
	const blocks = 16 << 30 / pageSize
	out.Bsize, out.Frsize, out.NameLen = pageSize, pageSize, 255
	out.Blocks, out.Bfree, out.Bavail = blocks, blocks, blocks
	return 0
}
