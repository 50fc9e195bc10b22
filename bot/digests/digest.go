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

// digest shows the form of the place's digest, or which ones it has, or does what a word
// behind the command says.
func (s *Subject) digest(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	said := strings.TrimSpace(arg)
	word, rest, _ := strings.Cut(strings.ToLower(said), " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "":
		return s.choose(ctx, t, "", "Change", cards.VerbDigest, s.pressDigest)
	case "preview":
		return s.choose(ctx, t, rest, "Preview", cards.VerbDigestPreview, s.previewDigest)
	case "mute":
		return s.muteAll(ctx, t, orWord(strings.TrimSpace(strings.TrimPrefix(rest, "for ")), "1d"))
	case "unmute":
		return s.muteAll(ctx, t, "")
	case "stop", "off":
		return s.choose(ctx, t, rest, "Stop", cards.VerbDigestStop, s.stopDigest)
	case "new", "another", "add":
		return s.newDigest(ctx, t, okr.DigestPlan{})
	}
	scope, ok, err := s.scopeOf(ctx, t, said)
	if err != nil {
		return chat.Reply{}, err
	}
	if ok {
		return s.scopedDigest(ctx, t, scope)
	}
	return chat.Reply{}, okr.Errorf(okr.Invalid, "I don't know that digest command. You can send: digest, digest mine, digest of Megan Bowen, digest tag launch, digest all, digest new, digest preview, digest mute 4h, digest unmute or digest stop.")
}

func orWord(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}

// digestAt says which of the digests of a place is meant.
type digestAt struct {
	slot  string
	draft string // of one that is being made: its form
}

// address names the digest for the service.
func (at digestAt) address(t *chat.Turn) string {
	return okr.DigestAddress(t.Activity.BaseConversationID(), at.slot)
}

// pressedAt is the digest that a button is about. Cards of the first one say nothing.
func pressedAt(p chat.Press) digestAt {
	slot := p.Data[cards.KeyDigest]
	if slot == cards.ChoiceNone {
		slot = ""
	}
	return digestAt{slot: slot}
}

// digestForm shows the form with what stands, or with what was typed and is wrong.
func (s *Subject) digestForm(ctx context.Context, t *chat.Turn, at digestAt, typed *okr.DigestPlan, wrong cards.FieldError) (chat.Reply, error) {
	if err := errors.Join(t.MembersOnly(), s.access.RequireDigests(ctx, t.Actor)); err != nil {
		return chat.Reply{}, err
	}
	s.chat.NamePlace(ctx, t)
	sub, known, err := s.subscription(ctx, t, at)
	if err != nil {
		return chat.Reply{}, err
	}
	actor := t.Actor
	actor.Shared = true // what is private is posted nowhere
	objectives, err := s.plan.Objectives(ctx, actor)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(objectives) == 0 && !known {
		return chat.Reply{}, okr.WithNext(okr.Errorf(okr.Invalid, "There are no objectives yet, so there is nothing to post."), okr.Step{Kind: okr.StepNewObjective})
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
	f.Place, f.Error, f.Objectives, f.Subscribed, f.Paused = orWord(t.PlaceName(), sub.Conversation.Name), wrong, choices, known, sub.Paused
	f.Slot, f.Draft, f.Readers = sub.Slot, at.draft, readersOf(t)
	f.ByHand = !t.Settings.Enabled
	f.HereOnly = plan.Threaded && sub.ThreadID != "" && sub.ThreadID == threadOf(t)
	f.People, f.Tags = chat.PersonChoices(people(t, plan, objectives)), tagsOf(objectives)
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
			title = string(id) + " " + v.Goal.Title + " (closed; the digest follows its copies)"
		}
		choices = append(choices, cards.Choice{Title: title, Value: string(id)})
	}
	return choices, nil
}

// subscription reads that of the place, or what a new one begins with.
func (s *Subject) subscription(ctx context.Context, t *chat.Turn, at digestAt) (sub okr.Subscription, known bool, err error) {
	if at.draft == "" {
		sub, err = s.notify.SubscriptionOf(ctx, t.Actor.Tenant, at.address(t))
		if okr.KindOf(err) != okr.NotFound {
			return sub, err == nil, err
		}
	}
	var begun okr.DigestPlan
	if at.draft != "" {
		if err := s.chat.ReadForm(ctx, t, formKind, at.draft, &begun); err != nil {
			return sub, false, err
		}
	}
	begun.Rule, begun.Zone = t.Settings.DigestDefault.OrDefault(), zoneName(t)
	return okr.Subscription{DigestPlan: begun}, false, nil
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
	rule := plan.Rule.OrDefault()
	f := cards.DigestForm{
		Chosen: idsOf(plan.Objectives), Teams: t.Settings.Teams, OfTeams: plan.Teams, OfPeople: userIDs(plan.People), OfTags: plan.Tags, AtOnce: plan.CheckIns,
		Cadence: string(rule.Cadence), Hour: strconv.Itoa(rule.Hour), Weekday: strconv.Itoa(int(rule.Weekday)),
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

// zoneToShow is the zone of a digest's hours where it is not that of the reader; else
// nobody has to be told.
func zoneToShow(t *chat.Turn, sub okr.Subscription) string {
	zone := sub.Location(t.Settings).String()
	if t.Place.Zone != nil && t.Place.Zone.String() == zone {
		return ""
	}
	return zone
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
	at := pressedAt(p)
	at.draft = p.Data[cards.KeyDraft]
	sub, _, err := s.subscription(ctx, t, at)
	if err != nil {
		return chat.Reply{}, err
	}
	plan, err := s.planOf(ctx, t, p, sub.DigestPlan)
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.NamePlace(ctx, t)
	sub, err = s.subscribe(ctx, t, at, plan)
	if wrong, ok := s.chat.FieldError(ctx, err); ok {
		return s.digestForm(ctx, t, at, &plan, wrong)
	}
	if err == nil && p.Data[cards.InputThread] == "this" && plan.Threaded {
		err = s.notify.DigestThread(ctx, sub, threadOf(t))
	}
	if err != nil {
		return chat.Reply{}, err
	}
	which := map[string]string{cards.KeyDigest: orWord(sub.Slot, cards.ChoiceNone)}
	return chat.SayAll(cards.Done("Digest on", cards.PlanText(sub.DigestPlan, zoneToShow(t, sub)), []cards.Button{
		{Title: "Change", Verb: cards.VerbDigest, Data: which}, {Title: "Preview", Verb: cards.VerbDigestPreview, Data: which}, {Title: "Stop", Verb: cards.VerbDigestStop, Data: which},
	})), nil
}

// subscribe saves a plan: of the digest that it was read of, or once of the form of a new
// one.
func (s *Subject) subscribe(ctx context.Context, t *chat.Turn, at digestAt, plan okr.DigestPlan) (sub okr.Subscription, err error) {
	if at.draft == "" {
		return s.notify.SubscribeTo(ctx, t.Actor, t.Conversation(), at.slot, plan)
	}
	err = s.chat.SaveForm(ctx, t, formKind, at.draft, func() (err error) {
		sub, err = s.notify.SubscribeTo(ctx, t.Actor, t.Conversation(), at.draft, plan)
		return err
	})
	return sub, err
}

func idsOf(ids []okr.GoalID) []string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		out = append(out, string(id))
	}
	return out
}

func (s *Subject) stopDigest(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	sub, err := s.notify.Unsubscribe(ctx, t.Actor, pressedAt(p).address(t))
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.Audit(ctx, t, chat.Deed{Did: "digest deleted", Of: string(sub.ID)})
	return chat.SayAll(cards.Done("Digest stopped", s.stoppedWords(ctx, t), []cards.Button{{Title: "Start again", Verb: cards.VerbDigest}})), nil
}

// muteDigest silences the digest that a button is about for a time; without one it ends the
// silence. A button that says nothing means all of the place, as the command does.
func (s *Subject) muteDigest(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	which := p.Data[cards.KeyDigest]
	if which == "" {
		return s.muteAll(ctx, t, p.Data[cards.InputMute])
	}
	return s.mute(ctx, t, pressedAt(p), p.Data[cards.InputMute], map[string]string{cards.KeyDigest: which})
}

// mute silences one digest. What is given as unmutes is what the button carries that ends
// it: that of the digest, or nothing for all of the place.
func (s *Subject) mute(ctx context.Context, t *chat.Turn, at digestAt, text string, unmutes map[string]string) (chat.Reply, error) {
	length, err := muteLength(text)
	if err != nil {
		return chat.Reply{}, err
	}
	sub, err := s.notify.MuteDigest(ctx, t.Actor, at.address(t), length)
	if err != nil {
		return chat.Reply{}, err
	}
	again := []cards.Button{{Title: "Change", Verb: cards.VerbDigest}}
	if length == 0 {
		return chat.SayAll(cards.Done("Digest unmuted", "The next one covers everything that changed in the meantime.", again)), nil
	}
	return chat.SayAll(cards.DigestMuted(t.Place, sub.MutedTill, append(again, cards.Button{Title: "Unmute", Verb: cards.VerbDigestMute, Data: unmutes}))), nil
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
		return 0, okr.FieldErrorf(cards.InputMute, "Give a length of time, for example: digest mute 4h, digest mute 2d or digest mute 1w.")
	}
	return time.Duration(n) * units[unit[:1]], nil
}

// previewDigest shows the next digest of the place, to the person who asked only.
func (s *Subject) previewDigest(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	d, err := s.notify.PreviewDigest(ctx, t.Actor, pressedAt(p).address(t))
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.NamePlace(ctx, t)
	card := cards.DigestPreview(t.Place, cards.DigestPreviewView{
		Place: t.PlaceName(), Digest: d, Next: d.Subscription.Next(s.chat.Now(), d.Subscription.Location(t.Settings)),
	})
	if t.Activity.Type == teams.TypeInvoke {
		return chat.Say(card), nil // the answer to a button is seen by who pressed it
	}
	return chat.Say(card).Only(t.Actor.ID), nil
}

// isOwnDigest says whether the answer is for one person only.
func isOwnDigest(arg string) bool {
	return strings.EqualFold(strings.TrimSpace(arg), "preview")
}
