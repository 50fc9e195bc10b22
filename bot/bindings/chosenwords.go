package bindings

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// bindItems answers "bind KR1 to 123, 124 https://…": the goal, and the work items that it is
// to be bound to; other words behind an id and "to" are those of a query's name. False: the
// text names neither.
func (s *Subject) bindItems(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, bool, error) {
	what, text, below := splitItems(arg)
	if text == "" {
		return chat.Reply{}, false, nil
	}
	if _, isID := okr.ParseGoalID(chat.Plain(what)); !isID && !hasItemAddress(text) {
		titled, err := s.chat.Plan.FindGoals(ctx, t.Actor, arg) // a title may have numbers too
		if err != nil || len(titled) > 0 {
			return chat.Reply{}, false, okr.IgnoreNotFound(err)
		}
	}
	if what == "" {
		r, _, err := s.offerItems(ctx, t, text, "")
		return r, true, err
	}
	r, err := s.chat.OneGoal(ctx, t, chat.Plain(what), cards.VerbBind, func(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
		if !meansItems(text) {
			return s.startBinding(ctx, t, id, "", searched(chat.Plain(text)))
		}
		connection := okr.ConnectionID("")
		if a, ok := okr.FindAzureLink(text); ok {
			c, err := s.connectionFor(ctx, t, a)
			if okr.IgnoreNotFound(err) != nil {
				return chat.Reply{}, err
			}
			connection = c.ID // none: the card says what is wrong with the address
		}
		return picker{s}.startChoosing(ctx, t, id, connection, begun{text: text, below: below})
	})
	return r, true, err
}

// withBelow are ends of a command that ask for all that is below the work items.
func withBelow() []string {
	return []string{"with children", "and children", "with their children", "and their children", "with what is below", "and what is below", "with everything below", "and everything below"}
}

// cutBelow takes the words off an end that ask for all that is below the work items.
func cutBelow(arg string) (rest string, below bool) {
	text := strings.TrimRight(arg, " .!)")
	for _, end := range withBelow() {
		if n := len(text) - len(end); n > 0 && strings.EqualFold(text[n:], end) {
			return strings.TrimRight(text[:n], " ,;("), true
		}
	}
	return arg, false
}

// isTo says whether a word parts a goal from what it is to be bound to.
func isTo(word string) bool { return strings.EqualFold(strings.TrimSuffix(word, ":"), "to") }

// meansItems says whether a text is meant to name work items, be they right or wrong: it has
// an address, or a word of digits and signs.
func meansItems(text string) bool {
	return len(okr.Addresses(text)) > 0 || len(readItems(text, "").ids) > 0 || slices.ContainsFunc(strings.Fields(text), func(w string) bool {
		return strings.ContainsFunc(w, unicode.IsDigit) && !strings.ContainsFunc(w, unicode.IsLetter)
	})
}

// splitItems parts what is to be bound from the work items: behind "to", or behind an id
// where only work items follow. No text: there are none.
func splitItems(arg string) (what, text string, below bool) {
	arg, below = cutBelow(strings.TrimSpace(arg))
	words := strings.Fields(arg)
	if len(words) > 1 {
		if id, ok := okr.ParseGoalID(strings.Trim(words[0], ":,\"'“”„")); ok {
			words[0] = string(id)
			if len(words) > 2 && isTo(words[1]) {
				return words[0], strings.Join(words[2:], " "), below
			}
		}
	}
	for i, w := range words {
		if rest := strings.Join(words[i+1:], " "); isTo(w) && rest != "" && (i == 1 || namesOnly(rest)) && len(readItems(rest, "").ids) > 0 {
			return strings.Join(words[:i], " "), rest, below
		}
	}
	for i := range words {
		if rest := strings.Join(words[i:], " "); i <= 1 && namesOnly(rest) && (i == 1 || hasItemAddress(rest)) {
			return strings.Join(words[:i], " "), rest, below
		}
	}
	return "", "", false
}

// offerItems asks which goal the work items of a text are to measure; only is the one that
// was named. False: the text has no address of one.
func (s *Subject) offerItems(ctx context.Context, t *chat.Turn, text string, only okr.GoalID) (chat.Reply, bool, error) {
	a, ok := okr.FindAzureLink(text)
	if !ok || a.Item == 0 {
		return chat.Reply{}, false, nil
	}
	c, err := s.connectionFor(ctx, t, a)
	if err != nil {
		return chat.Reply{}, true, err
	}
	offer := cards.QueryOffer{Items: readItems(strings.Join(okr.Addresses(text), " "), a.Organization).ids, Connection: c}
	r, err := s.offer(ctx, t, offer, only)
	return r, true, err
}
