//go:build linux

package livelab

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// missing is a capability that the lab needs and that this machine does not give.
type missing struct {
	what string
	err  error
}

func (m missing) Error() string { return m.what + ": " + m.err.Error() }

// lacks turns the errors that mean "not allowed here" or "not in this kernel"
// into a reason to skip. Others remain failures.
func lacks(what string, err error) error {
	for _, e := range []error{fs.ErrPermission, fs.ErrNotExist, unix.EROFS, unix.ENODEV, unix.ENXIO, unix.EINVAL, unix.ENOSYS, unix.EOPNOTSUPP, unix.EPROTONOSUPPORT, unix.ENOSPC} {
		if errors.Is(err, e) {
			return missing{what, err}
		}
	}
	return err
}

// inNamespace makes a network namespace and runs build in it. What build opens
// stays in the namespace and can be used from everywhere; the namespace lives as
// long as that is open.
func inNamespace(t *testing.T, build func() error) {
	t.Helper()
	run(t, func() error {
		// The first one is there for its child to have a table of sockets of its own
		// (Linux 6.1 and later): the machine's takes milliseconds to look through.
		for range 2 {
			if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
				return lacks("a network namespace cannot be made (CAP_SYS_ADMIN)", err)
			}
			if err := sysctl("ipv4/tcp_child_ehash_entries", "16384"); err != nil && !errors.As(err, &missing{}) {
				return err
			}
		}
		return build()
	})
}

// run calls f on a thread that ends with it: it is locked to its goroutine and
// never let go, so that the namespace that f enters is nobody else's.
func run(t *testing.T, f func() error) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		done <- f()
	}()
	skipOrFail(t, <-done)
}

// skipOrFail ends the test unless err is nil.
func skipOrFail(t *testing.T, err error) {
	t.Helper()
	if m := (missing{}); errors.As(err, &m) {
		t.Skipf("the live lab needs root, network namespaces, /dev/net/tun and nftables; %v", m)
	}
	require.NoError(t, err)
}

// namespace is one that is entered more than once.
type namespace struct {
	file  *os.File
	links *netlink.Handle
}

func newNamespace(t *testing.T) *namespace {
	t.Helper()
	n := &namespace{}
	t.Cleanup(func() {
		if n.links != nil {
			n.links.Close()
		}
		n.file.Close()
	})
	inNamespace(t, func() (err error) {
		if n.file, err = os.Open("/proc/thread-self/ns/net"); err != nil {
			return err
		}
		n.links, err = netlink.NewHandle(unix.NETLINK_ROUTE)
		return err
	})
	return n
}

// do runs f in the namespace.
func (n *namespace) do(t *testing.T, f func() error) {
	t.Helper()
	run(t, func() error {
		if err := unix.Setns(int(n.file.Fd()), unix.CLONE_NEWNET); err != nil {
			return err
		}
		return f()
	})
}

// sysctl sets one of the calling thread's namespace.
func sysctl(name, value string) error {
	err := os.WriteFile("/proc/sys/net/"+name, []byte(value), 0)
	return lacks("sysctl net/"+name+" cannot be set", err)
}
