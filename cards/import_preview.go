package cards

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"okrbot/okr"
)

// ImportPreview shows what an import would do, before anything is written.
func ImportPreview(v okr.ImportPreview) Card {
	return fit(func(bytes int) Card { return importPreview(v, bytes) })
}

func importPreview(v okr.ImportPreview, bytes int) Card {
	isOpen := v.Import.Phase == okr.ImportCollecting
	title, about := "Preview of import "+string(v.Import.ID), md("Nothing is saved yet.")
	if !isOpen {
		title, about = "Report of import "+string(v.Import.ID), mdf("by %s", v.Import.By.Name)
	}
	body := []element{heading(mdf("%s", title)), note(about)}
	if v.Waits != "" && isOpen {
		body = append(body, box("warning", text(mdn(maxMessage, "%s", v.Waits))))
	}
	body = append(body, facts(tallyFacts(v.Tally)...))
	body = append(body, groupRows(v.Groups, bytes)...)
	body = append(body, toDecide(v)...)
	body = append(body, findingRows(v, bytes)...)
	return newCard(title+": "+tallied(v.Tally.Made+v.Tally.Changed, "OKR"), body, previewActions(v)...)
}

// tallyFacts are the counts of what is, or would be, written.
func tallyFacts(t okr.ImportTally) []fact {
	var out []fact
	for _, each := range []struct {
		title, noun string
		n           int
	}{
		{"New", "OKR", t.Made},
		{"Updated", "OKR", t.Changed},
		{"Unchanged since the last import", "OKR", t.Same},
		{"Changed in both, kept as here", "OKR", t.Kept},
		{"History", "check-in", t.CheckIns},
		{"Comments", "comment", t.Notes},
		{"Can't be imported", "row", t.Left},
		{"Undone", "OKR", t.TakenBack},
	} {
		if each.n > 0 {
			out = append(out, fact{md(each.title), md(tallied(each.n, each.noun))})
		}
	}
	return out
}

// groupRows counts by kind and status, and folded by period.
func groupRows(groups []okr.ImportGroup, bytes int) []element {
	if len(groups) == 0 {
		return nil
	}
	var kinds []fact
	for _, kind := range []okr.GoalKind{okr.Objective, okr.KeyResult, okr.Project} {
		if is := func(g okr.ImportGroup) bool { return g.Kind == kind }; slices.ContainsFunc(groups, is) {
			kinds = append(kinds, fact{md(capital(plural(2, string(kind)))), statusCounts(groups, is)})
		}
	}
	periods := periodsOf(groups)
	shown := rowsWithin(len(periods), 3*PageSize, bytes, func(i int) element {
		of := statusCounts(groups, func(g okr.ImportGroup) bool { return g.Period == periods[i] })
		return bullet(mdf("%s: ", cmp.Or(periods[i], "no period")) + of)
	})
	shown = append(shown, more(len(periods)-len(shown), "period")...)
	return append([]element{section("In this import"), facts(kinds...)}, folded("import-periods", "By period", false, shown...)...)
}

// periodsOf are the names of the periods of some groups, each once.
func periodsOf(groups []okr.ImportGroup) []string {
	var names []string
	for _, g := range groups {
		if !slices.Contains(names, g.Period) {
			names = append(names, g.Period)
		}
	}
	return names
}

// statusCounts is how many there are of a part of the groups, with their statuses.
func statusCounts(groups []okr.ImportGroup, is func(okr.ImportGroup) bool) md {
	counts := map[okr.Status]int{}
	total := 0
	for _, g := range groups {
		if is(g) {
			counts[g.Status] += g.Count
			total += g.Count
		}
	}
	var parts []md
	for _, s := range []okr.Status{okr.OnTrack, okr.Behind, okr.AtRisk, okr.NotStarted, okr.StatusInProgress, okr.NoData, okr.StatusPostponed, okr.StatusClosed, ""} {
		if n := counts[s]; n > 0 {
			parts = append(parts, md(thousands(n)+" "+statusWord(s)))
		}
	}
	return md(thousands(total)) + " (" + joinMD(", ", parts...) + ")"
}

// statusWord is a status inside a sentence.
func statusWord(s okr.Status) string {
	if s == "" {
		return "without status"
	}
	return string(s)
}

// toDecide are the questions that a person answers, each with its button. A report has
// none of them any more.
func toDecide(v okr.ImportPreview) []element {
	id := string(v.Import.ID)
	var out []element
	if n, open := len(v.Words), undecidedWords(v.Words); n > 0 {
		decide := run("Match types", VerbImportWords, KeyImport, id)
		if open > 0 && v.Waits != "" {
			decide = decide.positive() // nothing can be imported before
		}
		out = append(out, decideRow("Words for kinds of OKRs", decided(n-open, open, false), open > 0, decide))
	}
	if n, open := len(askedPeople(v.People)), unmatchedPeople(v.People); n > 0 {
		out = append(out, decideRow("People", decided(n-open, open, true), open > 0, run("Match people", VerbImportPeople, KeyImport, id)))
	}
	if n := len(v.Differences); n > 0 {
		out = append(out, decideRow("Progress", md(tallied(n, "OKR")+" with different progress here"), false, run("Compare progress", VerbImportDifferences, KeyImport, id)))
	}
	switch {
	case len(out) == 0:
		return nil
	case v.Import.Phase != okr.ImportCollecting:
		return out
	}
	return append([]element{section("Check before you import")}, out...)
}

func undecidedWords(words []okr.ImportWord) int {
	n := 0
	for _, w := range words {
		if w.Kind == "" {
			n++
		}
	}
	return n
}

// unmatchedPeople is for how many people nobody was found or chosen.
func unmatchedPeople(people []okr.ImportPerson) int {
	n := 0
	for _, p := range people {
		if p.How == okr.MatchNone || p.How == okr.MatchSeveral {
			n++
		}
	}
	return n
}

// decided says how many answers there are, and how many are missing.
func decided(done, open int, isPeople bool) md {
	switch {
	case isPeople && open == 0:
		return md("✓ All " + thousands(done) + " found")
	case open == 0:
		return md("✓ All " + thousands(done) + " decided")
	case isPeople:
		return md(fmt.Sprintf("%s found, %s not found: their OKRs will have no owner", thousands(done), thousands(open)))
	}
	return md(fmt.Sprintf("%s of %s to decide", thousands(open), thousands(done+open)))
}

func decideRow(title string, about md, isOpen bool, a action) element {
	says := note(about)
	if isOpen {
		says.Color, says.IsSubtle = warning, false
	}
	return columns(col(stretch, bold(md(title)), says).middle(), col(auto, actionsOf(a)).middle()).separated()
}

// findingRows lists what is left, moved and guessed; each opens its rows.
func findingRows(v okr.ImportPreview, bytes int) []element {
	if len(v.Findings) == 0 {
		return nil
	}
	shown := rowsWithin(len(v.Findings), 2*PageSize, bytes, func(i int) element { return findingRow(v, i) })
	out := append([]element{section("Good to know"), note("Select a row for details.")}, shown...)
	return append(out, more(len(v.Findings)-len(shown), "kind")...)
}

func findingRow(v okr.ImportPreview, i int) element {
	f := v.Findings[i]
	title := text(md(findingSign(f.Kind))+mdn(maxLong, " %s", f.Title)).with("", findingColor(f.Kind))
	n := bold(md(thousands(len(f.Rows) + f.More))).right()
	return columns(col(stretch, title), col(auto, n)).near().
		opens(run("Show: "+Plain(f.Title, maxRow), VerbImportRows, KeyImport, string(v.Import.ID), KeyFinding, strconv.Itoa(i)))
}

// findingSign says how much a finding weighs, so that colour is never alone.
func findingSign(kind okr.FindingKind) string {
	switch kind {
	case okr.FindingLeft:
		return "✗"
	case okr.FindingMoved:
		return "↪"
	case okr.FindingGuessed:
		return "?"
	}
	return "ℹ"
}

func findingColor(kind okr.FindingKind) string {
	switch kind {
	case okr.FindingLeft:
		return attention
	case okr.FindingGuessed:
		return warning
	}
	return ""
}

func previewActions(v okr.ImportPreview) []action {
	id := string(v.Import.ID)
	var out []action
	if v.Import.Phase != okr.ImportCollecting {
		return []action{run("Back to import", VerbImportShow, KeyImport, id)}
	}
	if v.Waits == "" {
		out = append(out, run("Import", VerbImportBegin, KeyImport, id).positive())
	}
	return append(out, run("Files", VerbImportFiles, KeyImport, id), cancelImport(v.Import))
}

// backToPreview leads back to the preview of an import.
func backToPreview(id okr.ImportID) action {
	return run("Back", VerbImportPreview, KeyImport, string(id)).bare()
}

// ImportRows are the rows of one finding.
type ImportRows struct {
	Import  okr.Import
	Finding okr.ImportFinding
	At      int // its place in the preview
	Offset  int
}

// ImportReasons shows row by row what a finding is about, and why.
func ImportReasons(l ImportRows) Card {
	f := l.Finding
	offset := min(l.Offset, max(0, len(f.Rows)-1))
	list := f.Rows[offset:]
	shown := rows(len(list), func(i int) element { return reasonRow(list[i]) })
	body := []element{heading(md(findingSign(f.Kind)) + mdn(maxLong, " %s", f.Title)), note(joinMD(" · ", md(tallied(len(f.Rows)+f.More, "row")), rangeText(len(f.Rows)+f.More, offset, len(shown))))}
	body = append(body, shown...)
	if offset+len(shown) == len(f.Rows) {
		body = append(body, more(f.More, "row")...)
	}
	actions := pagesOf(VerbImportRows, len(f.Rows), offset, len(shown), PageSize, KeyImport, string(l.Import.ID), KeyFinding, strconv.Itoa(l.At))
	return newCard(f.Title, body, append(actions, backToPreview(l.Import.ID))...)
}

// pagesOf is pages for rows of another number, whose buttons carry more.
func pagesOf(verb string, total, offset, shown, most int, pairs ...string) []action {
	var out []action
	if offset > 0 {
		out = append(out, run("Previous", verb, append(pairs, KeyOffset, strconv.Itoa(max(0, offset-most)))...))
	}
	if offset+shown < total {
		out = append(out, run("Next", verb, append(pairs, KeyOffset, strconv.Itoa(offset+shown))...))
	}
	return out
}

func reasonRow(r okr.ImportRow) element {
	at := md("")
	if r.File != "" {
		at = mdn(maxRow, "%s", r.File)
	}
	if r.Row > 0 {
		at += md(", row " + thousands(r.Row))
	}
	id := md("")
	if r.ID != "" {
		id = mdf("id %s", r.ID)
	}
	items := []element{note(mdn(2*maxLong, "%s", r.Why)), note(joinMD(" · ", at, id))}
	if r.Title != "" {
		items = append([]element{bold(mdn(maxLong, "%s", r.Title))}, items...)
	}
	return columns(col(stretch, items...)).separated()
}

// ImportDifferences shows beside each other the progress that the source shows and the
// one that is computed here, with the reason.
func ImportDifferences(p Place, v okr.ImportPreview, offset int) Card {
	title := "Compare progress"
	total := len(v.Differences)
	offset = min(offset, max(0, total-1))
	list := v.Differences[offset:]
	shown := rows(len(list), func(i int) element { return differenceRow(p, list[i]) })
	body := []element{heading(md(title)), note(joinMD(" ", "On the left: the files. On the right: here.", rangeText(total, offset, len(shown))))}
	if total == 0 {
		body = []element{heading(md(title)), text("✓ Progress is the same as in the files.")}
	}
	actions := pagesOf(VerbImportDifferences, total, offset, len(shown), PageSize, KeyImport, string(v.Import.ID))
	return newCard(title+": "+tallied(total, "OKR"), append(body, shown...), append(actions, backToPreview(v.Import.ID))...)
}

func differenceRow(p Place, d okr.ImportDifference) element {
	left := col(stretch, text(mdn(maxLong, "%s", d.Title)).near(), note(mdn(2*maxLong, "%s", d.Why)))
	there, here := p.progress(d.Shown), p.progress(d.Computed)
	if there == here && d.Shown != nil && d.Computed != nil {
		there, here = p.Locale.share(*d.Shown, 2), p.Locale.share(*d.Computed, 2)
	}
	return columns(left, col("70px", bold(md(there)).right()), col(auto, text("→")), col("70px", bold(md(here)).right())).separated()
}
