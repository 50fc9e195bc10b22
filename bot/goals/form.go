package goals

import (
	"context"
	"slices"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// goalForm is the form of a new goal, or of one that is edited, under way.
type goalForm struct {
	id       string // empty: it is opened first
	kind     okr.GoalKind
	current  okr.Goal // what is edited, as it is now; of a new one empty
	version  int      // of the goal when the form was opened
	values   chat.Values
	base     chat.Values // how the form began
	people   []okr.Person
	offered  *okr.Offered // objectives; nil: not read yet
	added    []okr.Goal   // key results that the same card made before
	near     okr.Date     // the day next to which days without a year are meant
	list     string       // of the key results of a new objective, as typed
	above    string       // the title of the objective above what is edited, as far as it may be seen
	conflict *cards.Conflict
	err      cards.FieldError
}

// formKind and cloneKind are the kinds of the forms of goals.
const (
	formKind  = "goal"
	cloneKind = "clone"
)

// goalFormState is what the server keeps of an open form.
type goalFormState struct {
	Base chat.Values `json:"base,omitempty"`
	// Kept is what stands in the fields that may be left out of a card because they
	// are too long for it.
	Kept chat.Values `json:"kept,omitempty"`
	// Added are the key results that the same card made before.
	Added []addedGoal `json:"added,omitempty"`
}

// addedGoal is what is kept of a key result that a card made.
type addedGoal struct {
	ID    okr.GoalID `json:"id"`
	Title string     `json:"title"`
}

func (s *Subject) newGoal(kind okr.GoalKind) func(context.Context, *chat.Turn, string) (chat.Reply, error) {
	return func(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
		title, list, _ := strings.Cut(arg, "\n")
		f := newGoalForm(t, kind, okr.CleanLine(title), "")
		f.list = list
		return s.showGoalForm(ctx, t, f)
	}
}

func (s *Subject) pressNewGoal(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	kind, err := kindOf(p.Data[cards.KeyKind])
	if err != nil {
		return chat.Reply{}, err
	}
	return s.showGoalForm(ctx, t, newGoalForm(t, kind, "", p.Data[cards.KeyParent]))
}

func newGoalForm(t *chat.Turn, kind okr.GoalKind, title, parent string) goalForm {
	v := chat.Values{cards.InputTitle: title, cards.KeyParent: parent, cards.KeyOwner: string(t.Actor.ID)}
	switch kind {
	case okr.Objective:
		v[cards.KeyPeriod] = t.Settings.CurrentPeriod(t.Today()).ID
	case okr.KeyResult:
		v[cards.InputStartValue] = "0"
	}
	return goalForm{kind: kind, values: v}
}

func kindOf(text string) (okr.GoalKind, error) {
	switch k := okr.GoalKind(text); k {
	case okr.Objective, okr.KeyResult, okr.Project:
		return k, nil
	default:
		return "", okr.Errorf(okr.Invalid, "This button doesn't say what to create. Send one of these: new objective, new kr, new project.")
	}
}

// editGoal opens the form of a goal, or of a connection.
func (s *Subject) editGoal(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	if id, ok := okr.ParseConnectionID(arg); ok {
		return s.chat.Act(ctx, t, chat.Press{Verb: cards.VerbConnectionEdit, Data: chat.ConnectionData(id)})
	}
	return s.chat.OneGoal(ctx, t, arg, cards.VerbGoalEdit, s.editGoalForm)
}

func (s *Subject) editGoalForm(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	v, offered, err := s.plan.EditForm(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	g := v.Goal
	switch {
	case !v.MayEdit:
		return chat.Reply{}, okr.MayNot(g, "change")
	case !g.IsOpen():
		return chat.Reply{}, g.RequireOpen()
	}
	now := goalValues(t, g)
	return s.showGoalForm(ctx, t, goalForm{kind: g.Kind, current: g, version: g.Version, values: now, base: now, offered: &offered, above: v.ParentTitle})
}

// showGoalForm fills in what can be chosen.
func (s *Subject) showGoalForm(ctx context.Context, t *chat.Turn, f goalForm) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	f.people = slices.Concat(f.current.People(), f.people, t.Met)
	c := f.card(t)
	if f.offered == nil {
		offered, err := s.plan.Offered(ctx, t.Actor)
		if err != nil {
			return chat.Reply{}, err
		}
		f.offered = &offered
	}
	var err error
	if c.Objectives, err = s.parents(ctx, t, f); err != nil {
		return chat.Reply{}, err
	}
	c.Owners = s.formOwners(ctx, t, f)
	if c.Draft, err = s.keepGoalForm(ctx, t, f); err != nil {
		return chat.Reply{}, err
	}
	return chat.Say(cards.EditGoal(c)), nil
}

// formOwners offers who owns it first, and then whom else the place knows.
func (s *Subject) formOwners(ctx context.Context, t *chat.Turn, f goalForm) []cards.Choice {
	known := slices.DeleteFunc(slices.Clone(f.people), func(p okr.Person) bool { return string(p.Ref()) != f.values[cards.KeyOwner] })
	if f.current.ID != "" {
		known = append(known, f.current.Owners()...)
	}
	if !t.Activity.IsPersonal() {
		return s.chat.Owners(ctx, t, known)
	}
	return s.chat.Owners(ctx, t, slices.Concat(known, []okr.Person{t.Actor.Person}, chat.WorkersOf(f.offered.All)))
}

// card is the form as a card shows it.
func (f goalForm) card(t *chat.Turn) cards.GoalForm {
	c := cards.GoalForm{
		Kind: f.kind, Editing: f.current.ID, Version: f.version, Values: shownValues(t, f.values), People: map[string]cards.People{},
		OwnerName: f.nameOf(t, f.values[cards.KeyOwner]), Teams: t.Settings.Teams, Picker: t.Picker(), Conflict: f.conflict, Error: f.err,
		Periods: chat.PeriodChoices(t, f.values[cards.KeyPeriod]), Added: f.added, KeyResults: f.list, Phase: t.Place.PhaseExample(),
	}
	known := append(f.people, t.Actor.Person)
	for _, field := range okr.GoalFields() {
		if field.IsPeople() {
			c.People[field.ID] = chat.ShownPeople(known, f.values[field.ID])
		}
	}
	return c
}

func (f goalForm) nameOf(t *chat.Turn, id string) string {
	for _, p := range append(f.people, t.Actor.Person) {
		if string(p.Ref()) == id {
			return p.Name
		}
	}
	return ""
}

// parents offers the objectives that a goal can be below, the person's own
// first, then others.
func (s *Subject) parents(ctx context.Context, t *chat.Turn, f goalForm) ([]cards.Choice, error) {
	var offered []okr.Goal
	seen := map[okr.GoalID]bool{f.current.ID: true}
	for _, g := range slices.Concat(f.offered.Mine, f.offered.All) {
		if !seen[g.ID] {
			seen[g.ID] = true
			offered = append(offered, g)
		}
	}
	out := chat.ObjectiveChoices(offered)
	id, ok := okr.ParseGoalID(f.values[cards.KeyParent])
	if ok && !seen[id] {
		out = append(out, s.furtherParent(ctx, t, f, id)...)
	}
	if len(out) == 0 && f.kind != okr.Objective {
		return nil, okr.WithNext(okr.Errorf(okr.Invalid, "There are no objectives yet, and every %s belongs to one.", f.kind), okr.Step{Kind: okr.StepNewObjective})
	}
	return out, nil
}

// furtherParent is the chosen objective where it is not among the first ones, has
// ended, or may not be seen.
func (s *Subject) furtherParent(ctx context.Context, t *chat.Turn, f goalForm, id okr.GoalID) []cards.Choice {
	if f.above != "" && id == f.current.Parent {
		return []cards.Choice{{Title: string(id) + " " + f.above, Value: string(id)}}
	}
	v, err := s.plan.OpenGoal(ctx, t.Actor, id, okr.Page{Limit: 1})
	switch {
	case err != nil && id == f.current.Parent:
		return []cards.Choice{{Title: string(id) + " (private)", Value: string(id)}}
	case err != nil, v.Goal.Kind != okr.Objective:
		return nil
	}
	return []cards.Choice{{Title: string(id) + " " + v.Goal.Title, Value: string(id)}}
}
