package adosource

import (
	"context"
	"errors"
	"slices"
	"strings"

	"okrbot/ado"
	"okrbot/okr"
)

// isUnasked says whether no query gives the items: they are as they were chosen, whether
// they are there or not.
func (a *asked) isUnasked() bool { return a.ask.Chosen != nil && !a.ask.Chosen.Children }

// lostIDs are the chosen ones that do not count.
func (a *asked) lostIDs() map[int]bool {
	ids := make(map[int]bool, len(a.lost))
	for _, l := range a.lost {
		ids[l.ID] = true
	}
	return ids
}

// inOrder puts those first whose results say that their items are there.
func (r *runner) inOrder() []*asked {
	list := slices.Clone(r.asked)
	slices.SortStableFunc(list, func(a, b *asked) int {
		switch {
		case a.isUnasked() == b.isUnasked():
			return 0
		case a.isUnasked():
			return 1
		}
		return -1
	})
	return list
}

// executeChosen finds what is below chosen work items, where that is wanted.
func (r *runner) executeChosen(ctx context.Context, a *asked) error {
	chosen := a.ask.Chosen
	if !chosen.Children {
		a.ids, a.above = chosen.IDs, map[int]int{}
		return nil
	}
	result, err := r.session.ItemTree(ctx, r.in.Project.Organization, project(r.in.Project), chosen.IDs)
	if err != nil {
		return chosenError(err, r.in.Project, a.query)
	}
	a.ids, a.above, a.asOf = result.IDs(), parents(result), result.AsOf.Time
	return nil
}

// chosenError translates what comes of the query that finds what is below: its text is
// okrbot's own, so nobody can correct it in Azure DevOps.
func chosenError(err error, ref okr.ProjectRef, q okr.Query) error {
	e, ok := errors.AsType[*ado.Error](err)
	switch {
	case !ok:
	case e.Kind == ado.ErrTooManyResults:
		return okr.WrapError(okr.QueryTooLarge, err, "With everything below, %s have more than 20,000 work items, the limit of Azure DevOps. Choose work items further down, or exclude what's below.", q.Chosen.Few())
	case e.Kind == ado.ErrQueryTooSlow:
		return okr.WrapError(okr.QueryBroken, err, "Finding everything below %s takes longer than 30 seconds, the limit of Azure DevOps. Choose work items further down, or exclude what's below.", q.Chosen.Few())
	case e.Kind == ado.ErrInvalidQuery, e.Kind == ado.ErrBadRequest:
		return okr.WrapError(okr.QueryBroken, err, "Azure DevOps can't list everything below %s.%s Exclude what's below, or use a shared query.", q.Chosen.Few(), quote(e))
	}
	return queryError(err, ref, q.Called())
}

// lost says which of the chosen work items do not count, and why: that an item is not
// there has one answer for all reasons, so the recycle bin is asked besides, by whoever
// may look into it.
func (r *runner) lost(ctx context.Context, a *asked, c *contents) ([]okr.LostItem, error) {
	var lost []okr.LostItem
	var missing []int
	for _, id := range a.ask.Chosen.IDs {
		item, ok := c.items[id]
		switch {
		case !ok:
			missing = append(missing, id)
			lost = append(lost, okr.LostItem{WorkItemRef: okr.WorkItemRef{ID: id, URL: ado.WorkItemURL(r.Client.BaseURL(), r.in.Project.Organization, r.in.Project.Project.Name, id)}, Why: okr.LostGone})
		case a.above[id] != 0: // it is below another one, and counts as that
		case !r.isHere(ctx, item.Project):
			lost = append(lost, okr.LostItem{WorkItemRef: item.Ref(), Why: okr.LostMoved, Project: item.Project})
		}
	}
	if len(missing) == 0 {
		return lost, nil
	}
	if a.isUnasked() && len(missing) == len(a.ask.Chosen.IDs) {
		if err := r.reach(ctx); err != nil {
			return lost, err
		}
	}
	deleted, err := r.session.DeletedItems(ctx, r.in.Project.Organization, project(r.in.Project), missing)
	if err != nil {
		if err = translate(err, "the recycle bin of the project "+r.in.Project.Project.Name); ends(err) && okr.KindOf(err).Passes() {
			return lost, err
		}
		return lost, nil //nolint:nilerr // who may not look into it knows less
	}
	for _, d := range deleted {
		if i := slices.IndexFunc(lost, func(l okr.LostItem) bool { return l.ID == d.ID }); i >= 0 {
			lost[i].Why, lost[i].Type, lost[i].Title = okr.LostDeleted, d.Type, okr.Shorten(okr.CleanLine(d.Title), 120)
		}
	}
	return lost, nil
}

// reach asks for the project itself, once a run: work items are read by their numbers
// alone, and where the project cannot be read any more they are just not there.
func (r *runner) reach(ctx context.Context) error {
	if r.reached {
		return nil
	}
	_, err := r.Names(ctx, r.in.Access, r.in.Project, false, 0)
	r.reached = err == nil
	return err
}

// isHere says whether a project that holds an item is the one that is measured: by the
// name that is known of it, or, where that is another one, by the one of today. Where that
// cannot be told now, nobody is alarmed.
func (r *runner) isHere(ctx context.Context, name string) bool {
	known := r.in.Project.Project
	if strings.EqualFold(name, known.Name) {
		return true
	}
	if known.ID == "" {
		return false
	}
	if r.called == "" {
		names, err := r.Names(ctx, r.in.Access, r.in.Project, false, r.in.Within)
		r.called, r.unsure = names.Project.Name, err != nil
		if r.called == "" {
			r.called = known.Name
		}
	}
	return r.unsure || strings.EqualFold(name, r.called)
}
