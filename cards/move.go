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
	title := "Move what is bound through " + f.From.Name
	head := []element{
		heading(mdn(maxLong, "%s", title)),
		text(md(fmt.Sprintf("%s would be measured through another connection. Values and history stay.", count(f.Count, "OKR")))),
	}
	id := string(f.From.ID)
	back := run("Back", VerbConnection, KeyConnection, id).bare()
	in := form{err: f.Error}
	if len(f.Targets) == 0 {
		in.show(box("warning", text("There is no other connection that you may use. Make one, or ask somebody to share one.")))
		return newCard(title, in.elements(head...), run("New connection", VerbConnect).positive().bare(), back)
	}
	in.add(choiceInput(KeyTarget, "To the connection", f.Target, f.Targets).searchable().required("Choose a connection."))
	in.show(note("You see first which queries it can read. Nothing changes before you confirm."))
	return newCard(title, in.elements(head...), run("Preview", VerbMovePreview, KeyConnection, id).positive(), back)
}

// PreviewMove says which queries the other connection can read.
func PreviewMove(p okr.MovePreview) Card {
	moves, stays := p.Movable()
	title := fmt.Sprintf("Move from %s to %s?", p.From.Name, p.To.Name)
	body := []element{
		heading(mdn(maxLong, "%s", title)),
		facts(fact{"Access of", mdf("%s", p.To.Account)}, fact{"Project", mdf("%s / %s", p.To.Organization, p.To.Project.Name)},
			fact{"Would move", md(count(moves, "OKR"))}, fact{"Would stay", staying(stays)}),
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
	return md(fmt.Sprintf("▲ %s, which it cannot read", count(n, "OKR")))
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
	out := reachGroup("▲ Cannot be read", attention, cannot, 6_000)
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
		detail = mdn(maxLong, "%s", r.Problem)
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
	in.show(text("Whoever you choose is asked in the chat with okrbot, sees what their own account can read, and takes it over with an own sign-in. Until then nothing changes. Your sign-in is not passed on."))
	field, ok := peopleInput(InputPerson, "To whom", f.Person, f.Picker, false)
	if typed, isInput := field.(input); ok && isInput {
		if f.Picker == "" {
			typed = typed.hint("the name as Teams shows it")
		}
		in.add(typed.required("Say to whom."))
	}
	return newCard(title, in.elements(heading(mdn(maxLong, "%s", title))),
		run("Offer it", VerbHandOver, KeyConnection, id).positive(), run("Back", VerbConnection, KeyConnection, id).bare())
}

// ConnectionOffer asks a person to take over a connection.
func ConnectionOffer(p Place, v ConnectionView) Card {
	c := v.Connection
	title := mdn(okr.MaxName, "%s offers you the connection %s", c.Offer.By.Name, c.Name)
	body := append([]element{
		heading(title), text("Key results and projects of your team are measured through it. If you take it over, they are measured with your access to Azure DevOps instead."),
		facts(fact{"Organization", mdf("%s", c.Organization)}, fact{"Project", link(c.Project.Name, v.WebURL, maxRow)},
			fact{"Health", healthMD(c.Health)}, fact{"Offered", p.when(c.Offer.At)}),
	}, boundTo(v)...)
	id := string(c.ID)
	return newCard(c.Offer.By.Name+" offers you the connection "+c.Name, body,
		run("See what I can read", VerbTakeOverAsk, KeyConnection, id).positive(), run("Decline", VerbHandOverDrop, KeyConnection, id))
}

func healthMD(h okr.Health) md { return md(Escape(healthText(h), maxRow)) }

// PreviewTakeOver says what a person's own account can read.
func PreviewTakeOver(p Place, t okr.TakeOver) Card {
	c := t.Connection
	title := "Take over " + c.Name + "?"
	can, cannot := t.Measured()
	body := []element{
		heading(mdn(maxLong, "%s", title)),
		facts(fact{"So far", mdf("%s, %s", c.Owner.Name, c.Account)}, fact{"Health", healthMD(c.Health)}, fact{"Last sync that worked", p.when(c.Health.LastOK)},
			fact{"Then", mdf("with your sign-in %s", t.Account)}, fact{"Can be measured", md(count(can, "OKR"))}, fact{"Could not be", staying(cannot)}),
	}
	if cannot > 0 {
		body = append(body, note("What you cannot read keeps its last value, and you are told of it."))
	}
	body = append(body, reachRows(t.Reach)...)
	id := string(c.ID)
	back := run("Not now", VerbConnection, KeyConnection, id)
	if c.Offer != nil {
		back = run("Decline", VerbHandOverDrop, KeyConnection, id)
	}
	return newCard(title, body, run("Take over", VerbTakeOver, KeyConnection, id).positive(), back)
}
