package deploy_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/seed-909bec58/readback/internal/need"
)

// container tells the test's own program that it is the first process of a container, whose image is on stdin.
const container = "DEPLOY_TEST_CONTAINER"

func TestMain(m *testing.M) {
	if os.Getenv(container) == "" {
		os.Exit(m.Run())
	}
	if err := contained(); err != nil {
		fmt.Fprintln(os.Stderr, "container:", err)
		os.Exit(1)
	}
}

func TestTheImageServesAsItsUserUnderARootThatCannotBeWritten(t *testing.T) {
	need.Namespaces(t)
	img := buildImage(t)

	// As README.md says to run it.
	command := regexp.MustCompile(`(?s)docker run (.*?) readback\n`).FindString(read(t, "README.md"))
	for _, must := range []string{"-v readback:" + strings.Join(img.Volumes, "+"), "--read-only", "--cap-drop ALL", "no-new-privileges"} {
		if !strings.Contains(command, must) {
			t.Errorf("README.md runs it without %s: %s", must, command)
		}
	}
	for _, set := range regexp.MustCompile(`-e (\S+)`).FindAllStringSubmatch(command, -1) {
		img.Env = append(img.Env, set[1])
	}
	before := tree(t, img)
	contain(t, img)
	if after := tree(t, img); after != before {
		t.Errorf("outside of its volume the image holds %s, it held %s", after, before)
	}
	if _, err := os.Stat(filepath.Join(img.Root, img.Volumes[0], "ledger.db")); err != nil {
		t.Errorf("the ledger is not in the volume: %v", err)
	}
}

// tree lists what the image holds outside of its volumes.
func tree(t *testing.T, img image) string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(img.Root, func(name string, _ fs.DirEntry, err error) error {
		for _, v := range img.Volumes {
			if name == filepath.Join(img.Root, v) {
				return fs.SkipDir
			}
		}
		names = append(names, strings.TrimPrefix(name, img.Root))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, " ")
}

// contain runs contained with mounts, processes and a network of its own.
func contain(t *testing.T, img image) {
	t.Helper()
	told, err := json.Marshal(img)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), container+"=1")
	cmd.Stdin = bytes.NewReader(told)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET,
		Pdeathsig:  syscall.SIGKILL, // and with the first process all others end
	}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: img.User, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: img.User, HostID: os.Getgid(), Size: 1}}
		cmd.SysProcAttr.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_NET_ADMIN}
	}
	runtime.LockOSThread() // Pdeathsig is sent when the thread ends that started it
	defer runtime.UnlockOSThread()
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}

// contained shuts this process in, starts the image, and asks what one asks of it.
func contained() error {
	if os.Getpid() != 1 {
		return errors.New("this is not the first process of a container")
	}
	var img image
	if err := json.NewDecoder(os.Stdin).Decode(&img); err != nil {
		return err
	}
	runtime.LockOSThread() // rights are a thread's
	if err := errors.Join(loopback(), img.shutIn()); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if err := img.command(ctx, img.Health).Run(); err == nil {
		return errors.New("healthy before it was started")
	}
	server := img.command(ctx, img.Start)
	if err := server.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	for tick := time.Tick(100 * time.Millisecond); img.command(ctx, img.Health).Run() != nil; {
		select {
		case err := <-ended:
			return fmt.Errorf("it ended before it was healthy: %w", err)
		case <-tick:
		}
	}
	if err := answers(ctx); err != nil {
		return err
	}
	for _, name := range []string{"/x", "/tmp/x", "/keys/x"} {
		if f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o600); !errors.Is(err, syscall.EROFS) {
			return fmt.Errorf("%s could be written: %v %w", name, f, err)
		}
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := <-ended; err != nil {
		return fmt.Errorf("told to end: %w", err)
	}
	return nil
}

// command is one of the image's user, with the image's environment and nothing else.
func (img image) command(ctx context.Context, words []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Env = img.Env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr // there is no /dev/null
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(img.User), Gid: uint32(img.User)}}
	}
	return cmd
}

// shutIn makes the image this process's root, of which only the volumes can be written, and gives up further rights.
func (img image) shutIn() error {
	var stat unix.Statfs_t
	if err := unix.Statfs(img.Root, &stat); err != nil {
		return err
	}
	kept := uintptr(stat.Flags) & (unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC)
	steps := []error{
		unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""),
		unix.Mount(img.Root, img.Root, "", unix.MS_BIND, ""),
	}
	for _, v := range img.Volumes {
		v = filepath.Join(img.Root, v)
		steps = append(steps, unix.Mount(v, v, "", unix.MS_BIND, ""))
	}
	steps = append(steps,
		unix.Mount("", img.Root, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY|kept, ""),
		unix.Chdir(img.Root),
		unix.PivotRoot(".", "."),
		unix.Unmount(".", unix.MNT_DETACH),
		unix.Chdir("/"),
		unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
		unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0),
	)
	return errors.Join(steps...)
}

// loopback switches the container's own on: a new network has it switched off.
func loopback() error {
	up, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	up.SetUint16(unix.IFF_UP)
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return errors.Join(unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, up), unix.Close(s))
}

// answers asks for the page and at the laboratory's door.
func answers(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:8080/", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	page, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != http.StatusOK || !bytes.Contains(page, []byte("Readback")) {
		return fmt.Errorf("the page: %s %s %w", res.Status, page, err)
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", "127.0.0.1:2575")
	if err != nil {
		return err
	}
	return conn.Close()
}
