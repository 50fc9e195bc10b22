package cards

import "okrbot/okr"

// Queries lists the shared queries that a text finds through a connection.
func Queries(searched string, c okr.Connection, page okr.QueryPage) Card {
	body := []element{
		heading(mdf("Queries with “%s”", searched)),
		note(mdf("Shared queries of %s in %s, through the connection %s.", c.Project.Name, c.Organization, c.Name)),
	}
	if len(page.Queries) == 0 {
		body = append(body, text(mdf("None found. Only shared queries are searched, by their name.")))
	}
	shown := rowsWithin(len(page.Queries), PageSize, maxListBytes, func(i int) element {
		q := page.Queries[i]
		return columns(col(stretch, text(link(q.Name, q.URL, okr.MaxName)), note(mdn(okr.MaxName, "%s · %s", q.Path, q.Kind.Words())).near()))
	})
	body = append(body, shown...)
	if page.More || len(page.Queries) > len(shown) {
		body = append(body, note("More queries match. Type more of the name."))
	}
	return newCard("Queries with "+searched, body, run("Show the OKRs", VerbGoals))
}
