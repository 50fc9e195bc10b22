package cards

import "okrbot/okr"

// QueryOffer is a query whose address somebody pasted, with the goals that it could
// measure.
type QueryOffer struct {
	Query      string // id
	Connection okr.Connection
	Goals      []okr.Goal
}

// OfferQuery asks which goal a pasted query is to measure.
func OfferQuery(o QueryOffer) Card {
	const title = "Bind this query?"
	body := []element{
		heading(title),
		text(mdn(maxLong, "That is the address of a query in %s / %s. Which key result or project should it measure? You see a preview before anything is saved.", o.Connection.Organization, o.Connection.Project.Name)),
	}
	shown := rows(len(o.Goals), func(i int) element {
		g := o.Goals[i]
		bind := run("Bind "+string(g.ID), VerbBind, KeyGoal, string(g.ID), KeyConnection, string(o.Connection.ID), KeyQuery, o.Query)
		return columns(
			col(stretch, text(mdf("%s", g.Title)).near(), note(mdf("%s %s", kindWord(g.Kind), g.ID))).middle(),
			col(auto, actionsOf(bind)),
		).near()
	})
	body = append(body, shown...)
	body = append(body, more(len(o.Goals)-len(shown), "goal")...)
	if len(o.Goals) == 0 {
		body = append(body, text("You own no key result or project that is open. For another one, write its id before the address, for example: bind KR4 https://…"))
	}
	return newCard(title, body, run("All OKRs", VerbGoals))
}
