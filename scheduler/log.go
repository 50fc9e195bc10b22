package scheduler

import (
	"context"
	"fmt"
	"log/slog"
)

// queueLog writes asynq's messages to slog; what it calls information is of use to
// its developers only.
type queueLog struct{ log *slog.Logger }

func (l queueLog) Debug(args ...any) { l.write(slog.LevelDebug, args) }
func (l queueLog) Info(args ...any)  { l.write(slog.LevelDebug, args) }
func (l queueLog) Warn(args ...any)  { l.write(slog.LevelWarn, args) }
func (l queueLog) Error(args ...any) { l.write(slog.LevelError, args) }

// Fatal does not end the process: that is for main to decide.
func (l queueLog) Fatal(args ...any) { l.write(slog.LevelError, args) }

func (l queueLog) write(level slog.Level, args []any) {
	l.log.Log(context.Background(), level, "asynq", "op", "queue", "text", fmt.Sprint(args...))
}

// clockLog writes gocron's messages to slog; what it calls information is of use
// to its developers only.
type clockLog struct{ log *slog.Logger }

func (l clockLog) Debug(msg string, args ...any) { l.write(slog.LevelDebug, msg, args) }
func (l clockLog) Info(msg string, args ...any)  { l.write(slog.LevelDebug, msg, args) }
func (l clockLog) Warn(msg string, args ...any)  { l.write(slog.LevelWarn, msg, args) }
func (l clockLog) Error(msg string, args ...any) { l.write(slog.LevelError, msg, args) }

func (l clockLog) write(level slog.Level, msg string, args []any) {
	l.log.Log(context.Background(), level, "gocron", "op", "clock", "text", msg, "args", fmt.Sprint(args...))
}
