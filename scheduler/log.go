package scheduler

import (
	"fmt"
	"log/slog"
)

// queueLog writes asynq's messages to slog.
type queueLog struct{ log *slog.Logger }

func (l queueLog) Debug(args ...any) { l.log.Debug(fmt.Sprint(args...), "op", "queue") }
func (l queueLog) Info(args ...any)  { l.log.Info(fmt.Sprint(args...), "op", "queue") }
func (l queueLog) Warn(args ...any)  { l.log.Warn(fmt.Sprint(args...), "op", "queue") }
func (l queueLog) Error(args ...any) { l.log.Error(fmt.Sprint(args...), "op", "queue") }

// Fatal does not end the process: that is for main to decide.
func (l queueLog) Fatal(args ...any) { l.log.Error(fmt.Sprint(args...), "op", "queue") }

// clockLog writes gocron's messages to slog.
type clockLog struct{ log *slog.Logger }

func (l clockLog) Debug(msg string, args ...any) { l.log.Debug(msg, "op", "clock", "args", args) }
func (l clockLog) Info(msg string, args ...any)  { l.log.Debug(msg, "op", "clock", "args", args) }
func (l clockLog) Warn(msg string, args ...any)  { l.log.Warn(msg, "op", "clock", "args", args) }
func (l clockLog) Error(msg string, args ...any) { l.log.Error(msg, "op", "clock", "args", args) }
