package cards

import (
	"slices"
	"strings"
)

// Keys of what the buttons of several cards carry as data. A name that some button
// carries is a Key, also where an input has it as its id; the id of an input that
// no button carries is an Input. Each stands beside the card that owns it.
const (
	KeyVerb         = "verb"       // the button's own verb, in the data of each
	KeyGoal         = "goal"       // id of a goal
	KeyConnection   = "connection" // id of a connection
	KeyTenant       = "tenant"     // of Microsoft Entra, where a sign-in goes
	KeyOrganization = "org"        // of Azure DevOps, for which it is
	KeyAnother      = "another"    // the sign-in is to be with another account; its value is "yes"
	KeyDraft        = "draft"      // id of what the server keeps of an open form
	KeyVersion      = "version"    // of what a form changes, as it was when the form was opened
	KeyKeep         = "keep"       // ids of inputs, with commas between, that are not on the card: what they stand for stays
	KeyPicker       = "picker"     // people come from the client's people picker: ids, or [ChoiceNone] for nobody
	KeyOffset       = "offset"     // where a page of a list begins
	KeyScope        = "scope"      // "all" or "mine"
)

// Button is an action of a card: Verb and Data come back when it is pressed.
type Button struct {
	Title string
	Verb  string
	Data  map[string]string
	URL   string // opens a page instead
	Style string // "positive", "destructive" or empty
}

// action is a button, in the form of the Adaptive Cards schema. An Action.Execute is
// written with an Action.Submit of the same data as its fallback.
// An action is a pointer, and what changes it changes it in place: values of this size would be copied at every step.
type action = *actionBody

type actionBody struct {
	Type       string
	Title      string
	Verb       string
	Data       []datum // in the order of their keys, so that a card is always the same
	URL        string
	Style      string
	Mode       string
	Associated string
	Card       *innerCard
	Targets    []string // of Action.ToggleVisibility
}

// datum is a part of what comes back when a button is pressed.
type datum struct{ key, value string }

// innerCard is what an Action.ShowCard unfolds.
type innerCard struct {
	Type    string
	Body    []element
	Actions []action
}

func (a action) appendTo(b []byte) []byte {
	o := a.written(b, a.Type, a.Verb)
	if a.Type == typeExecute {
		o.key("fallback")
		fallback := a.written(o.b, typeSubmit, "")
		o.b = fallback.end()
	}
	return o.end()
}

// written is the action as one of a type and with a verb, up to its end.
func (a action) written(b []byte, kind, verb string) object {
	o := begin(b)
	o.text("type", kind)
	o.text("title", a.Title)
	o.some("verb", verb)
	o.data(a.Data)
	o.some("url", a.URL)
	o.some("style", a.Style)
	o.some("mode", a.Mode)
	o.some("associatedInputs", a.Associated)
	if a.Card != nil {
		o.element("card", *a.Card)
	}
	if len(a.Targets) > 0 {
		o.key("targetElements")
		o.b = appendList(o.b, a.Targets, appendText)
	}
	return o
}

func (c innerCard) appendTo(b []byte) []byte {
	o := begin(b)
	o.text("type", c.Type)
	o.elements("body", c.Body)
	o.someActions(c.Actions)
	return o.end()
}

func (o *object) data(data []datum) {
	if len(data) == 0 {
		return
	}
	o.key("data")
	inner := begin(o.b)
	for _, d := range data {
		inner.pair(d.key, d.value) // a client may have sent both
	}
	o.b = inner.end()
}

// someActions writes the actions of a card that has some.
func (o *object) someActions(actions []action) {
	if len(actions) > 0 {
		o.actions(actions)
	}
}

// actions writes the actions, those after the sixth into the overflow menu.
func (o *object) actions(actions []action) {
	o.key("actions")
	n := 0
	o.b = appendList(o.b, actions, func(b []byte, a action) []byte {
		if n++; n > maxVisible {
			hidden := *a // it may be further in front on another card
			a = hidden.secondary()
		}
		return a.appendTo(b)
	})
}

// The types of an action that comes back to the bot.
const (
	typeExecute = "Action.Execute"
	typeSubmit  = "Action.Submit"
)

// run makes an Action.Execute. The pairs are keys and values of its data, empty
// values left out; the data repeats the verb because the fallback has no other
// place for it.
func run(title, verb string, pairs ...string) action {
	data := make([]datum, 0, 1+len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			data = with(data, pairs[i], pairs[i+1])
		}
	}
	return execute(title, verb, data)
}

func runData(title, verb string, extra map[string]string) action {
	data := make([]datum, 0, 1+len(extra))
	for key, value := range extra {
		data = with(data, key, value)
	}
	return execute(title, verb, data)
}

func execute(title, verb string, data []datum) action {
	data = with(data, KeyVerb, verb)
	slices.SortFunc(data, func(x, y datum) int { return strings.Compare(x.key, y.key) })
	return &actionBody{Type: typeExecute, Title: Plain(title, maxButton), Verb: verb, Data: data}
}

// with sets a key, in place of what it had.
func with(data []datum, key, value string) []datum {
	for i := range data {
		if data[i].key == key {
			data[i].value = value
			return data
		}
	}
	return append(data, datum{key, value})
}

func (a action) positive() action    { return a.styled("positive") }
func (a action) destructive() action { return a.styled("destructive") }

func (a action) styled(style string) action {
	if style == "positive" || style == "destructive" {
		a.Style = style
	}
	return a
}

func (a action) secondary() action {
	a.Mode = "secondary"
	return a
}

// bare sends no inputs along, so that required ones do not stop it.
func (a action) bare() action {
	a.Associated = "none"
	return a
}

// open makes an Action.OpenUrl; false where the address is not safe.
func open(title, address string) (action, bool) {
	to, ok := safeURL(address)
	return &actionBody{Type: "Action.OpenUrl", Title: Plain(title, maxButton), URL: to}, ok
}

// withLink adds an Action.OpenUrl where the address is safe.
func withLink(actions []action, title, address string) []action {
	if a, ok := open(title, address); ok {
		return append(actions, a)
	}
	return actions
}

// unfold makes an Action.ShowCard.
func unfold(title string, body []element, actions ...action) action {
	return &actionBody{Type: "Action.ShowCard", Title: title, Card: &innerCard{Type: "AdaptiveCard", Body: body, Actions: actions}}
}

// Without leaves out the buttons below a card whose verbs are not for its reader; a card that
// has none of them stays the same one.
func Without(c Card, isForOthers func(verb string) bool) Card {
	is := func(a action) bool { return a.Verb != "" && isForOthers(a.Verb) }
	if !slices.ContainsFunc(c.actions, is) {
		return c
	}
	return newCard(c.Summary, c.body, slices.DeleteFunc(slices.Clone(c.actions), is)...)
}

// maxButtons is how many buttons a caller may give one card.
const maxButtons = 12

// buttonActions makes actions of buttons; those that open an unsafe address are
// left out.
func buttonActions(buttons []Button) []action {
	var out []action
	for _, b := range buttons[:min(len(buttons), maxButtons)] {
		if b.URL != "" {
			out = withLink(out, b.Title, b.URL)
			continue
		}
		out = append(out, runData(b.Title, b.Verb, b.Data).styled(b.Style))
	}
	return out
}
