package plan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"okrbot/okr"
)

// Several makes several key results of an objective in one go.
type Several struct{ s *Service }

// NewSeveral makes the key results of a service.
func NewSeveral(s *Service) Several { return Several{s} }

// Read understands a list of key results, one a line, that the actor wants to make below
// an objective, and gives the objective. Numbers are read by the style. Lines
// that make none say why. Forbidden: the actor may make none. Invalid: there may be none
// below the objective.
func (x Several) Read(ctx context.Context, actor okr.Actor, parent okr.GoalID, text string, style okr.NumberStyle) (okr.Goal, []okr.TypedKeyResult, error) {
	t, above, err := x.begin(ctx, actor, parent)
	if err != nil {
		return above, nil, err
	}
	lines := readLines(text, style)
	for i, line := range lines {
		if line.Problem == "" {
			_, err := x.goal(ctx, t, actor, above, line)
			lines[i].Problem, _ = okr.MessageOf(err)
		}
		same := func(other okr.TypedKeyResult) bool {
			return other.Problem == "" && okr.CleanLine(other.Text) == okr.CleanLine(line.Text)
		}
		if j := slices.IndexFunc(lines[:i], same); j >= 0 && lines[i].Problem == "" {
			lines[i].Problem = fmt.Sprintf("It's the same as line %d.", lines[j].Line)
		}
	}
	return above, lines, nil
}

// begin checks what does not depend on a line.
func (x Several) begin(ctx context.Context, actor okr.Actor, parent okr.GoalID) (okr.Settings, okr.Goal, error) {
	if actor.Guest {
		return okr.Settings{}, okr.Goal{}, guestsReadOnly()
	}
	t, err := x.s.Upgraded(ctx, actor.Tenant)
	if err == nil {
		t, err = x.s.access.Rechecked(ctx, t, actor)
	}
	if err == nil {
		err = x.s.access.MayCreate(ctx, t, actor, okr.LevelTeam)
	}
	if err != nil {
		return t, okr.Goal{}, err
	}
	if parent == "" {
		return t, okr.Goal{}, okr.FieldErrorf("parent", "Choose the objective that the key results belong to.")
	}
	above, err := x.s.checkParent(ctx, actor, okr.GoalInput{Kind: okr.KeyResult, Parent: parent})
	return t, above, err
}

// goal is the key result of a line, checked, without an id.
func (x Several) goal(ctx context.Context, t okr.Settings, actor okr.Actor, above okr.Goal, line okr.TypedKeyResult) (okr.Goal, error) {
	in, err := okr.GoalInput{Kind: okr.KeyResult, Title: line.Title, Parent: above.ID, Metric: &line.Metric}.Cleaned(t)
	if err != nil {
		return okr.Goal{}, err
	}
	return x.s.newGoal(ctx, t, actor, in, above)
}

// Make makes the key results of a list, all of which must make one, and gives the
// objective with them and those that the form has made. Each line makes one for a form,
// however often it is asked for: where a store fails half-way, asking again makes the
// rest. Forbidden and Invalid as of Read; Invalid also for a line that makes none.
func (x Several) Make(ctx context.Context, actor okr.Actor, in okr.TypedList) (okr.GoalView, []okr.GoalID, error) {
	t, above, err := x.begin(ctx, actor, in.Parent)
	if err != nil {
		return okr.GoalView{}, nil, err
	}
	var goals []okr.Goal
	for _, line := range in.Lines {
		g, err := x.goal(ctx, t, actor, above, line)
		if err != nil {
			return okr.GoalView{}, nil, err
		}
		g.Form = formOf(in.Form, line)
		goals = append(goals, g)
	}
	for _, g := range goals {
		if err := x.makeOne(ctx, actor, g); err != nil && !okr.IsMade(err) {
			return okr.GoalView{}, nil, err
		}
	}
	if err := x.s.rollUp(ctx, t, above.ID); err != nil {
		return okr.GoalView{}, nil, err
	}
	v, err := x.s.Goal(ctx, actor, above.ID)
	if err != nil {
		return v, nil, err
	}
	made, isWhole := madeBy(v, goals)
	if !isWhole {
		err = okr.Errorf(okr.Unavailable, "Not all key results could be created, because others are changing %s at this moment. Try again: it creates only those that are missing.", above.ID)
	}
	return v, made, err
}

func (x Several) makeOne(ctx context.Context, actor okr.Actor, g okr.Goal) error {
	id, err := okr.NextID(ctx, x.s.Store, actor.Tenant, okr.KeyResultPrefix)
	if err != nil {
		return err
	}
	g.ID = okr.GoalID(id)
	if err := x.s.PlanReminder(ctx, actor.Tenant, g); err != nil {
		return err
	}
	return okr.MadeOnce(x.s.Store.Goals().Create(ctx, actor.Tenant, g))
}

// madeBy are those of some goals that stand below an objective, in their order; false: some
// do not.
func madeBy(o okr.GoalView, goals []okr.Goal) (ids []okr.GoalID, isWhole bool) {
	for _, g := range goals {
		i := slices.IndexFunc(o.Children, func(c okr.GoalView) bool { return c.Goal.Form == g.Form })
		if i >= 0 {
			ids = append(ids, o.Children[i].Goal.ID)
		}
	}
	return ids, len(ids) == len(goals) || len(o.Children) < o.ChildTotal
}

// formOf names what a line makes: another name for each line of a form, and the same one
// wherever the line stands in a list that was changed and sent again.
func formOf(form string, line okr.TypedKeyResult) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{form, line.Text}, "\n")))
	return form + "." + hex.EncodeToString(sum[:6])
}

// Undo deletes goals that the actor just made, as long as nobody did anything with them;
// those that are deleted already are left out. Conflict: somebody did; then nothing is
// deleted.
func (x Several) Undo(ctx context.Context, actor okr.Actor, ids []okr.GoalID) ([]okr.Goal, error) {
	var goals []okr.Goal
	for _, id := range ids {
		v, err := x.s.Goal(ctx, actor, id)
		if okr.KindOf(err) == okr.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		g := v.Goal
		if g.Version > 1 || g.LastCheckIn != nil || g.Binding != nil || !g.IsOpen() || v.ChildTotal > 0 {
			return nil, okr.WithNext(okr.Errorf(okr.Conflict, "%s was changed or used after you created it. Nothing was undone.", id), okr.Step{Kind: okr.StepShow, Goal: id})
		}
		goals = append(goals, g)
	}
	if len(goals) == 0 && len(ids) > 0 {
		return nil, okr.Errorf(okr.NotFound, "%s doesn't exist or was deleted. Nothing was undone.", ids[0])
	}
	var failed []error
	for _, g := range goals {
		_, err := x.s.DeleteGoal(ctx, actor, g.ID)
		failed = append(failed, okr.IgnoreNotFound(err))
	}
	return goals, errors.Join(failed...)
}
