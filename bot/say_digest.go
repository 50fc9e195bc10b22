package bot

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// digest shows the form of the place's digest, or does what a word behind the
// command says.
func (b *Bot) digest(ctx context.Context, t *turn, arg string) (reply, error) {
	word, rest, _ := strings.Cut(strings.ToLower(strings.TrimSpace(arg)), " ")
	switch word {
	case "":
		return b.digestForm(ctx, t, nil, cards.FieldError{})
	case "preview":
		return b.previewDigest(ctx, t, press{})
	case "mute":
		return b.muteDigest(ctx, t, press{data: map[string]string{"mute": orWord(strings.TrimSpace(strings.TrimPrefix(rest, "for ")), "1d")}})
	case "unmute":
		return b.muteDigest(ctx, t, press{})
	case "stop", "off":
		return b.stopDigest(ctx, t, press{})
	}
	return reply{}, okr.Errorf(okr.Invalid, "Say `digest`, `digest preview`, `digest mute 4h` (or 2d, 1w), `digest unmute` or `digest stop`.")
}

func orWord(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}

// digestForm shows the form with what stands, or with what was typed and is wrong.
func (b *Bot) digestForm(ctx context.Context, t *turn, typed *okr.DigestPlan, wrong cards.FieldError) (reply, error) {
	if err := errors.Join(t.membersOnly(), b.Service.Access.RequireEnabled(ctx, t.actor)); err != nil {
		return reply{}, err
	}
	b.namePlace(ctx, t)
	sub, known, err := b.subscription(ctx, t)
	if err != nil {
		return reply{}, err
	}
	actor := t.actor
	actor.Shared = true // what is private is told nowhere
	objectives, err := b.Service.Plan.Objectives(ctx, actor)
	if err != nil {
		return reply{}, err
	}
	if len(objectives) == 0 && !known {
		return reply{}, okr.Errorf(okr.Invalid, "There is no objective to tell about yet. Make one with `new objective` first.")
	}
	plan := sub.DigestPlan
	if typed != nil {
		plan = *typed
	}
	f := b.planForm(t, plan)
	f.Place, f.Error, f.Objectives, f.Subscribed, f.Paused = t.placeName(), wrong, objectiveChoices(objectives), known, sub.Paused
	if known {
		f.MutedTill, f.Next = sub.MutedTill, sub.Next(b.Now(), sub.Location(t.settings))
	}
	return say(cards.Subscribe(t.place, f)), nil
}

// subscription reads that of the place, or what a new one begins with.
func (b *Bot) subscription(ctx context.Context, t *turn) (sub okr.Subscription, known bool, err error) {
	sub, err = b.Service.Notify.SubscriptionOf(ctx, t.actor.Tenant, t.activity.BaseConversationID())
	if okr.KindOf(err) != okr.NotFound {
		return sub, err == nil, err
	}
	rule := t.settings.DigestDefault
	if rule == (okr.DigestRule{}) {
		rule = okr.DigestRule{Hour: 9, Weekday: time.Monday}
	}
	return okr.Subscription{DigestPlan: okr.DigestPlan{Rule: rule, Zone: zoneName(t)}}, false, nil
}

// zoneName is the time zone of the person's client, else the tenant's.
func zoneName(t *turn) string {
	for _, name := range []string{t.activity.LocalTimezone, t.settings.TimeZone} {
		if loc, err := time.LoadLocation(name); err == nil && name != "" {
			return loc.String()
		}
	}
	return time.UTC.String()
}

func (b *Bot) planForm(t *turn, plan okr.DigestPlan) cards.DigestForm {
	f := cards.DigestForm{
		Chosen: idsOf(plan.Objectives), Teams: t.settings.Teams, OfTeams: plan.Teams,
		Cadence: string(plan.Rule.Cadence), Hour: strconv.Itoa(plan.Rule.Hour), Weekday: strconv.Itoa(int(plan.Rule.Weekday)),
		Always: plan.Always, MayThread: t.activity.Kind() == teams.KindChannel, Threaded: plan.Threaded,
		Zone: plan.Location(t.settings).String(),
	}
	f.Zones = distinct(f.Zone, zoneName(t), t.settings.Location().String())
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

func (b *Bot) saveDigest(ctx context.Context, t *turn, p press) (reply, error) {
	if err := t.membersOnly(); err != nil {
		return reply{}, err
	}
	sub, _, err := b.subscription(ctx, t)
	if err != nil {
		return reply{}, err
	}
	plan, err := b.planOf(ctx, t, p, sub.DigestPlan)
	if err != nil {
		return reply{}, err
	}
	b.namePlace(ctx, t)
	sub, err = b.Service.Notify.Subscribe(ctx, t.actor, t.conversation(), plan)
	if wrong, ok := b.fieldError(ctx, err); ok {
		return b.digestForm(ctx, t, &plan, wrong)
	}
	if err != nil {
		return reply{}, err
	}
	return sayAll(cards.Done("Digest on", cards.PlanText(sub.DigestPlan, sub.Location(t.settings).String()), []cards.Button{
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

func (b *Bot) stopDigest(ctx context.Context, t *turn, _ press) (reply, error) {
	if _, err := b.Service.Notify.Unsubscribe(ctx, t.actor, t.activity.BaseConversationID()); err != nil {
		return reply{}, err
	}
	return sayAll(cards.Done("Digest stopped", "Nothing more is posted here by itself.", []cards.Button{{Title: "Start again", Verb: cards.VerbDigest}})), nil
}

// muteDigest silences the digest for a time; without one it ends the silence.
func (b *Bot) muteDigest(ctx context.Context, t *turn, p press) (reply, error) {
	length, err := muteLength(p.data["mute"])
	if err != nil {
		return reply{}, err
	}
	sub, err := b.Service.Notify.MuteDigest(ctx, t.actor, t.activity.BaseConversationID(), length)
	if err != nil {
		return reply{}, err
	}
	again := []cards.Button{{Title: "Change", Verb: cards.VerbDigest}}
	if length == 0 {
		return sayAll(cards.Done("Digest no longer muted", "The next one tells what moved meanwhile.", again)), nil
	}
	zone := sub.Location(t.settings)
	words := "Nothing is posted here until " + sub.MutedTill.In(zone).Format("Monday, 2 January 15:04 MST") + ". What moves meanwhile is told afterwards, once."
	return sayAll(cards.Done("Digest muted", words, append(again, cards.Button{Title: "Unmute", Verb: cards.VerbDigestMute}))), nil
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
		return 0, okr.FieldErrorf("mute", "Say for how long, for example `digest mute 4h`, `digest mute 2d` or `digest mute 1w`.")
	}
	return time.Duration(n) * units[unit[:1]], nil
}

// previewDigest shows what the next digest of the place would say, to who asked
// only.
func (b *Bot) previewDigest(ctx context.Context, t *turn, _ press) (reply, error) {
	if err := t.membersOnly(); err != nil {
		return reply{}, err
	}
	d, err := b.Service.Notify.PreviewDigest(ctx, t.actor, t.activity.BaseConversationID())
	if err != nil {
		return reply{}, err
	}
	b.namePlace(ctx, t)
	zone := d.Subscription.Location(t.settings)
	card := cards.DigestPreview(cards.Place{Zone: zone, Now: b.Now()}, cards.DigestPreviewView{
		Place: t.placeName(), Digest: d, Next: d.Subscription.Next(b.Now(), zone),
	})
	if t.activity.Type == teams.TypeInvoke {
		return say(card), nil // the answer to a button is seen by who pressed it
	}
	return b.inPersonal(ctx, t, say(card))
}
