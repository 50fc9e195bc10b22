package cards

import (
	"strings"

	"okrbot/okr"
)

var resultMarks = strings.NewReplacer("<", "‹", ">", "›")

// ResultTitle is the title and the subtitle of a goal in a list of search
// results. They stand in a thumbnail card, whose text may hold markup, so the
// subtitle has none.
func ResultTitle(p Place, v GoalView) (title, subtitle string) {
	g := v.Goal
	parts := []string{statusText(v.Standing.Status)}
	if v.Standing.Progress != nil {
		parts = append(parts, p.progress(v.Standing.Progress))
	}
	if g.Owner.Name != "" {
		parts = append(parts, resultMarks.Replace(okr.Shorten(PersonName(g.Owner), maxRow)))
	}
	return Plain(string(g.ID)+" "+g.Title, maxLong), Plain(strings.Join(parts, " · "), maxLong)
}
