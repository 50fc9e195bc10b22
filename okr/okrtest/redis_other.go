//go:build !linux

package okrtest

import "syscall"

// diesWithParent has no equivalent here: only Cleanup ends the server.
func diesWithParent() *syscall.SysProcAttr { return nil }
