package notify

import (
	"context"
	"slices"

	"okrbot/okr"
)

// ends says of which periods a person is told now that they end, and notes it at once. Those
// who share an objective of theirs, and the admins, come on the agenda by that: nobody asks
// them for check-ins.
func (s *Service) ends(ctx context.Context, t okr.Settings, m okr.Member, asked []okr.GoalView, a *okr.Asking) (isTold bool, err error) {
	actor := okr.Actor{Tenant: t.ID, Person: m.Person}
	own, err := s.ownEnding(ctx, actor, a.Today)
	if err != nil {
		return false, err
	}
	if err := s.planOthers(ctx, t, m, append(slices.Clone(asked), own...), a.Today); err != nil {
		return false, err
	}
	if m.ReminderIn(t).Off {
		return false, nil
	}
	found := endsOf(own, a.Goals, a.Today)
	if s.access.Administers(t, actor) {
		if found, err = s.leftOpen(ctx, t, actor, found, a.Today); err != nil {
			return false, err
		}
	}
	known := okr.Member{EndsTold: slices.Clone(m.EndsTold)}
	if len(known.TellEnds(found)) == 0 {
		return false, nil
	}
	err = s.access.ChangeMember(ctx, t.ID, a.Person, func(m *okr.Member) error {
		a.Ends = m.TellEnds(found)
		return nil
	})
	return err == nil && len(a.Ends) > 0, err
}

// ownEnding lists the open objectives of a person whose period ends about a day.
func (s *Service) ownEnding(ctx context.Context, actor okr.Actor, today okr.Date) ([]okr.GoalView, error) {
	_, lists, err := s.plan.Lists(ctx, actor, okr.ListAsk{
		Filter: okr.Filter{Kind: okr.Objective, Owner: actor.ID, State: okr.OpenGoals}, Page: okr.Page{Limit: mostLooked},
	})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(lists[0].Views, func(v okr.GoalView) bool { return !v.Goal.Period.IsEnding(today) }), nil
}

// endsOf groups objectives and due goals by their period, the one that ends first in front.
// Dates of a key result's or project's own are no period of anybody's.
func endsOf(own, due []okr.GoalView, today okr.Date) []okr.PeriodEnd {
	var out []okr.PeriodEnd
	of := func(g okr.Goal) *okr.PeriodEnd {
		i := slices.IndexFunc(out, func(e okr.PeriodEnd) bool { return e.ID == g.FiledUnder() })
		if i < 0 {
			i, out = len(out), append(out, okr.PeriodEnd{ID: g.FiledUnder(), Period: g.Period})
		}
		return &out[i]
	}
	for _, v := range own {
		e := of(v.Goal)
		e.Own = append(e.Own, v)
	}
	for _, v := range due {
		if g := v.Goal; g.Period.IsEnding(today) && (g.Kind == okr.Objective || !g.OwnPeriod) {
			of(g).Due++
		}
	}
	return inOrder(out)
}

func inOrder(ends []okr.PeriodEnd) []okr.PeriodEnd {
	slices.SortStableFunc(ends, func(a, b okr.PeriodEnd) int {
		if n := a.End.Days() - b.End.Days(); n != 0 {
			return n
		}
		return b.Start.Days() - a.Start.Days() // the quarter before its year
	})
	return ends
}

// leftOpen adds what others left open in periods that ended some days ago, as far as an admin
// sees it.
func (s *Service) leftOpen(ctx context.Context, t okr.Settings, actor okr.Actor, ends []okr.PeriodEnd, today okr.Date) ([]okr.PeriodEnd, error) {
	for _, p := range t.Ending(today) {
		if !p.IsLeftOpen(today) {
			continue
		}
		_, lists, err := s.plan.Lists(ctx, actor, okr.ListAsk{
			Filter: okr.Filter{Kind: okr.Objective, Period: p.ID, State: okr.OpenGoals}, Page: okr.Page{Limit: mostLooked}, Plain: true,
		})
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(ends, func(e okr.PeriodEnd) bool { return e.ID == p.ID })
		others := lists[0].Total
		if i >= 0 {
			others -= len(ends[i].Own)
		}
		switch {
		case others <= 0:
		case i >= 0:
			ends[i].Others = others
		default:
			ends = append(ends, okr.PeriodEnd{ID: p.ID, Period: p.Period, Others: others})
		}
	}
	return inOrder(ends), nil
}

// planOthers puts the other owners of objectives that end, and the admins, on the agenda.
func (s *Service) planOthers(ctx context.Context, t okr.Settings, m okr.Member, views []okr.GoalView, today okr.Date) error {
	var others []okr.UserID
	for _, v := range views {
		g := v.Goal
		if !g.Period.IsEnding(today) {
			continue
		}
		others = append(others, s.access.AdminIDs(t)...)
		if g.Kind == okr.Objective {
			for _, p := range g.Owners() {
				others = append(others, p.ID)
			}
		}
	}
	slices.Sort(others)
	for _, id := range slices.Compact(others) {
		if id == "" || id == m.Person.ID {
			continue
		}
		if err := s.Agenda.Plan(ctx, okr.Due{Kind: okr.DueReminder, Tenant: t.ID, ID: string(id)}); err != nil {
			return err
		}
	}
	return nil
}
