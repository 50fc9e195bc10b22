package goals

import (
	"context"
	"slices"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// overtakenGoalForm brings back a form whose goal somebody else changed in the same
// fields: what only they changed is in it, what both changed is as it was typed,
// and the card says what they wrote.
func (s *Subject) overtakenGoalForm(ctx context.Context, t *chat.Turn, f goalForm, in okr.GoalInput) (chat.Reply, error) {
	v, err := s.plan.Goal(ctx, t.Actor, in.Editing)
	if err != nil {
		return chat.Reply{}, err
	}
	opened, mine, now := f.base, goalValues(t, f.typed(in)), goalValues(t, v.Goal)
	f.people = slices.Concat(f.people, v.Goal.People(), f.typed(in).People())
	merged, fields := chat.Merge(opened, mine, now)
	f.conflict = &cards.Conflict{}
	for _, e := range v.Goal.Edits {
		if e.Version > f.version {
			f.conflict.By, f.conflict.At = chat.JoinName(f.conflict.By, e.By.Name), e.At
		}
	}
	for _, id := range fields {
		f.conflict.Fields = append(f.conflict.Fields, cards.ConflictField{
			Name: goalFieldName(id), Before: f.shown(t, id, opened[id]), Theirs: f.shown(t, id, now[id]), Yours: f.shown(t, id, mine[id]),
		})
	}
	f.conflict.By = chat.OrElse(f.conflict.By, "Somebody else")
	f.current, f.version, f.values, f.base = v.Goal, v.Goal.Version, merged, now
	return s.showGoalForm(ctx, t, f)
}

// mergedNote says what others changed while a form was open that was saved beside
// their changes.
func mergedNote(t *chat.Turn, f goalForm, g okr.Goal) (cards.Card, bool) {
	var by string
	var fields []string
	for _, e := range g.Edits {
		if f.version == 0 || e.Version <= f.version || e.By.ID == t.Actor.ID {
			continue
		}
		by = chat.JoinName(by, e.By.Name)
		for name := range e.Old {
			if words := goalFieldName(name); !slices.Contains(fields, words) {
				fields = append(fields, words)
			}
		}
	}
	if by == "" {
		return cards.Card{}, false
	}
	slices.Sort(fields)
	words := by + " changed " + string(g.ID) + " too while your form was open: " + strings.Join(fields, ", ") + ". Both changes are saved."
	return cards.Done("Saved together", words, []cards.Button{{Title: "Show " + string(g.ID), Verb: cards.VerbGoal, Data: chat.GoalData(g.ID)}}), true
}

// typed is the goal as the form would make it.
func (f goalForm) typed(in okr.GoalInput) okr.Goal {
	g := f.current
	g.Title, g.Parent, g.Metric, g.Details = okr.CleanLine(in.Title), in.Parent, in.Metric, *in.Details
	g.Tags = slices.DeleteFunc(strings.Split(f.values[cards.InputTags], ","), func(tag string) bool { return okr.CleanLine(tag) == "" })
	for i, tag := range g.Tags {
		g.Tags[i] = okr.CleanLine(tag)
	}
	if in.Owner.ID != "" {
		g.Owner = in.Owner
	}
	if f.kind == okr.Objective {
		g.Period, g.PeriodID = in.Period, in.PeriodID
	}
	return g
}

// shown is the value of a field in words.
func (f goalForm) shown(t *chat.Turn, id, value string) string {
	switch id {
	case cards.KeyOwner, cards.InputCoOwners, cards.InputCheckInOwner, cards.InputDelegate, cards.InputViewers, cards.InputEditors:
		return chat.ShownPeople(append(f.people, t.Actor.Person), value).Names
	case cards.InputPrivate, cards.InputOnlyEditors:
		return map[bool]string{true: "yes", false: "no"}[chat.IsOn(value)]
	case cards.KeyPeriod:
		if p, ok := t.Settings.PeriodByID(value); ok {
			return p.String()
		}
		return "own dates"
	case cards.KeyParent:
		if value == cards.ChoiceNone {
			return ""
		}
	case cards.InputType, cards.InputUnitKind:
		if value == cards.ChoiceAny {
			return "by itself"
		}
	case cards.InputDescription:
		return okr.Shorten(okr.CleanLine(value), 120)
	}
	return value
}

// goalFieldName names a field as the form does.
func goalFieldName(id string) string {
	words := map[string]string{
		"parent": "objective", "periodName": "period", "start": "first day", "end": "last day", "metric": "what is measured", "type": "kind of target",
		"startValue": "start value", "threshold": "risk threshold", "unitKind": "kind of number", "phases": "phased targets",
		"level": "whom it belongs to", "goalType": "kind of objective", "coOwners": "co-owners", "checkInOwner": "who is asked for check-ins",
		"private": "private", "onlyEditors": "only editors may change it",
	}
	return chat.OrElse(words[id], id)
}
