package cards

import "okrbot/okr"

// sourceNoun is what measures a goal: a query, or work items that people chose.
func sourceNoun(q okr.Query) string {
	if q.Chosen != nil {
		return "work items"
	}
	return "query"
}

// sourceFact names it, with its address.
func sourceFact(q okr.Query, n int) fact {
	return fact{md(capital(sourceNoun(q))), link(capitalChosen(q), q.URL, n)}
}

// capitalChosen is the name of a query as it is, and that of a choice as it begins a line.
func capitalChosen(q okr.Query) string {
	if q.Chosen != nil {
		return capital(q.Name)
	}
	return q.Name
}

// changeSource is the button that goes to another choice of what measures a goal.
func changeSource(q okr.Query, ofQuery string) string {
	if q.Chosen != nil {
		return "Change work items"
	}
	return ofQuery
}

// optionFacts say what is about to be measured.
func optionFacts(q okr.Query, n int) []fact {
	if q.Chosen != nil {
		return []fact{sourceFact(q, okr.MaxName), {"Matches now", md(count(n, "work item"))}}
	}
	return []fact{
		sourceFact(q, okr.MaxName),
		{"Folder", mdn(okr.MaxName, "%s", q.Path)},
		{"Type", mdf("%s", capital(q.Kind.Words()))},
		{"Matches now", md(count(n, "work item"))},
	}
}

// chosenHint says what counts of chosen work items.
func chosenHint(f BindForm) []element {
	var out []element
	if f.Lost != "" {
		out = append(out, box("warning", text(mdn(maxMessage, "▲ %s", f.Lost))))
	}
	if f.Query.Chosen.Children {
		out = append(out, note("The chosen work items and everything below them count. Choose a type to count only that type."))
	}
	return out
}

// maxLostRows is how many lost work items a goal's card names.
const maxLostRows = 3

// lostItems names chosen work items that do not count, and why.
func lostItems(l okr.LostList, most int) []element {
	if l.Count == 0 {
		return nil
	}
	items := []element{text(md("▲ "+count(l.Count, "chosen work item")+" not counted")).with(bolder, warning)}
	shown := l.First[:min(len(l.First), most)]
	for _, item := range shown {
		items = append(items, bullet(itemLink(item.WorkItemRef)+mdn(maxRow, " %s", item.Words())))
	}
	return []element{box("warning", append(items, more(l.Count-len(shown), "work item")...)...)}
}
