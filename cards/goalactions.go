package cards

import "okrbot/okr"

// goalActions are the buttons that fit the goal's state and the viewer. The four
// most likely ones stand on the card, the others in its overflow menu.
func goalActions(v GoalView) []action {
	id := string(v.Goal.ID)
	if !v.Goal.IsOpen() {
		return endedActions(v)
	}
	out := firstActions(v)
	if v.MayCheckIn {
		out = append(out, run("Check in", VerbCheckIn, "goal", id))
	}
	out = append(out, run("History", VerbHistory, "goal", id))
	if v.MayEdit {
		out = append(out, run("Edit", VerbGoalEdit, "goal", id), run("Close", VerbCloseAsk, "goal", id).secondary())
	}
	return append(append(out, moreActions(v)...), deleteActions(v)...)
}

// firstActions are what a goal of this state is most likely to need.
func firstActions(v GoalView) []action {
	g := v.Goal
	id := string(g.ID)
	switch {
	case g.Kind == okr.Objective && v.MayEdit:
		return []action{run("Add key result", VerbGoalNew, "kind", string(okr.KeyResult), "parent", id).positive()}
	case g.Kind == okr.Objective:
		return nil
	case g.Binding == nil && v.MayEdit:
		return []action{run("Bind to a query", VerbBind, "goal", id).positive()}
	case g.Binding != nil && g.Binding.Health.State != okr.HealthUnbound:
		return []action{run("Sync now", VerbSync, "goal", id).positive()}
	}
	return nil
}

func moreActions(v GoalView) []action {
	g := v.Goal
	id := string(g.ID)
	var out []action
	switch {
	case g.Kind == okr.Objective && v.MayEdit:
		out = append(out, run("Add project", VerbGoalNew, "kind", string(okr.Project), "parent", id).secondary(),
			run("Add objective", VerbGoalNew, "kind", string(okr.Objective), "parent", id).secondary())
	case g.Binding != nil:
		if a, ok := open("Open query", g.Binding.Query.URL); ok {
			out = append(out, a.secondary())
		}
		if v.MayEdit {
			out = append(out, run("Change query", VerbBind, "goal", id).secondary(), run("Unbind", VerbUnbindAsk, "goal", id).secondary())
		}
	}
	return out
}

func deleteActions(v GoalView) []action {
	id := string(v.Goal.ID)
	var out []action
	if v.Goal.Kind == okr.Objective {
		out = append(out, run("Clone", VerbCloneAsk, "goal", id).secondary())
	}
	if v.MayEdit {
		out = append(out, run("Delete", VerbGoalAskDelete, "goal", id).destructive().secondary())
	}
	return append(out, run("All OKRs", VerbGoals).secondary())
}

// endedActions are the buttons of a goal that is closed or postponed: nothing of
// it changes until it is reopened.
func endedActions(v GoalView) []action {
	id := string(v.Goal.ID)
	var out []action
	if v.MayEdit {
		out = append(out, run("Reopen", VerbReopenAsk, "goal", id))
	}
	if v.Goal.Kind == okr.Objective {
		out = append(out, run("Clone", VerbCloneAsk, "goal", id))
	}
	out = append(out, run("Why", VerbWhy, "goal", id), run("History", VerbHistory, "goal", id))
	return append(out, run("All OKRs", VerbGoals).secondary())
}
