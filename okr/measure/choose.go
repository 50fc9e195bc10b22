package measure

import (
	"context"

	"okrbot/okr"
)

// SearchItems finds work items of a connection's project by words, type and area, what
// changed last first. It fails as [okr.Items] does.
func (s *Service) SearchItems(ctx context.Context, actor okr.Actor, id okr.ConnectionID, search okr.ItemSearch) (okr.ItemPage, error) {
	c, err := s.choosable(ctx, actor, id)
	if err != nil {
		return okr.ItemPage{}, err
	}
	return s.Items.SearchItems(ctx, accessOf(actor, c), c.ProjectRef(), search)
}

// ReadItems reads work items by their ids: those of the connection's project, the ids of
// those that do not exist or may not be seen, and those of other projects, which a choice
// cannot have. Invalid: there are none, or too many.
func (s *Service) ReadItems(ctx context.Context, actor okr.Actor, id okr.ConnectionID, ids []int) (found []okr.WorkItem, missing []int, moved []okr.WorkItem, err error) {
	chosen, err := okr.NewChosen(ids, false)
	if err != nil {
		return nil, nil, nil, err
	}
	c, err := s.choosable(ctx, actor, id)
	if err != nil {
		return nil, nil, nil, err
	}
	items, err := s.Items.ReadItems(ctx, accessOf(actor, c), c.ProjectRef(), chosen.IDs)
	if err != nil {
		return nil, nil, nil, err
	}
	read := map[int]bool{}
	for _, i := range items {
		read[i.ID] = true
		if i.Elsewhere {
			moved = append(moved, foreign(c, i))
		} else {
			found = append(found, i)
		}
	}
	for _, n := range chosen.IDs {
		if !read[n] {
			missing = append(missing, n)
		}
	}
	return found, missing, moved, nil
}

// foreign is a work item of another project as who chooses may see it. An application may read
// more than the people who choose through it: of those only the number is said.
func foreign(c okr.Connection, i okr.WorkItem) okr.WorkItem {
	if c.Application == nil {
		return i
	}
	return okr.WorkItem{ID: i.ID, Project: i.Project}
}

// foreignLost does the same for those of a choice that do not count.
func foreignLost(c okr.Connection, lost []okr.LostItem) []okr.LostItem {
	for i, l := range lost {
		if c.Application != nil && l.Why == okr.LostMoved {
			lost[i].Title, lost[i].Type = "", ""
		}
	}
	return lost
}

// ItemChoices are the work item types and area paths that a search can be narrowed to.
func (s *Service) ItemChoices(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (types, areas []string, err error) {
	c, err := s.choosable(ctx, actor, id)
	if err != nil {
		return nil, nil, err
	}
	if types, err = s.Queries.ItemTypes(ctx, accessOf(actor, c), c.ProjectRef()); err != nil {
		return nil, nil, err
	}
	areas, err = s.Items.Areas(ctx, accessOf(actor, c), c.ProjectRef())
	return types, areas, err
}

// ChooseItems gives chosen work items as what a goal can be bound to, with how many there
// are and what is needed to decide how to measure them.
func (s *Service) ChooseItems(ctx context.Context, actor okr.Actor, id okr.ConnectionID, chosen okr.Chosen) (okr.ChosenQuery, error) {
	chosen, err := okr.NewChosen(chosen.IDs, chosen.Children)
	if err != nil {
		return okr.ChosenQuery{}, err
	}
	c, err := s.choosable(ctx, actor, id)
	if err != nil {
		return okr.ChosenQuery{}, err
	}
	access, ref := accessOf(actor, c), c.ProjectRef()
	choice, err := s.Items.Choice(ctx, access, ref, chosen)
	if err != nil {
		return okr.ChosenQuery{}, err
	}
	out := okr.ChosenQuery{Query: choice.Query, Count: choice.Items, Lost: foreignLost(c, choice.Lost)}
	if out.Types, err = s.Queries.ItemTypes(ctx, access, ref); err != nil {
		return out, err
	}
	out.Fields, err = s.Queries.Fields(ctx, access, ref)
	return out, err
}

func accessOf(actor okr.Actor, c okr.Connection) okr.Access {
	return okr.Access{Tenant: actor.Tenant, Credential: c.Credential}
}

// choosable is a connection through which work items may be chosen. Forbidden: not by this
// person, or only queries of some folders may be bound through it.
func (s *Service) choosable(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.Connection, error) {
	c, err := s.connect.Usable(ctx, actor, id)
	if err == nil {
		err = c.Allows(okr.Query{Chosen: &okr.Chosen{}})
	}
	return c, err
}

// usableFor is the connection of a binding.
func (s *Service) usableFor(ctx context.Context, actor okr.Actor, in okr.BindInput) (okr.Connection, error) {
	if in.Chosen != nil {
		return s.choosable(ctx, actor, in.Connection)
	}
	return s.usable(ctx, actor, in.Connection)
}

// isAsItWas refuses to bind over what somebody else bound since the person began. Conflict
// then.
func isAsItWas(g okr.Goal, in okr.BindInput) error {
	now := ""
	if g.Binding != nil {
		now = g.Binding.Query.ID
	}
	if in.Was == nil || *in.Was == now || now == in.Query {
		return nil
	}
	if now == "" {
		return okr.Errorf(okr.Conflict, "Somebody unbound %s while you were choosing. Save again to bind it anyway.", g.ID)
	}
	return okr.Errorf(okr.Conflict, "%s bound %s to something else while you were choosing: %s. Save again to replace that.", g.Binding.BoundBy.Name, g.ID, g.Binding.Query.Name)
}

// nothingToMeasure is the warning that there is nothing to measure.
func nothingToMeasure(q okr.Query) string {
	if q.Chosen != nil {
		return "None of the work items can be counted right now, so there's no data."
	}
	return "The query finds nothing right now, so there's no data."
}
