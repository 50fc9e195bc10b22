package cards

import "okrbot/okr"

// Undone says what was taken back, and how the goal is now. What is a sentence without
// its end.
func Undone(p Place, what string, v okr.GoalView) Card {
	id := string(v.Goal.ID)
	body := []element{
		heading("Undone"), text(mdf("%s. I've undone that.", what)), goalLine(p, v, 0).separated(),
	}
	if v.Goal.LastCheckIn != nil {
		body = append(body, note("Last check-in: "+personText(v.Goal.LastCheckIn.By)+", "+p.at(v.Goal.LastCheckIn.At)))
	}
	return newCard("Undone", body, run("Show "+id, VerbGoal, KeyGoal, id), run("History", VerbHistory, KeyGoal, id))
}
