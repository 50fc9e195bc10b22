package cards

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"okrbot/okr"
)

// The verbs of choosing work items, with the data and inputs that come along. Data of all
// but the first is draft, and the inputs of the card come with each of them.
const (
	VerbChosen       = "chosen.start" // goal, connection, items: numbers, with commas between
	VerbChosenOpen   = "chosen.open"  // from the search for a query to the work items
	VerbChosenAdd    = "chosen.add"   // takes what is typed and ticked
	VerbChosenSearch = "chosen.search"
	VerbChosenRemove = "chosen.remove" // item: a number, or [ItemsGone]
	VerbChosenPage   = "chosen.page"   // offset
	VerbChosenNext   = "chosen.next"   // on to how they are measured
	VerbChosenQuery  = "chosen.query"  // to the search for a query
)

// KeyItems are numbers of work items that a button begins with; as an input, what is typed:
// numbers and addresses.
const KeyItems = "items"

// KeyFilled says that the inputs of the card come along, so that one that does not is empty:
// clients leave those out.
const KeyFilled = "filled"

// ItemsGone stands for all chosen work items that do not count.
const ItemsGone = "gone"

// The inputs of choosing work items, beside [KeyConnection] and [KeyItems].
const (
	InputBelow     = "below"     // with all that is below them
	InputFound     = "found"     // numbers of what was found, several
	InputItemWords = "itemWords" // of titles
	InputFindType  = "findType"  // a work item type, or [ChoiceAny]
	InputArea      = "area"      // an area path, or [ChoiceAny]
)

// MaxItemsText is how many characters of numbers and addresses can be typed at once.
const MaxItemsText = 20_000

// maxEcho is how many bytes of them a card shows again. What is longer is kept by the
// server only.
const maxEcho = 2_000

// ChosenItem is a work item that is chosen. Why says why it does not count; empty: it does.
type ChosenItem struct {
	okr.WorkItemRef
	State string
	Why   string
}

// ChosenForm is the state of choosing work items.
type ChosenForm struct {
	Draft       string
	Goal        okr.Goal
	Connections []Choice // own first, then shared
	Connection  string
	Items       []ChosenItem
	Offset      int    // where the page of them begins
	Below       bool   // with all that is below them
	Text        string // typed and not taken yet
	Words       string
	Type, Area  string   // of the search; empty: any
	Types       []string // none: they are not known
	Areas       []string // none: too many, or they are not known
	Searched    bool
	Found       []okr.WorkItem // that are not chosen yet
	More        bool           // further work items match
	Notice      string         // what was done
	Error       FieldError
}

// ChooseItems is the first step of binding to chosen work items.
func ChooseItems(f ChosenForm) Card {
	return fit(func(bytes int) Card { return chooseItems(f, bytes) })
}

func chooseItems(f ChosenForm, bytes int) Card {
	title := "Choose work items for " + string(f.Goal.ID)
	head := []element{heading(mdf("%s", title)), note(mdn(maxLong, "%s %s", kindWord(f.Goal.Kind), f.Goal.Title))}
	if f.Notice != "" {
		head = append(head, box("good", text(mdn(maxMessage, "✓ %s", f.Notice))))
	}
	in := form{err: f.Error}
	in.add(connectionWithin(bytes/2, BindForm{Connections: f.Connections, Connection: f.Connection}))
	in.show(chosenRows(f, bytes)...)
	in.add(toggleInput(InputBelow, "Work items below", "Include all work items below the chosen ones", f.Below))
	in.show(section("Add work items"))
	in.add(typedItems(f))
	in.show(actionsOf(run("Add", VerbChosenAdd, KeyDraft, f.Draft, KeyFilled, "1", KeyKeep, keepsText(f))))
	findItems(&in, f, bytes)
	next := run("Next", VerbChosenNext, KeyDraft, f.Draft, KeyFilled, "1", KeyKeep, keepsText(f)).positive()
	return newCard(title, in.elements(head...), next,
		run("Use a shared query", VerbChosenQuery, KeyDraft, f.Draft, KeyFilled, "1", KeyKeep, keepsText(f)), run("Cancel", VerbGoal, KeyGoal, string(f.Goal.ID)).bare())
}

// keepsText names the field of numbers where what was typed is too long to be shown again.
func keepsText(f ChosenForm) string {
	if len(f.Text) > maxEcho {
		return KeyItems
	}
	return ""
}

func typedItems(f ChosenForm) input {
	const label = "Numbers or addresses of work items"
	if keepsText(f) != "" {
		return linesInput(KeyItems, label, "", MaxItemsText).hint("Your text is kept. Leave this empty to try it again, or enter something else.")
	}
	return linesInput(KeyItems, label, f.Text, MaxItemsText).hint("for example 123, 124 or https://…")
}

// findItems is the search with what it found.
func findItems(in *form, f ChosenForm, bytes int) {
	in.add(textInput(InputItemWords, "Or search by words in the title", f.Words, okr.MaxTitle).hint("for example checkout payment"))
	areas := areasWithin(bytes/2, f)
	switch {
	case len(f.Types) > 0 && len(f.Areas) > 0:
		in.addPair(anyOf(InputFindType, "Type", "Any type", f.Type, f.Types, bytes/2), anyOf(InputArea, "Area", "Any area", f.Area, areas, bytes))
	case len(f.Types) > 0:
		in.addPair(anyOf(InputFindType, "Type", "Any type", f.Type, f.Types, bytes/2), areaText(f))
	default:
		in.add(areaText(f))
	}
	if n := len(areas); n < len(f.Areas) && len(f.Types) > 0 {
		in.show(note(md(fmt.Sprintf("%d of %d areas are shown. For another one, choose the area above it, or any area.", n, len(f.Areas)))))
	}
	in.show(actionsOf(run("Search", VerbChosenSearch, KeyDraft, f.Draft, KeyFilled, "1", KeyKeep, keepsText(f))))
	if !f.Searched {
		return
	}
	if len(f.Found) == 0 {
		in.show(box("warning", text(notFound(f)), note("All words must be in the title. Try fewer words, another type or another area.")))
		return
	}
	choices := make([]Choice, 0, len(f.Found))
	for _, i := range f.Found {
		choices = append(choices, Choice{Title: foundTitle(i), Value: strconv.Itoa(i.ID)})
	}
	found := &inputBody{Type: "Input.ChoiceSet", ID: InputFound, Label: "Found", Style: "expanded", IsMultiSelect: true, Wrap: true, Choices: choicesWithin(bytes, choices)}
	in.add(found)
	if f.More || len(found.Choices) < len(f.Found) {
		in.show(note("More work items match. Add words to narrow the search."))
	}
	in.show(actionsOf(run("Add selected", VerbChosenAdd, KeyDraft, f.Draft, KeyFilled, "1", KeyKeep, keepsText(f))))
}

func notFound(f ChosenForm) md {
	if f.Words == "" {
		return "No other work item matches."
	}
	return mdf("No other work item matches “%s”.", f.Words)
}

func foundTitle(i okr.WorkItem) string {
	return fmt.Sprintf("%d %s (%s)", i.ID, okr.Shorten(i.Title, maxRow-10), joinWords(i.Type, i.State))
}

func joinWords(words ...string) string {
	var out []string
	for _, w := range words {
		if w != "" {
			out = append(out, w)
		}
	}
	return strings.Join(out, ", ")
}

// areasWithin are as many areas as fit, those nearest to the root first, in their order: a
// search in an area finds what is below it, too.
func areasWithin(bytes int, f ChosenForm) []string {
	byDepth := slices.Clone(f.Areas)
	slices.SortStableFunc(byDepth, func(a, b string) int { return strings.Count(a, `\`) - strings.Count(b, `\`) })
	fit := map[string]bool{}
	for _, c := range choicesWithin(bytes, namesChoices(byDepth), f.Area) {
		fit[c.Value] = true
	}
	return slices.DeleteFunc(slices.Clone(f.Areas), func(a string) bool { return !fit[a] })
}

// namesChoices are names to choose from.
func namesChoices(names []string) []Choice {
	choices := make([]Choice, len(names))
	for i, n := range names {
		choices[i] = Choice{Title: n, Value: n}
	}
	return choices
}

// anyOf is a drop-down of names, the first of which stands for all of them.
func anyOf(id, label, anyTitle, value string, names []string, bytes int) input {
	choices := append([]Choice{{Title: anyTitle, Value: ChoiceAny}}, namesChoices(names)...)
	if value == "" {
		value = ChoiceAny
	}
	in := &inputBody{Type: "Input.ChoiceSet", ID: id, Label: label, Style: "compact", Value: value, Choices: choicesWithin(bytes, choices, value)}
	return in.searchable()
}

func areaText(f ChosenForm) input {
	return textInput(InputArea, "Area path (leave empty for any)", f.Area, okr.MaxTitle).hint(`for example Fabrikam\Shop`)
}
