package datadir

import (
	"bytes"
	"context"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// tailLines is how much of what a server said is told of its end.
const tailLines = 8

// output takes what a server says: all of it to the log for debugging, its
// warnings to everybody's.
type output struct {
	say     func(level slog.Level, message, text string)
	isReady atomic.Bool // before and after, it warns of its own start and end

	mu   sync.Mutex
	part []byte   // of a line
	last []string // lines
}

func newOutput(ctx context.Context, log *slog.Logger) *output {
	return &output{say: func(level slog.Level, message, text string) {
		log.LogAttrs(ctx, level, message, slog.String("text", text)) //nolint:sloglint // one of three
	}}
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.part = append(o.part, p...)
	for {
		line, rest, ok := bytes.Cut(o.part, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		o.part = slices.Clone(rest)
		o.take(strings.TrimSpace(string(line)))
	}
}

// warning is a line of the level warning: process, role, time, "#" and the text.
var warning = regexp.MustCompile(`^\d+:[A-Z] [^#*]* # (.*)$`)

// failedWrite is how it says that nothing more can be kept.
var failedWrite = regexp.MustCompile(`^(Short write|Error writing|Can't persist)`)

func (o *output) take(line string) {
	if line == "" {
		return
	}
	o.last = append(o.last, line)
	o.last = o.last[max(0, len(o.last)-tailLines):]
	m := warning.FindStringSubmatch(line)
	switch {
	case m == nil || !o.isReady.Load() && !strings.HasPrefix(m[1], "WARNING"):
		o.say(slog.LevelDebug, "redis-server of DATA_DIR says", line)
	case failedWrite.MatchString(m[1]):
		o.say(slog.LevelError, "redis-server of DATA_DIR cannot write: is its disk full?", m[1])
	default:
		o.say(slog.LevelWarn, "redis-server of DATA_DIR warns", m[1])
	}
}

// tail is the last that the server said.
func (o *output) tail() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(append(slices.Clone(o.last), strings.TrimSpace(string(o.part))), "\n")
}
