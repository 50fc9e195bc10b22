package cards

// CommandDetail is one command with all that is known of it.
type CommandDetail struct {
	Command
	Who      string   // may use it
	Others   []string // other names of it
	Examples []string // whole texts, as people type them
}

// CommandHelp explains one command by examples.
func CommandHelp(c CommandDetail) Card {
	body := []element{heading(mdf("%s", c.Usage)), text(mdn(maxLong, "%s.", c.What))}
	if len(c.Examples) > 0 {
		body = append(body, section("Examples"))
		for _, example := range c.Examples {
			body = append(body, bullet(mdf("%s", example)))
		}
	}
	known := []fact{{"Who can use it", mdf("%s", c.Who)}}
	if len(c.Others) > 0 {
		known = append(known, fact{"Also works", nameList("", c.Others)})
	}
	body = append(body, facts(known...))
	var actions []action
	if c.Verb != "" && c.Verb != VerbHelp {
		actions = commandActions([]Command{c.Command})
	}
	return newCard(c.Usage+": "+c.What, body, append(firstOf(actions), allCommands(), moreHelp())...)
}
