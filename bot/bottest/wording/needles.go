package wording

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// needlesOf lists words in lower case of which a text must have one for a pattern to be
// found in it; none: any text may have it. Looking for them first makes a text of a script
// cheap to read.
func needlesOf(pattern string) []string {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	return needles(parsed)
}

func needles(r *syntax.Regexp) []string {
	switch {
	case r.Op == syntax.OpLiteral:
		return []string{strings.ToLower(string(r.Rune))}
	case r.Op == syntax.OpCapture, r.Op == syntax.OpPlus, r.Op == syntax.OpRepeat && r.Min > 0:
		return needles(r.Sub[0])
	case r.Op == syntax.OpConcat:
		var best []string
		for _, sub := range r.Sub {
			if found := needles(sub); shortest(found) > shortest(best) {
				best = found
			}
		}
		return best
	case r.Op == syntax.OpAlternate:
		var all []string
		for _, sub := range r.Sub {
			found := needles(sub)
			if len(found) == 0 {
				return nil
			}
			all = append(all, found...)
		}
		return all
	}
	return nil
}

// shortest is the length of the shortest needle; 0: there is none.
func shortest(all []string) int {
	if len(all) == 0 {
		return 0
	}
	return len(slices.MinFunc(all, func(a, b string) int { return len(a) - len(b) }))
}

// hasOne says whether a text in lower case has one of the needles.
func hasOne(text string, needles []string) bool {
	return len(needles) == 0 || slices.ContainsFunc(needles, func(n string) bool { return strings.Contains(text, n) })
}
