package script

import (
	"bytes"
	"strings"
	"sync"
	"time"
)

// Clock is the clock of okrbot and of Azure DevOps: it stands still until time is added.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the time of the world.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add lets time go by, or back.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Log keeps what is written to it. The zero value is empty.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// Since are the whole lines behind the first n bytes, and how many bytes there are with them.
func (l *Log) Since(n int) (lines []string, next int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	whole := bytes.TrimRightFunc(l.buf.Bytes()[n:], func(r rune) bool { return r != '\n' })
	if len(whole) == 0 {
		return nil, n
	}
	return strings.Split(string(whole[:len(whole)-1]), "\n"), n + len(whole)
}

// Lines are the lines so far.
func (l *Log) Lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSpace(l.buf.String()), "\n")
}
