package bot

import (
	"context"
	"strings"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// typedQuery reads what follows `okrs`: "all" or "mine", filters such as
// team:Platform, and words of titles. Filters and words look through all.
func (b *Bot) typedQuery(ctx context.Context, t *turn, arg string) (goalQuery, error) {
	arg, mentioned := t.withoutMentions(arg)
	words, filters := splitFilters(arg)
	q := goalQuery{mine: true}
	for isLeading := true; isLeading && len(words) > 0; {
		switch strings.ToLower(words[0]) {
		case "all":
			q.mine = false
		case "mine", "my", "me":
			q.mine = true
		case "search", "find":
			q.mine = false
		default:
			isLeading = false
			continue
		}
		words = words[1:]
		filters["scope"] = "given"
	}
	filters[cards.KeyText] = strings.TrimSpace(strings.Join(words, " ") + " " + filters[cards.KeyText])
	if mentioned != "" {
		filters[cards.KeyOwner] = mentioned
	}
	if filters["scope"] == "" && (filters[cards.KeyText] != "" || len(filters) > 1) {
		q.mine = false
	}
	return b.query(ctx, t, q, filters)
}

// pressedQuery reads the filter card. What is not given, and ChoiceAny, narrows
// nothing.
func (b *Bot) pressedQuery(ctx context.Context, t *turn, p press) (goalQuery, error) {
	filters := map[string]string{}
	for _, name := range []string{cards.KeyOwner, cards.KeyTeam, cards.KeyPeriod, cards.KeyStatus, cards.KeyKind, cards.KeyText} {
		if v := strings.TrimSpace(p.data[name]); v != cards.ChoiceAny {
			filters[name] = v
		}
	}
	return b.query(ctx, t, goalQuery{mine: p.data[cards.KeyScope] == "mine", offset: offsetOf(p)}, filters)
}

// withoutMentions takes the mentions of people out of a text and gives the Teams
// id of the last one.
func (t *turn) withoutMentions(text string) (rest, id string) {
	for _, e := range t.activity.Entities {
		if e.Type != "mention" || e.Text == "" || e.Mentioned.ID == "" || e.Mentioned.ID == t.activity.Recipient.ID {
			continue
		}
		if before, after, ok := strings.Cut(text, strings.Join(strings.Fields(teams.Blanks(e.Text)), " ")); ok {
			text, id = before+" "+after, e.Mentioned.ID
		}
	}
	return text, id
}

// filterNames are the names of filters as people type them.
func filterNames() map[string]string {
	return map[string]string{
		"owner": cards.KeyOwner, "by": cards.KeyOwner, "team": cards.KeyTeam, "period": cards.KeyPeriod, "status": cards.KeyStatus, "kind": cards.KeyKind, "type": cards.KeyKind,
		"text": cards.KeyText, "search": cards.KeyText, "title": cards.KeyText,
	}
}

// splitFilters parts words from filters; a filter goes on until the next one, so
// that names may have blanks: team:New Markets period:Q4 2026.
func splitFilters(arg string) (words []string, filters map[string]string) {
	filters = map[string]string{}
	names := filterNames()
	current := ""
	for word := range strings.FieldsSeq(arg) {
		name, value, ok := strings.Cut(word, ":")
		if canonical, known := names[strings.ToLower(name)]; ok && known {
			current, word = canonical, value
		}
		if current == "" {
			words = append(words, word)
			continue
		}
		filters[current] = strings.TrimSpace(filters[current] + " " + word)
	}
	for name, value := range filters {
		filters[name] = strings.Trim(value, `"'“”„`)
	}
	return words, filters
}

// query checks the filters of a list.
func (b *Bot) query(ctx context.Context, t *turn, q goalQuery, filters map[string]string) (goalQuery, error) {
	q.team = t.teamName(filters[cards.KeyTeam])
	q.text = okr.Shorten(okr.CleanLine(filters[cards.KeyText]), okr.MaxName)
	var err error
	if q.kind, err = kindFilter(filters[cards.KeyKind]); err != nil {
		return q, err
	}
	if q.status, err = statusFilter(filters[cards.KeyStatus]); err != nil {
		return q, err
	}
	if text := filters[cards.KeyPeriod]; text != "" {
		p, ok := t.settings.FindPeriod(text, t.today())
		if !ok {
			return q, okr.Errorf(okr.Invalid, "There is no period “%s”. Say for example period:Q4, period:Q4 2026, period:2026, period:current or period:next.", okr.Shorten(okr.CleanLine(text), 60))
		}
		q.period = p.ID
	}
	q.owner, err = b.ownerOf(ctx, t, filters[cards.KeyOwner])
	return q, err
}

// teamName is the name of a team as goals have it, where one does.
func (t *turn) teamName(typed string) string {
	typed = okr.Shorten(okr.CleanLine(typed), okr.MaxName)
	for _, name := range t.settings.Teams {
		if strings.EqualFold(name, typed) {
			return name
		}
	}
	return typed
}

// ownerOf finds whose goals are meant: me, a mention, an id of the filter card, or
// a name.
func (b *Bot) ownerOf(ctx context.Context, t *turn, text string) (okr.Person, error) {
	text = strings.TrimSpace(strings.TrimPrefix(text, "@"))
	if text == "" {
		return okr.Person{}, nil
	}
	colleagues, err := b.colleagues(ctx, t)
	if err != nil {
		return okr.Person{}, err
	}
	field := peopleField{id: cards.KeyOwner, known: append([]okr.Person{t.actor.Person}, colleagues...), guests: true}
	if strings.HasPrefix(text, "29:") {
		return b.mentioned(ctx, t, text)
	}
	p, err := b.person(ctx, t, field, text)
	if isObjectID(text) && okr.KindOf(err) == okr.Invalid {
		return okr.Person{ID: okr.UserID(strings.ToLower(text)), Name: "Somebody else"}, nil // who has left still owns goals
	}
	return p, err
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
	return "", okr.Errorf(okr.Invalid, "“%s” is no kind of OKR. Say kind:objective, kind:kr or kind:project.", okr.Shorten(okr.CleanLine(text), 60))
}

func statusFilter(text string) (okr.Status, error) {
	folded := strings.ToLower(strings.NewReplacer("-", " ", "_", " ").Replace(okr.CleanLine(text)))
	switch s := okr.Status(folded); s {
	case "", okr.AtRisk, okr.Behind, okr.OnTrack, okr.NotStarted, okr.NoData, okr.StatusInProgress, okr.StatusClosed, okr.StatusPostponed:
		return s, nil
	}
	return "", okr.Errorf(okr.Invalid, "“%s” is no status. Say at risk, behind, on track, in progress, not started, no data, closed or postponed.", okr.Shorten(okr.CleanLine(text), 60))
}

// shown is the query as the filter card has it.
func (q goalQuery) shown() cards.GoalFilter {
	return cards.GoalFilter{
		Owner: string(q.owner.ID), Team: q.team, Period: q.period, Status: string(q.status), Kind: string(q.kind), Text: q.text,
	}
}
