package cards

import (
	"fmt"
	"strconv"
	"strings"

	"okrbot/okr"
)

// QueryOffer is a query, or work items, whose address somebody pasted, with the goals that
// it could measure.
type QueryOffer struct {
	Query      string // id
	Items      []int  // work items instead of a query
	Connection okr.Connection
	Goals      []okr.Goal
}

// words are the title of an offer and what it says of it.
func (o QueryOffer) words() (title string, says md) {
	place := mdn(maxLong, "%s / %s", o.Connection.Organization, o.Connection.Project.Name)
	switch len(o.Items) {
	case 0:
		return "Bind this query?", "This query is in " + place + ". Which key result or project should it update? You see a preview before anything is saved."
	case 1:
		return "Bind this work item?", mdf("Work item %d is in ", o.Items[0]) + place + ". Which key result or project should it update? You can add more, and you see a preview before anything is saved."
	}
	return "Bind these work items?", md(fmt.Sprintf("These %d work items are in ", len(o.Items))) + place + ". Which key result or project should they update? You can add more, and you see a preview before anything is saved."
}

// bind is the button that goes on with a goal.
func (o QueryOffer) bind(g okr.Goal) action {
	title := "Bind " + string(g.ID)
	if len(o.Items) == 0 {
		return run(title, VerbBind, KeyGoal, string(g.ID), KeyConnection, string(o.Connection.ID), KeyQuery, o.Query)
	}
	ids := make([]string, 0, len(o.Items))
	for _, id := range o.Items[:min(len(o.Items), maxOfferedItems)] {
		ids = append(ids, strconv.Itoa(id))
	}
	return run(title, VerbChosen, KeyGoal, string(g.ID), KeyConnection, string(o.Connection.ID), KeyItems, strings.Join(ids, ","))
}

// maxOfferedItems is how many pasted work items a button takes along.
const maxOfferedItems = 25

// OfferQuery asks which goal a pasted query, or pasted work items, are to measure.
func OfferQuery(o QueryOffer) Card {
	title, says := o.words()
	body := []element{heading(mdf("%s", title)), text(says)}
	if n := len(o.Items) - maxOfferedItems; n > 0 {
		body = append(body, note(md(fmt.Sprintf("Only the first %d are included. To bind more at once, send: bind KR4 to, followed by the addresses.", maxOfferedItems))))
	}
	shown := rows(len(o.Goals), func(i int) element {
		g := o.Goals[i]
		return columns(
			col(stretch, text(mdf("%s", g.Title)).near(), note(mdf("%s %s", kindWord(g.Kind), g.ID))).middle(),
			col(auto, actionsOf(o.bind(g))),
		).near()
	})
	body = append(body, shown...)
	body = append(body, more(len(o.Goals)-len(shown), "goal")...)
	if len(o.Goals) == 0 {
		body = append(body, text("You have no open key results or projects. For another one, put its id before the address, for example: bind KR4 https://…"))
	}
	return newCard(title, body, run("All OKRs", VerbGoals))
}
