// Package scheduler keeps the hour: a clock that ticks once a minute says what is
// due, and a work queue on Redis runs it.
//
// gocron is the clock. Any number of replicas may tick: each piece of work gets a
// task id that holds its period ("sync:<tenant>:<connection>:<period>"), so that
// exactly one task exists however many clocks name it. A watermark in the store
// says up to which minute everything was enqueued; a clock that comes back after
// downtime catches up, at most one interval, so that missed hours collapse into
// one.
//
// asynq is the muscle. Workers of every replica take tasks from three queues by
// weight: "now" (somebody waits), "hourly" (syncs) and "digest" (posts). The task
// of a crashed worker is taken up by another one. What cannot be done is parked
// in asynq's archive, where an operator can read it.
package scheduler
