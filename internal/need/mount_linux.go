package need

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// tryFUSE mounts a file system that nobody serves at dir and takes it away again. Who may not mount may still ask
// fusermount3 to.
func tryFUSE(dir string) error {
	device, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = device.Close() }() // nothing was written to it

	options := fmt.Sprintf("fd=%d,rootmode=40000,user_id=%d,group_id=%d", device.Fd(), os.Geteuid(), os.Getegid())
	err = syscall.Mount("readback-need", dir, "fuse", syscall.MS_NOSUID|syscall.MS_NODEV, options)
	if err != nil {
		if _, missing := exec.LookPath("fusermount3"); missing == nil {
			return nil
		}
		return fmt.Errorf("mount: %w", err)
	}
	return syscall.Unmount(dir, syscall.MNT_DETACH)
}

func mountTmpfs(dir string, size int64) error {
	return syscall.Mount("readback-need", dir, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, fmt.Sprintf("size=%d,mode=0700", size))
}

func unmount(dir string) error {
	return syscall.Unmount(dir, syscall.MNT_DETACH)
}
