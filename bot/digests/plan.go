package digests

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// planOf reads the form of a digest. What a card does not ask, such as one that
// was posted by an older okrbot, and a choice that came back empty stay as they are.
func (s *Subject) planOf(ctx context.Context, t *chat.Turn, p chat.Press, plan okr.DigestPlan) (okr.DigestPlan, error) {
	var err error
	if plan.Objectives, err = s.chosenObjectives(ctx, t, p.Data[cards.InputObjectives], plan.Objectives); err != nil {
		return plan, err
	}
	if text, ok := p.Data[cards.InputTeams]; ok {
		plan.Teams = chosenWords(text)
	}
	if text, ok := p.Data[cards.InputTags]; ok {
		plan.Tags = chosenWords(text)
	}
	if text, ok := p.Data[cards.InputPeople]; ok {
		if plan.People, err = s.chosenPeople(ctx, t, text, plan); err != nil {
			return plan, err
		}
	}
	if text := p.Data[cards.InputAtOnce]; text != "" {
		plan.CheckIns = text == "once"
	}
	if text := p.Data[cards.InputCadence]; text != "" {
		plan.Rule.Cadence = okr.Cadence(strings.TrimPrefix(text, cards.ChoiceAny))
	}
	plan.Rule.Hour = numberOr(p, cards.InputHour, plan.Rule.Hour)
	plan.Rule.Weekday = time.Weekday(numberOr(p, cards.InputWeekday, int(plan.Rule.Weekday)))
	plan.Quiet = quietOf(p, plan.Quiet)
	if text := p.Data[cards.InputWhen]; text != "" {
		plan.Always = text == "always"
	}
	if text := p.Data[cards.InputThread]; text != "" {
		plan.Threaded = text != "new" && t.Activity.Kind() == teams.KindChannel
	}
	if name := p.Data[cards.InputZone]; name != "" {
		plan.Zone = name
	}
	return plan, nil
}

// numberOr reads a number of the form; what is none gives -1, which the service
// refuses with the words for the field.
func numberOr(p chat.Press, key string, otherwise int) int {
	text := p.Data[key]
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}

// quietOf reads the quiet times. One hour alone says nothing and counts as none.
func quietOf(p chat.Press, q okr.Quiet) okr.Quiet {
	switch from, to := p.Data[cards.InputQuietFrom], p.Data[cards.InputQuietTo]; {
	case from == cards.ChoiceNone || to == cards.ChoiceNone, (from == "" || to == "") && q.From == q.To:
		q.From, q.To = 0, 0
	default:
		q.From, q.To = numberOr(p, cards.InputQuietFrom, q.From), numberOr(p, cards.InputQuietTo, q.To)
	}
	if text, ok := p.Data[cards.InputQuietDays]; ok {
		q.Days = nil
		for part := range strings.SplitSeq(text, ",") {
			if n, err := strconv.Atoi(part); err == nil {
				q.Days = append(q.Days, time.Weekday(n))
			}
		}
	}
	return q
}

// chosenPeople keeps those who are offered.
func (s *Subject) chosenPeople(ctx context.Context, t *chat.Turn, text string, plan okr.DigestPlan) ([]okr.Person, error) {
	actor := t.Actor
	actor.Shared = true
	objectives, err := s.plan.Objectives(ctx, actor)
	wanted := strings.Split(text, ",")
	var out []okr.Person
	for _, who := range people(t, plan, objectives) {
		isKnown := slices.ContainsFunc(out, func(p okr.Person) bool { return p.ID == who.ID })
		if slices.Contains(wanted, string(who.ID)) && !isKnown {
			out = append(out, who)
		}
	}
	return out, err
}

func chosenWords(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		if name, err := url.QueryUnescape(part); err == nil && okr.CleanLine(name) != "" {
			out = append(out, okr.Shorten(okr.CleanLine(name), okr.MaxName))
		}
	}
	return out
}

// chosenObjectives keeps those that are open or were followed before; none of them
// means all, also those that come later.
func (s *Subject) chosenObjectives(ctx context.Context, t *chat.Turn, text string, followed []okr.GoalID) ([]okr.GoalID, error) {
	actor := t.Actor
	actor.Shared = true
	objectives, err := s.plan.Objectives(ctx, actor)
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
	for _, id := range followed {
		if slices.Contains(wanted, string(id)) && !slices.Contains(chosen, id) {
			chosen = append(chosen, id)
		}
	}
	if len(chosen) == 0 && strings.TrimSpace(text) != "" {
		return nil, okr.Errorf(okr.Invalid, "I can't find the objectives that you chose. They may be deleted or private. To choose again, send: digest")
	}
	return chosen, nil
}
