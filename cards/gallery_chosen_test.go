package cards_test

import (
	"fmt"
	"slices"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

// chosen is a key result that is bound to work items.
func chosen() okr.Goal {
	g := keyResult()
	b := *g.Binding
	b.ItemType, b.Query = "User Story", chosenQuery()
	g.Binding = &b
	return g
}

func chosenQuery() okr.Query {
	q := okr.Chosen{IDs: []int{4711, 4712, 4801}, Children: true}.Query(okr.ProjectRef{})
	q.URL = "https://dev.azure.com/contoso/Launch/_workitems?_a=query&wiql=SELECT"
	return q
}

// lost is chosen, with work items that do not count any more.
func lost() okr.Goal {
	g := chosen()
	b, m := *g.Binding, *g.Binding.Last
	m.Lost = okr.LostList{Count: 14, First: []okr.LostItem{
		{WorkItemRef: item(4711, nasty), Why: okr.LostMoved, Project: "Traders"},
		{WorkItemRef: item(4712, "Wrong currency on the receipt"), Why: okr.LostDeleted},
		{WorkItemRef: okr.WorkItemRef{ID: 4801, URL: item(4801, "").URL}, Why: okr.LostGone},
		{WorkItemRef: item(4802, "More"), Why: okr.LostMoved, Project: nasty},
	}}
	m.Changes = okr.Changes{Lost: items(m.Lost.First[0].WorkItemRef, m.Lost.First[2].WorkItemRef), Scope: -2}
	b.Last = &m
	g.Binding = &b
	return g
}

func chosenForm() cards.ChosenForm {
	f := cards.ChosenForm{
		Draft: "d-93", Goal: keyResult(), Connection: "C7", Below: true,
		Connections: []cards.Choice{{Title: "Contoso launch", Value: "C7"}, {Title: "Traders (shared by Ben Ōkubo)", Value: "C9"}},
		Types:       []string{"Bug", "Epic", "Feature", "Task", "User Story"}, Areas: []string{"Launch", `Launch\Shop`, `Launch\Shop\Checkout`},
	}
	for i, title := range []string{"Crash when the basket is empty", "Wrong currency on the receipt", nasty} {
		f.Items = append(f.Items, cards.ChosenItem{WorkItemRef: item(4711+i, title), State: "Active"})
	}
	return f
}

func foundItems() []okr.WorkItem {
	return []okr.WorkItem{
		{ID: 4801, Type: "Bug", Title: "Voucher is taken twice", State: "New"},
		{ID: 4802, Type: "User Story", Title: nasty, State: "Active"},
		{ID: 4803, Type: "Feature", Title: "A first page that loads within a second wherever the shop is opened", State: "Resolved"},
	}
}

func chosenCards() []exhibit {
	none := chosenForm()
	none.Items, none.Below = nil, false
	found := chosenForm()
	found.Words, found.Type, found.Searched, found.Found, found.More, found.Notice = "checkout", "Bug", true, foundItems(), true, "2 work items added. 1 was already chosen."
	nothing := chosenForm()
	nothing.Words, nothing.Searched, nothing.Types, nothing.Areas, nothing.Area = nasty, true, nil, nil, `Launch\Shop`
	wrong := chosenForm()
	wrong.Text = "99999 https://dev.azure.com/northwind/Traders/_workitems/edit/5"
	wrong.Error = cards.FieldError{Field: cards.KeyItems, Message: "I can't find 99999: deleted, not there, or hidden from the account of this connection. In another organization than contoso, which this connection reads: https://dev.azure.com/northwind/Traders/_workitems/edit/5. Choose a connection to that organization."}
	gone := chosenForm()
	gone.Items[1].Why, gone.Items[2] = "Moved to the Azure DevOps project Traders.", cards.ChosenItem{WorkItemRef: okr.WorkItemRef{ID: 4713}, Why: "Deleted, or this connection's account can't see it."}
	many := chosenForm()
	many.Offset, many.Searched, many.Found, many.Text = 8, true, foundItems(), strings.Repeat("1234567 ", 400)
	for i := range 60 {
		many.Items = append(many.Items, cards.ChosenItem{WorkItemRef: item(5000+i, fmt.Sprintf("Story %d of the shop", i)), State: "New"})
	}
	for i := range 100 { // more areas than fit: those nearest to the root stay
		many.Areas = append(many.Areas, fmt.Sprintf(`Launch\Shop\Checkout\Payment by instalments %d`, i))
	}
	many.Areas = append(many.Areas, `Launch\Warehouse`)
	long := chosenForm()
	long.Text = strings.Repeat("1234567 ", 400)
	long.Error = cards.FieldError{Field: cards.KeyItems, Message: "You can choose up to 500 work items, not 503. Save them as a shared query in Azure DevOps and bind that."}
	options := cards.BindForm{Draft: "d-93", Goal: keyResult(), Query: chosenQuery(), Count: 42, Types: []string{"Bug", "Task"}, ItemType: "Bug"}
	for _, m := range okr.Measures() {
		options.Methods = append(options.Methods, cards.Choice{Title: m.Title, Value: string(m.ID)})
	}
	few := options
	few.Query, few.Count = okr.Chosen{IDs: []int{1, 2, 3}}.Query(okr.ProjectRef{}), 1
	few.Lost = okr.LostWords([]okr.LostItem{{WorkItemRef: okr.WorkItemRef{ID: 2}, Why: okr.LostMoved, Project: nasty}, {WorkItemRef: okr.WorkItemRef{ID: 3}, Why: okr.LostGone}})
	other := caused(okr.Changes{Causes: []okr.Cause{okr.CauseChoice, okr.CauseMeasure, okr.CauseAccount}})
	other.Goal.Binding.Query = chosenQuery()
	where := connectionViews()[0].Connection
	missed := cards.Notice{
		Connection: where, Goals: []okr.Goal{chosen()}, Missed: true, Problem: "2 work items of the 3 that were chosen for KR12 no longer count: #4711 “" + nasty + "” was moved to the project Traders; #4712 was deleted, or the account may no longer read it. The others count as before. Restore or move them back in Azure DevOps, or choose other work items.",
		Buttons: []cards.Button{{Title: "Choose other work items", Verb: cards.VerbBind, Style: "positive"}, {Title: "Show KR1", Verb: cards.VerbGoal}},
	}
	return []exhibit{
		{"goal-chosen-lost", cards.Goal(place, view(lost(), 40, okr.Behind))},
		{"why-chosen-lost", cards.Why(place, view(lost(), 40, okr.Behind))},
		{"owner-notice-missed", cards.OwnerNotice(place, missed)},
		{"choose-items-none", cards.ChooseItems(none)},
		{"choose-items", cards.ChooseItems(chosenForm())},
		{"choose-items-found", cards.ChooseItems(found)},
		{"choose-items-nothing", cards.ChooseItems(nothing)},
		{"choose-items-wrong", cards.ChooseItems(wrong)},
		{"choose-items-gone", cards.ChooseItems(gone)},
		{"choose-items-many", cards.ChooseItems(many)},
		{"choose-items-long", cards.ChooseItems(long)},
		{"bind-options-chosen", cards.BindOptions(options)},
		{"bind-options-chosen-unread", cards.BindOptions(few)},
		{"preview-chosen", cards.Preview(place, cards.BindPreview{Draft: "d-93", Goal: chosen(), Standing: standing(40, 59.3, okr.Behind), Measurement: measurement()})},
		{"goal-chosen", cards.Goal(place, view(chosen(), 40, okr.Behind))},
		{"goal-chosen-changed", cards.Goal(place, other)},
		{"why-chosen", cards.Why(place, view(chosen(), 40, okr.Behind))},
		{"unbind-chosen", cards.ConfirmUnbind(chosen())},
		{"item-offer", cards.OfferQuery(cards.QueryOffer{Items: []int{4711}, Connection: where, Goals: []okr.Goal{keyResult()}})},
		{"item-offer-many", cards.OfferQuery(cards.QueryOffer{Items: slices.Repeat([]int{4711}, 30), Connection: where, Goals: []okr.Goal{keyResult()}})},
		{"moved-item-bind", cards.Moved(place, cards.MovedView{Link: okr.AzureLink{Organization: "contoso", Project: "Launch", Item: 4711}, URL: item(4711, "").URL, Views: []cards.GoalView{view(keyResult(), 40, okr.Behind)}, Total: 1, MayBind: true})},
	}
}

// worstChosen is the choice of work items with as much of everything as there can be.
func worstChosen(title string) []exhibit {
	ref := item(1<<30, okr.Shorten(title, 60))
	ref.Type = title
	f := cards.ChosenForm{
		Draft: strings.Repeat("d", 43), Goal: keyResult(), Connection: "C99999", Offset: 8, Text: okr.Shorten(title, 100) + strings.Repeat(" 1234567", 190),
		Words: title, Type: title, Area: title, Searched: true, More: true, Notice: title, Error: cards.FieldError{Field: cards.KeyItems, Message: title + title + title},
	}
	f.Goal.Title = title
	for i := range 500 {
		f.Items = append(f.Items, cards.ChosenItem{WorkItemRef: ref, State: title, Why: title})
		f.Types, f.Areas = append(f.Types, fmt.Sprintf("%d%s", i, title)), append(f.Areas, fmt.Sprintf("%d%s", i, title))
		f.Connections = append(f.Connections, cards.Choice{Title: title, Value: fmt.Sprintf("C%05d", i)})
	}
	for i := range 20 {
		f.Found = append(f.Found, okr.WorkItem{ID: 1<<30 + i, Type: title, Title: title, State: title})
	}
	where := worstConnection(title)
	goals := hundred(f.Goal)
	return []exhibit{
		{"choose-items", cards.ChooseItems(f)},
		{"item-offer", cards.OfferQuery(cards.QueryOffer{Items: slices.Repeat([]int{1 << 30}, 500), Connection: where, Goals: goals[:10]})},
	}
}
