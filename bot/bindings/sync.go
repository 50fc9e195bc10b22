package bindings

import (
	"context"
	"slices"
	"strings"
	"time"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// SyncDone puts the outcome of a sync on the card that announced it: the goal
// that was asked for, else a row for each. A sync that nobody waits for has no
// card.
func (s *Subject) SyncDone(ctx context.Context, r okr.Reply, rows []okr.SyncRow) error {
	ctx = teams.WithRef(ctx, r.Ref)
	if err := s.chat.Memory.DropDraft(ctx, r.Actor.Tenant, runKey(r.Goal)); err != nil {
		s.chat.Logger.WarnContext(ctx, "end of a sync not noted", "ref", r.Ref, "err", okr.CauseOf(err)) // it is forgotten by itself
	}
	if r.ActivityID == "" {
		return nil
	}
	place := cards.Place{Zone: chat.Zone(r.Zone, time.UTC), Now: s.chat.Now()}
	r.Actor.Shared = r.Conversation.IsShared() // the place of the post decides, not where it was asked for
	rows = slices.DeleteFunc(slices.Clone(rows), func(row okr.SyncRow) bool { return !r.Actor.Sees(row.Goal) })
	for i, row := range rows {
		rows[i].Problem = s.chat.WithSteps(row.Problem, row.Next)
	}
	reply := chat.Say(cards.SyncDone(place, rows))
	if r.Goal != "" && r.Goal.Kind() != okr.Objective && !failed(rows) {
		v, err := s.plan.Goal(ctx, r.Actor, r.Goal)
		if err != nil && okr.KindOf(err) != okr.NotFound {
			return err
		}
		if err == nil {
			reply = chat.Say(cards.Goal(place, v)).ViewOf(v.Goal, cards.VerbGoal)
		}
	}
	ref := chat.RefOf(r.Conversation).WithActivity(r.ActivityID)
	// The card may be gone, or be one that somebody put in with the message extension;
	// and where okrbot is no member, the outcome is left to the button of the card.
	return chat.IgnoreUnreachable(s.chat.Replace(ctx, ref, reply))
}

func failed(rows []okr.SyncRow) bool {
	for _, row := range rows {
		if strings.TrimSpace(row.Problem) != "" {
			return true
		}
	}
	return false
}

func (s *Subject) sync(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	arg = strings.TrimSuffix(arg, " now")
	if arg == "" {
		return s.startSync(ctx, t, "")
	}
	return s.chat.OneGoal(ctx, t, arg, cards.VerbSync, s.startSync)
}

func (s *Subject) pressSync(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	if p.Data[cards.KeyGoal] == "" {
		return s.startSync(ctx, t, "")
	}
	return chat.WithGoal(s.startSync)(ctx, t, p)
}

// syncLimit is how many syncs people may ask for.
func syncLimit() chat.Limit { return chat.Limit{What: "syncs", PerPerson: 30, PerTenant: 300} }

// runLife is how long a sync counts as under way at most.
const runLife = 2 * time.Minute

// runKey is what is kept of a sync under way: of one goal, or of everything.
func runKey(id okr.GoalID) string { return "syncing:" + string(id) }

// joinRun says whether the same is being measured already. That run then serves who
// asks now as well; else a new one is counted and begins.
func (s *Subject) joinRun(ctx context.Context, t *chat.Turn, id okr.GoalID) (isUnderWay bool, err error) {
	_, err = s.chat.Memory.Draft(ctx, t.Actor.Tenant, runKey(id))
	if err == nil || okr.KindOf(err) != okr.NotFound {
		return err == nil, err
	}
	return false, s.chat.Spend(ctx, t, syncLimit())
}

func underWay(what string, id okr.GoalID) chat.Reply {
	return chat.Say(cards.Done("Being measured already", "Somebody asked for a sync of "+what+" a moment ago, and it serves you as well.", []cards.Button{showButton(id)}))
}

// showButton shows what is measured.
func showButton(id okr.GoalID) cards.Button {
	if id == "" {
		return cards.Button{Title: "OKRs", Verb: cards.VerbGoals}
	}
	return cards.Button{Title: "Show " + string(id), Verb: cards.VerbGoal, Data: chat.GoalData(id)}
}

// startSync hands the work to the queue once the card is there that will show
// its outcome.
func (s *Subject) startSync(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	jobs, err := s.measure.SyncJobs(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	what := "everything that is bound"
	if id != "" {
		what = string(id)
	}
	if isUnderWay, err := s.joinRun(ctx, t, id); err != nil || isUnderWay {
		return underWay(what, id), err
	}
	r := chat.SayAll(cards.SyncStarted(what, showButton(id)))
	r.Posted = func(ctx context.Context, at teams.Ref) error {
		if err := s.chat.Memory.PutDraft(ctx, t.Actor.Tenant, runKey(id), []byte("{}"), runLife); err != nil {
			return err
		}
		return s.syncs.SyncNow(ctx, t.Actor.Tenant, jobs, okr.Reply{
			Conversation: t.At(at), ActivityID: at.ActivityID, Actor: t.Actor, Goal: id, Zone: t.Place.Zone.String(), Ref: teams.RefFrom(ctx),
		})
	}
	return r, nil
}
