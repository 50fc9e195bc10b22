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
	if err := s.chat.Memory.DropDraft(ctx, r.Actor.Tenant, runKey(r.Goal, r.Through)); err != nil {
		s.chat.Logger.WarnContext(ctx, "end of a sync not noted", "ref", r.Ref, "err", okr.CauseOf(err)) // it is forgotten by itself
	}
	if r.ActivityID == "" {
		return nil
	}
	place := cards.Place{Zone: chat.Zone(r.Zone, time.UTC), NamesZone: r.Conversation.IsShared(), Locale: cards.LocaleOf(r.Locale), Now: s.chat.Now()}
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
	if id := p.Connection(); id != "" {
		jobs, err := s.measure.SyncThrough(ctx, t.Actor, id)
		return s.run(ctx, t, asked{through: id, what: "all OKRs that use " + string(id), jobs: jobs}, err)
	}
	if p.Data[cards.KeyGoal] == "" {
		return s.startSync(ctx, t, "")
	}
	return chat.WithGoal(s.startSync)(ctx, t, p)
}

// syncLimit is how many syncs people may ask for.
func syncLimit() chat.Limit { return chat.Limit{What: "syncs", PerPerson: 30, PerTenant: 300} }

// runLife is how long a sync counts as under way at most.
const runLife = 2 * time.Minute

// asked is a sync that somebody asks for: of one goal, through one connection, or of everything.
type asked struct {
	goal    okr.GoalID
	through okr.ConnectionID
	what    string // in words
	jobs    []okr.SyncJob
}

// key is what is kept of a sync under way.
func (a asked) key() string { return runKey(a.goal, a.through) }

func runKey(goal okr.GoalID, through okr.ConnectionID) string {
	return "syncing:" + string(goal) + string(through)
}

// show shows what is measured.
func (a asked) show() cards.Button {
	switch {
	case a.through != "":
		return cards.Button{Title: "Show " + string(a.through), Verb: cards.VerbConnection, Data: chat.ConnectionData(a.through)}
	case a.goal == "":
		return cards.Button{Title: "All OKRs", Verb: cards.VerbGoals}
	}
	return cards.Button{Title: "Show " + string(a.goal), Verb: cards.VerbGoal, Data: chat.GoalData(a.goal)}
}

// joinRun says whether the same is being measured already. That run then serves who
// asks now as well; else a new one is counted and begins.
func joinRun(ctx context.Context, c *chat.Chat, t *chat.Turn, a asked) (isUnderWay bool, err error) {
	_, err = c.Memory.Draft(ctx, t.Actor.Tenant, a.key())
	if err == nil || okr.KindOf(err) != okr.NotFound {
		return err == nil, err
	}
	return false, c.Spend(ctx, t, syncLimit())
}

func underWay(a asked) chat.Reply {
	return chat.Say(cards.Done("Sync already running", "Someone started a sync of "+a.what+" a moment ago. You'll see the same result.", []cards.Button{a.show()}))
}

func (s *Subject) startSync(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	jobs, err := s.measure.SyncJobs(ctx, t.Actor, id)
	what := "all OKRs with a data source"
	if id != "" {
		what = string(id)
	}
	return s.run(ctx, t, asked{goal: id, what: what, jobs: jobs}, err)
}

// run hands the work to the queue once the card is there that will show its outcome; refused
// is why there is none.
func (s *Subject) run(ctx context.Context, t *chat.Turn, a asked, refused error) (chat.Reply, error) {
	if refused != nil {
		return chat.Reply{}, refused
	}
	if isUnderWay, err := joinRun(ctx, s.chat, t, a); err != nil || isUnderWay {
		return underWay(a), err
	}
	r := chat.SayAll(cards.SyncStarted(a.what, a.show()))
	r.Posted = func(ctx context.Context, at teams.Ref) error {
		if err := s.chat.Memory.PutDraft(ctx, t.Actor.Tenant, a.key(), []byte("{}"), runLife); err != nil {
			return err
		}
		return s.syncs.SyncNow(ctx, t.Actor.Tenant, a.jobs, okr.Reply{
			Conversation: t.At(at), ActivityID: at.ActivityID, Actor: t.Actor, Goal: a.goal, Through: a.through,
			Zone: t.Place.Zone.String(), Locale: t.Place.Locale.String(), Ref: teams.RefFrom(ctx),
		})
	}
	return r, nil
}
