package datadir

import "syscall"

// attributes keep a Ctrl+C for okrbot from the server, which must outlive the
// turns under way; and let the kernel stop the server when okrbot was killed.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
