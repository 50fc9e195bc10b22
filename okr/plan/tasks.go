package plan

import (
	"context"

	"okrbot/okr"
)

// Tasks is what people do with the checklists of projects.
type Tasks struct{ s *Service }

// NewTasks are the checklists of a service's projects.
func NewTasks(s *Service) Tasks { return Tasks{s} }

// Tick makes a task of a project done, or open again; the second time changes nothing, and
// moved is false. Where the checklist gives the project's progress, that goes into the
// history and up the tree. Forbidden: the actor may not check in. Invalid: the project is
// closed, or there is no such task any more.
func (t Tasks) Tick(ctx context.Context, actor okr.Actor, id okr.GoalID, task string, done bool) (v okr.GoalView, moved bool, err error) {
	g, err := t.s.access.Goal(ctx, actor, id)
	if err == nil {
		err = t.s.access.MayCheckIn(ctx, actor, g)
	}
	if err != nil {
		return v, false, err
	}
	err = t.s.Measurements.Record(ctx, actor.Tenant, []okr.GoalID{id}, func(now []okr.Goal) (okr.Recorded, error) {
		var kept okr.Recorded
		moved = false
		if len(now) == 0 || !actor.Sees(now[0]) {
			return kept, okr.GoalNotFound(actor, id)
		}
		g = now[0]
		if err := g.RequireOpen(); err != nil {
			return kept, err
		}
		tasks, is := okr.Ticked(g.Tasks, task, done)
		if !is {
			return kept, okr.WithNext(okr.Errorf(okr.Invalid, "This task doesn't exist or was removed from %s.", id), okr.Step{Kind: okr.StepShow, Goal: id})
		}
		if moved = okr.TasksDone(tasks) != okr.TasksDone(g.Tasks); !moved {
			return kept, nil
		}
		if m, counts := okr.TakeTasks(&g, tasks, t.s.Now()); counts {
			kept.History = []okr.HistoryEntry{{Goal: id, Measurement: m}}
		}
		kept.Goals = []okr.Goal{g}
		return kept, nil
	})
	if err == nil {
		v, err = t.s.Carried(ctx, actor, g)
	}
	return v, moved, err
}

// Edit changes tasks of a project: base are those that a form showed, mine what it says
// now. Others keep what they changed of other tasks meanwhile. Forbidden: the actor may
// not edit the project. Invalid: a task is wrong, or was changed by others, too.
func (t Tasks) Edit(ctx context.Context, actor okr.Actor, id okr.GoalID, base, mine []okr.Task) (before okr.Goal, v okr.GoalView, err error) {
	if before, err = t.s.access.Goal(ctx, actor, id); err != nil {
		return before, v, err
	}
	if before.Kind != okr.Project {
		return before, v, okr.Errorf(okr.Invalid, "Only projects have tasks; %s is a %s.", id, before.Kind)
	}
	tasks, err := okr.MergeTasks(before.Tasks, base, mine)
	if err != nil {
		return before, v, err
	}
	in := okr.InputOf(before)
	in.Tasks = &tasks
	v, err = t.s.SaveGoal(ctx, actor, in)
	return before, v, err
}
