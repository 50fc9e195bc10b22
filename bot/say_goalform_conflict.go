package bot

import (
	"context"
	"maps"
	"slices"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

// overtakenGoalForm brings back a form whose goal somebody else changed in the same
// fields: what only they changed is in it, what both changed is as it was typed,
// and the card says what they wrote.
func (b *Bot) overtakenGoalForm(ctx context.Context, t *turn, f goalForm, in okr.GoalInput) (reply, error) {
	v, err := b.Service.Plan.Goal(ctx, t.actor, in.Editing)
	if err != nil {
		return reply{}, err
	}
	opened, mine, now := f.base, goalValues(t, f.typed(in)), goalValues(t, v.Goal)
	f.people = slices.Concat(f.people, goalPeople(v.Goal), goalPeople(f.typed(in)))
	merged, fields := mergeValues(opened, mine, now)
	f.conflict = &cards.Conflict{}
	for _, e := range v.Goal.Edits {
		if e.Version > f.version {
			f.conflict.By, f.conflict.At = joinName(f.conflict.By, e.By.Name), e.At
		}
	}
	for _, id := range fields {
		f.conflict.Fields = append(f.conflict.Fields, cards.ConflictField{
			Name: goalFieldName(id), Before: f.shown(t, id, opened[id]), Theirs: f.shown(t, id, now[id]), Yours: f.shown(t, id, mine[id]),
		})
	}
	f.conflict.By = orElse(f.conflict.By, "Somebody else")
	f.current, f.version, f.values, f.base = v.Goal, v.Goal.Version, merged, now
	return b.showGoalForm(ctx, t, f)
}

// mergedNote says what others changed while a form was open that was saved beside
// their changes.
func mergedNote(t *turn, f goalForm, g okr.Goal) (cards.Card, bool) {
	var by string
	var fields []string
	for _, e := range g.Edits {
		if f.version == 0 || e.Version <= f.version || e.By.ID == t.actor.ID {
			continue
		}
		by = joinName(by, e.By.Name)
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
	return cards.Done("Saved together", words, []cards.Button{{Title: "Show " + string(g.ID), Verb: cards.VerbGoal, Data: map[string]string{"goal": string(g.ID)}}}), true
}

// typed is the goal as the form would make it.
func (f goalForm) typed(in okr.GoalInput) okr.Goal {
	g := f.current
	g.Title, g.Parent, g.Metric, g.Details = okr.CleanLine(in.Title), in.Parent, in.Metric, *in.Details
	g.Tags = slices.DeleteFunc(strings.Split(f.values["tags"], ","), func(tag string) bool { return okr.CleanLine(tag) == "" })
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

// mergeValues takes over what mine changes of opened into now, and lists the
// fields that both changed to different values; of these it keeps mine. With
// nothing known of how the form began all that differs counts as changed by both.
func mergeValues(opened, mine, now values) (merged values, conflicts []string) {
	merged = maps.Clone(now)
	for _, id := range slices.Sorted(maps.Keys(mine)) {
		switch {
		case len(opened) > 0 && mine[id] == opened[id], mine[id] == now[id]:
			continue
		case len(opened) == 0 || now[id] != opened[id]:
			conflicts = append(conflicts, id)
		}
		merged[id] = mine[id]
	}
	return merged, conflicts
}

func joinName(names, name string) string {
	switch {
	case names == "":
		return name
	case slices.Contains(strings.Split(names, " and "), name):
		return names
	}
	return names + " and " + name
}

// shown is the value of a field in words.
func (f goalForm) shown(t *turn, id, value string) string {
	switch id {
	case "owner", "coOwners", "checkInOwner", "delegate", "viewers", "editors":
		return shownPeople(append(f.people, t.actor.Person), value).Names
	case "private", "onlyEditors":
		return map[bool]string{true: "yes", false: "no"}[isOn(value)]
	case "period":
		if p, ok := t.settings.PeriodByID(value); ok {
			return p.String()
		}
		return "own dates"
	case "parent":
		if value == cards.ChoiceNone {
			return ""
		}
	case "type", "unitKind":
		if value == cards.ChoiceAny {
			return "by itself"
		}
	case "description":
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
	return orElse(words[id], id)
}
