package cards

import (
	"fmt"
	"strconv"

	"okrbot/okr"
)

// ChosenPage is how many chosen work items a card lists.
const ChosenPage = 8

// chosenRows lists a page of what is chosen.
func chosenRows(f ChosenForm, bytes int) []element {
	n := len(f.Items)
	if n == 0 {
		return []element{section("Chosen work items"), note(md(fmt.Sprintf("None yet. You can choose up to %d.", okr.MaxChosen)))}
	}
	out := []element{section(mdf("Chosen: %s", count(n, "work item")))}
	gone := 0
	for _, i := range f.Items {
		if i.Why != "" {
			gone++
		}
	}
	if gone > 0 {
		out = append(out, box("warning", text(md(fmt.Sprintf("▲ %s can't be counted.", count(gone, "chosen work item")))),
			actionsOf(run("Remove them", VerbChosenRemove, KeyDraft, f.Draft, KeyItem, ItemsGone, KeyFilled, "1", KeyKeep, keepsText(f)))))
	}
	shown := rowsWithin(n-f.Offset, ChosenPage, max(1_000, bytes), func(i int) element { return chosenRow(f, f.Items[f.Offset+i]) })
	out = append(out, shown...)
	if part := rangeText(n, f.Offset, len(shown)); part != "" {
		out = append(out, note(part))
	}
	return append(out, chosenPages(f, len(shown))...)
}

func chosenRow(f ChosenForm, i ChosenItem) element {
	title := i.Title
	if title == "" {
		title = "Work item " + strconv.Itoa(i.ID)
	}
	detail := note(mdf("%d · %s", i.ID, joinWords(i.Type, i.State)))
	if i.Type == "" && i.State == "" {
		detail = note(mdf("%d", i.ID))
	}
	left := []element{text(link(title, i.URL, maxRow)).near(), detail}
	if i.Why != "" {
		left = append(left, text(mdn(maxLong, "▲ %s", i.Why)).with("", warning).near())
	}
	remove := run("Remove", VerbChosenRemove, KeyDraft, f.Draft, KeyItem, strconv.Itoa(i.ID), KeyFilled, "1", KeyKeep, keepsText(f))
	return columns(col(stretch, left...).middle(), col(auto, actionsOf(remove)).middle()).near()
}

func chosenPages(f ChosenForm, shown int) []element {
	var out []action
	page := func(title string, offset int) {
		out = append(out, run(title, VerbChosenPage, KeyDraft, f.Draft, KeyOffset, strconv.Itoa(offset), KeyFilled, "1", KeyKeep, keepsText(f)))
	}
	if f.Offset > 0 {
		page("Previous", max(0, f.Offset-ChosenPage))
	}
	if f.Offset+shown < len(f.Items) {
		page("Next page", f.Offset+shown)
	}
	if len(out) == 0 {
		return nil
	}
	return []element{actionsOf(out...)}
}
