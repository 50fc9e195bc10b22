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
		out = append(out, run("Check in", VerbCheckIn, KeyGoal, id))
	}
	out = append(out, run("History", VerbHistory, KeyGoal, id))
	if v.MayEdit {
		out = append(out, run("Edit", VerbGoalEdit, KeyGoal, id), run("Close", VerbCloseAsk, KeyGoal, id).secondary())
	}
	return append(append(out, moreActions(v)...), deleteActions(v)...)
}

// firstActions are what a goal of this state is most likely to need.
func firstActions(v GoalView) []action {
	g := v.Goal
	id := string(g.ID)
	switch {
	case g.Kind == okr.Objective && v.MayEdit:
		return []action{run("Add key result", VerbGoalNew, KeyKind, string(okr.KeyResult), KeyParent, id).positive()}
	case g.Kind == okr.Objective:
		return nil
	case g.Binding == nil && v.MayEdit && !okr.CountsTasks(g):
		return []action{run("Bind to Azure DevOps", VerbBind, KeyGoal, id).positive()}
	case g.Binding != nil && g.Binding.Health.State != okr.HealthUnbound:
		return []action{run("Sync now", VerbSync, KeyGoal, id).positive()}
	}
	return nil
}

func moreActions(v GoalView) []action {
	g := v.Goal
	id := string(g.ID)
	var out []action
	switch {
	case g.Kind == okr.Objective && v.MayEdit:
		out = append(out, run("Add several key results", VerbKeyResults, KeyGoal, id).secondary(), run("Add project", VerbGoalNew, KeyKind, string(okr.Project), KeyParent, id).secondary(),
			run("Add objective", VerbGoalNew, KeyKind, string(okr.Objective), KeyParent, id).secondary())
	case okr.CountsTasks(g) && v.MayEdit:
		out = append(out, run("Bind to Azure DevOps", VerbBind, KeyGoal, id).secondary())
	case g.Binding != nil:
		if a, ok := open("Open "+sourceNoun(g.Binding.Query), g.Binding.Query.URL); ok {
			out = append(out, a.secondary())
		}
		if v.MayEdit {
			out = append(out, run(changeSource(g.Binding.Query, "Change query"), VerbBind, KeyGoal, id).secondary(), run("Unbind", VerbUnbindAsk, KeyGoal, id).secondary())
		}
	}
	if len(g.Tasks) == 0 { // else they are beside the tasks
		for _, a := range taskActions(v, "0") {
			out = append(out, a.secondary())
		}
	}
	return out
}

func deleteActions(v GoalView) []action {
	id := string(v.Goal.ID)
	var out []action
	if v.Goal.Kind == okr.Objective {
		out = append(out, run("Clone", VerbCloneAsk, KeyGoal, id).secondary())
	}
	if v.MayEdit {
		out = append(out, run("Add co-owner", VerbCoOwnerAsk, KeyGoal, id).secondary(), run("Hand over", VerbGoalHandOverAsk, KeyGoal, id).secondary())
		out = append(out, run("Delete", VerbGoalAskDelete, KeyGoal, id).destructive().secondary())
	}
	return append(out, run("All OKRs", VerbGoals).secondary())
}

// endedActions are the buttons of a goal that is closed or postponed: nothing of
// it changes until it is reopened.
func endedActions(v GoalView) []action {
	id := string(v.Goal.ID)
	var out []action
	if v.MayEdit {
		out = append(out, run("Reopen", VerbReopenAsk, KeyGoal, id))
	}
	if v.Goal.Kind == okr.Objective {
		out = append(out, run("Clone", VerbCloneAsk, KeyGoal, id))
	}
	out = append(out, run("Why", VerbWhy, KeyGoal, id), run("History", VerbHistory, KeyGoal, id))
	return append(out, run("All OKRs", VerbGoals).secondary())
}
