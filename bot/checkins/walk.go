package checkins

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// begin shows the first of all goals that are due, with the others behind it. The walk is
// carried by its card alone: a restart ends none, and nothing is kept of one that nobody
// finishes.
func (s *Subject) begin(ctx context.Context, t *chat.Turn, _ string) (chat.Reply, error) {
	due, err := s.notify.CheckInsDue(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(due) == 0 {
		return s.nothingDue(ctx, t)
	}
	return chat.SayAll(firstStep(t.Place, due)), nil
}

// firstStep is the first card of a walk.
func firstStep(p cards.Place, due []okr.GoalView) cards.Card {
	return cards.CheckInStep(p, cards.WalkStep{Walk: cards.Walk{ID: chat.NewFormID(), Todo: idsOf(due[1:min(len(due), cards.MaxWalk)])}, Goal: due[0]})
}

func idsOf(views []okr.GoalView) []okr.GoalID {
	out := make([]okr.GoalID, len(views))
	for i, v := range views {
		out[i] = v.Goal.ID
	}
	return out
}

// nothingDue says so, and what else may wait: to close a period that is over.
func (s *Subject) nothingDue(ctx context.Context, t *chat.Turn) (chat.Reply, error) {
	buttons := []cards.Button{{Title: "Needs attention", Verb: cards.VerbAttention}, {Title: "My OKRs", Verb: cards.VerbGoalMine}, {Title: "Reminder settings", Verb: cards.VerbRemindLess}}
	found, err := s.notify.Attention(ctx, t.Actor, okr.Filter{Owner: t.Actor.ID, Kind: okr.Objective})
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.Say(cards.Done("You're all caught up", "Goals measured automatically need no check-in, and new ones not in their first days. To update one anyway, send its id, for example: check-in KR1.",
		append(toClose(found), buttons...))), nil
}

// toClose are buttons that close the periods that are over and have open objectives, the
// latest first.
func toClose(found okr.Concerns) []cards.Button {
	var over []okr.Goal
	for _, a := range found.List {
		g := a.View.Goal
		isOver := a.Concern == okr.ConcernPastDue || slices.Contains(a.Others, okr.ConcernPastDue)
		if isOver && g.Kind == okr.Objective && a.View.MayEdit && !slices.ContainsFunc(over, func(o okr.Goal) bool { return o.FiledUnder() == g.FiledUnder() }) {
			over = append(over, g)
		}
	}
	slices.SortStableFunc(over, func(a, b okr.Goal) int { return b.Period.End.Days() - a.Period.End.Days() })
	var out []cards.Button
	for _, g := range over[:min(len(over), maxToClose)] {
		out = append(out, cards.ClosePeriodButton(g.Period, g.FiledUnder()))
	}
	return out
}

// maxToClose is how many periods a card offers to close.
const maxToClose = 2

// walkOf reads where a walk is. A card that carries none, be it one of before or a forged
// one, is a walk of its one goal. Only the last card of a walk undoes, see [Subject.undoWalked].
func walkOf(p chat.Press) cards.Walk {
	return cards.Walk{ID: p.Data[cards.KeyWalk], Todo: idsIn(p.Data[cards.KeyTodo]), Done: idsIn(p.Data[cards.KeyWalked]), Skipped: idsIn(p.Data[cards.KeySkipped])}
}

func idsIn(list string) []okr.GoalID {
	var out []okr.GoalID
	for text := range strings.SplitSeq(list, ",") {
		if id, ok := okr.ParseGoalID(text); ok && len(out) < cards.MaxWalk && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// quickCheckIn checks in on the goal of the card and goes on to the next one.
func (s *Subject) quickCheckIn(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	return s.answer(ctx, t, p, func(id okr.GoalID) (okr.CheckInInput, error) {
		in, err := answerInput(t, id, p, "."+string(id))
		if err == nil && in.Value == nil && in.Status == "" && strings.TrimSpace(in.Note) == "" {
			err = okr.FieldErrorf(cards.InputValue, "Enter a value, a status or a note, or select No change.")
		}
		return in, err
	})
}

// sameAsBefore checks in that nothing has changed, and goes on.
func (s *Subject) sameAsBefore(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	return s.answer(ctx, t, p, func(id okr.GoalID) (okr.CheckInInput, error) {
		return okr.CheckInInput{Goal: id, Note: "No change."}, nil
	})
}

func (s *Subject) answer(ctx context.Context, t *chat.Turn, p chat.Press, input func(okr.GoalID) (okr.CheckInInput, error)) (chat.Reply, error) {
	id, err := p.Goal()
	if err != nil {
		return chat.Reply{}, err
	}
	w := walkOf(p)
	v, err := s.plan.PreviewCheckIn(ctx, t.Actor, id)
	if err != nil {
		return s.passOver(ctx, t, w, id, err)
	}
	in, err := input(id)
	in.Form = formOf(t.Actor, w, in)
	if err == nil {
		err = newerThanShown(t, p, v, in)
	}
	var c okr.CheckIn
	if err == nil {
		v, c, err = s.checkInOnce(ctx, t, v, in)
	}
	switch {
	case okr.FieldOf(err) != "":
		return s.stepAgain(ctx, t, p, w, v, err)
	case err != nil:
		return chat.Reply{}, err
	case len(w.Todo)+len(w.Done) == 0:
		return chat.SayAll(cards.CheckedIn(t.Place, v, c)).ViewOf(v.Goal, cards.VerbGoal), nil
	}
	w.Done = and(w.Done, id)
	return s.next(ctx, t, w, nil)
}

// and is a list of goals with one more, once.
func and(list []okr.GoalID, id okr.GoalID) []okr.GoalID {
	if slices.Contains(list, id) {
		return list
	}
	return append(slices.Clone(list), id)
}

// formOf is the form of an answer of a walk: the same of the same words, so that a second
// click makes nothing, and another one of others, so that none are lost.
func formOf(actor okr.Actor, w cards.Walk, in okr.CheckInInput) string {
	value := "-"
	if in.Value != nil {
		value = okr.FormatNumber(*in.Value)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s", value, in.Status, strings.TrimSpace(in.Note)))
	return walkForm(actor, w, in.Goal) + base32.StdEncoding.EncodeToString(sum[:5])
}

// walkForm is what the forms of the answers of a walk for a goal begin with. The id of a walk
// comes from a card, so that it stands for nothing without the person who presses.
func walkForm(actor okr.Actor, w cards.Walk, id okr.GoalID) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s", actor.Tenant, actor.ID, w.ID))
	return base32.StdEncoding.EncodeToString(sum[:10]) + string(id) + "."
}

// sameAnswer is for how long the same words from the same card are one answer: a second click,
// or the press delivered again. Later somebody says so again, with a card that was left open.
const sameAnswer = 10 * time.Minute

// isAnswer says whether a check-in was made with a form of [formOf].
func isAnswer(last *okr.CheckInMark, form string) bool {
	return last != nil && strings.HasPrefix(string(last.ID), okr.CheckInPrefix+form+".")
}

// after is a form whose answer follows a check-in: what was answered before is known by what
// the goal has, whatever the card says.
func after(form string, last *okr.CheckInMark) string {
	before := ""
	if last != nil {
		before = string(last.ID)
	}
	sum := sha256.Sum256([]byte(before))
	return form + "." + base32.StdEncoding.EncodeToString(sum[:5])
}

// newerThanShown refuses an answer to a card that did not show the last check-in: somebody
// else, or the person elsewhere, has said something since. Sent again, it is saved.
func newerThanShown(t *chat.Turn, p chat.Press, v okr.GoalView, in okr.CheckInInput) error {
	last := v.Goal.LastCheckIn
	at, id, _ := strings.Cut(p.Data[cards.KeySeen], "/")
	seen, err := strconv.ParseInt(at, 10, 64)
	isKnown := err != nil || last == nil || string(last.ID) == id || last.MadeAt.UnixNano() < seen // before: a later one was undone
	if isKnown || isAnswer(last, in.Form) {
		return nil
	}
	who := last.By.Name
	if t.Actor.Is(last.By) {
		who = "You"
	}
	return okr.FieldErrorf(cards.InputValue, "%s already checked in %s while this card was open: see below. Save again to add yours, or skip it.", who, in.Goal)
}

// checkInOnce checks in, unless just that was said with the same card.
func (s *Subject) checkInOnce(ctx context.Context, t *chat.Turn, v okr.GoalView, in okr.CheckInInput) (okr.GoalView, okr.CheckIn, error) {
	last := v.Goal.LastCheckIn
	if !isAnswer(last, in.Form) {
		in.Form = after(in.Form, last)
	} else if c, err := s.plan.GetCheckIn(ctx, t.Actor, last.ID); okr.KindOf(err) == okr.NotFound { // it broke off half way
		in.Form = strings.TrimPrefix(string(last.ID), okr.CheckInPrefix)
	} else if err != nil || s.chat.Now().Sub(c.MadeAt) < sameAnswer {
		return v, c, err
	} else {
		in.Form = after(in.Form, last)
	}
	v, c, err := s.plan.CheckIn(ctx, t.Actor, in)
	if err == nil {
		s.didCheckIn(ctx, t, v, c)
	}
	return v, c, err
}

// stepAgain brings the card back as it was filled in, with what is wrong.
func (s *Subject) stepAgain(ctx context.Context, t *chat.Turn, p chat.Press, w cards.Walk, v okr.GoalView, refusal error) (chat.Reply, error) {
	id := v.Goal.ID
	if id == "" { // the domain refused it
		var err error
		if id, err = p.Goal(); err == nil {
			v, err = s.plan.PreviewCheckIn(ctx, t.Actor, id)
		}
		if err != nil {
			return chat.Reply{}, err
		}
	}
	suffix := "." + string(id)
	step := cards.WalkStep{Walk: w, Goal: v, Value: p.Data[cards.InputValue+suffix], Status: p.Data[cards.KeyStatus+suffix], Note: p.Data[cards.InputNote+suffix]}
	step.Error, _ = s.chat.FieldError(ctx, refusal)
	step.Error.Field += suffix
	return chat.Say(cards.CheckInStep(t.Place, step)), nil
}

// skip goes on to the next goal.
func (s *Subject) skip(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	id, err := p.Goal()
	if err != nil {
		return chat.Reply{}, err
	}
	w := walkOf(p)
	w.Skipped = and(w.Skipped, id)
	return s.next(ctx, t, w, nil)
}

// stop ends a walk; what is left stays due.
func (s *Subject) stop(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	due, err := s.notify.CheckInsDue(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	return s.summary(ctx, t, walkOf(p), due, nil)
}

// passOver goes on from a goal that can no longer be checked in, with a word on why.
func (s *Subject) passOver(ctx context.Context, t *chat.Turn, w cards.Walk, id okr.GoalID, refusal error) (chat.Reply, error) {
	why, isSaid := okr.MessageOf(refusal)
	if kind := okr.KindOf(refusal); len(w.Todo)+len(w.Done) == 0 || !isSaid || kind == okr.Unavailable {
		return chat.Reply{}, refusal
	}
	w.Skipped = and(w.Skipped, id)
	return s.next(ctx, t, w, []string{why})
}

// next shows the next goal that is still due; those that are not are left out, with a word.
func (s *Subject) next(ctx context.Context, t *chat.Turn, w cards.Walk, news []string) (chat.Reply, error) {
	due, err := s.notify.CheckInsDue(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	var named map[okr.GoalID]okr.GoalView // nil: not read yet
	for len(w.Todo) > 0 {
		id := w.Todo[0]
		w.Todo = w.Todo[1:]
		if v, isDue := viewOf(due, id); isDue {
			return chat.SayAll(cards.CheckInStep(t.Place, cards.WalkStep{Walk: w, Goal: v, News: news})), nil
		}
		if named == nil {
			if named, err = s.plan.Named(ctx, t.Actor, slices.Concat([]okr.GoalID{id}, w.Todo, w.Done, w.Skipped)...); err != nil {
				return chat.Reply{}, err
			}
		}
		_, why := whyNot(t, named, id)
		news = append(news, "Skipped "+string(id)+": "+why)
		w.Skipped = and(w.Skipped, id)
	}
	return s.summary(ctx, t, w, due, named)
}

func viewOf(due []okr.GoalView, id okr.GoalID) (okr.GoalView, bool) {
	i := slices.IndexFunc(due, func(v okr.GoalView) bool { return v.Goal.ID == id })
	if i < 0 {
		return okr.GoalView{}, false
	}
	return due[i], true
}
