package bot

import (
	"context"

	"okrbot/cards"
	"okrbot/okr"
)

func (b *Bot) sync(ctx context.Context, t *turn, arg string) (reply, error) {
	if arg == "" || arg == "all" {
		return b.startSync(ctx, t, "")
	}
	return b.oneGoal(ctx, t, arg, cards.VerbSync, b.startSync)
}

func (b *Bot) pressSync(ctx context.Context, t *turn, p press) (reply, error) {
	if p.data["goal"] == "" {
		return b.startSync(ctx, t, "")
	}
	return withGoal(b.startSync)(ctx, t, p)
}

// startSync hands the work to the queue once the card is there that will show
// its outcome.
func (b *Bot) startSync(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	jobs, err := b.Service.Measure.SyncJobs(ctx, t.actor, id)
	if err != nil {
		return reply{}, err
	}
	what := "everything that is bound"
	if id != "" {
		what = string(id)
	}
	r := sayAll(cards.SyncStarted(what))
	r.posted = func(ctx context.Context, activityID string) error {
		place := t.conversation()
		place.ID = t.activity.Conversation.ID // the thread, not a new post
		return b.Syncer.SyncNow(ctx, t.actor.Tenant, jobs, okr.Reply{
			Conversation: place, ActivityID: activityID, Actor: t.actor, Goal: id,
			Zone: t.place.Zone.String(), Asked: t.place.Now,
		})
	}
	return r, nil
}
