package cards

import (
	"fmt"
	"strings"

	"okrbot/okr"
)

// VerbGoal shows a goal. Its data is goal.
const VerbGoal = "goal.show"

// GoalView is a goal as a card shows it: with what the service computed.
type GoalView = okr.GoalView

// Goal shows one objective, key result or project: how it stands and why first,
// the rest behind "More".
func Goal(p Place, v GoalView) Card {
	return fit(func(bytes int) Card { return goalCard(p, v, bytes) })
}

func goalCard(p Place, v GoalView, bytes int) Card {
	g := v.Goal
	body := append(goalHead(p, v), whyLine(p, v)...)
	body = append(body, ended(p, v, bytes)...)
	body = append(body, manual(p, v)...)
	if g.Description != "" {
		body = append(body, text(lines(g.Description, shortFor(bytes))))
	}
	body = append(body, facts(standingFacts(p, v)...))
	body = append(body, lastCheckIn(p, v, bytes)...)
	body = append(body, staleness(p, v)...)
	body = append(body, tasks(p, v, bytes)...)
	body = append(body, binding(p, v, bytes)...)
	if g.Kind == okr.Objective {
		body = append(body, childRows(p, v)...)
	}
	body = append(body, goalFolds(p, v, bytes)...)
	summary := fmt.Sprintf("%s %s: %s, %s", g.ID, okr.Shorten(g.Title, maxRow), p.progress(v.Standing.Progress), v.Standing.Status)
	return newCard(summary, body, goalActions(v)...)
}

// goalFolds is what a goal's card shows only when asked: the rest of the goal, and its
// address.
func goalFolds(p Place, v GoalView, bytes int) []element {
	return foldsOf(
		fold{id: "more", show: "More", hide: "Less", items: details(p, v, bytes)},
		fold{id: foldLink, show: "Copy link", items: linkItems(p.Links.ToGoal(v.Goal.ID))},
	)
}

// goalHead is the top of each card about one goal.
func goalHead(p Place, v GoalView) []element {
	g := v.Goal
	head := []element{
		note(joinMD(" · ", mdf("%s", capital(string(g.Kind))), p.idOf(g.ID), parentText(v))),
		columns(col(stretch, heading(mdn(okr.MaxTitle, "%s", g.Title))), col(auto, statusBadge(v.Standing.Status)).middle()).near(),
	}
	return append(head, goalBar(p, v)...)
}

// hasNoProgress says whether the goal is a baseline that has a value.
func hasNoProgress(v GoalView) bool {
	m := v.Goal.Metric
	return v.Standing.Progress == nil && m != nil && m.Type == okr.Baseline && m.Current != nil
}

// reasonLine says why a goal has its status; nothing where there is nothing to
// say.
func reasonLine(p Place, v GoalView) []element {
	if why := reason(p, v); why != "" {
		return []element{note(why)}
	}
	return nil
}

// whyLine is the reason, leading to the whole explanation.
func whyLine(p Place, v GoalView) []element {
	why := reasonLine(p, v)
	if why == nil {
		return nil
	}
	link := text("Why").with("", accent).near()
	link.Size = small
	return []element{columns(col(stretch, why...), col(auto, link)).near().opens(run("Why", VerbWhy, KeyGoal, string(v.Goal.ID)))}
}

func parentText(v GoalView) md {
	switch {
	case v.ParentTitle != "":
		return mdf("%s %s", v.Goal.Parent, v.ParentTitle)
	case v.Goal.Parent != "":
		return mdf("%s", v.Goal.Parent)
	}
	return ""
}

// metricTitle names the value of a goal: its metric where that is not the goal's title.
func metricTitle(g okr.Goal) md {
	m := g.MetricNow()
	if m.Name == okr.Shorten(g.Title, okr.MaxName) {
		return "Value"
	}
	return mdf("%s", m.Name)
}

func standingFacts(p Place, v GoalView) []fact {
	g, s := v.Goal, v.Standing
	out := []fact{}
	if m := g.MetricNow(); m != nil {
		out = append(out, fact{metricTitle(g), metricText(p, m)})
	}
	if isExpected(v) && !namesExpected(p, v) {
		out = append(out, fact{"Expected by today", md(p.percent(s.Expected))})
	}
	if s.Raw != nil && s.Progress != nil && !okr.SameNumber(*s.Raw, *s.Progress) {
		out = append(out, fact{beyondWord(*s.Raw), md(p.percent(*s.Raw))})
	}
	if g.Kind == okr.Objective && s.Children > 0 {
		out = append(out, fact{"Progress", capitalMD(takenFrom(p, v))})
	}
	return append(out, fact{"Period", mdf("%s", p.period(g.Period))}, fact{"Owner", people(g.Owners())})
}

// beyondWord says on which side of its range a value is.
func beyondWord(raw float64) md {
	if raw < 0 {
		return "Behind the start"
	}
	return "Past the target"
}

// staleness says that the value is old, why and what to do.
func staleness(p Place, v GoalView) []element {
	b := v.Goal.Binding
	if b == nil || !v.Stale && !b.Health.Failing() {
		return nil
	}
	alarm := trouble(p, healthBlock(b.Health), b.Health)
	switch {
	case v.StaleFor > 0:
		alarm.Items = append(alarm.Items, text(md(fmt.Sprintf("This value is stale: last updated %s.", ago(v.StaleFor)))))
	case b.Last == nil:
		alarm.Items = append(alarm.Items, text("No value yet."))
	}
	if next, ok := nextStep(v); ok {
		alarm.Items = append(alarm.Items, actionsOf(next))
	}
	return []element{alarm}
}

// nextStep is the button that ends a failure, where one does.
func nextStep(v GoalView) (action, bool) {
	b := v.Goal.Binding
	switch b.Health.State {
	case okr.HealthNeedsSignIn:
		return run("Sign in again", VerbConnectionSignIn, KeyConnection, string(b.Connection)).positive(), true
	case okr.HealthNoAccess, okr.HealthProjectGone, okr.HealthPolicy:
		return run("Show connection", VerbConnection, KeyConnection, string(b.Connection)), true
	case okr.HealthQueryGone, okr.HealthQueryBroken, okr.HealthUnbound:
		return run(changeSource(b.Query, "Choose another query"), VerbBind, KeyGoal, string(v.Goal.ID)).positive(), v.MayEdit
	}
	return &actionBody{}, false
}

// binding explains the measurement; its tree takes at most so many bytes.
func binding(p Place, v GoalView, bytes int) []element {
	g := v.Goal
	if g.Kind == okr.Objective {
		return nil
	}
	b := g.Binding
	if okr.CountsTasks(g) {
		return nil
	}
	if b == nil {
		return []element{text(noSource(g))}
	}
	list := []fact{sourceFact(b.Query, okr.MaxName)}
	list[0].Value = joinMD(" in ", list[0].Value, folder(b.Query.Path))
	out := append([]element{section("Data source")}, misfit(g)...)
	if b.Last == nil {
		return append(out, facts(append(list, fact{"Updated", "not yet"})...))
	}
	m := *b.Last
	out = append(out, facts(append(list, fact{"Counted", measured(p, m)}, fact{"Missing", missing(m)},
		fact{"Unknown state", unclear(m)}, fact{"Updated", p.when(m.At)})...))
	out = append(out, lostItems(m.Lost, maxLostRows)...)
	changed := sinceLast(p, v, bytes)
	return append(append(out, changed...), tree(p, g.ID, m, min(bytes, maxTreeBytes-max(0, sizeOf(changed...)-maxTreeBytes/5)))...)
}

// noSource says that a goal is measured by nothing, and what to do.
func noSource(g okr.Goal) md {
	switch {
	case !g.IsOpen():
		return "No data source."
	case g.Kind == okr.Project:
		return "No data source yet. Bind it to Azure DevOps, or add tasks."
	}
	return "Updated by check-ins. To update it automatically, bind it to Azure DevOps."
}

// misfit warns that what measures the goal does not suit its number, as after an edit.
func misfit(g okr.Goal) []element {
	why := g.Misfit()
	if why == "" || !g.IsOpen() {
		return nil
	}
	return []element{box("warning", text(mdn(2*maxLong, "%s", why)))}
}

// folder is where a query lies: its path without its name.
func folder(path string) md {
	if at := strings.LastIndex(path, "/"); at > 0 {
		return mdn(okr.MaxName, "%s", path[:at])
	}
	return ""
}

// connectionName is the name of the connection now, else that of the measurement.
// through names a connection, and the application where one reads for it.
func through(connection, account string) md {
	if strings.HasPrefix(account, "the application ") {
		return mdf("%s, read by %s", connection, account)
	}
	return mdf("%s", connection)
}

func connectionName(v GoalView) string {
	if v.Connection == "" && v.Goal.Binding.Last != nil {
		return v.Goal.Binding.Last.Connection
	}
	return v.Connection
}

// sinceLast says what changed since the measurement before, naming the first items
// of each sort, or only how many there are where little fits.
func sinceLast(p Place, v GoalView, bytes int) []element {
	b := v.Goal.Binding
	c := b.Last.Changes
	if c.First {
		return []element{note("First measurement. Changes show from the next one on.")}
	}
	out := []element{section("Since the last update")}
	if c.Empty() {
		return append(out, note("Nothing changed."))
	}
	out = append(out, causeNotes(v)...)
	if s := scopeText(p, c, b); s != "" {
		out = append(out, text(s).near())
	}
	items := changeItems(c, max(1, min(3, bytes/1_500)))
	return append(out, within(2*bytes, items, []element{note(changeText(c))})...)
}

func childRows(p Place, v GoalView) []element {
	total := max(v.ChildTotal, len(v.Children))
	switch {
	case total == 0 && v.Standing.Children > 0:
		return []element{text("You can't see its key results and projects.")}
	case total == 0:
		return []element{text("No key results or projects yet.")}
	}
	out := []element{section("Key results and projects"), note("Select a row for details.")}
	if words, chart := statusDonut(v.Children); len(v.Children) == total && total > 2 {
		out = append([]element{out[0], note(joinMD(". ", words, "Select a row for details."))}, chart...)
	}
	shown := rowsWithin(len(v.Children), PageSize, maxListBytes*4/5, func(i int) element {
		c := v.Children[i]
		return lineOf(p, c, 0, joinMD(" · ", lineDetail(p, c, 1), weightText(p, c))).separated()
	})
	return append(append(out, shown...), more(total-len(shown), "OKR")...)
}
