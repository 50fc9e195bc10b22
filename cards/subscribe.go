package cards

import (
	"slices"
	"strings"
)

// Subscribe is the form of a place's digest.
func Subscribe(f DigestForm) Card {
	place := f.Place
	if place == "" {
		place = "this conversation"
	}
	title := "Digest for " + place
	head := []element{heading(mdf("%s", title)), text("An hourly post when something moved, and none when nothing did.")}
	if f.Paused != "" {
		head = append(head, box("warning", text(mdn(maxMessage, "Paused: %s", f.Paused))))
	}
	in := form{err: f.Error}
	if len(f.Objectives) == 0 {
		in.show(text("There is no objective yet. The digest will tell of all that are made."))
	} else {
		in.add(objectivesInput(f))
	}
	in.show(box("emphasis", text(mdf("Everybody in %s sees what each connection's owner can see in Azure DevOps, titles of work items included.", place))))
	save := "Subscribe"
	if f.Subscribed {
		save = "Save"
	}
	actions := []action{run(save, VerbDigestSave).positive()}
	if f.Subscribed {
		actions = append(actions, run("Stop the digest", VerbDigestStop).bare().destructive())
	}
	return newCard(title, in.elements(head...), actions...)
}

func objectivesInput(f DigestForm) input {
	in := input{
		Type: "Input.ChoiceSet", ID: "objectives", Label: "Objectives (none chosen: all)", Style: "compact",
		IsMultiSelect: true, Choices: choicesJSON(f.Objectives, f.Chosen...),
	}
	var chosen []string
	for _, c := range in.Choices {
		if slices.Contains(f.Chosen, c.Value) {
			chosen = append(chosen, c.Value)
		}
	}
	in.Value = strings.Join(chosen, ",")
	return in
}
