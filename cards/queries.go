package cards

import (
	"fmt"
	"strings"

	"okrbot/okr"
)

// VerbQueries shows another part of the queries that a text finds.
const VerbQueries = "queries"

// maxQueryText is how much of the searched text a card repeats.
const maxQueryText = 120

// QueryList is what a search for shared queries shows.
type QueryList struct {
	Text     string
	Found    okr.FoundQueries
	Offset   int
	Problems []string // of the connections that could not be searched, in words
}

// Queries lists the shared queries that a text finds, each with the connection that
// leads to it.
func Queries(l QueryList) Card {
	total := len(l.Found.Queries)
	body := []element{heading(mdn(maxQueryText, "Queries with “%s”", l.Text)), note(searchedThrough(l.Found))}
	for _, problem := range l.Problems[:min(len(l.Problems), maxProblems)] {
		body = append(body, box("warning", text(mdn(maxLong, "▲ Not searched: %s", problem))))
	}
	body = append(body, more(len(l.Problems)-maxProblems, "connection that could not be searched")...)
	if total == 0 && len(l.Found.Searched) > 0 {
		body = append(body, text(mdf("None found. I search shared queries by name.")))
	}
	shown := rowsWithin(total-l.Offset, PageSize, maxListBytes-4_000, func(i int) element { return queryRow(l.Found.Queries[l.Offset+i]) })
	body = append(body, shown...)
	if total > 0 {
		if part := rangeText(total, l.Offset, len(shown)); part != "" {
			body = append(body, note(part))
		}
	}
	if l.Found.More {
		body = append(body, footer("More queries match. Enter more of the name."))
	}
	actions := l.pages(len(shown))
	if len(l.Problems) > 0 {
		actions = append(actions, run("Search again", VerbQueries, KeyText, l.Text).bare())
	}
	return newCard("Queries with "+Plain(l.Text, maxQueryText), body, append(actions, run("All OKRs", VerbGoals))...)
}

// maxProblems is how many connections are named that could not be searched.
const maxProblems = 4

func queryRow(f okr.FoundQuery) element {
	q, c := f.Query, f.Connection
	return columns(col(stretch, text(link(q.Name, q.URL, okr.MaxName)),
		note(mdn(okr.MaxName, "%s · %s", q.Path, q.Kind.Words())).near(),
		note(joinMD(": ", mdn(2*okr.MaxName, "%s %s", c.ID, c.Name), leadsTo(c))).near()))
}

// leadsTo is the organization and project of a connection; empty where its name begins with
// them, as one does that nobody has named.
func leadsTo(c okr.Connection) md {
	place := c.Organization + " / " + c.Project.Name
	if strings.HasPrefix(strings.ToLower(c.Name), strings.ToLower(place)) {
		return ""
	}
	return mdf("%s", place)
}

func searchedThrough(f okr.FoundQueries) md {
	words := fmt.Sprintf("Shared queries from %s.", count(len(f.Searched), "connection"))
	if len(f.Searched) == 0 {
		words = "No connection could be searched."
	}
	if f.Left > 0 {
		words += fmt.Sprintf(" %s not searched, because there are too many.", notSearched(f.Left))
	}
	if f.Private {
		words += " Your private connections aren't searched here. To include them, send the command in our 1:1 chat."
	}
	return md(words)
}

// notSearched counts the connections that were left out.
func notSearched(n int) string {
	if n == 1 {
		return "1 more was"
	}
	return fmt.Sprintf("%d more were", n)
}

func (l QueryList) pages(shown int) []action {
	var out []action
	if l.Offset > 0 {
		out = append(out, run("Previous", VerbQueries, KeyText, l.Text, KeyOffset, fmt.Sprint(max(0, l.Offset-PageSize))).bare())
	}
	if l.Offset+shown < len(l.Found.Queries) {
		out = append(out, run("Next", VerbQueries, KeyText, l.Text, KeyOffset, fmt.Sprint(l.Offset+shown)).bare())
	}
	return out
}
