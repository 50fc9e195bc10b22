package chat

import (
	"cmp"
	"fmt"
	"maps"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

// NextStep is how people take a step that the domain names: by a command, or by a
// button that does the same. The subject that answers them declares it.
type NextStep struct {
	Kind    okr.StepKind
	Command string            // the whole text; <id> stands for what the step is about
	Says    string            // a sentence about it; %s is the command
	Title   string            // of the button; empty: there is none
	Verb    string            // of the button
	Data    map[string]string // of the button, beside what the step is about
	Key     string            // under which the goal is in the data; empty: [cards.KeyGoal]
	Style   string            // of the button
}

// anyID stands in a command for what it is about.
const anyID = "<id>"

func (g *registry) addSteps(s Subject) error {
	for _, n := range s.Steps {
		if old, ok := g.steps[n.Kind]; ok {
			return fmt.Errorf("%s: the step %q is taken by %q already", s.Title, n.Kind, old.Command)
		}
		g.steps[n.Kind] = n
	}
	return nil
}

// WithSteps is a text that ends with the commands that come next.
func (g *registry) WithSteps(text string, next []okr.Step) string {
	for _, step := range next {
		if n, ok := g.steps[step.Kind]; ok {
			text += " " + n.sentence(step)
		}
	}
	return text
}

// StepButton is the button of a step; false: it has none, or does not say what it
// is about.
func (g *registry) StepButton(step okr.Step) (cards.Button, bool) {
	n, ok := g.steps[step.Kind]
	if !ok || n.Title == "" || strings.Contains(n.command(step), anyID) {
		return cards.Button{}, false
	}
	return cards.Button{Title: n.Title, Verb: n.Verb, Data: n.data(step), Style: n.Style}, true
}

func (n NextStep) sentence(step okr.Step) string {
	command := n.command(step)
	if step.ByOthers {
		return "They can send: " + command + "."
	}
	return fmt.Sprintf(n.Says, command)
}

func (n NextStep) command(step okr.Step) string {
	id := cmp.Or(string(step.Goal), string(step.Connection), anyID)
	return strings.ReplaceAll(n.Command, anyID, id)
}

func (n NextStep) data(step okr.Step) map[string]string {
	data := map[string]string{}
	if step.Goal != "" {
		data[cmp.Or(n.Key, cards.KeyGoal)] = string(step.Goal)
	}
	if step.Connection != "" {
		data[cards.KeyConnection] = string(step.Connection)
	}
	if step.SignIn.Tenant != "" {
		data[cards.KeyTenant], data[cards.KeyOrganization] = string(step.SignIn.Tenant), step.SignIn.Organization
	}
	maps.Copy(data, n.Data)
	return data
}
