package digests

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// digest shows the form of the place's digest, or does what a word behind the
// command says.
func (s *Subject) digest(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	word, rest, _ := strings.Cut(strings.ToLower(strings.TrimSpace(arg)), " ")
	switch word {
	case "":
		return s.digestForm(ctx, t, nil, cards.FieldError{})
	case "preview":
		return s.previewDigest(ctx, t, chat.Press{})
	case "mute":
		return s.muteDigest(ctx, t, chat.Press{Data: map[string]string{cards.InputMute: orWord(strings.TrimSpace(strings.TrimPrefix(rest, "for ")), "1d")}})
	case "unmute":
		return s.muteDigest(ctx, t, chat.Press{})
	case "stop", "off":
		return s.stopDigest(ctx, t, chat.Press{})
	}
	return chat.Reply{}, okr.Errorf(okr.Invalid, "That can be: digest, digest preview, digest mute 4h (or 2d, 1w), digest unmute, digest stop.")
}

func orWord(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}

// digestForm shows the form with what stands, or with what was typed and is wrong.
func (s *Subject) digestForm(ctx context.Context, t *chat.Turn, typed *okr.DigestPlan, wrong cards.FieldError) (chat.Reply, error) {
	if err := errors.Join(t.MembersOnly(), s.access.RequireEnabled(ctx, t.Actor)); err != nil {
		return chat.Reply{}, err
	}
	s.chat.NamePlace(ctx, t)
	sub, known, err := s.subscription(ctx, t)
	if err != nil {
		return chat.Reply{}, err
	}
	actor := t.Actor
	actor.Shared = true // what is private is told nowhere
	objectives, err := s.plan.Objectives(ctx, actor)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(objectives) == 0 && !known {
		return chat.Reply{}, okr.WithNext(okr.Errorf(okr.Invalid, "There is no objective to tell about yet."), okr.Step{Kind: okr.StepNewObjective})
	}
	plan := sub.DigestPlan
	if typed != nil {
		plan = *typed
	}
	f := s.planForm(t, plan)
	choices, err := s.objectiveChoices(ctx, actor, objectives, plan.Objectives)
	if err != nil {
		return chat.Reply{}, err
	}
	f.Place, f.Error, f.Objectives, f.Subscribed, f.Paused = t.PlaceName(), wrong, choices, known, sub.Paused
	if known {
		f.MutedTill, f.Next = sub.MutedTill, sub.Next(s.chat.Now(), sub.Location(t.Settings))
	}
	return chat.Say(cards.Subscribe(t.Place, f)), nil
}

// objectiveChoices are the open objectives, and those that are followed whatever
// became of them: saving the form changes nothing that nobody has touched.
func (s *Subject) objectiveChoices(ctx context.Context, actor okr.Actor, open []okr.Goal, followed []okr.GoalID) ([]cards.Choice, error) {
	choices := chat.ObjectiveChoices(open)
	for _, id := range followed {
		if slices.ContainsFunc(open, func(o okr.Goal) bool { return o.ID == id }) {
			continue
		}
		v, err := s.plan.Goal(ctx, actor, id)
		if okr.IgnoreNotFound(err) != nil {
			return nil, err
		}
		title := string(id) + " (private or deleted)"
		if err == nil {
			title = string(id) + " " + v.Goal.Title + " (ended; its copies are followed)"
		}
		choices = append(choices, cards.Choice{Title: title, Value: string(id)})
	}
	return choices, nil
}

// subscription reads that of the place, or what a new one begins with.
func (s *Subject) subscription(ctx context.Context, t *chat.Turn) (sub okr.Subscription, known bool, err error) {
	sub, err = s.notify.SubscriptionOf(ctx, t.Actor.Tenant, t.Activity.BaseConversationID())
	if okr.KindOf(err) != okr.NotFound {
		return sub, err == nil, err
	}
	rule := t.Settings.DigestDefault
	if rule == (okr.DigestRule{}) {
		rule = okr.DigestRule{Hour: 9, Weekday: time.Monday}
	}
	return okr.Subscription{DigestPlan: okr.DigestPlan{Rule: rule, Zone: zoneName(t)}}, false, nil
}

// zoneName is the time zone of the person's client, else the tenant's.
func zoneName(t *chat.Turn) string {
	for _, name := range []string{t.Activity.LocalTimezone, t.Settings.TimeZone} {
		if loc, err := time.LoadLocation(name); err == nil && name != "" {
			return loc.String()
		}
	}
	return time.UTC.String()
}

func (s *Subject) planForm(t *chat.Turn, plan okr.DigestPlan) cards.DigestForm {
	f := cards.DigestForm{
		Chosen: idsOf(plan.Objectives), Teams: t.Settings.Teams, OfTeams: plan.Teams,
		Cadence: string(plan.Rule.Cadence), Hour: strconv.Itoa(plan.Rule.Hour), Weekday: strconv.Itoa(int(plan.Rule.Weekday)),
		Always: plan.Always, MayThread: t.Activity.Kind() == teams.KindChannel, Threaded: plan.Threaded,
		Zone: plan.Location(t.Settings).String(),
	}
	f.Zones = distinct(f.Zone, zoneName(t), t.Settings.Location().String())
	if q := plan.Quiet; q.From != q.To {
		f.QuietFrom, f.QuietTo = strconv.Itoa(q.From), strconv.Itoa(q.To)
	}
	for _, d := range plan.Quiet.Days {
		f.QuietDays = append(f.QuietDays, strconv.Itoa(int(d)))
	}
	return f
}

func distinct(names ...string) []string {
	var out []string
	seen := map[string]bool{}
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}

func (s *Subject) saveDigest(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	sub, _, err := s.subscription(ctx, t)
	if err != nil {
		return chat.Reply{}, err
	}
	plan, err := s.planOf(ctx, t, p, sub.DigestPlan)
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.NamePlace(ctx, t)
	sub, err = s.notify.Subscribe(ctx, t.Actor, t.Conversation(), plan)
	if wrong, ok := s.chat.FieldError(ctx, err); ok {
		return s.digestForm(ctx, t, &plan, wrong)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.SayAll(cards.Done("Digest on", cards.PlanText(sub.DigestPlan, sub.Location(t.Settings).String()), []cards.Button{
		{Title: "Change", Verb: cards.VerbDigest}, {Title: "Preview", Verb: cards.VerbDigestPreview}, {Title: "Stop", Verb: cards.VerbDigestStop},
	})), nil
}

func idsOf(ids []okr.GoalID) []string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		out = append(out, string(id))
	}
	return out
}

func (s *Subject) stopDigest(ctx context.Context, t *chat.Turn, _ chat.Press) (chat.Reply, error) {
	sub, err := s.notify.Unsubscribe(ctx, t.Actor, t.Activity.BaseConversationID())
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.Audit(ctx, t, chat.Deed{Did: "digest deleted", Of: string(sub.ID)})
	return chat.SayAll(cards.Done("Digest stopped", "Nothing more is posted here by itself.", []cards.Button{{Title: "Start again", Verb: cards.VerbDigest}})), nil
}

// muteDigest silences the digest for a time; without one it ends the silence.
func (s *Subject) muteDigest(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	length, err := muteLength(p.Data[cards.InputMute])
	if err != nil {
		return chat.Reply{}, err
	}
	sub, err := s.notify.MuteDigest(ctx, t.Actor, t.Activity.BaseConversationID(), length)
	if err != nil {
		return chat.Reply{}, err
	}
	again := []cards.Button{{Title: "Change", Verb: cards.VerbDigest}}
	if length == 0 {
		return chat.SayAll(cards.Done("Digest no longer muted", "The next one tells what moved meanwhile.", again)), nil
	}
	zone := sub.Location(t.Settings)
	words := "Nothing is posted here until " + sub.MutedTill.In(zone).Format("Monday, 2 January 15:04 MST") + ". What moves meanwhile is told afterwards, once."
	return chat.SayAll(cards.Done("Digest muted", words, append(again, cards.Button{Title: "Unmute", Verb: cards.VerbDigestMute}))), nil
}

// muteLength reads a length such as 4h, 2d or 1w, also with the unit in words.
func muteLength(text string) (time.Duration, error) {
	text = strings.ReplaceAll(strings.ToLower(text), " ", "")
	if text == "" {
		return 0, nil
	}
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz")
	units := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	unit := text[len(digits):]
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > 1000 || unit == "" || units[unit[:1]] == 0 {
		return 0, okr.FieldErrorf(cards.InputMute, "Say for how long, for example: digest mute 4h, digest mute 2d, digest mute 1w.")
	}
	return time.Duration(n) * units[unit[:1]], nil
}

// previewDigest shows what the next digest of the place would say, to who asked
// only.
func (s *Subject) previewDigest(ctx context.Context, t *chat.Turn, _ chat.Press) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	d, err := s.notify.PreviewDigest(ctx, t.Actor, t.Activity.BaseConversationID())
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.NamePlace(ctx, t)
	zone := d.Subscription.Location(t.Settings)
	card := cards.DigestPreview(s.chat.PlaceOf(t.Settings, zone), cards.DigestPreviewView{
		Place: t.PlaceName(), Digest: d, Next: d.Subscription.Next(s.chat.Now(), zone),
	})
	if t.Activity.Type == teams.TypeInvoke {
		return chat.Say(card), nil // the answer to a button is seen by who pressed it
	}
	return s.chat.InPersonal(ctx, t, chat.Say(card))
}
