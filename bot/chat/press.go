package chat

import (
	"context"
	"encoding/json"
	"strconv"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// Press is a pressed button: the same for both ways in which it arrives. Data
// holds what the card carries and what was filled in, all as text.
type Press struct {
	Verb string
	Data map[string]string
}

// pressed reads the button that an activity is about: of an Action.Execute, of the
// Action.Submit of a client that does not know it, whose data carries the verb, or of a
// card that asks whether a file may be saved, see [AskToSave].
func pressed(a teams.Activity) (Press, bool) {
	if a.Type == teams.TypeInvoke {
		return executed(a)
	}
	var data map[string]json.RawMessage
	if a.Type != teams.TypeMessage || len(a.Value) == 0 || json.Unmarshal(a.Value, &data) != nil || data == nil {
		return Press{}, false
	}
	return NewPress("", data)
}

func executed(a teams.Activity) (Press, bool) {
	var value struct {
		Action struct {
			Verb string                     `json:"verb"`
			Data map[string]json.RawMessage `json:"data"`
		} `json:"action"`
	}
	if consent, ok := a.FileConsent(); ok {
		err := json.Unmarshal(consent.Context, &value.Action.Data)
		p, ok := NewPress("", value.Action.Data)
		return p, ok && err == nil
	}
	if a.Name != teams.InvokeCardAction || json.Unmarshal(a.Value, &value) != nil {
		return Press{}, false
	}
	return NewPress(value.Action.Verb, value.Action.Data)
}

// NewPress makes a press of what came over the wire; false: it has no verb.
func NewPress(verb string, data map[string]json.RawMessage) (Press, bool) {
	p := Press{Verb: verb, Data: map[string]string{}}
	for k, raw := range data {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw) // a number or a truth value, as its text
		}
		p.Data[k] = text
	}
	delete(p.Data, teams.KeyTargeted)
	if p.Verb == "" {
		p.Verb = p.Data[cards.KeyVerb]
	}
	return p, p.Verb != ""
}

// PressGoal is the press of a button that is about a goal.
func PressGoal(verb string, id okr.GoalID) Press {
	return Press{Verb: verb, Data: GoalData(id)}
}

// GoalData is what a button about a goal carries.
func GoalData(id okr.GoalID) map[string]string {
	return map[string]string{cards.KeyGoal: string(id)}
}

// ConnectionData is what a button about a connection carries.
func ConnectionData(id okr.ConnectionID) map[string]string {
	return map[string]string{cards.KeyConnection: string(id)}
}

// Goal is the goal that the button is about. Invalid: it names none.
func (p Press) Goal() (okr.GoalID, error) {
	id, ok := okr.ParseGoalID(p.Data[cards.KeyGoal])
	if !ok {
		return "", okr.WithNext(okr.Errorf(okr.Invalid, "This button doesn't say which OKR it is for. Open the OKR again."), okr.Step{Kind: okr.StepList})
	}
	return id, nil
}

// Connection is the connection that the button is about. NotFound comes from the
// domain where there is none of this id.
func (p Press) Connection() okr.ConnectionID { return okr.ConnectionID(p.Data[cards.KeyConnection]) }

// Offset is where a page begins; anything else than a number from 0 on is the
// first page.
func (p Press) Offset() int {
	n, err := strconv.Atoi(p.Data[cards.KeyOffset])
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// PressHandler answers a pressed button.
type PressHandler func(ctx context.Context, t *Turn, p Press) (Reply, error)

// Act answers a press. Invalid: no subject knows its verb.
func (c *Chat) Act(ctx context.Context, t *Turn, p Press) (Reply, error) {
	handle, ok := c.presses[p.Verb]
	if !ok {
		return Reply{}, okr.WithNext(okr.Errorf(okr.Invalid, "This button is from another version of okrbot."), okr.Step{Kind: okr.StepHelp})
	}
	teams.NoteFrom(ctx).Did(p.Verb)
	r, err := handle(ctx, t, p)
	return r.seenBy(t), err
}

// Pressed makes a button of a command without its argument.
func Pressed(run CommandHandler) PressHandler {
	return func(ctx context.Context, t *Turn, _ Press) (Reply, error) { return run(ctx, t, "") }
}

// GoalHandler goes on with the goal that was meant.
type GoalHandler func(ctx context.Context, t *Turn, id okr.GoalID) (Reply, error)

// OneGoal finds the goal that a text means, and asks when it could be several.
// The verb is that of the button that goes on with the chosen one.
func (c *Chat) OneGoal(ctx context.Context, t *Turn, text, verb string, next GoalHandler) (Reply, error) {
	if code, ok := t.Place.Links.Find(text); ok {
		return atAddress(ctx, t, code, next)
	}
	if id, ok := okr.ParseGoalID(text); ok {
		return next(ctx, t, id) // which says so where there is none
	}
	found, err := c.Plan.FindGoals(ctx, t.Actor, text)
	if err != nil {
		return Reply{}, err
	}
	switch len(found) {
	case 0:
		return Reply{}, okr.WithNext(okr.Errorf(okr.NotFound, "I can't find an OKR with the title or id \"%s\".", okr.Shorten(okr.CleanLine(text), 80)), okr.Step{Kind: okr.StepList})
	case 1:
		return next(ctx, t, found[0].ID)
	default:
		return Say(cards.ChooseGoal(t.Place, okr.CleanLine(text), found, verb)), nil
	}
}

// atAddress goes on with the goal that an address leads to.
func atAddress(ctx context.Context, t *Turn, code string, next GoalHandler) (Reply, error) {
	page, ok := t.Place.Links.Read(code)
	switch {
	case !ok:
		return Reply{}, NoAddress(t.Actor)
	case page.Goal == "":
		return Reply{}, okr.WithNext(okr.Errorf(okr.Invalid, "This link opens a list of OKRs, not one OKR."), okr.Step{Kind: okr.StepList})
	}
	r, err := next(ctx, t, page.Goal)
	return r, likeUnknown(t.Actor, err, page.Goal)
}

// OpenAddress shows what the first address of okrbot in a text leads to; false: there is
// none in it.
func OpenAddress(ctx context.Context, c *Chat, t *Turn, text string) (Reply, bool, error) {
	code, ok := t.Place.Links.Find(text)
	if !ok {
		return Reply{}, false, nil
	}
	page, ok := t.Place.Links.Read(code)
	if !ok {
		return Reply{}, true, NoAddress(t.Actor)
	}
	verb, data := page.Verb()
	r, err := c.Act(ctx, t, Press{Verb: verb, Data: data})
	return r, true, likeUnknown(t.Actor, err, page.Goal)
}

// likeUnknown makes of a goal that is not there, or not for this person, the same
// refusal as of an address that leads nowhere.
func likeUnknown(actor okr.Actor, err error, id okr.GoalID) error {
	said, _ := okr.MessageOf(err)
	if gone, _ := okr.MessageOf(okr.GoalNotFound(actor, id)); id != "" && okr.KindOf(err) == okr.NotFound && said == gone {
		return NoAddress(actor)
	}
	return err
}

// NoAddress is the refusal of an address that leads nowhere for this person in this
// place, whatever it leads to for others.
func NoAddress(actor okr.Actor) error {
	words := "I can't show you anything for this link. It may be deleted, private, or from another organization."
	if actor.Shared {
		words += " If it's private and you have access, send it to me in our 1:1 chat."
	}
	return okr.WithNext(okr.Errorf(okr.NotFound, "%s", words), okr.Step{Kind: okr.StepList})
}

// WithGoal makes the handler of a button that carries a goal.
func WithGoal(next GoalHandler) PressHandler {
	return func(ctx context.Context, t *Turn, p Press) (Reply, error) {
		id, err := p.Goal()
		if err != nil {
			return Reply{}, err
		}
		return next(ctx, t, id)
	}
}
