package main

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
)

// gcPercent is how much garbage may lie about before it is collected, in percent of what is in use. okrbot has a few MB in
// use, of which Go's own 100 % is collected hundreds of times a second under load; what more takes is little.
const gcPercent = 300

// tuneMemory lets garbage lie about for longer, but not beyond half of the memory that this process may have: Redis may
// need the other half. What GOGC and GOMEMLIMIT say (https://pkg.go.dev/runtime) stays as it is.
func tuneMemory(getenv func(string) string, root string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if all := memoryAt(root); getenv("GOMEMLIMIT") == "" && all > 0 {
		debug.SetMemoryLimit(all / 2)
	}
}

// memoryAt is the memory in bytes that this process may have at most: what its control groups leave it of the machine's
// (https://docs.kernel.org/admin-guide/cgroup-v2.html); 0 where nobody says. Root is "/".
func memoryAt(root string) int64 {
	least := machineMemory(root)
	groups, _ := os.ReadFile(filepath.Join(root, "proc/self/cgroup")) //nolint:gosec // the system's own
	_, own, _ := strings.Cut(string(groups), "0::")
	for own = firstLine(own); ; own = filepath.Dir(own) {
		least = lesser(least, bytesIn(filepath.Join(root, "sys/fs/cgroup", own, "memory.max")))
		if own == "/" || own == "." || own == "" {
			break
		}
	}
	return lesser(least, bytesIn(filepath.Join(root, "sys/fs/cgroup/memory/memory.limit_in_bytes")))
}

// machineMemory is the line MemTotal of /proc/meminfo.
func machineMemory(root string) int64 {
	raw, _ := os.ReadFile(filepath.Join(root, "proc/meminfo")) //nolint:gosec // the system's own
	_, rest, _ := strings.Cut(string(raw), "MemTotal:")
	kb, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(firstLine(rest), "kB")), 10, 64)
	return kb << 10
}

// bytesIn is the number in a file; 0: there is none, such as "max".
func bytesIn(file string) int64 {
	raw, _ := os.ReadFile(file) //nolint:gosec // the system's own
	n, _ := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
	return n
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// lesser is the lesser of two numbers that are known; 0 is not.
func lesser(a, b int64) int64 {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}
