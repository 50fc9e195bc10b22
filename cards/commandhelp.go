package cards

// CommandDetail is one command with all that is known of it.
type CommandDetail struct {
	Command
	Who      string   // may use it
	Others   []string // other names of it
	Examples []string // whole texts, as people type them
}

// CommandHelp explains one command.
func CommandHelp(c CommandDetail) Card {
	body := []element{heading(mdf("%s", c.Usage)), text(mdn(maxLong, "%s", c.What))}
	known := []fact{{"Who", mdf("%s", c.Who)}}
	if len(c.Others) > 0 {
		known = append(known, fact{"Also", nameList("", c.Others)})
	}
	body = append(body, facts(known...))
	if len(c.Examples) > 0 {
		body = append(body, section("For example"))
		for _, example := range c.Examples {
			body = append(body, bullet(mdf("%s", example)))
		}
	}
	actions := commandActions([]Command{c.Command}, 1)
	return newCard(c.Usage+": "+c.What, body, append(actions, run("All commands", VerbHelp))...)
}
