package adotest

import (
	"net/http"
	"strings"
)

// A project has one team here, its default one.
func (p *Project) teamName() string { return p.Name + " Team" }

func (p *Project) teamID() string { return guidOf("team", p.ID) }

func (p *Project) hasTeam(nameOrID string) bool {
	return strings.EqualFold(nameOrID, p.teamName()) || strings.EqualFold(nameOrID, p.teamID())
}

// lacksTeam reports a query text with @CurrentIteration that finds no team. One
// that names its team, @CurrentIteration('[Project]\Team'), as the web pages
// write it, needs none in the address.
func (c *Cloud) lacksTeam(x *exchange, text string) bool {
	_, rest, uses := cutUnquoted(strings.ToLower(text), "@currentiteration")
	if !uses || x.team != "" {
		return false
	}
	if named, found := strings.CutPrefix(strings.TrimSpace(rest), "('["); found {
		project, team, _ := strings.Cut(named, `]\`)
		team, _, _ = strings.Cut(team, "'")
		p := x.inOrg.project(project)
		return p == nil || !p.hasTeam(team)
	}
	return x.inProj == nil || c.modes[ModeIterationNeedsTeam]
}

// cutUnquoted cuts at the first place outside of quotes.
func cutUnquoted(text, sep string) (before, after string, found bool) {
	for from := 0; ; {
		i := strings.Index(text[from:], sep)
		if i < 0 {
			return text, "", false
		}
		at := from + i
		if from = at + len(sep); strings.Count(text[:at], "'")%2 == 0 {
			return text[:at], text[from:], true
		}
	}
}

// noTeam comes with 500, as observed, although the text of the query is at fault.
func noTeam() answer {
	return vss(http.StatusInternalServerError, "WorkItemTrackingQueryException",
		"VS402612: The macro '@CurrentIteration' is not supported without a team context.")
}
