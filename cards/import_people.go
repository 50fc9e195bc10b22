package cards

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"okrbot/okr"
)

// What can be answered to who somebody is, beside a person.
const (
	ChoiceMe = "me" // who answers
	Nobody   = "nobody"
)

// ToPeople is the value of [KeyTo] that leads to the people of the files.
const ToPeople = "people"

// ImportPersonInput is the id of the input that asks who a person of the files is.
func ImportPersonInput(key string) string { return "person." + shortHash(key) }

// ImportWordInput is the id of the input that asks what a word of the files means.
func ImportWordInput(word string) string { return "word." + shortHash(word) }

// shortHash makes an id of a text of any length.
func shortHash(text string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text))
	return strconv.FormatUint(h.Sum64(), 36)
}

// ImportForm is a page of the questions of an import.
type ImportForm struct {
	Preview okr.ImportPreview
	Offset  int
	Picker  string            // dataset of the client's people picker; empty: it has none
	Me      okr.Person        // who answers
	Values  map[string]string // as typed, by the ids of inputs; none: what is known
	Error   FieldError
}

// askedPeople are the people whom somebody may be asked about, in the order of the form:
// first whom nobody was found for, then by how many OKRs they have.
func askedPeople(all []okr.ImportPerson) []okr.ImportPerson {
	out := slices.DeleteFunc(slices.Clone(all), func(p okr.ImportPerson) bool { return p.How == okr.MatchNotAsked })
	slices.SortStableFunc(out, func(x, y okr.ImportPerson) int {
		return cmp.Or(cmp.Compare(matchOrder(x.How), matchOrder(y.How)), cmp.Compare(y.Items, x.Items), cmp.Compare(x.Key, y.Key))
	})
	return out
}

// matchOrder puts first who has to be chosen, also once that is done: an answer moves
// nobody to another page.
func matchOrder(how okr.ImportMatch) int {
	switch how {
	case okr.MatchEmail, okr.MatchAccount, okr.MatchName, okr.MatchEarlier:
		return 1
	}
	return 0
}

// ImportPeople asks who the people of the files are here.
func ImportPeople(f ImportForm) Card {
	title := "Match people"
	list := askedPeople(f.Preview.People)
	if len(list) == 0 {
		return newCard(title, []element{heading(md(title)), text("The files name no owners.")}, backToPreview(f.Preview.Import.ID))
	}
	offset := min(f.Offset, max(0, len(list)-1))
	page := list[offset:min(len(list), offset+ImportPageSize)]
	head := []element{
		heading(md(title)),
		text("I look people up in the teams and chats that I'm in, by e-mail, then by name. OKRs of people I can't find have no owner, unless you choose somebody."),
	}
	head = append(head, rangeNote(len(list), offset, len(page))...)
	in := form{err: f.Error}
	for _, p := range page {
		in.add(personInput(f, p))
		in.show(note(aboutPerson(p)))
	}
	body := in.elements(head...)
	again := run("Look again", VerbImportMatch, KeyImport, string(f.Preview.Import.ID), KeyTo, ToPeople).bare()
	body = append(body, apart("Somebody missing? Add me to a team or chat they're in, then select Look again."), actionsOf(again))
	return newCard(fmt.Sprintf("%s: %s", title, thousands(len(list))), body, formPages(f, VerbImportPeopleSave, len(list), offset, KeyPicker, picks(f.Picker))...)
}

// rangeNote says which part of a list is shown; nothing where it is all.
func rangeNote(total, offset, shown int) []element {
	if shown == total {
		return nil
	}
	return []element{note(rangeText(total, offset, shown))}
}

// aboutPerson says what the files say of a person, and how they were found.
func aboutPerson(p okr.ImportPerson) md {
	how := md("")
	switch p.How {
	case okr.MatchNone:
		how = "▲ not found"
	case okr.MatchSeveral:
		how = "▲ several people have this name"
	case okr.MatchEmail:
		how = "✓ found by e-mail"
	case okr.MatchAccount:
		how = "✓ found by account"
	case okr.MatchName:
		how = "✓ found by name"
	case okr.MatchChosen:
		how = "✓ chosen"
	case okr.MatchEarlier:
		how = "✓ as in the last import"
	case okr.MatchNobody:
		how = "nobody, as chosen"
	}
	return joinMD(" · ", md(tallied(p.Items, "OKR")), mdn(maxRow, "%s", p.Email), how)
}

// personInput asks who somebody is: in the client's people picker, else by name.
func personInput(f ImportForm, p okr.ImportPerson) input {
	id := ImportPersonInput(p.Key)
	label := cmp.Or(p.Name, p.Key)
	if f.Picker == "" {
		return textInput(id, label, cmp.Or(f.Values[id], PersonValue(p)), okr.MaxName).hint("name, e-mail address, me, or nobody")
	}
	var choices []Choice
	if p.Match.ID != "" {
		choices = append(choices, Choice{Title: p.Match.Name, Value: string(p.Match.ID)})
	}
	if p.Match.ID != f.Me.ID {
		choices = append(choices, Choice{Title: f.Me.Name + " (me)", Value: ChoiceMe})
	}
	choices = append(choices, Choice{Title: "Nobody", Value: ChoiceNone})
	value := string(p.Match.ID)
	if p.How == okr.MatchNobody {
		value = ChoiceNone
	}
	return choiceInput(id, label, cmp.Or(f.Values[id], value), choices).asks(f.Picker)
}

// PersonValue is the answer about a person as it is typed.
func PersonValue(p okr.ImportPerson) string {
	if p.How == okr.MatchNobody {
		return Nobody
	}
	return p.Match.Name
}

// formPages are the buttons of a page of questions. Each saves what the page says and
// goes on where it leads to.
func formPages(f ImportForm, verb string, total, offset int, pairs ...string) []action {
	save := func(title, to string) action {
		return run(title, verb, append([]string{KeyImport, string(f.Preview.Import.ID), KeyOffset, strconv.Itoa(offset), KeyTo, to}, pairs...)...)
	}
	var out []action
	if next := offset + ImportPageSize; next < total {
		out = append(out, save("Save and next", strconv.Itoa(next)).positive(), save("Save and finish", ""))
	} else {
		out = append(out, save("Save", "").positive())
	}
	if offset > 0 {
		out = append(out, save("Save and previous", strconv.Itoa(max(0, offset-ImportPageSize))).secondary())
	}
	return append(out, backToPreview(f.Preview.Import.ID))
}

// ImportWords asks what the renamed words of the files mean.
func ImportWords(f ImportForm) Card {
	title := "Match types"
	list := f.Preview.Words
	offset := min(f.Offset, max(0, len(list)-1))
	page := list[offset:min(len(list), offset+ImportPageSize)]
	head := []element{
		heading(md(title)),
		text("Your organization renamed its types of OKRs. Choose what each word means here. I've suggested what fits the files."),
	}
	head = append(head, rangeNote(len(list), offset, len(page))...)
	in := form{err: f.Error}
	for _, w := range page {
		id := ImportWordInput(w.Word)
		in.add(choiceInput(id, cmp.Or(strings.TrimSpace(w.Word), "No type"), cmp.Or(f.Values[id], string(w.Kind)), importKinds()).hint("Choose"))
		in.show(note(aboutWord(w)))
	}
	return newCard(title, in.elements(head...), formPages(f, VerbImportWordsSave, len(list), offset)...)
}

func aboutWord(w okr.ImportWord) md {
	about := md("")
	switch {
	case w.Kind == "":
		about = "▲ to decide"
	case w.Guessed:
		about = "guessed"
	default:
		about = "✓ decided"
	}
	return joinMD(" · ", md(tallied(w.Count, "OKR")), about)
}

func importKinds() []Choice {
	return []Choice{{Title: "Objective", Value: string(okr.Objective)}, {Title: "Key result", Value: string(okr.KeyResult)}, {Title: "Project", Value: string(okr.Project)}}
}
