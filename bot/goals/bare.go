package goals

import (
	"maps"
	"slices"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
)

// readings are the ways in which words beside filters can be meant, the likeliest
// first: words that are filters, each of them, are filters; else they are of a title.
// What remains is tried when that finds nothing: the filters among the words, and the
// name of an owner.
func readings(t *chat.Turn, words []string, filters map[string]string) []map[string]string {
	with := func(add map[string]string, text []string) map[string]string {
		out := maps.Clone(filters)
		maps.Copy(out, add)
		if title := strings.TrimSpace(strings.Join(text, " ") + " " + filters[cards.KeyText]); title != "" {
			out[cards.KeyText] = title
		}
		return out
	}
	title := with(nil, words)
	if len(words) == 0 {
		return []map[string]string{title}
	}
	rest, bare := bareFilters(t, words, filters)
	out := []map[string]string{title}
	if tags, ok := taggedWith(words); ok && filters[cards.KeyTag] == "" {
		return []map[string]string{with(map[string]string{cards.KeyTag: tags}, nil), title}
	}
	switch {
	case len(bare) > 0 && len(rest) == 0:
		out = []map[string]string{with(bare, nil), title}
	case len(bare) > 0:
		out = append(out, with(bare, rest))
	}
	if filters[cards.KeyOwner] == "" {
		if len(bare) == 0 {
			rest = words
		}
		if len(rest) > 0 {
			bare[cards.KeyOwner] = strings.Join(rest, " ")
			out = append(out, with(bare, nil))
		}
	}
	return out
}

// taggedWith reads "tagged growth" and "with tag growth"; false: words say nothing of
// tags.
func taggedWith(words []string) (tags string, ok bool) {
	for len(words) > 0 && slices.Contains([]string{"with", "tag", "tags", "tagged", "as", "the"}, strings.ToLower(words[0])) {
		ok = ok || strings.HasPrefix(strings.ToLower(words[0]), "tag")
		words = words[1:]
	}
	return strings.Join(words, " "), ok && len(words) > 0
}

// longestBare is how many words a bare filter has at most.
const longestBare = 3

// bareFilters parts words that are exactly a status, a kind, a period or a team from
// the others; a filter that was given already is not given anew.
func bareFilters(t *chat.Turn, words []string, given map[string]string) (rest []string, found map[string]string) {
	found = map[string]string{}
	for i := 0; i < len(words); {
		taken := 0
		for n := min(longestBare, len(words)-i); n > 0 && taken == 0; n-- {
			phrase := strings.Join(words[i:i+n], " ")
			name, value := bareFilter(t, strings.Trim(phrase, `"'“”„,`))
			if name != "" && given[name] == "" && found[name] == "" {
				found[name], taken = value, n
			}
		}
		if taken == 0 {
			rest, taken = append(rest, words[i]), 1
		}
		i += taken
	}
	return rest, found
}

// bareFilter is the filter that words stand for; empty: none.
func bareFilter(t *chat.Turn, phrase string) (name, value string) {
	if len(phrase) < 2 {
		return "", "" // "o" and "p" are too short to mean a kind by themselves
	}
	if _, err := statusFilter(phrase); err == nil {
		return cards.KeyStatus, phrase
	}
	if _, err := kindFilter(phrase); err == nil {
		return cards.KeyKind, phrase
	}
	for _, team := range t.Settings.Teams {
		if strings.EqualFold(team, phrase) {
			return cards.KeyTeam, team
		}
	}
	period := strings.TrimSuffix(strings.ToLower(phrase), " quarter")
	if period == "this" {
		period = "current"
	}
	if _, ok := t.Settings.FindPeriod(period, t.Today()); ok {
		return cards.KeyPeriod, period
	}
	return "", ""
}
