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
		f.conflict.Fields = append(f.conflict.Fields, cards.ConflictField{
			Name: both.Field.Label, Before: both.Before, Theirs: both.Theirs, Yours: both.Yours,
		})
	}
	f.current, f.version, f.values, f.base = c.Now, c.Now.Version, goalValues(t, c.Merged), goalValues(t, c.Now)
	return s.showGoalForm(ctx, t, f)
}

// mergedNote says what others changed while a form was open that was saved beside
// their changes.
func mergedNote(t *chat.Turn, f goalForm, g okr.Goal) (cards.Card, bool) {
	by, _, labels := g.ChangedSince(f.version, t.Actor.ID)
	if f.version == 0 || len(by) == 0 {
		return cards.Card{}, false
	}
	id := string(g.ID)
	words := okr.JoinNames(by) + " changed " + id + " too while your form was open: " + okr.JoinSome(labels) + ". Both changes are saved."
	return cards.Done("Saved together", words, []cards.Button{{Title: "Show " + id, Verb: cards.VerbGoal, Data: chat.GoalData(g.ID)}}), true
}
