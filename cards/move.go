package cards

import (
	"fmt"

	"okrbot/okr"
)

// The verbs of moving what is bound and of handing a connection over, with the
// data and inputs that come along.
const (
	VerbMoveAsk      = "connection.move.ask"      // connection: choose where to
	VerbMovePreview  = "connection.move.preview"  // connection; input target
	VerbMove         = "connection.move"          // connection, target
	VerbHandOverAsk  = "connection.handover.ask"  // connection
	VerbHandOver     = "connection.handover"      // connection; input person
	VerbHandOverDrop = "connection.handover.drop" // connection: decline, or take back
	VerbTakeOverAsk  = "connection.takeover.ask"  // connection: what one's own account can read
	VerbTakeOver     = "connection.takeover"      // connection
)

// What says where connections go.
const (
	KeyTarget   = "target" // id of the connection that is moved to
	InputPerson = "person" // who is asked to take over
)

// MoveForm asks where to what is bound through a connection is to be moved.
type MoveForm struct {
	From    okr.Connection
	Count   int // bound goals
	Targets []Choice
	Readers []okr.Credential // applications that could read instead, so that nothing has to move
	Target  string
	Error   FieldError
}

// HandOverForm asks whom a connection is to be offered to.
type HandOverForm struct {
	Connection okr.Connection
	Picker     string // dataset of the client's people picker; empty: it has none
	Person     People
	Error      FieldError
}

// MoveBindings asks for the connection that everything is moved to. The id of its
// input is target.
func MoveBindings(f MoveForm) Card {
	title := "Move the OKRs of " + f.From.Name
	head := []element{
		heading(mdn(maxLong, "%s", title)),
		text(md(fmt.Sprintf("%s will update through another connection. Values and history stay.", count(f.Count, "OKR")))),
	}
	id := string(f.From.ID)
	back := run("Back", VerbConnection, KeyConnection, id).bare()
	in := form{err: f.Error}
	by := readerActions(f.From, f.Readers)
	if len(by) > 0 {
		head = append(head, box("", text("You can also switch this connection to an application. Then nothing needs to move, and it keeps working when people leave.")))
	}
	if len(f.Targets) == 0 {
		in.show(box("warning", text("You have no other connection. Add one, or ask somebody to share theirs.")))
		return newCard(title, in.elements(head...), append(by, run("New connection", VerbConnect).positive().bare(), back)...)
	}
	in.add(choiceInput(KeyTarget, "Move to", f.Target, f.Targets).searchable().required("Choose a connection."))
	in.show(note("Next, you see which queries it can read. Nothing changes until you confirm."))
	return newCard(title, in.elements(head...), append([]action{run("Preview", VerbMovePreview, KeyConnection, id).positive()}, append(by, back)...)...)
}

// PreviewMove says which queries the other connection can read.
func PreviewMove(p okr.MovePreview) Card {
	moves, stays := p.Movable()
	title := fmt.Sprintf("Move from %s to %s?", p.From.Name, p.To.Name)
	body := []element{
		heading(mdn(maxLong, "%s", title)),
		facts(fact{"Access", mdf("%s", p.To.Account)}, fact{"Azure DevOps project", mdf("%s / %s", p.To.Organization, p.To.Project.Name)},
			fact{"Can move", md(count(moves, "OKR"))}, fact{"Can't move", staying(stays)}),
	}
	body = append(body, reachRows(p.Reach)...)
	from, to := string(p.From.ID), string(p.To.ID)
	var actions []action
	if moves > 0 {
		actions = append(actions, run("Move "+count(moves, "OKR"), VerbMove, KeyConnection, from, KeyTarget, to).positive())
	}
	return newCard(title, body, append(actions, run("Another connection", VerbMoveAsk, KeyConnection, from), run("Cancel", VerbConnection, KeyConnection, from))...)
}

func staying(n int) md {
	if n == 0 {
		return ""
	}
	return md(fmt.Sprintf("▲ %s it can't read", count(n, "OKR")))
}

// reachRows lists the queries: first those that cannot be read, and why.
func reachRows(list []okr.QueryReach) []element {
	var cannot, can []okr.QueryReach
	for _, r := range list {
		if r.Problem == "" {
			can = append(can, r)
		} else {
			cannot = append(cannot, r)
		}
	}
	out := reachGroup("▲ Can't be read", attention, cannot, 6_000)
	return append(out, reachGroup("● Can be read", good, can, 6_000)...)
}

func reachGroup(title md, color string, list []okr.QueryReach, bytes int) []element {
	if len(list) == 0 {
		return nil
	}
	shown := rowsWithin(len(list), 10, bytes, func(i int) element { return reachRow(list[i]) })
	head := text(title).with(bolder, color)
	head.Spacing = "Medium"
	return append(append([]element{head}, shown...), more(len(list)-len(shown), "row")...)
}

func reachRow(r okr.QueryReach) element {
	detail := md(count(r.Items, "work item"))
	if r.Problem != "" {
		detail = mdn(maxMessage, "%s", r.Problem)
	}
	items := []element{text(link(r.Query.Name, r.Query.URL, maxRow)), note(detail)}
	for _, g := range r.Goals[:min(len(r.Goals), 3)] {
		items = append(items, note(mdf("• %s %s", g.ID, g.Title)))
	}
	if n := r.Count() - min(len(r.Goals), 3); n > 0 {
		items = append(items, note(md(fmt.Sprintf("and %d more", n))))
	}
	return divided(items...)
}

// AskHandOver asks whom to offer a connection to. The id of its input is person.
func AskHandOver(f HandOverForm) Card {
	title := "Hand over " + f.Connection.Name
	id := string(f.Connection.ID)
	in := form{err: f.Error}
	in.show(text("I'll ask them in chat. They see what their own account can read, then take over with their own sign-in. Nothing changes until then, and your sign-in isn't shared."))
	field, ok := peopleInput(InputPerson, "New owner", f.Person, f.Picker, false)
	if typed, isInput := field.(input); ok && isInput {
		if f.Picker == "" {
			typed = typed.hint("Name as shown in Teams")
		}
		in.add(typed.required("Choose a person."))
	}
	return newCard(title, in.elements(heading(mdn(maxLong, "%s", title))),
		run("Offer", VerbHandOver, KeyConnection, id).positive(), run("Back", VerbConnection, KeyConnection, id).bare())
}

// ConnectionOffer asks a person to take over a connection.
func ConnectionOffer(p Place, v ConnectionView) Card {
	c := v.Connection
	title := mdn(okr.MaxName, "%s offers you the connection %s", c.Offer.By.Name, c.Name)
	body := append([]element{
		heading(title), text("It keeps OKRs of your team up to date. If you take it over, they update with your access to Azure DevOps."),
		facts(fact{"Organization", mdf("%s", c.Organization)}, fact{"Azure DevOps project", link(c.Project.Name, v.WebURL, maxRow)},
			fact{"Health", healthMD(c)}, fact{"Offered", p.when(c.Offer.At)}),
	}, boundTo(v)...)
	id := string(c.ID)
	return newCard(c.Offer.By.Name+" offers you the connection "+c.Name, body,
		run("Check my access", VerbTakeOverAsk, KeyConnection, id).positive(), run("Decline", VerbHandOverDrop, KeyConnection, id))
}

// soFar is who reads for a connection before it is taken over.
func soFar(c okr.Connection) md {
	if c.Application != nil {
		return mdf("%s", c.Account)
	}
	return mdf("%s, %s", c.Owner.Name, c.Account)
}

func healthMD(c okr.Connection) md { return healthOf(c).Text }

// PreviewTakeOver says what a person's own account can read.
func PreviewTakeOver(p Place, t okr.TakeOver) Card {
	c := t.Connection
	title := "Take over " + c.Name + "?"
	can, cannot := t.Measured()
	body := []element{
		heading(mdn(maxLong, "%s", title)),
		facts(fact{"Now", soFar(c)}, fact{"Health", healthMD(c)}, fact{"Last successful sync", p.when(c.Health.LastOK)},
			fact{"After", mdf("your sign-in %s", t.Account)}, fact{"Can be updated", md(count(can, "OKR"))}, fact{"Can't be updated", staying(cannot)}),
	}
	if cannot > 0 {
		body = append(body, note("OKRs you can't read keep their last values."))
	}
	body = append(body, reachRows(t.Reach)...)
	id := string(c.ID)
	back := run("Not now", VerbConnection, KeyConnection, id)
	if c.Offer != nil {
		back = run("Decline", VerbHandOverDrop, KeyConnection, id)
	}
	return newCard(title, body, run("Take over", VerbTakeOver, KeyConnection, id).positive(), back)
}
