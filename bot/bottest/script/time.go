package script

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"okrbot/okr"
)

func (w *World) cmdAdvance(_ bool, args []string) error {
	d, err := time.ParseDuration(strings.Join(args, ""))
	if err != nil {
		return err
	}
	if err := w.cmdMark(false, nil); err != nil {
		return err
	}
	if err := w.cmdIdle(false, nil); err != nil {
		return err
	}
	for d > 0 {
		step, err := w.step(d)
		if err != nil {
			return err
		}
		d -= step
	}
	return nil
}

// step lets time pass until something is due, at most limit, and that be done. Each
// step has its own patience: how long many of them take says nothing.
func (w *World) step(limit time.Duration) (time.Duration, error) {
	ctx, cancel := w.ctx()
	defer cancel()
	step, err := w.untilDue(ctx, limit)
	if err != nil {
		return 0, err
	}
	return step, w.minute(ctx, step)
}

// untilDue is how long it takes until a minute in which something is due, at most
// limit. The minutes before are marked as ticked: nothing would come of them.
func (w *World) untilDue(ctx context.Context, limit time.Duration) (time.Duration, error) {
	agenda, err := w.running.Agenda.Due(ctx, w.slots())
	if err != nil {
		return 0, err
	}
	step, now := time.Minute, w.Clock.Now()
	for ; step < limit; step += time.Minute {
		slots := okr.SlotsDue(now.Add(step), w.running.Interval)
		if slices.ContainsFunc(agenda, func(due okr.Due) bool { return slices.Contains(slots, due.Slot()) }) {
			break
		}
	}
	step = min(step, limit)
	return step, w.running.Agenda.SetTickedUntil(ctx, now.Add(step-time.Minute))
}

// slots are all in which something may be due.
func (w *World) slots() []int {
	if w.redis != nil {
		return slotsInUse(w.redis)
	}
	all := make([]int, okr.MinutesPerDay)
	for i := range all {
		all[i] = i
	}
	return all
}

// minute lets time pass and what is due in its last minute be done, one minute
// after the other, so that a digest always sees the syncs before it.
func (w *World) minute(ctx context.Context, step time.Duration) error {
	w.Clock.Add(step)
	w.Teams.Pass(step)
	w.tasks.pass(step)
	now := w.Clock.Now()
	if err := w.running.Scheduler.Tick(ctx, now); err != nil {
		return err
	}
	due, err := w.running.Agenda.Due(ctx, okr.SlotsDue(now, w.running.Interval))
	if err != nil || len(due) == 0 {
		return err
	}
	return w.idle(ctx)
}

func (w *World) cmdIdle(bool, []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	return w.idle(ctx)
}

// quiet waits until no turn is under way: what it leaves for after its answer, such as work for the queue, is done then.
func (w *World) quiet(ctx context.Context) error {
	if w.running == nil || w.running.Quiet == nil {
		return nil
	}
	for {
		if err := w.running.Quiet(ctx); err != nil || !w.Teams.SignsOn() {
			return err
		}
		if err := w.Teams.WaitUntil(ctx, func() bool { return !w.Teams.SignsOn() }); err != nil {
			return err
		}
	}
}

// idle waits until no turn is under way, and no task waits or runs. An embedded Redis is looked into, which costs next to
// nothing.
func (w *World) idle(ctx context.Context) error {
	if err := w.quiet(ctx); err != nil {
		return fmt.Errorf("turns are unfinished: %w", err)
	}
	if w.redis == nil {
		return w.running.Scheduler.Idle(ctx)
	}
	return w.tasks.empty(ctx)
}

// cmdRestart stops okrbot and starts it again; time may pass in between.
func (w *World) cmdRestart(_ bool, args []string) error {
	err := w.Stop()
	if err == nil && len(args) > 0 {
		var d time.Duration
		d, err = time.ParseDuration(args[0])
		w.Clock.Add(d)
		w.tasks.pass(d)
	}
	if err != nil {
		return err
	}
	return w.Start()
}

// cmdTeamsWaits starts okrbot anew in a world in which Teams waits so long for a turn.
func (w *World) cmdTeamsWaits(_ bool, args []string) error {
	d, err := time.ParseDuration(strings.Join(args, ""))
	if err != nil {
		return err
	}
	w.teamsWaits = d
	return w.cmdRestart(false, nil)
}

// cmdConfig starts okrbot anew with another value of one of its variables.
func (w *World) cmdConfig(_ bool, args []string) error {
	if len(args) != 1 {
		return errors.New("config NAME=value")
	}
	name, value, _ := strings.Cut(args[0], "=")
	if w.Env == nil {
		w.Env = map[string]string{}
	}
	w.Env[name] = value
	return w.cmdRestart(false, nil)
}

// cmdPostsWait starts okrbot anew, which then waits so long for the answer to a post.
func (w *World) cmdPostsWait(_ bool, args []string) error {
	d, err := time.ParseDuration(strings.Join(args, ""))
	if err != nil {
		return err
	}
	w.postsWait = d
	return w.cmdRestart(false, nil)
}

func (w *World) cmdRedis(_ bool, args []string) error {
	if len(args) == 1 && args[0] == "stop" {
		w.tasks.stop(true) // a server waits for the answers that it owes
		w.redis.Close()
		return nil
	}
	if err := w.redis.Restart(); err != nil {
		return err
	}
	w.quicken()
	ctx, cancel := w.ctx()
	defer cancel()
	return w.untilHealthy(ctx, 30)
}

// untilHealthy waits until okrbot says so often in a row that it is ready. Once is enough
// after a start. When its store is back it is many times: the client dials anew once a
// second, and until then some commands find no connection.
func (w *World) untilHealthy(ctx context.Context, often int) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for inARow := 0; ; {
		err := w.healthy(ctx)
		if inARow++; err != nil {
			inARow = 0
		}
		if inARow == often {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

func (w *World) cmdAllowErrors(_ bool, args []string) error {
	w.allowed = append(w.allowed, strings.Join(args, " "))
	return nil
}
