package goals

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// keepGoalForm keeps what the server has to know of an open form, and gives its
// id. A form that comes back is still the same one.
func (s *Subject) keepGoalForm(ctx context.Context, t *chat.Turn, f goalForm) (string, error) {
	state := goalFormState{Base: f.base, Kept: chat.Values{}}
	for _, g := range f.added {
		state.Added = append(state.Added, addedGoal{g.ID, g.Title})
	}
	for _, field := range okr.GoalFields() {
		switch {
		case isChoice(field) && f.err.Field == field.ID:
			state.Kept[field.ID] = f.base[field.ID] // what is wrong is not among the choices
		case field.IsPeople(), field.Kind == okr.FieldLines, isChoice(field):
			state.Kept[field.ID] = f.values[field.ID]
		}
	}
	if f.id == "" {
		return s.chat.OpenForm(ctx, t, formKind, state)
	}
	return f.id, s.chat.KeepForm(ctx, t, formKind, f.id, state)
}

// saveGoal saves a form; a refused one comes back as it was, with what is wrong.
func (s *Subject) saveGoal(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	f, err := s.filledGoalForm(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	if f.isDone(p) {
		return s.goalCard(ctx, t, okr.GoalID(f.values[cards.KeyParent]))
	}
	in, err := s.goalInput(ctx, t, f)
	var v okr.GoalView
	if err == nil {
		v, err = s.saveOnce(ctx, t, in, f.id)
	}
	conflict, isOvertaken := errors.AsType[*okr.EditConflict](err)
	kind := okr.KindOf(err)
	switch {
	case isOvertaken:
		s.chat.Words(ctx, err) // for the log
		return s.overtakenGoalForm(ctx, t, f, conflict)
	case kind == okr.Invalid, kind == okr.Conflict && in.Editing != "":
		f.err, _ = s.chat.FieldError(ctx, err)
		return s.showGoalForm(ctx, t, f)
	case err != nil:
		return chat.Reply{}, err
	}
	s.chat.AuditRights(ctx, t, f.current, v.Goal)
	didSave(ctx, s.chat, t, f.current, v.Goal)
	switch then := p.Data[cards.KeyThen]; {
	case f.current.ID == "" && then == cards.ThenAnother && f.kind == okr.KeyResult:
		next := newGoalForm(t, f.kind, "", string(v.Goal.Parent))
		next.added = append(f.added, v.Goal)
		return s.showGoalForm(ctx, t, next)
	case f.current.ID == "" && then == cards.ThenDone:
		return s.goalCard(ctx, t, v.Goal.Parent)
	case f.current.ID == "" && f.kind == okr.Objective && strings.TrimSpace(f.list) != "":
		return lists{s}.afterObjective(ctx, t, v.Goal, f.list)
	}
	r := chat.SayAll(cards.Goal(t.Place, v)).ViewOf(v.Goal, cards.VerbGoal)
	if note, ok := mergedNote(t, f, v.Goal); ok {
		r.Posted = func(ctx context.Context, at teams.Ref) error {
			if err := s.chat.Post(ctx, at, chat.Say(note)); err != nil { // it is saved all the same
				s.chat.Logger.WarnContext(ctx, "note of a merge not posted", "ref", teams.RefFrom(ctx), "err", err)
			}
			return nil
		}
	}
	return r, nil
}

// filledGoalForm reads a form as it was sent. The fields that were not on the card
// stay as they were, and so does everything that the card of an older okrbot has
// not.
func (s *Subject) filledGoalForm(ctx context.Context, t *chat.Turn, p chat.Press) (goalForm, error) {
	kind, err := kindOf(p.Data[cards.KeyKind])
	if err != nil {
		return goalForm{}, err
	}
	if err := t.MembersOnly(); err != nil {
		return goalForm{}, err
	}
	f := goalForm{kind: kind, values: chat.Values{}}
	var now chat.Values
	if id, ok := okr.ParseGoalID(p.Data[cards.KeyGoal]); ok {
		v, err := s.plan.OpenGoal(ctx, t.Actor, id, okr.Page{Limit: 1})
		if err != nil {
			return f, err
		}
		f.current, f.kind, f.people = v.Goal, v.Goal.Kind, v.Goal.People()
		now = goalValues(t, f.current)
	}
	f.list = p.Data[cards.InputKeyResults]
	f.version, _ = strconv.Atoi(p.Data[cards.KeyVersion])
	f.version = max(0, f.version)
	f.id = p.Data[cards.KeyDraft]
	var state goalFormState
	err = s.chat.ReadForm(ctx, t, formKind, f.id, &state)
	if isGone := okr.KindOf(err) == okr.NotFound; err != nil && (!isGone || f.current.ID == "") {
		return f, err // an edit goes on without its form
	}
	if now == nil {
		now = chat.Values{cards.KeyOwner: string(t.Actor.ID)}
	}
	f.base = state.Base
	for _, g := range state.Added {
		f.added = append(f.added, okr.Goal{ID: g.ID, Title: g.Title})
	}
	f.values = p.KeepUnpicked(choiceFields(p.Data[cards.KeyPicker] != "")...).Filled(goalFields(), state.Kept, now, f.clears)
	f.near = s.nearOf(ctx, t, f)
	for _, field := range okr.GoalFields() {
		if v, ok := f.values[field.ID]; ok && field.IsPeople() {
			f.values[field.ID] = chat.WithoutNobody(v)
		} else if plain, err := plainField(t, field, v, f.near); ok && err == nil {
			f.values[field.ID] = plain
		}
	}
	return f, nil
}

// isDone says whether nothing was typed into the form after the last key result.
func (f goalForm) isDone(p chat.Press) bool {
	typed := f.values[cards.InputTitle] + f.values[cards.InputTarget] + f.values[cards.InputUnit] + f.values[cards.InputDescription]
	return p.Data[cards.KeyThen] == cards.ThenDone && len(f.added) > 0 && strings.TrimSpace(typed) == ""
}

// isChoice says whether a field is asked for by a list of choices in every client.
func isChoice(field okr.GoalField) bool {
	return field.ID == cards.KeyOwner || field.ID == cards.KeyPeriod || field.Kind == okr.FieldChoice || field.Kind == okr.FieldParent
}

// choiceFields are the ids of the inputs that are lists of choices; with a people
// picker those of people, too.
func choiceFields(hasPicker bool) []string {
	var ids []string
	for _, field := range okr.GoalFields() {
		if isChoice(field) || hasPicker && field.IsPeople() {
			ids = append(ids, field.ID)
		}
	}
	return ids
}

// goalFields are the ids of all inputs.
func goalFields() []string {
	var ids []string
	for _, field := range okr.GoalFields() {
		if field.IsInput() {
			ids = append(ids, field.ID)
		}
	}
	return ids
}

// optionalFields are the inputs that a card leaves out where there is nothing to
// choose, or where they say nothing: a limit has no start.
func optionalFields() []string {
	return []string{cards.KeyOwner, cards.KeyParent, cards.InputStartValue}
}

// clears says whether an input that was not sent is empty now: the card of an older
// okrbot has only some of them.
func (f *goalForm) clears(id string) bool {
	isOld := f.version == 0 && f.current.ID != ""
	return !isOld && !slices.Contains(optionalFields(), id)
}

// saveOnce saves an edit, or a new goal once a form.
func (s *Subject) saveOnce(ctx context.Context, t *chat.Turn, in okr.GoalInput, form string) (v okr.GoalView, err error) {
	if in.Editing != "" {
		return s.plan.SaveGoal(ctx, t.Actor, in)
	}
	in.Form = form
	err = s.chat.SaveForm(ctx, t, formKind, form, func() (err error) {
		v, err = s.plan.SaveGoal(ctx, t.Actor, in)
		return err
	})
	return v, err
}
