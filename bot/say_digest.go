package bot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

func (b *Bot) digest(ctx context.Context, t *turn, _ string) (reply, error) {
	return b.digestForm(ctx, t, cards.FieldError{})
}

func (b *Bot) digestForm(ctx context.Context, t *turn, wrong cards.FieldError) (reply, error) {
	if err := errors.Join(t.membersOnly(), b.Service.RequireEnabled(ctx, t.actor)); err != nil {
		return reply{}, err
	}
	b.namePlace(ctx, t)
	f := cards.DigestForm{Place: t.placeName(), Error: wrong}
	sub, err := b.Service.SubscriptionOf(ctx, t.actor.Tenant, t.activity.BaseConversationID())
	switch {
	case err == nil:
		f.Subscribed, f.Paused = true, sub.Paused
		for _, id := range sub.Objectives {
			f.Chosen = append(f.Chosen, string(id))
		}
	case okr.KindOf(err) != okr.NotFound:
		return reply{}, err
	}
	objectives, err := b.Service.Objectives(ctx, t.actor)
	if err != nil {
		return reply{}, err
	}
	if len(objectives) == 0 {
		return reply{}, okr.Errorf(okr.Invalid, "There is no objective to tell about yet. Make one with `new objective` first.")
	}
	f.Objectives = objectiveChoices(objectives)
	return say(cards.Subscribe(f)), nil
}

func (b *Bot) saveDigest(ctx context.Context, t *turn, p press) (reply, error) {
	chosen, err := b.chosenObjectives(ctx, t, p.data["objectives"])
	if err != nil {
		return reply{}, err
	}
	b.namePlace(ctx, t)
	sub, err := b.Service.Subscribe(ctx, t.actor, t.conversation(), chosen)
	if err != nil {
		return reply{}, err
	}
	what := "all objectives"
	if n := len(sub.Objectives); n > 0 {
		what = strings.Join(idsOf(sub.Objectives), ", ")
	}
	return sayAll(cards.Done("Digest on", "Every hour in which something moves, one card here says what moved in "+what+", from what to what and why. When nothing moved, nothing is posted.", []cards.Button{
		{Title: "Change", Verb: cards.VerbDigest}, {Title: "Stop", Verb: cards.VerbDigestStop},
	})), nil
}

// chosenObjectives keeps those that exist; all of them together mean "all", also
// those that come later.
func (b *Bot) chosenObjectives(ctx context.Context, t *turn, text string) ([]okr.GoalID, error) {
	objectives, err := b.Service.Objectives(ctx, t.actor)
	if err != nil {
		return nil, err
	}
	wanted := strings.Split(text, ",")
	var chosen []okr.GoalID
	for _, o := range objectives {
		if slices.Contains(wanted, string(o.ID)) {
			chosen = append(chosen, o.ID)
		}
	}
	if len(chosen) == 0 && strings.TrimSpace(text) != "" {
		return nil, okr.Errorf(okr.Invalid, "None of the chosen objectives exists any more. Send `digest` to choose again.")
	}
	return chosen, nil
}

func idsOf(ids []okr.GoalID) []string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		out = append(out, string(id))
	}
	return out
}

func (b *Bot) stopDigest(ctx context.Context, t *turn, _ press) (reply, error) {
	if _, err := b.Service.Unsubscribe(ctx, t.actor, t.activity.BaseConversationID()); err != nil {
		return reply{}, err
	}
	return sayAll(cards.Done("Digest stopped", "Nothing more is posted here by itself.", []cards.Button{{Title: "Start again", Verb: cards.VerbDigest}})), nil
}
