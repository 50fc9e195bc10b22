//go:build !linux

package datadir

import "syscall"

// attributes keep a Ctrl+C for okrbot from the server, which must outlive the
// turns under way. The server of an okrbot that was killed runs on here, until
// the next okrbot ends it.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
