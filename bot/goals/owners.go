package goals

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// ownership is the talk about who owns goals.
type ownership struct{ *Subject }

// owner is what this subject needs of [okrbot/okr/plan.Owners].
type owner interface {
	Add(ctx context.Context, actor okr.Actor, id okr.GoalID, person okr.Person) (before okr.Goal, v okr.GoalView, err error)
	Preview(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, []okr.Goal, error)
	HandOver(ctx context.Context, actor okr.Actor, ids []okr.GoalID, to okr.Person) (before []okr.Goal, last okr.GoalView, err error)
}

// toGoal parts a person from the goal that they are added to.
var toGoal = regexp.MustCompile(`(?i)^(.*?)(?:,? as (?:a |an )?(?:co-?owner|owner))?\s*(?:\bto\b|\bof\b|\bon\b|\bfor\b)\s+(?:the )?((?:kr|o|p)[ -]?[0-9]+)$`)

// toWord leads to the goal, wherever the mention of a person is.
var toWord = regexp.MustCompile(`(?i)^(?:as (?:a )?co-?owner )?(?:to|of) `)

// mention is how the mention of a person begins in a text.
const mention = "<at>"

// addSentences ask for a co-owner.
func addSentences() []chat.Sentence {
	return []chat.Sentence{
		{Says: "add (?:a )?co-?owner <goal> (?:to|of) <id>", Arg: "<goal> to <id>"},
		{Says: "add <goal> (?:as (?:a )?co-?owner )?(?:to|of) <id>", Arg: "<goal> to <id>"},
		{Says: "make <goal> (?:a )?co-?owner (?:of|for) <id>", Arg: "<goal> to <id>"},
	}
}

// add makes somebody a co-owner: "@Megan Bowen to O1". Something else that is to be added
// to an objective is a new key result or project.
func (o ownership) add(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	if id, ok := okr.ParseGoalID(arg); ok {
		return o.addForm(ctx, t, id, "", cards.FieldError{})
	}
	if rest, mentioned := t.WithoutMentions(arg); mentioned != "" {
		arg = mention + " to " + strings.TrimSpace(toWord.ReplaceAllString(strings.TrimSpace(rest), ""))
	}
	parts := toGoal.FindStringSubmatch(strings.TrimSpace(arg))
	if parts == nil {
		return chat.Reply{}, okr.Errorf(okr.Invalid, "Name the person and the goal, for example: add Megan Bowen to O1")
	}
	id, _ := okr.ParseGoalID(strings.NewReplacer(" ", "", "-", "").Replace(parts[2]))
	who := strings.TrimSpace(parts[1])
	if kind, ok := kindWord(who); ok {
		return o.pressNewGoal(ctx, t, chat.Press{Verb: cards.VerbGoalNew, Data: map[string]string{cards.KeyKind: string(kind), cards.KeyParent: string(id)}})
	}
	r, err := o.addTo(ctx, t, id, who)
	if okr.FieldOf(err) == cards.InputPerson { // whom okrbot doesn't know by name, the form's picker finds
		r, err = o.addAgain(ctx, t, id, who, err)
		r = r.Only(t.Actor.ID)
	}
	return r, err
}

// opensForm says whether what follows the command is answered by a form.
func opensForm(arg string) bool {
	_, isGoal := okr.ParseGoalID(arg)
	parts := toGoal.FindStringSubmatch(strings.TrimSpace(arg))
	if parts == nil {
		return isGoal
	}
	_, isKind := kindWord(strings.TrimSpace(parts[1]))
	return isGoal || isKind
}

// kindWord reads "a key result": what is added is no person.
func kindWord(text string) (okr.GoalKind, bool) {
	text = strings.ToLower(text)
	for _, before := range []string{"a new ", "an ", "a ", "new "} {
		text = strings.TrimPrefix(text, before)
	}
	kind, err := kindFilter(text)
	return kind, err == nil && text != ""
}

func (o ownership) askAdd(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	return o.addForm(ctx, t, id, "", cards.FieldError{})
}

func (o ownership) addForm(ctx context.Context, t *chat.Turn, id okr.GoalID, typed string, wrong cards.FieldError) (chat.Reply, error) {
	v, _, err := o.owners.Preview(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.Say(cards.AddCoOwner(cards.OwnersForm{Goal: v.Goal, Picker: t.Picker(), Person: chat.ShownPeople(v.Goal.Workers(), typed), Error: wrong})), nil
}

func (o ownership) pressAdd(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	id, err := p.Goal()
	if err == nil {
		err = t.MembersOnly()
	}
	if err != nil {
		return chat.Reply{}, err
	}
	return o.addOrAsk(ctx, t, id, p.Data[cards.InputPerson])
}

// addOrAsk adds whom a text names, or asks in the form who is meant.
func (o ownership) addOrAsk(ctx context.Context, t *chat.Turn, id okr.GoalID, typed string) (chat.Reply, error) {
	r, err := o.addTo(ctx, t, id, typed)
	if okr.FieldOf(err) == cards.InputPerson {
		return o.addAgain(ctx, t, id, typed, err)
	}
	return r, err
}

// addAgain is the form with what is wrong about the person.
func (o ownership) addAgain(ctx context.Context, t *chat.Turn, id okr.GoalID, typed string, refusal error) (chat.Reply, error) {
	wrong, _ := o.chat.FieldError(ctx, refusal)
	return o.addForm(ctx, t, id, typed, wrong)
}

func (o ownership) addTo(ctx context.Context, t *chat.Turn, id okr.GoalID, who string) (chat.Reply, error) {
	v, _, err := o.owners.Preview(ctx, t.Actor, id) // before anybody is looked up
	if err != nil {
		return chat.Reply{}, err
	}
	person, err := o.person(ctx, t, v.Goal, who, "Name the person, for example: add Megan Bowen to "+string(id))
	if err != nil {
		return chat.Reply{}, err
	}
	before, v, err := o.owners.Add(ctx, t.Actor, id, person)
	if err != nil {
		return chat.Reply{}, err
	}
	name := string(id) + " " + okr.Shorten(v.Goal.Title, 80)
	show := []cards.Button{{Title: "Show " + string(id), Verb: cards.VerbGoal, Data: chat.GoalData(id)}}
	if before.Version == v.Goal.Version {
		return chat.Say(cards.Done("No change", person.Name+" already owns "+name+".", show)), nil
	}
	o.chat.AuditRights(ctx, t, before, v.Goal)
	didSave(ctx, o.chat, t, before, v.Goal)
	o.chat.TellSoftly(ctx, t, person.ID, cards.Done("You're a co-owner", t.Actor.Name+" added you as a co-owner of "+name+".", show))
	return chat.SayAll(cards.Done("Co-owner added", person.Name+" is now a co-owner of "+name+".", show)).ViewOf(v.Goal, cards.VerbGoal), nil
}

// person finds whom a text or a mention names.
func (o ownership) person(ctx context.Context, t *chat.Turn, g okr.Goal, typed, missing string) (okr.Person, error) {
	if strings.Contains(typed, mention) {
		p, err := o.chat.Mentioned(ctx, t, "")
		if okr.KindOf(err) == okr.Forbidden {
			err = okr.FieldErrorf(cards.InputPerson, "Guests can't own goals. Choose a member of the organization.")
		}
		return p, err
	}
	field := chat.PeopleField{ID: cards.InputPerson, Single: true, Known: g.Workers()}
	people, err := o.chat.People(ctx, t, field, chat.WithoutNobody(typed))
	if err == nil && (len(people) != 1 || people[0].ID == "") {
		err = okr.FieldErrorf(cards.InputPerson, "%s", missing)
	}
	if err != nil {
		return okr.Person{}, err
	}
	return people[0], nil
}

// toHandOver reads the goal that a press hands over, and what its owner owns below it.
func (o ownership) toHandOver(ctx context.Context, t *chat.Turn, p chat.Press) (okr.GoalView, []okr.Goal, error) {
	id, err := p.Goal()
	if err == nil {
		err = t.MembersOnly()
	}
	if err != nil {
		return okr.GoalView{}, nil, err
	}
	return o.owners.Preview(ctx, t.Actor, id)
}

// askHandOver asks who is to own a goal. The command's words name somebody.
func (o ownership) askHandOver(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	v, below, err := o.toHandOver(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	f := cards.OwnersForm{Goal: v.Goal, Below: len(below), With: true, Picker: t.Picker()}
	if who := p.Data[cards.InputPerson]; who != "" {
		person, err := o.person(ctx, t, v.Goal, who, handOverExample(v.Goal.ID))
		switch isUnknown := okr.FieldOf(err) == cards.InputPerson; {
		case isUnknown && t.Activity.IsPersonal(): // the form's picker finds more people
			f.Person = chat.ShownPeople(v.Goal.Workers(), who)
			f.Error, _ = o.chat.FieldError(ctx, err)
		case err != nil:
			return chat.Reply{}, err
		default:
			f.Person = chat.ShownPeople([]okr.Person{person}, string(person.Ref()))
		}
	}
	return chat.Say(cards.HandOverGoal(f)), nil
}

func handOverExample(id okr.GoalID) string {
	return fmt.Sprintf("Name the new owner, for example: hand over %s to Megan Bowen", id)
}

// handOver gives a goal to another person, and where that is wanted what its owner owns
// below it: first that, so that whoever may hand over one may do so with all.
func (o ownership) handOver(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	v, below, err := o.toHandOver(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	with := chat.IsOn(p.Data[cards.InputWithBelow])
	to, err := o.person(ctx, t, v.Goal, p.Data[cards.InputPerson], "Choose the new owner.")
	if okr.FieldOf(err) == cards.InputPerson {
		f := cards.OwnersForm{Goal: v.Goal, Below: len(below), With: with, Picker: t.Picker(), Person: chat.ShownPeople(v.Goal.Workers(), p.Data[cards.InputPerson])}
		f.Error, _ = o.chat.FieldError(ctx, err)
		return chat.Say(cards.HandOverGoal(f)), nil
	}
	if err != nil {
		return chat.Reply{}, err
	}
	var ids []okr.GoalID
	if with {
		for _, g := range below {
			ids = append(ids, g.ID)
		}
	}
	before, last, err := o.owners.HandOver(ctx, t.Actor, append(ids, v.Goal.ID), to)
	for _, g := range before {
		after := g
		after.Owner = to
		o.chat.AuditRights(ctx, t, g, after)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	return o.handedOver(ctx, t, before, last, to), nil
}

// handedOver says who owns what now, to both.
func (o ownership) handedOver(ctx context.Context, t *chat.Turn, before []okr.Goal, last okr.GoalView, to okr.Person) chat.Reply {
	id := last.Goal.ID
	name := string(id) + " " + okr.Shorten(last.Goal.Title, 80)
	show := []cards.Button{{Title: "Show " + string(id), Verb: cards.VerbGoal, Data: chat.GoalData(id)}}
	if len(before) == 0 {
		return chat.Say(cards.Done("No change", to.Name+" already owns "+name+".", show))
	}
	if n := len(before) - 1; n == 1 {
		name += " and 1 key result or project below it"
	} else if n > 1 {
		name += fmt.Sprintf(" and %d key results and projects below it", n)
	}
	if len(before) == 1 {
		didSave(ctx, o.chat, t, before[0], last.Goal)
	}
	o.chat.TellSoftly(ctx, t, to.ID, cards.Done("You're the owner", t.Actor.Name+" handed over "+name+" to you.", show))
	return chat.SayAll(cards.Done("Handed over", to.Name+" now owns "+name+".", show)).ViewOf(last.Goal, cards.VerbGoal)
}
