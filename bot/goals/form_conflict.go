package goals

import (
	"context"
	"slices"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// overtakenGoalForm brings back a form whose goal somebody else changed in the same
// fields: what only they changed is in it, what both changed is as it was typed,
// and the card says what they wrote.
func (s *Subject) overtakenGoalForm(ctx context.Context, t *chat.Turn, f goalForm, c *okr.EditConflict) (chat.Reply, error) {
	f.people = slices.Concat(f.people, c.Now.People(), c.Merged.People())
	f.conflict = &cards.Conflict{By: c.Who(), At: c.At}
	for _, both := range c.Fields {
		row := cards.ConflictField{Name: both.Label, Theirs: fieldWords(t, both, c.Now), Yours: fieldWords(t, both, c.Mine)}
		if c.Base != nil {
			row.Before = fieldWords(t, both, *c.Base)
		}
		f.conflict.Fields = append(f.conflict.Fields, row)
	}
	f.current, f.version, f.values, f.base = c.Now, c.Now.Version, goalValues(t, c.Merged), goalValues(t, c.Now)
	return s.showGoalForm(ctx, t, f)
}

// fieldWords are a value of a goal with its days and numbers in the form of the reader.
func fieldWords(t *chat.Turn, field okr.GoalField, g okr.Goal) string {
	text := field.Words(g, t.Place.Period)
	switch {
	case field.Kind == okr.FieldPhases:
		return t.Place.Locale.ShownPhases(text)
	case field.Kind == okr.FieldNumber:
		return t.Place.Locale.Shown(text)
	case field.Kind == okr.FieldDate && text != "":
		return t.Place.Date(okr.Date(text))
	}
	return text
}

// mergedNote says what others changed while a form was open that was saved beside
// their changes.
func mergedNote(t *chat.Turn, f goalForm, g okr.Goal) (cards.Card, bool) {
	by, _, labels := g.ChangedSince(f.version, t.Actor.ID)
	if f.version == 0 || len(by) == 0 {
		return cards.Card{}, false
	}
	id := string(g.ID)
	words := okr.JoinNames(by) + " changed " + id + " while your form was open: " + okr.JoinSome(labels) + ". Both changes were saved."
	return cards.Done("Saved together", words, []cards.Button{{Title: "Show " + id, Verb: cards.VerbGoal, Data: chat.GoalData(g.ID)}}), true
}
