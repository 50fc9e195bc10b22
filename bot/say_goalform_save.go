package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// keepGoalForm keeps what the server has to know of an open form, and gives its
// id. A new goal takes it when it is saved: a button pressed twice would make two.
func (b *Bot) keepGoalForm(ctx context.Context, f goalForm) (string, error) {
	state := goalFormState{Base: f.base, Kept: values{"description": f.values["description"]}}
	for _, field := range peopleFields() {
		state.Kept[field.id] = f.values[field.id]
	}
	return b.keepForm(ctx, "goal:", state)
}

// keepForm keeps the state of an open form for a day.
func (b *Bot) keepForm(ctx context.Context, kind string, state any) (string, error) {
	raw, err := json.Marshal(state)
	if err != nil {
		return "", fmt.Errorf("form: %w", err)
	}
	id := newDraftID()
	return id, b.Memory.PutTicket(ctx, kind+id, raw, draftLife)
}

// openForm reads what keepForm kept. It reports false when it is too old or done.
func (b *Bot) openForm(ctx context.Context, kind, id string, state any) (bool, error) {
	if id == "" {
		return false, nil
	}
	raw, err := b.Memory.PeekTicket(ctx, kind+id)
	if okr.KindOf(err) == okr.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(raw, state); err != nil {
		return false, fmt.Errorf("form: %w", err)
	}
	return true, nil
}

// saveGoal saves a form; a refused one comes back as it was, with what is wrong.
func (b *Bot) saveGoal(ctx context.Context, t *turn, p press) (reply, error) {
	f, err := b.filledGoalForm(ctx, t, p)
	if err != nil {
		return reply{}, err
	}
	in, err := b.goalInput(ctx, t, f)
	var v okr.GoalView
	if err == nil {
		v, err = b.saveGoalOnce(ctx, t, in, p.data["draft"])
	}
	switch {
	case okr.KindOf(err) == okr.Invalid:
		f.err, _ = b.fieldError(ctx, err)
		return b.goalFormAgain(ctx, t, f, p.data["draft"])
	case okr.KindOf(err) == okr.Conflict && in.Editing != "":
		b.words(ctx, err) // for the log
		return b.overtakenGoalForm(ctx, t, f, in)
	case err != nil:
		return reply{}, err
	}
	if shared, err := b.weighted(ctx, t, v.Goal.ID); err == nil {
		v = shared
	}
	r := sayAll(cards.Goal(t.place, v))
	if note, ok := mergedNote(t, f, v.Goal); ok {
		r.posted = func(ctx context.Context, _ string) error {
			if err := b.post(ctx, t.activity.Ref(), say(note)); err != nil { // it is saved all the same
				b.Logger.WarnContext(ctx, "note of a merge not posted", "ref", teams.RefFrom(ctx), "err", err)
			}
			return nil
		}
	}
	return r, nil
}

// filledGoalForm reads a form as it was sent. The fields that were not on the card
// stay as they were, and so does everything that the card of an older okrbot has
// not.
func (b *Bot) filledGoalForm(ctx context.Context, t *turn, p press) (goalForm, error) {
	kind, err := kindOf(p.data["kind"])
	if err != nil {
		return goalForm{}, err
	}
	if err := t.membersOnly(); err != nil {
		return goalForm{}, err
	}
	f := goalForm{kind: kind, values: values{}}
	var now values
	if id, ok := okr.ParseGoalID(p.data["goal"]); ok {
		v, err := b.Service.Plan.Goal(ctx, t.actor, id)
		if err != nil {
			return f, err
		}
		f.current, f.kind, f.people = v.Goal, v.Goal.Kind, goalPeople(v.Goal)
		now = goalValues(t, f.current)
	}
	f.version, _ = strconv.Atoi(p.data["version"])
	f.version = max(0, f.version)
	var state goalFormState
	isOpen, err := b.openForm(ctx, "goal:", p.data["draft"], &state)
	switch {
	case err != nil:
		return f, err
	case !isOpen && f.current.ID == "":
		return f, okr.Errorf(okr.NotFound, "This form was saved already or is older than a day. `okrs` shows what there is; `new %s` opens a new form.", kind)
	}
	if now == nil {
		now = values{"owner": string(t.actor.ID)}
	}
	f.base = state.Base
	f.fill(p, now, state.Kept)
	return f, nil
}

// goalFields are the ids of all inputs.
func goalFields() []string {
	return []string{
		"title", "owner", "parent", "period", "start", "end", "metric", "type", "startValue", "target", "threshold", "unitKind", "unit",
		"phases", "description", "tags", "team", "level", "goalType", "weight", "coOwners", "checkInOwner", "delegate", "private",
		"viewers", "onlyEditors", "editors",
	}
}

// optionalFields are the inputs that a card leaves out where there is nothing to
// choose, or where they say nothing: a limit has no start.
func optionalFields() []string { return []string{"owner", "parent", "startValue"} }

func (f *goalForm) fill(p press, now, kept values) {
	keep := strings.Split(p.data["keep"], ",")
	for _, id := range goalFields() {
		typed, sent := p.data[id]
		_, isKept := kept[id]
		switch {
		case slices.Contains(keep, id) && isKept:
			f.values[id] = kept[id]
		case slices.Contains(keep, id):
			f.values[id] = now[id]
		case sent:
			f.values[id] = typed
		case f.version == 0 && f.current.ID != "", slices.Contains(optionalFields(), id):
			f.values[id] = now[id]
		}
	}
}

// goalFormAgain brings a refused form back. Where it cannot be made any more, the
// old one stays and must go on working.
func (b *Bot) goalFormAgain(ctx context.Context, t *turn, f goalForm, ticket string) (reply, error) {
	r, err := b.showGoalForm(ctx, t, f)
	if err != nil && f.current.ID == "" && ticket != "" {
		err = errors.Join(err, b.Memory.PutTicket(ctx, "goal:"+ticket, []byte("{}"), draftLife))
	}
	return r, err
}

// saveGoalOnce saves a new goal only once a form.
func (b *Bot) saveGoalOnce(ctx context.Context, t *turn, in okr.GoalInput, ticket string) (okr.GoalView, error) {
	if in.Editing != "" {
		return b.Service.Plan.SaveGoal(ctx, t.actor, in)
	}
	state, err := b.Memory.TakeTicket(ctx, "goal:"+ticket)
	if okr.KindOf(err) == okr.NotFound {
		return okr.GoalView{}, okr.Errorf(okr.NotFound, "This form was saved already or is older than a day. `okrs` shows what there is; `new %s` opens a new form.", in.Kind)
	}
	if err != nil {
		return okr.GoalView{}, err
	}
	v, err := b.Service.Plan.SaveGoal(ctx, t.actor, in)
	if err != nil && okr.KindOf(err) != okr.Invalid { // an invalid one gets a new form
		err = errors.Join(err, b.Memory.PutTicket(ctx, "goal:"+ticket, state, draftLife))
	}
	return v, err
}
