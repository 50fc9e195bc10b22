package cards

import (
	"fmt"

	"okrbot/okr"
)

// Goal shows one objective, key result or project with everything that is known
// of it.
func Goal(p Place, v GoalView) Card {
	g := v.Goal
	body := []element{
		note(joinMD(" · ", mdf("%s", capital(string(g.Kind))), mdf("%s", g.ID), parentText(v))),
		columns(col(stretch, heading(mdn(okr.MaxTitle, "%s", g.Title))), col(auto, statusBadge(v.Standing.Status)).middle()).near(),
		bar(v.Standing.Progress, v.Standing.Status),
		facts(standingFacts(v)...),
	}
	body = append(body, staleness(p, v)...)
	body = append(body, binding(p, v)...)
	if g.Kind == okr.Objective {
		body = append(body, childRows(v)...)
	}
	summary := fmt.Sprintf("%s %s: %s, %s", g.ID, okr.Shorten(g.Title, maxRow), progressText(v.Standing.Progress), v.Standing.Status)
	return newCard(summary, body, goalActions(v)...)
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
	if m := g.Metric; m != nil {
		out = append(out, fact{mdf("%s", m.Name), mdf("%s (from %s to %s)", valueText(m, m.Current), valueText(m, &m.Start), valueText(m, &m.Target))})
	}
	out = append(out, fact{"Expected by now", md(percentText(s.Expected))})
	if s.Raw != nil && s.Progress != nil && *s.Raw != *s.Progress {
		out = append(out, fact{"Beyond the range", md(percentText(*s.Raw))})
	}
	if g.Kind == okr.Objective && s.Children > 0 {
		out = append(out, fact{"Taken from", md(fmt.Sprintf("the average of %d of %s", s.Counted, below(s.Children)))})
	}
	return append(out, fact{"Period", mdf("%s", g.Period)}, fact{"Owner", mdf("%s", g.Owner.Name)})
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
		return run("Sign in again", VerbConnectionSignIn, "connection", string(b.Connection)).positive(), true
	case okr.HealthNoAccess:
		return run("Show the connection", VerbConnection, "connection", string(b.Connection)), true
	case okr.HealthQueryGone, okr.HealthQueryBroken, okr.HealthUnbound:
		return run("Choose another query", VerbBind, "goal", string(v.Goal.ID)).positive(), v.MayEdit
	}
	return action{}, false
}

// binding explains the measurement.
func binding(p Place, v GoalView) []element {
	g := v.Goal
	if g.Kind == okr.Objective {
		return nil
	}
	b := g.Binding
	if b == nil {
		return []element{text("Not bound to a query yet, so it is not measured.")}
	}
	list := []fact{{"Query", link(b.Query.Name, b.Query.URL, okr.MaxName)}, {"Folder", mdn(okr.MaxName, "%s", b.Query.Path)}}
	if b.Method != "" {
		list = append(list, fact{"Method", mdf("%s", b.Method.Words(b.Field))})
	}
	out := []element{section("How it is measured")}
	if b.Last == nil {
		list = append(list, fact{"Types", counted(b.ItemType)}, fact{"Connection", mdf("%s", v.Connection)}, fact{"Measured", "not yet"})
		return append(out, facts(list...))
	}
	m := *b.Last
	if v.Connection != "" {
		m.Connection = v.Connection
	}
	out = append(out, facts(append(list, measurementFacts(p, m, b.ItemType)...)...))
	changed := sinceLast(m.Changes, b)
	return append(append(out, changed...), tree(m, maxTreeBytes-max(0, sizeOf(changed...)-maxTreeBytes/5))...)
}

// sinceLast says what changed since the measurement before.
func sinceLast(c okr.Changes, b *okr.Binding) []element {
	if c.First {
		return []element{note("This is the first measurement; the next one says what changed.")}
	}
	out := []element{section("Since the measurement before")}
	if c.Empty() {
		return append(out, note("Nothing changed."))
	}
	if s := scopeText(c, b); s != "" {
		out = append(out, text(s).near())
	}
	return append(out, changeItems(c, 3)...)
}

func childRows(v GoalView) []element {
	if len(v.Children) == 0 {
		return []element{text("It has no key results or projects yet.")}
	}
	shown := rows(len(v.Children), func(i int) element { return goalRow(v.Children[i], 0).separated() })
	out := append([]element{section("Key results and projects"), note("Choose a row to see all of it.")}, shown...)
	return append(out, more(len(v.Children)-len(shown), "OKR")...)
}

// goalActions are the buttons that fit the goal's state and the viewer.
func goalActions(v GoalView) []action {
	g := v.Goal
	id := string(g.ID)
	var out []action
	if g.Kind == okr.Objective {
		if v.MayEdit {
			out = append(out, run("Add key result", VerbGoalNew, "kind", string(okr.KeyResult), "parent", id).positive(),
				run("Add project", VerbGoalNew, "kind", string(okr.Project), "parent", id))
		}
		return append(append(out, editActions(v)...), run("All OKRs", VerbGoals))
	}
	if g.Binding == nil {
		if v.MayEdit {
			out = append(out, run("Bind to a query", VerbBind, "goal", id).positive())
		}
		return append(append(out, editActions(v)...), run("All OKRs", VerbGoals))
	}
	if g.Binding.Health.State != okr.HealthUnbound {
		out = append(out, run("Sync now", VerbSync, "goal", id).positive())
	}
	out = withLink(out, "Open query", g.Binding.Query.URL)
	if v.MayEdit {
		out = append(out, run("Change query", VerbBind, "goal", id), run("Unbind", VerbUnbindAsk, "goal", id))
	}
	return append(out, editActions(v)...)
}

func editActions(v GoalView) []action {
	if !v.MayEdit {
		return nil
	}
	id := string(v.Goal.ID)
	return []action{run("Edit", VerbGoalEdit, "goal", id), run("Delete", VerbGoalAskDelete, "goal", id).destructive()}
}
