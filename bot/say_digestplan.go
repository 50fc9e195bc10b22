package bot

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// planOf reads the form of a digest. What a card does not ask, such as one that
// was posted by an older okrbot, stays as it is.
func (b *Bot) planOf(ctx context.Context, t *turn, p press, plan okr.DigestPlan) (okr.DigestPlan, error) {
	var err error
	if plan.Objectives, err = b.chosenObjectives(ctx, t, p.data["objectives"]); err != nil {
		return plan, err
	}
	if text, ok := p.data["teams"]; ok {
		plan.Teams = chosenTeams(text)
	}
	if text, ok := p.data["cadence"]; ok {
		plan.Rule.Cadence = okr.Cadence(strings.TrimPrefix(text, cards.ChoiceAny))
	}
	plan.Rule.Hour = numberOr(p, "hour", plan.Rule.Hour)
	plan.Rule.Weekday = time.Weekday(numberOr(p, "weekday", int(plan.Rule.Weekday)))
	plan.Quiet = quietOf(p, plan.Quiet)
	if text, ok := p.data["when"]; ok {
		plan.Always = text == "always"
	}
	if text, ok := p.data["thread"]; ok {
		plan.Threaded = text == "one" && t.activity.Kind() == teams.KindChannel
	}
	if name := p.data["zone"]; name != "" {
		plan.Zone = name
	}
	return plan, nil
}

// numberOr reads a number of the form; what is none gives -1, which the service
// refuses with the words for the field.
func numberOr(p press, key string, otherwise int) int {
	text, ok := p.data[key]
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}

// quietOf reads the quiet times. One hour alone says nothing and counts as none.
func quietOf(p press, q okr.Quiet) okr.Quiet {
	if from, ok := p.data["quietFrom"]; ok {
		to := p.data["quietTo"]
		q.From, q.To = 0, 0
		if from != cards.ChoiceNone && to != cards.ChoiceNone {
			q.From, q.To = numberOr(p, "quietFrom", 0), numberOr(p, "quietTo", 0)
		}
	}
	if text, ok := p.data["quietDays"]; ok {
		q.Days = nil
		for part := range strings.SplitSeq(text, ",") {
			if n, err := strconv.Atoi(part); err == nil {
				q.Days = append(q.Days, time.Weekday(n))
			}
		}
	}
	return q
}

func chosenTeams(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		if name, err := url.QueryUnescape(part); err == nil && okr.CleanLine(name) != "" {
			out = append(out, okr.Shorten(okr.CleanLine(name), okr.MaxName))
		}
	}
	return out
}

// chosenObjectives keeps those that exist; none of them means all, also those that
// come later.
func (b *Bot) chosenObjectives(ctx context.Context, t *turn, text string) ([]okr.GoalID, error) {
	actor := t.actor
	actor.Shared = true
	objectives, err := b.Service.Plan.Objectives(ctx, actor)
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
	if len(chosen) == 0 && strings.TrimSpace(text) != "" {
		return nil, okr.Errorf(okr.Invalid, "None of the chosen objectives exists any more. Send `digest` to choose again.")
	}
	return chosen, nil
}
