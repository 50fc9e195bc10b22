package goals

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// checklists is what people do with the tasks of projects.
type checklists struct {
	chat  *chat.Chat
	plan  planner
	tasks tasker
}

// tasker is what this subject needs of [okrbot/okr/plan.Tasks].
type tasker interface {
	Tick(ctx context.Context, actor okr.Actor, id okr.GoalID, task string, done bool) (v okr.GoalView, moved bool, err error)
	Edit(ctx context.Context, actor okr.Actor, id okr.GoalID, base, mine []okr.Task) (before okr.Goal, v okr.GoalView, err error)
}

// tasksKind is the kind of the form of tasks.
const tasksKind = "tasks"

// undoTick is what `undo` takes back of ticking.
const undoTick = "task ticked"

// tick is what is remembered of a tick: what the task was before.
type tick struct {
	Task string `json:"task"`
	Was  bool   `json:"was"`
}

func (s checklists) presses() map[string]chat.PressHandler {
	return map[string]chat.PressHandler{
		cards.VerbTasks: s.show, cards.VerbTask: s.tick, cards.VerbTasksEdit: s.edit, cards.VerbTasksSave: s.save,
	}
}

// list answers `tasks`.
func (s checklists) list(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	return s.chat.OneGoal(ctx, t, arg, cards.VerbTasks, func(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
		return s.page(ctx, t, id, 0)
	})
}

func (s checklists) show(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	return chat.WithGoal(func(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
		return s.page(ctx, t, id, p.Offset())
	})(ctx, t, p)
}

func (s checklists) page(ctx context.Context, t *chat.Turn, id okr.GoalID, offset int) (chat.Reply, error) {
	v, err := s.project(ctx, t, id)
	return chat.Say(cards.Tasks(t.Place, v, offset)).ViewOf(v.Goal, cards.VerbTasks), err
}

// project reads a project. Invalid: it is none.
func (s checklists) project(ctx context.Context, t *chat.Turn, id okr.GoalID) (okr.GoalView, error) {
	v, err := s.plan.OpenGoal(ctx, t.Actor, id, okr.Page{Limit: 1})
	if err == nil && v.Goal.Kind != okr.Project {
		err = okr.WithNext(okr.Errorf(okr.Invalid, "Only projects have tasks. %s is a %s.", id, v.Goal.Kind), okr.Step{Kind: okr.StepShow, Goal: id})
	}
	return v, err
}

// tick makes a task done or open. The button says what it is to be, so that of two who
// press at once, or one who presses twice, the second changes nothing.
func (s checklists) tick(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	id, err := p.Goal()
	if err != nil {
		return chat.Reply{}, err
	}
	task, done := p.Data[cards.KeyTask], chat.IsOn(p.Data[cards.KeyDone])
	v, moved, err := s.tasks.Tick(ctx, t.Actor, id, task, done)
	if err != nil {
		return chat.Reply{}, err
	}
	if moved {
		chat.DidLast(ctx, s.chat, t, chat.Done{What: "ticked a task of " + string(id), Goal: id, By: undoTick}, tick{Task: task, Was: !done})
	}
	if p.Data[cards.KeyOffset] != "" {
		return chat.Say(cards.Tasks(t.Place, v, p.Offset())).ViewOf(v.Goal, cards.VerbTasks), nil
	}
	return chat.SayAll(cards.Goal(t.Place, v)).ViewOf(v.Goal, cards.VerbGoal), nil
}

// undoTick makes a task what it was before it was ticked.
func (s checklists) undoTick(ctx context.Context, t *chat.Turn, d chat.Done) (chat.Reply, error) {
	var was tick
	if err := json.Unmarshal(d.State, &was); err != nil {
		return chat.Reply{}, err
	}
	v, moved, err := s.tasks.Tick(ctx, t.Actor, d.Goal, was.Task, was.Was)
	if err == nil && !moved {
		err = okr.Errorf(okr.Conflict, "Someone else changed this task of %s after you. Nothing was undone.", d.Goal)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.Say(cards.Undone(t.Place, "You "+d.What, v)), nil
}

// tasksFormState is what the server keeps of an open form of tasks.
type tasksFormState struct {
	Goal okr.GoalID `json:"goal"`
	Base []okr.Task `json:"base,omitempty"` // that it shows; none: tasks are added
	From int        `json:"from,omitempty"` // the number of the first one, from 1
}

// edit opens the form of a page of a checklist; without one tasks are added.
func (s checklists) edit(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	id, err := p.Goal()
	if err != nil {
		return chat.Reply{}, err
	}
	v, err := s.project(ctx, t, id)
	if err == nil {
		err = mayEditTasks(v)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	state := tasksFormState{Goal: id}
	if n := len(v.Goal.Tasks); p.Data[cards.KeyOffset] != "" && n > 0 {
		from := min(p.Offset(), n-1)
		state.Base, state.From = v.Goal.Tasks[from:min(n, from+cards.TaskPage)], from+1
	}
	draft, err := s.chat.OpenForm(ctx, t, tasksKind, state)
	return chat.Say(cards.EditTasks(t.Place, state.form(v.Goal, draft, okr.TaskLines(state.Base, t.Place.DayStyle())))), err
}

func mayEditTasks(v okr.GoalView) error {
	if !v.MayEdit {
		return okr.Errorf(okr.Forbidden, "Only people who can edit %s can change its tasks. Anyone who can check in can tick them.", v.Goal.ID)
	}
	return v.Goal.RequireOpen()
}

func (f tasksFormState) form(g okr.Goal, draft, text string) cards.TasksForm {
	out := cards.TasksForm{Goal: g, Draft: draft, Text: text, From: f.From}
	if f.From > 0 {
		out.To = f.From + len(f.Base) - 1
	}
	return out
}

// save saves a form of tasks; a refused one comes back as it was, with what is wrong.
func (s checklists) save(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	id, err := p.Goal()
	if err == nil {
		err = t.MembersOnly()
	}
	if err != nil {
		return chat.Reply{}, err
	}
	v, err := s.project(ctx, t, id)
	if err != nil {
		return chat.Reply{}, err
	}
	draft, text := p.Data[cards.KeyDraft], p.Data[cards.InputTasks]
	var state tasksFormState
	var before okr.Goal
	var saved okr.GoalView
	err = s.chat.SaveForm(ctx, t, tasksKind, draft, func() (err error) {
		if err = s.chat.ReadForm(ctx, t, tasksKind, draft, &state); err == nil {
			before, saved, err = s.saveTyped(ctx, t, v.Goal, state, draft, text)
		}
		return err
	})
	if okr.FieldOf(err) != "" {
		f := state.form(v.Goal, draft, text)
		f.Error, _ = s.chat.FieldError(ctx, err)
		return chat.Say(cards.EditTasks(t.Place, f)), nil
	}
	if err != nil {
		return chat.Reply{}, err
	}
	didSave(ctx, s.chat, t, before, saved.Goal)
	return chat.SayAll(cards.Goal(t.Place, saved)).ViewOf(saved.Goal, cards.VerbGoal), nil
}

// saveTyped saves what a form says. Tasks that come new have IDs of the form, so that it
// makes none twice.
func (s checklists) saveTyped(ctx context.Context, t *chat.Turn, g okr.Goal, state tasksFormState, draft, text string) (before okr.Goal, v okr.GoalView, err error) {
	if state.Goal != g.ID {
		return before, v, okr.Errorf(okr.Invalid, "This form is for %s. Open the tasks of %s again.", state.Goal, g.ID)
	}
	mine, err := s.typed(ctx, t, g, state.Base, text)
	if err != nil {
		return before, v, err
	}
	for i := range mine {
		if mine[i].ID == "" {
			mine[i].ID = fmt.Sprintf("%s.%d", draft, i+1)
		}
	}
	return s.tasks.Edit(ctx, t.Actor, g.ID, state.Base, mine)
}

// typed reads the tasks of a form and finds their owners. Who was the owner of a task
// before may stay, also without an account.
func (s checklists) typed(ctx context.Context, t *chat.Turn, g okr.Goal, base []okr.Task, text string) ([]okr.Task, error) {
	colleagues, err := s.chat.Colleagues(ctx, t)
	if err != nil {
		return nil, err
	}
	known := slices.Concat(g.Workers(), []okr.Person{t.Actor.Person}, colleagues)
	for _, task := range slices.Concat(base, g.Tasks) {
		known = append(known, task.Owner)
	}
	tasks := okr.ReadTasks(text, base, known, t.Place.DayStyle())
	for i, task := range tasks {
		if task.Owner == (okr.Person{}) || slices.Contains(known, task.Owner) {
			continue
		}
		if tasks[i].Owner, err = s.chat.Person(ctx, t, chat.PeopleField{ID: cards.InputTasks, Known: known}, task.Owner.Name); err != nil {
			return nil, err
		}
	}
	return tasks, nil
}
