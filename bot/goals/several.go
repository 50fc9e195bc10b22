package goals

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// lists is the talk about several key results that are created in one go.
type lists struct{ *Subject }

// several is what this subject needs of [okrbot/okr/plan.Several].
type several interface {
	Read(ctx context.Context, actor okr.Actor, parent okr.GoalID, text string, style okr.NumberStyle) (okr.Goal, []okr.TypedKeyResult, error)
	Make(ctx context.Context, actor okr.Actor, in okr.TypedList) (okr.GoalView, []okr.GoalID, error)
	Undo(ctx context.Context, actor okr.Actor, ids []okr.GoalID) ([]okr.Goal, error)
}

// listKind is the kind of the form of a list.
const listKind = "keyresults"

// undoMade is what `undo` takes back of creating goals.
const undoMade = "goals created"

// listState is what the server keeps of the form of a list.
type listState struct {
	Parent okr.GoalID `json:"parent,omitempty"` // empty: it is chosen on the card
	IsNew  bool       `json:"isNew,omitempty"`  // the objective was created a moment ago
	Text   string     `json:"text,omitempty"`   // as it was shown last
	Below  okr.GoalID `json:"below,omitempty"`  // the objective for which it was
}

// newKeyResults answers `new krs`: the id or title of an objective, and key results below
// it, one a line. The first one may be in the same line as an id.
func (l lists) newKeyResults(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	first, rest, _ := strings.Cut(arg, "\n")
	word, behind, _ := strings.Cut(strings.TrimSpace(first), " ")
	if id, ok := okr.ParseGoalID(strings.Trim(word, ":,")); ok {
		return l.open(ctx, t, listState{Parent: id, Text: strings.TrimSpace(behind + "\n" + rest)})
	}
	if first == "" {
		return l.open(ctx, t, listState{Text: rest})
	}
	found, err := l.chat.Plan.FindGoals(ctx, t.Actor, first, okr.Objective)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(found) == 1 {
		return l.open(ctx, t, listState{Parent: found[0].ID, Text: rest})
	}
	return l.open(ctx, t, listState{Text: strings.TrimSpace(arg)}) // the objective is chosen, and nothing lost
}

// press opens the form of an objective, or one on which it is chosen.
func (l lists) press(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	id, _ := okr.ParseGoalID(p.Data[cards.KeyGoal])
	return l.open(ctx, t, listState{Parent: id})
}

// afterObjective goes on with the key results that were typed into the form of a new
// objective.
func (l lists) afterObjective(ctx context.Context, t *chat.Turn, o okr.Goal, text string) (chat.Reply, error) {
	return l.open(ctx, t, listState{Parent: o.ID, IsNew: true, Text: text})
}

func (l lists) open(ctx context.Context, t *chat.Turn, state listState) (chat.Reply, error) {
	if n := utf8.RuneCountInString(state.Text); n > cards.MaxKeyResults {
		return chat.Reply{}, okr.Errorf(okr.Invalid, "The list is too long (%s of %s characters). Send it in two parts.", t.Place.Number(float64(n)), t.Place.Number(cards.MaxKeyResults))
	}
	f, err := l.read(ctx, t, state, state.Parent)
	if err != nil {
		return chat.Reply{}, err
	}
	f.Draft, err = l.chat.OpenForm(ctx, t, listKind, state)
	return chat.Say(cards.EditKeyResults(t.Place, f)), err
}

// read is the form with the list as it is understood; what is wrong with the objective is
// said on it, where one can be chosen.
func (l lists) read(ctx context.Context, t *chat.Turn, state listState, below okr.GoalID) (cards.KeyResultList, error) {
	f := cards.KeyResultList{IsNew: state.IsNew, Text: state.Text, Parent: string(below)}
	if below == "" {
		return f, l.offer(ctx, t, &f)
	}
	o, lines, err := l.several.Read(ctx, t.Actor, below, state.Text, t.Place.Locale.NumberStyle())
	switch {
	case err == nil:
		f.Objective, f.Lines = o, lines
		return f, nil
	case state.Parent != "" || okr.FieldOf(err) == "":
		return f, err
	}
	f.Error, _ = l.chat.FieldError(ctx, err)
	return f, l.offer(ctx, t, &f)
}

// offer fills in the objectives that can be chosen.
func (l lists) offer(ctx context.Context, t *chat.Turn, f *cards.KeyResultList) error {
	offered, err := l.plan.Offered(ctx, t.Actor)
	if err != nil {
		return err
	}
	f.Objectives, err = l.parents(ctx, t, goalForm{kind: okr.KeyResult, values: chat.Values{cards.KeyParent: f.Parent}, offered: &offered})
	return err
}

// filled reads a form as it was sent.
func (l lists) filled(ctx context.Context, t *chat.Turn, p chat.Press) (state listState, below okr.GoalID, text string, err error) {
	if err := t.MembersOnly(); err != nil {
		return state, "", "", err
	}
	if err := l.chat.ReadForm(ctx, t, listKind, p.Data[cards.KeyDraft], &state); err != nil {
		return state, "", "", err
	}
	text, isSent := p.Data[cards.InputKeyResults]
	if !isSent {
		text = state.Text
	}
	if below = state.Parent; below == "" {
		below, _ = okr.ParseGoalID(p.Data[cards.KeyGoal])
	}
	return state, below, text, nil
}

// check shows how the list is understood now.
func (l lists) check(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	state, below, text, err := l.filled(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	if chosen, ok := okr.ParseGoalID(p.Data[cards.KeyParent]); ok && state.Parent == "" {
		below = chosen
	}
	return l.show(ctx, t, state, p.Data[cards.KeyDraft], below, text, "")
}

func (l lists) show(ctx context.Context, t *chat.Turn, state listState, draft string, below okr.GoalID, text, note string) (chat.Reply, error) {
	state.Text, state.Below = text, below
	f, err := l.read(ctx, t, state, below)
	if err != nil {
		return chat.Reply{}, err
	}
	if f.Error.Message == "" && len(f.Lines) == 0 {
		f.Error = cards.FieldError{Field: cards.InputKeyResults, Message: "Enter at least one key result."}
	}
	f.Draft, f.Note = draft, note
	return chat.Say(cards.EditKeyResults(t.Place, f)), l.chat.KeepForm(ctx, t, listKind, draft, state)
}

// saveList creates the key results that were shown, once. A list that was changed since is
// shown again, and one of which a line makes none.
func (l lists) saveList(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	state, below, text, err := l.filled(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	draft := p.Data[cards.KeyDraft]
	f, err := l.read(ctx, t, listState{Parent: below, Text: text}, below)
	if err != nil {
		return chat.Reply{}, err
	}
	isShown := sameLines(text, state.Text) && (state.Parent != "" || below == state.Below)
	isGood := len(f.Lines) > 0
	for _, line := range f.Lines {
		isGood = isGood && line.Problem == ""
	}
	switch {
	case !isGood:
		return l.show(ctx, t, state, draft, below, text, "")
	case !isShown:
		return l.show(ctx, t, state, draft, below, text, "You changed the list. Check it, then create the key results.")
	}
	var o okr.GoalView
	var made []okr.GoalID
	err = l.chat.SaveForm(ctx, t, listKind, draft, func() (err error) {
		o, made, err = l.several.Make(ctx, t.Actor, okr.TypedList{Parent: below, Form: draft, Lines: f.Lines})
		return err
	})
	if err != nil {
		return chat.Reply{}, err
	}
	didMake(ctx, l.chat, t, made)
	return chat.SayAll(cards.KeyResultsCreated(t.Place, o, made)).ViewOf(o.Goal, cards.VerbGoal), nil
}

// sameLines compares two lists without regard to how a client writes its line breaks.
func sameLines(a, b string) bool { return okr.CleanText(a) == okr.CleanText(b) }

// didMake remembers what the person created.
func didMake(ctx context.Context, c *chat.Chat, t *chat.Turn, ids []okr.GoalID) {
	if len(ids) == 0 {
		return
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
	}
	chat.DidLast(ctx, c, t, chat.Done{What: "created " + okr.JoinSome(names), Goal: ids[0], By: undoMade}, ids)
}

// undoLastMade deletes what was created, as long as nobody did anything with it.
func undoLastMade(ctx context.Context, s *Subject, t *chat.Turn, d chat.Done) (chat.Reply, error) {
	var ids []okr.GoalID
	if err := json.Unmarshal(d.State, &ids); err != nil {
		return chat.Reply{}, err
	}
	gone, err := s.several.Undo(ctx, t.Actor, ids)
	if err != nil {
		return chat.Reply{}, err
	}
	for _, g := range gone {
		chat.AuditOnly(ctx, s.chat, t, chat.Deed{Did: "goal deleted", Of: string(g.ID)})
	}
	buttons := []cards.Button{{Title: "Show my OKRs", Verb: cards.VerbGoalMine}}
	if above := gone[0].Parent; above != "" {
		buttons = []cards.Button{{Title: "Show " + string(above), Verb: cards.VerbGoal, Data: chat.GoalData(above)}}
	}
	return chat.SayAll(cards.Done("Undone", "You "+d.What+". That's deleted now, and can be restored for 30 days.", buttons)), nil
}
