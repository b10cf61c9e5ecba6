package main

import "syscall"

// control gives a connection the smallest buffer for what comes in, so that one that is not read is full soon.
func control(small bool) func(network, address string, c syscall.RawConn) error {
	if !small {
		return nil
	}
	return func(_, _ string, c syscall.RawConn) error {
		var err error
		cerr := c.Control(func(fd uintptr) {
			err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096)
		})
		if cerr != nil {
			return cerr //nolint:wrapcheck // the system's own words
		}
		return err //nolint:wrapcheck // the system's own words
	}
}
