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
	body := append(goalHead(p, v), whyLine(v)...)
	body = append(body, ended(p, v, bytes)...)
	body = append(body, manual(p, v)...)
	if g.Description != "" {
		body = append(body, text(lines(g.Description, shortFor(bytes))))
	}
	body = append(body, facts(standingFacts(v)...))
	body = append(body, lastCheckIn(p, v, bytes)...)
	body = append(body, staleness(p, v)...)
	body = append(body, tasks(p, v, bytes)...)
	body = append(body, binding(p, v, bytes)...)
	if g.Kind == okr.Objective {
		body = append(body, childRows(v)...)
	}
	body = append(body, goalFolds(p, v, bytes)...)
	summary := fmt.Sprintf("%s %s: %s, %s", g.ID, okr.Shorten(g.Title, maxRow), progressText(v.Standing.Progress), v.Standing.Status)
	return newCard(summary, body, goalActions(v)...)
}

// goalFolds is what a goal's card shows only when asked: the rest of the goal, and its
// address.
func goalFolds(p Place, v GoalView, bytes int) []element {
	more, address := details(v, bytes), linkItems(p.Links.ToGoal(v.Goal.ID))
	if len(more) == 0 || len(address) == 0 {
		return append(folded("more", "More", false, more...), folded(foldLink, "Copy link", false, address...)...)
	}
	return []element{
		actionsOf(toggle("More", "more"), toggle("Copy link", foldLink)),
		foldable("more", false, more...), foldable(foldLink, false, address...),
	}
}

// goalHead is the top of each card about one goal.
func goalHead(p Place, v GoalView) []element {
	g := v.Goal
	head := []element{
		note(joinMD(" · ", mdf("%s", capital(string(g.Kind))), p.idOf(g.ID), parentText(v))),
		columns(col(stretch, heading(mdn(okr.MaxTitle, "%s", g.Title))), col(auto, statusBadge(v.Standing.Status)).middle()).near(),
	}
	return append(head, barOf(v)...)
}

// hasNoProgress says whether the goal is a baseline that has a value.
func hasNoProgress(v GoalView) bool {
	m := v.Goal.Metric
	return v.Standing.Progress == nil && m != nil && m.Type == okr.Baseline && m.Current != nil
}

func barOf(v GoalView) []element {
	if hasNoProgress(v) {
		return nil
	}
	return []element{bar(v.Standing.Progress, v.Standing.Status)}
}

// reasonLine says why a goal has its status; nothing where there is nothing to
// say.
func reasonLine(v GoalView) []element {
	if why := reason(v); why != "" {
		return []element{note(why)}
	}
	return nil
}

// whyLine is the reason, leading to the whole explanation.
func whyLine(v GoalView) []element {
	why := reasonLine(v)
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

func standingFacts(v GoalView) []fact {
	g, s := v.Goal, v.Standing
	out := []fact{}
	if m := g.MetricNow(); m != nil {
		out = append(out, fact{mdf("%s", m.Name), metricText(m)})
	}
	if g.IsOpen() && (g.Metric == nil || g.Metric.IsScaled()) {
		out = append(out, fact{"Expected by now", md(percentText(s.Expected))})
	}
	if s.Raw != nil && s.Progress != nil && !okr.SameNumber(*s.Raw, *s.Progress) {
		out = append(out, fact{"Beyond the range", md(percentText(*s.Raw))})
	}
	if g.Kind == okr.Objective && s.Children > 0 {
		out = append(out, fact{"Taken from", takenFrom(v)})
	}
	return append(out, fact{"Period", mdf("%s", g.Period)}, fact{"Owner", people(g.Owners())})
}

// staleness says that the value is old, why and what to do.
func staleness(p Place, v GoalView) []element {
	b := v.Goal.Binding
	if b == nil || !v.Stale && !b.Health.Failing() {
		return nil
	}
	alarm := trouble(p, b.Health)
	switch {
	case v.StaleFor > 0:
		alarm.Items = append(alarm.Items, text(md(fmt.Sprintf("The value is stale: %s old.", span(v.StaleFor)))))
	case b.Last == nil:
		alarm.Items = append(alarm.Items, text("There is no value yet."))
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
		return run("Show the connection", VerbConnection, KeyConnection, string(b.Connection)), true
	case okr.HealthQueryGone, okr.HealthQueryBroken, okr.HealthUnbound:
		return run("Choose another query", VerbBind, KeyGoal, string(v.Goal.ID)).positive(), v.MayEdit
	}
	return action{}, false
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
		return []element{text("Not bound to a query yet, so it is not measured.")}
	}
	list := []fact{{"Query", joinMD(" in ", link(b.Query.Name, b.Query.URL, okr.MaxName), folder(b.Query.Path))}}
	if b.Method != "" {
		list = append(list, fact{"Method", mdf("%s", b.Method.Words(b.Field))})
	}
	out := append([]element{section("How it is measured")}, misfit(g)...)
	if b.Last == nil {
		return append(out, facts(append(list, fact{"Connection", mdf("%s", v.Connection)}, fact{"Measured", "not yet"})...))
	}
	m := *b.Last
	out = append(out, facts(append(list, fact{"Matches", matches(m)}, fact{"Counted", measured(m)}, fact{"Left out", leftOut(m, b.ItemType)},
		fact{"Unclear", unclear(m)}, fact{"Measured", p.when(m.At)}, fact{"Connection", mdf("%s", connectionName(v))})...))
	changed := sinceLast(v, bytes)
	return append(append(out, changed...), tree(g.ID, m, min(bytes, maxTreeBytes-max(0, sizeOf(changed...)-maxTreeBytes/5)))...)
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
func connectionName(v GoalView) string {
	if v.Connection == "" && v.Goal.Binding.Last != nil {
		return v.Goal.Binding.Last.Connection
	}
	return v.Connection
}

// sinceLast says what changed since the measurement before, naming the first items
// of each sort, or only how many there are where little fits.
func sinceLast(v GoalView, bytes int) []element {
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
	if s := scopeText(c, b); s != "" {
		out = append(out, text(s).near())
	}
	items := changeItems(c, max(1, min(3, bytes/1_500)))
	return append(out, within(2*bytes, items, []element{note(changeText(c))})...)
}

func childRows(v GoalView) []element {
	total := max(v.ChildTotal, len(v.Children))
	if total == 0 && v.Standing.Children > 0 {
		return []element{text("Its key results and projects are not shown to you.")}
	}
	if total == 0 {
		return []element{text("It has no key results or projects yet.")}
	}
	shown := rowsWithin(len(v.Children), PageSize, maxListBytes*4/5, func(i int) element { return goalRow(v.Children[i], 0).separated() })
	out := append([]element{section("Key results and projects"), note("Choose a row to see all of it.")}, shown...)
	return append(out, more(total-len(shown), "OKR")...)
}
