package goals

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// typedQuery reads what follows `okrs`: "all" or "mine", filters such as
// team:Platform, bare words that are filters ("at risk", "Q4"), and words of titles.
// Filters and words look through all. Bare words may be meant in more than one way;
// then the reading counts that finds something, so that it is never said that nothing
// fits where something does. It gives what the reading finds.
func (s *Subject) typedQuery(ctx context.Context, t *chat.Turn, arg string) (goalQuery, foundGoals, error) {
	arg, mentioned := t.WithoutMentions(arg)
	words, filters := splitFilters(arg)
	words, isMine := leadingScope(words)
	if mentioned != "" {
		filters[cards.KeyOwner] = mentioned
	}
	var first goalQuery
	var nothing foundGoals
	for i, reading := range readings(t, words, filters) {
		q, err := s.query(ctx, t, goalQuery{mine: scopeOf(isMine, reading)}, reading)
		if i > 0 && err != nil {
			continue // it was a guess, and not a good one
		}
		if err != nil {
			return q, nothing, err
		}
		found, err := s.listed(ctx, t, q)
		if err != nil || found.Total > 0 {
			return q, found, err
		}
		if i == 0 {
			first, nothing = q, found
		}
	}
	return first, nothing, nil
}

// isOwnList says whether what follows okrs asks for the person's own.
func isOwnList(arg string) bool {
	words, filters := splitFilters(arg)
	words, isMine := leadingScope(words)
	if isMine != nil {
		return *isMine
	}
	return len(words) == 0 && len(filters) == 0
}

// leadingScope takes "all" or "mine" off the words; nil: neither was said.
func leadingScope(words []string) (rest []string, isMine *bool) {
	yes, no := true, false
	for len(words) > 0 {
		switch strings.ToLower(words[0]) {
		case "all", "search", "find":
			isMine = &no
		case "mine", "my", "me":
			isMine = &yes
		default:
			return words, isMine
		}
		words = words[1:]
	}
	return words, isMine
}

// scopeOf says whether a reading is about the person's own: so it was said, or nothing
// was.
func scopeOf(isMine *bool, reading map[string]string) bool {
	if isMine != nil {
		return *isMine
	}
	return len(reading) == 0
}

// pressedQuery reads the filter card. What is not given, and ChoiceAny, narrows
// nothing.
func (s *Subject) pressedQuery(ctx context.Context, t *chat.Turn, p chat.Press) (goalQuery, error) {
	filters := map[string]string{}
	for _, name := range []string{cards.KeyOwner, cards.KeyTeam, cards.KeyPeriod, cards.KeyStatus, cards.KeyKind, cards.KeyTag, cards.KeyText} {
		if v := strings.TrimSpace(p.Data[name]); v != cards.ChoiceAny {
			filters[name] = v
		}
	}
	return s.query(ctx, t, goalQuery{mine: p.Data[cards.KeyScope] == "mine", offset: p.Offset()}, filters)
}

// filterNames are the names of filters as people type them.
func filterNames() map[string]string {
	return map[string]string{
		"owner": cards.KeyOwner, "by": cards.KeyOwner, "team": cards.KeyTeam, "period": cards.KeyPeriod, "status": cards.KeyStatus, "kind": cards.KeyKind, "type": cards.KeyKind,
		"tag": cards.KeyTag, "tags": cards.KeyTag, "text": cards.KeyText, "search": cards.KeyText, "title": cards.KeyText,
	}
}

// splitFilters parts words from filters; a filter goes on until the next one, so
// that names may have blanks: team:New Markets period:Q4 2026. There may be several tags,
// also as #growth; one in quotes ends with them.
func splitFilters(arg string) (words []string, filters map[string]string) {
	filters = map[string]string{}
	names := filterNames()
	current, isQuoted := "", false
	for word := range strings.FieldsSeq(arg) {
		name, value, ok := strings.Cut(word, ":")
		canonical, known := names[strings.ToLower(name)]
		tag, isHash := strings.CutPrefix(word, "#")
		if isHash = isHash && startsWithLetter(tag); isHash {
			canonical, value, ok, known = cards.KeyTag, tag, true, true
		}
		if ok && known {
			current, word, isQuoted = canonical, value, strings.IndexAny(value, quotes) == 0
			if current == cards.KeyTag && filters[current] != "" {
				word = ", " + word
			}
		}
		if current == "" {
			words = append(words, word)
			continue
		}
		filters[current] = strings.TrimSpace(filters[current] + " " + word)
		if isHash || current == cards.KeyTag && isQuoted && strings.TrimRight(word, quotes) != word {
			current = ""
		}
	}
	for name, value := range filters {
		filters[name] = strings.Trim(value, quotes)
		if name == cards.KeyTag {
			filters[name] = strings.Join(okr.SplitTags(value), ", ")
		}
	}
	return words, filters
}

// quotes are what people put around names.
const quotes = `"'“”„`

// startsWithLetter tells #growth from #2.
func startsWithLetter(text string) bool {
	return strings.IndexFunc(text, unicode.IsLetter) == 0
}

// query checks the filters of a list.
func (s *Subject) query(ctx context.Context, t *chat.Turn, q goalQuery, filters map[string]string) (goalQuery, error) {
	q.team = teamName(t, filters[cards.KeyTeam])
	q.tags = tagFilter(filters[cards.KeyTag])
	q.text = okr.Shorten(okr.CleanLine(filters[cards.KeyText]), okr.MaxName)
	var err error
	if q.kind, err = kindFilter(filters[cards.KeyKind]); err != nil {
		return q, err
	}
	if q.status, err = statusFilter(filters[cards.KeyStatus]); err != nil {
		return q, err
	}
	if text := filters[cards.KeyPeriod]; text != "" {
		p, ok := t.Settings.FindPeriod(text, t.Today())
		if !ok {
			return q, okr.Errorf(okr.Invalid, "There is no period “%s”. Try period:Q4, period:Q4 2026 or period:next.", okr.Shorten(okr.CleanLine(text), 60))
		}
		q.period = p.ID
	}
	q.owner, err = s.ownerOf(ctx, t, filters[cards.KeyOwner])
	return q, err
}

// tagFilter is the tags of a filter, as many as a goal may have.
func tagFilter(typed string) string {
	tags := okr.SplitTags(typed)
	tags = tags[:min(len(tags), okr.MaxTags)]
	for i, tag := range tags {
		tags[i] = okr.Shorten(tag, okr.MaxTag)
	}
	return strings.Join(tags, ", ")
}

// teamName is the name of a team as goals have it, where one does.
func teamName(t *chat.Turn, typed string) string {
	typed = okr.Shorten(okr.CleanLine(typed), okr.MaxName)
	for _, name := range t.Settings.Teams {
		if strings.EqualFold(name, typed) {
			return name
		}
	}
	return typed
}

// ownerOf finds whose goals are meant: me, a mention, an id of the filter card, or
// a name.
func (s *Subject) ownerOf(ctx context.Context, t *chat.Turn, text string) (okr.Person, error) {
	text = strings.TrimSpace(strings.TrimPrefix(text, "@"))
	if text == "" {
		return okr.Person{}, nil
	}
	colleagues, notInTeams, err := s.knownOwners(ctx, t, text)
	if err != nil {
		return okr.Person{}, err
	}
	field := chat.PeopleField{ID: cards.KeyOwner, Known: append([]okr.Person{t.Actor.Person}, colleagues...), Guests: true}
	if strings.HasPrefix(text, "29:") {
		return s.chat.Mentioned(ctx, t, text)
	}
	p, err := s.chat.Person(ctx, t, field, text)
	if okr.KindOf(err) != okr.Invalid {
		return p, err
	}
	if chat.IsObjectID(text) {
		return okr.Person{ID: okr.UserID(strings.ToLower(text)), Name: "Someone else"}, nil // who has left still owns goals
	}
	if notInTeams.Name != "" {
		return notInTeams, nil
	}
	return p, err
}

// knownOwners asks in one question for the people who work on the first objectives, and
// for an owner without an account of the whole name, or as the filter card names one.
func (s *Subject) knownOwners(ctx context.Context, t *chat.Turn, text string) (colleagues []okr.Person, notInTeams okr.Person, err error) {
	if strings.EqualFold(text, "me") || chat.IsObjectID(text) || strings.HasPrefix(text, "29:") { // no name
		colleagues, err = s.chat.Colleagues(ctx, t)
		return colleagues, notInTeams, err
	}
	ref := okr.Person{Name: strings.TrimPrefix(text, okr.NamedPrefix)}.Ref()
	asks := []okr.ListAsk{{Filter: okr.Filter{Owner: ref, State: okr.AnyState}, Page: okr.Page{Limit: 1}, Plain: true}}
	if !t.HasFirst() {
		asks = append(asks, chat.FirstObjectives())
	}
	_, lists, err := s.plan.Lists(ctx, t.Actor, asks...)
	if err != nil {
		return nil, notInTeams, err
	}
	if len(lists) > 1 {
		t.KeepFirst(chat.GoalsOf(lists[1]))
	}
	for _, g := range chat.GoalsOf(lists[0]) {
		if i := slices.IndexFunc(g.Owners(), func(p okr.Person) bool { return p.Ref() == ref }); i >= 0 {
			notInTeams = g.Owners()[i]
		}
	}
	colleagues, err = s.chat.Colleagues(ctx, t)
	return colleagues, notInTeams, err
}

func kindFilter(text string) (okr.GoalKind, error) {
	switch strings.TrimSuffix(strings.ToLower(text), "s") {
	case "":
		return "", nil
	case "objective", "o":
		return okr.Objective, nil
	case "key result", "kr":
		return okr.KeyResult, nil
	case "project", "p":
		return okr.Project, nil
	}
	return "", okr.Errorf(okr.Invalid, "“%s” isn't a kind of OKR. Try kind:objective, kind:kr or kind:project.", okr.Shorten(okr.CleanLine(text), 60))
}

func statusFilter(text string) (okr.Status, error) {
	folded := strings.ToLower(strings.NewReplacer("-", " ", "_", " ").Replace(okr.CleanLine(text)))
	switch s := okr.Status(folded); s {
	case "", okr.AtRisk, okr.Behind, okr.OnTrack, okr.NotStarted, okr.NoData, okr.StatusInProgress, okr.StatusClosed, okr.StatusPostponed:
		return s, nil
	}
	return "", okr.Errorf(okr.Invalid, "“%s” isn't a status. Use at risk, behind, on track, in progress, not started, no data, closed or postponed.", okr.Shorten(okr.CleanLine(text), 60))
}

// shown is the query as the filter card has it.
func (q goalQuery) shown() cards.GoalFilter {
	return cards.GoalFilter{
		Owner: string(q.owner.Ref()), Team: q.team, Period: q.period, Status: string(q.status), Kind: string(q.kind), Tags: q.tags, Text: q.text,
	}
}
