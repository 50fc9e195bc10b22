package digests

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// formKind is the kind of the form of a further digest.
const formKind = "digest"

// here are the digests of the place.
func (s *Subject) here(ctx context.Context, t *chat.Turn) ([]okr.Subscription, error) {
	return s.notify.SubscriptionsOf(ctx, t.Actor.Tenant, t.Activity.BaseConversationID(), "")
}

// choose does something with the digest of the place, or with that of a number; of several
// it asks with which.
func (s *Subject) choose(ctx context.Context, t *chat.Turn, number, title, verb string, do chat.PressHandler) (chat.Reply, error) {
	list, err := s.here(ctx, t)
	if err != nil {
		return chat.Reply{}, err
	}
	i := 0
	if number != "" {
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > len(list) {
			return chat.Reply{}, okr.Errorf(okr.Invalid, "There's no digest “%s” here. To see all of them, send: digest", okr.Shorten(okr.CleanLine(number), 40))
		}
		i = n - 1
	}
	if len(list) > 1 && number == "" {
		return s.listed(ctx, t, list, title, verb)
	}
	p := chat.Press{Verb: verb, Data: map[string]string{cards.KeyDigest: cards.ChoiceNone}}
	if len(list) > 0 {
		p.Data[cards.KeyDigest] = orWord(list[i].Slot, cards.ChoiceNone)
	}
	return do(ctx, t, p)
}

func (s *Subject) listed(ctx context.Context, t *chat.Turn, list []okr.Subscription, title, verb string) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	s.chat.NamePlace(ctx, t)
	rows := make([]cards.DigestRow, 0, len(list))
	for _, sub := range list {
		rows = append(rows, cards.DigestRow{Subscription: sub, Zone: zoneToShow(t, sub)})
	}
	return chat.Say(cards.Digests(t.PlaceName(), rows, title, verb)), nil
}

// pressDigest opens the form of the digest that a button is about; one that says nothing,
// as those of older cards, means all of the place.
func (s *Subject) pressDigest(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	if p.Data[cards.KeyDigest] == "" {
		return s.digest(ctx, t, "")
	}
	return s.digestForm(ctx, t, pressedAt(p), nil, cards.FieldError{})
}

func (s *Subject) pressNew(ctx context.Context, t *chat.Turn, _ chat.Press) (chat.Reply, error) {
	return s.newDigest(ctx, t, okr.DigestPlan{})
}

// newDigest opens the form of a further digest.
func (s *Subject) newDigest(ctx context.Context, t *chat.Turn, scope okr.DigestPlan) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	form, err := s.chat.OpenForm(ctx, t, formKind, scope)
	if err != nil {
		return chat.Reply{}, err
	}
	return s.digestForm(ctx, t, digestAt{draft: form}, nil, cards.FieldError{})
}

// scopedDigest opens the form of the digest of the place that follows just that, or of a
// new one.
func (s *Subject) scopedDigest(ctx context.Context, t *chat.Turn, scope okr.DigestPlan) (chat.Reply, error) {
	list, err := s.here(ctx, t)
	if err != nil {
		return chat.Reply{}, err
	}
	for _, sub := range list {
		if follows(sub.DigestPlan) == follows(scope) {
			return s.digestForm(ctx, t, digestAt{slot: sub.Slot}, nil, cards.FieldError{})
		}
	}
	return s.newDigest(ctx, t, scope)
}

// follows is what a plan follows, to be compared.
func follows(p okr.DigestPlan) string {
	parts := append(idsOf(p.Objectives), userIDs(p.People)...)
	for kind, words := range map[string][]string{"team ": p.Teams, "tag ": p.Tags} {
		for _, word := range words {
			parts = append(parts, kind+strings.ToLower(word))
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, "\n")
}

// scopeOf reads what a digest is to follow: mine, a person's, a tag's, or all.
func (s *Subject) scopeOf(ctx context.Context, t *chat.Turn, said string) (scope okr.DigestPlan, ok bool, err error) {
	rest, mentioned := t.WithoutMentions(said)
	rest = strings.TrimSpace(rest)
	word, name, _ := strings.Cut(rest, " ")
	switch word = strings.ToLower(word); {
	case mentioned != "":
		who, err := s.chat.Mentioned(ctx, t, mentioned)
		return okr.DigestPlan{People: []okr.Person{who}}, true, err
	case word == "mine" || word == "my" || word == "me":
		return okr.DigestPlan{People: []okr.Person{t.Actor.Person}}, true, nil
	case word == "all" || word == "everything":
		return scope, true, nil
	case strings.HasPrefix(rest, "#") && len(rest) > 1:
		return ofTag(rest), true, nil
	case (word == "tag" || word == "tagged") && name != "":
		return ofTag(name), true, nil
	case (word == "of" || word == "for" || word == "person") && name != "":
		who, err := s.person(ctx, t, name)
		return okr.DigestPlan{People: []okr.Person{who}}, true, err
	}
	return scope, false, nil
}

// ofTag is the plan of a digest of a tag, as people write it.
func ofTag(name string) okr.DigestPlan {
	tag := strings.TrimSpace(strings.TrimPrefix(okr.CleanLine(name), "#"))
	return okr.DigestPlan{Tags: []string{okr.Shorten(tag, okr.MaxTag)}}
}

// person finds whose goals are meant, by a name.
func (s *Subject) person(ctx context.Context, t *chat.Turn, name string) (okr.Person, error) {
	colleagues, err := s.chat.Colleagues(ctx, t)
	if err != nil {
		return okr.Person{}, err
	}
	field := chat.PeopleField{ID: cards.InputPeople, Known: append([]okr.Person{t.Actor.Person}, colleagues...)}
	return s.chat.Person(ctx, t, field, name)
}

// people are those whose goals can be followed by the form: oneself, who is followed, and
// the owners of objectives who are in Teams.
func people(t *chat.Turn, plan okr.DigestPlan, objectives []okr.Goal) []okr.Person {
	out := append(slices.Clone(plan.People), t.Actor.Person)
	for _, o := range objectives {
		out = append(out, o.Owners()...)
	}
	return slices.DeleteFunc(out, func(p okr.Person) bool { return p.ID == "" })
}

func userIDs(people []okr.Person) []string {
	var out []string
	for _, p := range people {
		out = append(out, string(p.ID))
	}
	return out
}

func tagsOf(objectives []okr.Goal) []string {
	var out []string
	for _, o := range objectives {
		out = append(out, o.Tags...)
	}
	return distinct(out...)
}

// threadOf is the message that begins the thread of the turn; empty: it is in none.
func threadOf(t *chat.Turn) string {
	if t.Activity.Kind() != teams.KindChannel {
		return ""
	}
	_, thread, _ := strings.Cut(t.Activity.Conversation.ID, ";messageid=")
	return thread
}

// muteAll mutes all digests of the place, or ends that.
func (s *Subject) muteAll(ctx context.Context, t *chat.Turn, length string) (r chat.Reply, err error) {
	list, err := s.here(ctx, t)
	if err != nil {
		return r, err
	}
	if len(list) == 0 {
		list = []okr.Subscription{{}} // which says that there is none
	}
	for _, sub := range list {
		if r, err = s.mute(ctx, t, digestAt{slot: sub.Slot}, length, nil); err != nil {
			return r, err
		}
	}
	return r, nil
}

// stoppedWords says what still is posted in a place after one digest was stopped.
func (s *Subject) stoppedWords(ctx context.Context, t *chat.Turn) string {
	if list, err := s.here(ctx, t); err == nil && len(list) > 0 {
		return "Another digest still posts here. To see it, send: digest"
	}
	return "No more digests are posted here."
}

// readersOf says who reads along in the place of the turn.
func readersOf(t *chat.Turn) cards.Readers {
	switch {
	case t.Activity.IsPersonal():
		return cards.ReadersOne
	case t.Activity.ChannelData.Channel.Type == teams.ChannelPrivate:
		return cards.ReadersPrivate
	case t.Activity.ChannelData.Channel.Type == teams.ChannelShared:
		return cards.ReadersShared
	}
	return cards.ReadersHere
}
