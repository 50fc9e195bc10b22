package cards

import "okrbot/okr"

// UnknownText says that a text is no command, and offers the goals that it names
// before the likeliest commands.
func UnknownText(typed string, named []okr.Goal, likeliest []Command) Card {
	if len(named) == 0 {
		return Unknown(typed, likeliest)
	}
	const title = "What would you like to do?"
	body := []element{heading(title), text(mdn(maxLong, "You wrote: %s", typed)), text("I found no command in it, so I did nothing. It mentions:")}
	var actions []action
	for _, g := range named {
		body = append(body, text(mdn(maxLong, "**%s** %s", string(g.ID), g.Title)).near())
		actions = append(actions, run("Show "+string(g.ID), VerbGoal, KeyGoal, string(g.ID)))
	}
	if len(named) == 1 && named[0].IsOpen() {
		actions = append(actions, run("Check in", VerbCheckIn, KeyGoal, string(named[0].ID)))
	}
	return newCard(title, body, append(actions, moreHelp())...)
}
