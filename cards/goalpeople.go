package cards

import (
	"fmt"

	"okrbot/okr"
)

// The verbs that change who owns a goal. The data of each is goal.
const (
	VerbCoOwnerAsk      = "goal.coowner.ask"
	VerbCoOwner         = "goal.coowner" // input: person
	VerbGoalHandOverAsk = "goal.handover.ask"
	VerbGoalHandOver    = "goal.handover" // inputs: person, withBelow
)

// InputWithBelow is whether key results and projects go along with their objective.
const InputWithBelow = "withBelow"

// OwnersForm is the state of a form that asks who is to own a goal.
type OwnersForm struct {
	Goal   okr.Goal
	Picker string // dataset of the client's people picker; empty: it has none
	Person People
	Below  int  // how many key results and projects could go along
	With   bool // they are to
	Error  FieldError
}

// AddCoOwner asks for a co-owner of a goal.
func AddCoOwner(f OwnersForm) Card {
	id := string(f.Goal.ID)
	title := "Add a co-owner to " + id
	in := form{err: f.Error}
	in.show(text("Co-owners can do everything that the owner can."))
	person, _ := peopleInput(InputPerson, "Co-owner", f.Person, f.Picker, false)
	addPerson(&in, person)
	return newCard(title, in.elements(heading(mdf("%s", title)), note(mdn(maxLong, "%s", f.Goal.Title))),
		run("Add", VerbCoOwner, KeyGoal, id).positive(), run("Cancel", VerbGoal, KeyGoal, id).bare())
}

// HandOverGoal asks who is to own a goal, and with how much of what is below it.
func HandOverGoal(f OwnersForm) Card {
	id := string(f.Goal.ID)
	title := "Hand over " + id
	in := form{err: f.Error}
	in.show(text("The new owner gets all rights of the owner, and the reminders to check in. I'll let them know in chat."))
	person, _ := peopleInput(InputPerson, "New owner", f.Person, f.Picker, false)
	addPerson(&in, person)
	if f.Below > 0 {
		in.add(toggleInput(InputWithBelow, "Below it", fmt.Sprintf("Also hand over %s that %s owns", below(f.Below), f.Goal.Owner.Name), f.With))
	}
	owner := note("Owner now: " + personText(f.Goal.Owner))
	return newCard(title, in.elements(heading(mdf("%s", title)), note(mdn(maxLong, "%s", f.Goal.Title)), owner),
		run("Hand over", VerbGoalHandOver, KeyGoal, id).positive(), run("Cancel", VerbGoal, KeyGoal, id).bare())
}

// addPerson adds an input for one person, who must be chosen.
func addPerson(in *form, person element) {
	if field, ok := person.(input); ok {
		in.add(field.required("Choose a person."))
		return
	}
	in.show(person)
}
