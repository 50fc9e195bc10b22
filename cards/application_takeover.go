package cards

import "okrbot/okr"

// The verbs of who reads for a connection instead of its owner, with the data that comes
// along.
const (
	VerbTakeOverOwn   = "connection.takeover.own"    // connection: with one's own sign-in
	VerbTakeOverByAsk = "connection.takeover.by.ask" // connection, application
	VerbTakeOverBy    = "connection.takeover.by"     // connection, application
)

// ReaderChoice are the ways to let somebody else read what a connection reads.
type ReaderChoice struct {
	Connection okr.Connection
	Moves      []okr.Connection // that an application reads in the same organization
	Readers    []okr.Credential // applications that could read for the connection
	MayOwn     bool             // the reader may take it over with an own sign-in
}

// maxReaders is how many applications a card offers.
const maxReaders = 4

// ChooseReader asks an admin who is to read for a connection, applications first.
func ChooseReader(c ReaderChoice) Card {
	title := "Take over " + okr.Shorten(c.Connection.Name, okr.MaxName) + "?"
	id := string(c.Connection.ID)
	body := []element{
		heading(mdn(maxLong, "%s", title)),
		facts(fact{"Now", mdf("%s", c.Connection.Account)}, fact{"Health", healthMD(c.Connection)}, fact{"Project", mdf("%s / %s", c.Connection.Organization, c.Connection.Project.Name)}),
		text("An application keeps working when people leave. Next, you see what it can read. Nothing changes until you confirm."),
	}
	actions := readerActions(c.Connection, c.Readers)
	if len(actions) > 0 {
		actions[0] = actions[0].positive()
	}
	if len(c.Moves) > 0 {
		body = append(body, section("Or move its OKRs to an application's connection"))
		shown := rowsWithin(len(c.Moves), 5, maxListBytes/3, func(i int) element {
			to := c.Moves[i]
			return columns(col(stretch, text(mdn(okr.MaxName, "%s", to.Name)), note(mdf("%s · %s / %s · application %s", to.ID, to.Organization, to.Project.Name, to.Application.Name)))).
				separated().opens(run("Move to "+string(to.ID), VerbMovePreview, KeyConnection, id, KeyTarget, string(to.ID)))
		})
		body = append(append(body, shown...), more(len(c.Moves)-len(shown), "connection")...)
	}
	if c.MayOwn {
		actions = append(actions, run("Use my own sign-in", VerbTakeOverOwn, KeyConnection, id))
	}
	return newCard(title, body, append(actions, run("Not now", VerbConnection, KeyConnection, id))...)
}

// readerActions offer applications that could read for a connection.
func readerActions(c okr.Connection, readers []okr.Credential) []action {
	var out []action
	for _, r := range readers[:min(len(readers), maxReaders)] {
		out = append(out, run("Use "+okr.Shorten(r.Application.Name, 40), VerbTakeOverByAsk, KeyConnection, string(c.ID), KeyApplication, string(r.ID)).bare())
	}
	return out
}

// PreviewTakeOverBy says what an application can read of what is measured through a connection.
func PreviewTakeOverBy(p Place, t okr.TakeOver, by okr.CredentialID) Card {
	c := t.Connection
	title := "Use " + t.Account + " for " + okr.Shorten(c.Name, okr.MaxName) + "?"
	can, cannot := t.Measured()
	body := []element{
		heading(mdn(maxLong, "%s", title)),
		facts(fact{"Now", mdf("%s", c.Account)}, fact{"Health", healthMD(c)}, fact{"Last successful sync", p.when(c.Health.LastOK)},
			fact{"After", mdf("%s", t.Account)}, fact{"Can be updated", md(count(can, "OKR"))}, fact{"Can't be updated", staying(cannot)}),
		note("After that, everyone can use the connection, and admins manage it. You can limit it to folders of queries."),
	}
	if cannot > 0 {
		body = append(body, note("OKRs that the application can't read keep their last values, and their owners are notified."))
	}
	body = append(body, reachRows(t.Reach)...)
	id := string(c.ID)
	return newCard(title, body, run("Use application", VerbTakeOverBy, KeyConnection, id, KeyApplication, string(by)).positive(), run("Not now", VerbConnection, KeyConnection, id))
}
