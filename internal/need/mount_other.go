//go:build !linux

package need

import "errors"

func tryFUSE(string) error { return errors.ErrUnsupported }

func mountTmpfs(string, int64) error { return errors.ErrUnsupported }

func unmount(string) error { return errors.ErrUnsupported }
