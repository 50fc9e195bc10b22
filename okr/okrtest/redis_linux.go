package okrtest

import "syscall"

// diesWithParent ends the server also when the test process is killed and no
// Cleanup runs.
func diesWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
