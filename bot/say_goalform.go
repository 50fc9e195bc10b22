package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

// values are what stands in the inputs of a form, by their ids.
type values map[string]string

// goalForm is the form of a new goal, or of one that is edited, under way.
type goalForm struct {
	kind     okr.GoalKind
	current  okr.Goal // what is edited, as it is now; of a new one empty
	version  int      // of the goal when the form was opened
	values   values
	base     values // how the form began
	people   []okr.Person
	conflict *cards.Conflict
	err      cards.FieldError
}

// goalFormState is what the server keeps of an open form.
type goalFormState struct {
	Base values `json:"base,omitempty"`
	// Kept is what stands in the fields that may be left out of a card because they
	// are too long for it.
	Kept values `json:"kept,omitempty"`
}

// peopleFields are the inputs for people besides the owner.
func peopleFields() []peopleField {
	return []peopleField{
		{id: "coOwners"}, {id: "checkInOwner", single: true}, {id: "delegate", single: true}, {id: "viewers", guests: true}, {id: "editors"},
	}
}

func (b *Bot) newGoal(kind okr.GoalKind) func(context.Context, *turn, string) (reply, error) {
	return func(ctx context.Context, t *turn, arg string) (reply, error) {
		return b.showGoalForm(ctx, t, newGoalForm(t, kind, okr.CleanLine(arg), ""))
	}
}

func (b *Bot) pressNewGoal(ctx context.Context, t *turn, p press) (reply, error) {
	kind, err := kindOf(p.data["kind"])
	if err != nil {
		return reply{}, err
	}
	return b.showGoalForm(ctx, t, newGoalForm(t, kind, "", p.data["parent"]))
}

func newGoalForm(t *turn, kind okr.GoalKind, title, parent string) goalForm {
	v := values{"title": title, "parent": parent, "owner": string(t.actor.ID)}
	switch kind {
	case okr.Objective:
		v["period"] = t.settings.CurrentPeriod(t.today()).ID
	case okr.KeyResult:
		v["startValue"] = "0"
	}
	return goalForm{kind: kind, values: v}
}

// today is the tenant's day.
func (t *turn) today() okr.Date { return okr.DateOf(t.place.Now.In(t.settings.Location())) }

func kindOf(text string) (okr.GoalKind, error) {
	switch k := okr.GoalKind(text); k {
	case okr.Objective, okr.KeyResult, okr.Project:
		return k, nil
	default:
		return "", okr.Errorf(okr.Invalid, "This button does not say what to make. Send `new objective`, `new kr` or `new project`.")
	}
}

func (b *Bot) editGoal(ctx context.Context, t *turn, arg string) (reply, error) {
	return b.oneGoal(ctx, t, arg, cards.VerbGoalEdit, b.editGoalForm)
}

func (b *Bot) editGoalForm(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	v, err := b.Service.Plan.Goal(ctx, t.actor, id)
	if err != nil {
		return reply{}, err
	}
	g := v.Goal
	switch {
	case !v.MayEdit:
		return reply{}, b.mayNot(g, "change")
	case !g.IsOpen():
		return reply{}, okr.Errorf(okr.Invalid, "%s is %s, so nothing about it changes. `reopen %s` opens it again.", id, g.Closed.State, id)
	}
	now := goalValues(t, g)
	return b.showGoalForm(ctx, t, goalForm{kind: g.Kind, current: g, version: g.Version, values: now, base: now})
}

func (b *Bot) mayNot(g okr.Goal, act string) error {
	if g.OnlyEditors {
		return okr.Errorf(okr.Forbidden, "Only its owner %s and the people chosen as its editors can %s %s.", g.Owner.Name, act, g.ID)
	}
	return okr.Errorf(okr.Forbidden, "Only its owner %s or an admin can %s %s.", g.Owner.Name, act, g.ID)
}

// showGoalForm fills in what can be chosen.
func (b *Bot) showGoalForm(ctx context.Context, t *turn, f goalForm) (reply, error) {
	if err := t.membersOnly(); err != nil {
		return reply{}, err
	}
	f.people = slices.Concat(goalPeople(f.current), f.people, t.met)
	c := f.card(t)
	var err error
	if c.Objectives, err = b.parents(ctx, t, f); err != nil {
		return reply{}, err
	}
	if c.Owners, err = b.formOwners(ctx, t, f); err != nil {
		return reply{}, err
	}
	if c.Draft, err = b.keepGoalForm(ctx, f); err != nil {
		return reply{}, err
	}
	return say(cards.EditGoal(c)), nil
}

// formOwners offers who owns it first, and then whom else the place knows.
func (b *Bot) formOwners(ctx context.Context, t *turn, f goalForm) ([]cards.Choice, error) {
	known := slices.DeleteFunc(slices.Clone(f.people), func(p okr.Person) bool { return string(p.ID) != f.values["owner"] })
	if f.current.ID != "" {
		known = append(known, f.current.Owners()...)
	}
	if !t.activity.IsPersonal() {
		return b.owners(ctx, t, known), nil
	}
	colleagues, err := b.colleagues(ctx, t)
	return b.owners(ctx, t, slices.Concat(known, []okr.Person{t.actor.Person}, colleagues)), err
}

// goalPeople are all people that a goal names.
func goalPeople(g okr.Goal) []okr.Person { return append(goalWorkers(g), g.Viewers...) }

// goalWorkers are those of them who work on it, and so are no guests.
func goalWorkers(g okr.Goal) []okr.Person {
	all := slices.Concat(g.Owners(), []okr.Person{g.CheckInOwner, g.Delegate}, g.Editors, []okr.Person{g.CreatedBy})
	return slices.DeleteFunc(all, func(p okr.Person) bool { return p.ID == "" })
}

// card is the form as a card shows it.
func (f goalForm) card(t *turn) cards.GoalForm {
	v := f.values
	c := cards.GoalForm{
		Kind: f.kind, Editing: f.current.ID, Version: f.version, Title: v["title"], Owner: v["owner"], OwnerName: f.nameOf(t, v["owner"]),
		Parent: v["parent"], Period: v["period"], Start: v["start"], End: v["end"],
		Metric: v["metric"], Type: v["type"], UnitKind: v["unitKind"], Unit: v["unit"], StartValue: v["startValue"], Target: v["target"],
		Threshold: v["threshold"], Phases: v["phases"], Description: v["description"], Tags: v["tags"], Team: v["team"], Teams: t.settings.Teams,
		Level: v["level"], GoalType: v["goalType"], Weight: v["weight"], Private: isOn(v["private"]), OnlyEditors: isOn(v["onlyEditors"]),
		Picker: t.picker(), Conflict: f.conflict, Error: f.err,
	}
	if f.kind == okr.Objective {
		c.Periods = periodChoices(t, v["period"])
	}
	fields := map[string]*cards.People{
		"coOwners": &c.CoOwners, "checkInOwner": &c.CheckInOwner, "delegate": &c.Delegate, "viewers": &c.Viewers, "editors": &c.Editors,
	}
	for id, field := range fields {
		*field = shownPeople(append(f.people, t.actor.Person), v[id])
	}
	return c
}

func isOn(text string) bool { return strings.EqualFold(text, "true") }

func (f goalForm) nameOf(t *turn, id string) string {
	for _, p := range append(f.people, t.actor.Person) {
		if string(p.ID) == id {
			return p.Name
		}
	}
	return ""
}

// shownPeople is a field of people as a card shows it: of those that are known
// the names, of others what was typed.
func shownPeople(known []okr.Person, text string) cards.People {
	var out cards.People
	var names []string
	for _, word := range splitPeople(text, known) {
		i := slices.IndexFunc(known, func(p okr.Person) bool {
			return p.ID != "" && (string(p.ID) == word || strings.EqualFold(p.Name, word))
		})
		switch {
		case i >= 0:
			names = append(names, known[i].Name)
			out.Chosen = append(out.Chosen, cards.Choice{Title: known[i].Name, Value: string(known[i].ID)})
		case isObjectID(word):
			names = append(names, word)
			out.Chosen = append(out.Chosen, cards.Choice{Title: "Somebody", Value: word})
		default:
			names = append(names, word)
		}
	}
	out.Names = strings.Join(names, ", ")
	return out
}

// periodChoices offers the periods of today, and the one that is chosen.
func periodChoices(t *turn, chosen string) []cards.Choice {
	all := t.settings.PeriodChoices(t.today())
	known := slices.ContainsFunc(all, func(p okr.TimePeriod) bool { return p.ID == chosen })
	if p, ok := t.settings.PeriodByID(chosen); ok && !known {
		all = append(all, p)
	}
	var out []cards.Choice
	for _, p := range all {
		out = append(out, cards.Choice{Title: p.String(), Value: p.ID})
	}
	return out
}

func objectiveChoices(objectives []okr.Goal) []cards.Choice {
	choices := make([]cards.Choice, 0, len(objectives))
	for _, o := range objectives {
		choices = append(choices, cards.Choice{Title: string(o.ID) + " " + o.Title, Value: string(o.ID)})
	}
	return choices
}

// maxParents is how many objectives a form offers besides the person's own.
const maxParents = 100

// parents offers the objectives that a goal can stand below, the person's own
// first, then others.
func (b *Bot) parents(ctx context.Context, t *turn, f goalForm) ([]cards.Choice, error) {
	mine, _, err := b.Service.Plan.ListGoals(ctx, t.actor, okr.Filter{Kind: okr.Objective, Owner: t.actor.ID}, okr.Page{Limit: maxParents})
	if err != nil {
		return nil, err
	}
	others, _, err := b.Service.Plan.ListGoals(ctx, t.actor, okr.Filter{Kind: okr.Objective}, okr.Page{Limit: maxParents})
	if err != nil {
		return nil, err
	}
	var offered []okr.Goal
	seen := map[okr.GoalID]bool{f.current.ID: true}
	for _, v := range append(mine, others...) {
		if g := v.Goal; !seen[g.ID] {
			seen[g.ID] = true
			offered = append(offered, g)
		}
	}
	out := objectiveChoices(offered)
	id, ok := okr.ParseGoalID(f.values["parent"])
	if ok && !seen[id] {
		out = append(out, b.furtherParent(ctx, t, f, id)...)
	}
	if len(out) == 0 && f.kind != okr.Objective {
		return nil, okr.Errorf(okr.Invalid, "A %s belongs below an objective, and there is none yet. Make one with `new objective` first.", f.kind)
	}
	return out, nil
}

// furtherParent is the chosen objective where it is not among the first ones, has
// ended, or may not be seen.
func (b *Bot) furtherParent(ctx context.Context, t *turn, f goalForm, id okr.GoalID) []cards.Choice {
	v, err := b.Service.Plan.OpenGoal(ctx, t.actor, id, okr.Page{Limit: 1})
	switch {
	case err != nil && id == f.current.Parent:
		return []cards.Choice{{Title: string(id) + " (only some may see it)", Value: string(id)}}
	case err != nil, v.Goal.Kind != okr.Objective:
		return nil
	}
	return []cards.Choice{{Title: string(id) + " " + v.Goal.Title, Value: string(id)}}
}

// exactNumber writes a number so that it is read back the same.
func exactNumber(f float64) string {
	if text := strconv.FormatFloat(f, 'f', -1, 64); len(text) <= 20 {
		return text
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}
