package connect

import (
	"context"
	"slices"
	"time"

	"okrbot/okr"
)

// PreviewMove says which of the queries that are measured through a connection
// another one can read. Nothing changes. Forbidden: the actor is neither the owner
// of from nor an admin, or may not use to. SignIn, Unavailable, Throttled: to
// cannot be asked now. Invalid: nothing is bound through from, or the sign-in of
// to's owner does not work.
func (s *Hands) PreviewMove(ctx context.Context, actor okr.Actor, from, to okr.ConnectionID) (okr.MovePreview, error) {
	p := okr.MovePreview{}
	goals, err := s.movable(ctx, actor, from, to, &p)
	if err != nil {
		return p, err
	}
	if p.To, err = s.applications.FoldersNow(ctx, actor.Tenant, p.To, 0); err != nil {
		return p, err
	}
	p.Reach, err = s.reach(ctx, actor, p.To, goals)
	if a := p.To.Application; okr.KindOf(err) == okr.SignIn && a != nil {
		err = okr.FieldErrorf("target", "The application %[2]s of %[1]s can't sign in. Ask an admin to renew it, or choose another connection.", p.To.Name, a.Name)
	}
	if owner := p.To.Owner; okr.KindOf(err) == okr.SignIn && !p.To.IsOf(actor.ID) {
		err = okr.FieldErrorf("target", "The sign-in of %[2]s for %[1]s expired. Ask %[3]s to sign in again, or choose another connection.", p.To.Name, owner.Name, owner.Name)
	}
	return p, err
}

// movable reads both connections and what may be moved.
func (s *Hands) movable(ctx context.Context, actor okr.Actor, from, to okr.ConnectionID, p *okr.MovePreview) ([]okr.Goal, error) {
	err := s.access.RequireEnabled(ctx, actor)
	if err != nil {
		return nil, err
	}
	if p.From, err = s.ownOrAdmin(ctx, actor, from, "move what is bound through"); err != nil {
		return nil, err
	}
	if p.To, err = s.connect.Usable(ctx, actor, to); err != nil {
		return nil, err
	}
	if from == to {
		return nil, okr.FieldErrorf("target", "Choose a different connection.")
	}
	goals, _, err := s.Store.Goals().List(ctx, actor.Tenant, okr.BoundIndex(from), okr.Page{})
	if err == nil && len(goals) == 0 {
		err = okr.Errorf(okr.Invalid, "No OKRs use %s, so there's nothing to move.", p.From.Name)
	}
	return goals, err
}

// ownOrAdmin reads a connection that the actor made or administers.
func (s *Hands) ownOrAdmin(ctx context.Context, actor okr.Actor, id okr.ConnectionID, act string) (okr.Connection, error) {
	c, err := s.connect.Connection(ctx, actor, id)
	if err != nil {
		return c, err
	}
	return c, s.connect.keepsOrAdmin(ctx, actor, c, act)
}

// reach asks for each query that goals hang on whether it can be read and run through a
// connection.
func (s *Hands) reach(ctx context.Context, actor okr.Actor, to okr.Connection, goals []okr.Goal) ([]okr.QueryReach, error) {
	var out []okr.QueryReach
	for _, id := range DistinctQueries(goals, nil) {
		r := okr.QueryReach{}
		for _, g := range goals {
			switch {
			case g.Binding.Query.ID != id:
				continue
			case actor.Sees(g):
				r.Goals = append(r.Goals, g)
			default:
				r.Hidden++
			}
			r.Query = g.Binding.Query
		}
		if err := s.try(ctx, actor.Tenant, to, &r); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// try reads and counts a query. The error is for what says nothing of the query.
func (s *Hands) try(ctx context.Context, tenant okr.TenantID, to okr.Connection, r *okr.QueryReach) error {
	access, ref := okr.Access{Tenant: tenant, Credential: to.Credential}, to.ProjectRef()
	count := s.countQuery
	if r.Query.Chosen != nil {
		count = s.countChosen
	}
	err := count(ctx, access, ref, to, r)
	switch okr.KindOf(err) {
	case okr.NoAccess, okr.PolicyRefused, okr.ProjectGone, okr.NotFound, okr.Forbidden, okr.QueryGone, okr.QueryBroken, okr.QueryTooLarge:
		r.Problem, _ = okr.MessageOf(err)
		return nil
	default:
		return err
	}
}

func (s *Hands) countQuery(ctx context.Context, access okr.Access, ref okr.ProjectRef, to okr.Connection, r *okr.QueryReach) error {
	q, err := s.Queries.Query(ctx, access, ref, r.Query.ID)
	if err == nil {
		err = to.Allows(q)
	}
	if err != nil {
		return err
	}
	r.Query = q
	r.Items, err = s.Queries.CountQuery(ctx, access, ref, q)
	return err
}

// countChosen counts what a choice holds. Its id tells the project in which it was made: the
// same numbers are other work items elsewhere.
func (s *Hands) countChosen(ctx context.Context, access okr.Access, ref okr.ProjectRef, to okr.Connection, r *okr.QueryReach) error {
	chosen := *r.Query.Chosen
	if chosen.Query(ref).ID != r.Query.ID {
		return okr.Errorf(okr.NotFound, "These work items aren't in %s. Choose a connection to their project, or choose other work items.", to.Project.Name)
	}
	if err := to.Allows(r.Query); err != nil {
		return err
	}
	choice, err := s.Items.Choice(ctx, access, ref, chosen)
	if err == nil && choice.Items == 0 {
		err = okr.Errorf(okr.NoAccess, "%s can't read these work items. Ask an administrator of the project for access.", to.Account)
	}
	if err != nil {
		return err
	}
	r.Query, r.Items = choice.Query, choice.Items
	return nil
}

// Move ties everything that is bound through a connection to another one, where
// that can read the query. Values and history stay, and so does what the other one
// cannot read. It gives what was done and the queries to measure.
func (s *Hands) Move(ctx context.Context, actor okr.Actor, from, to okr.ConnectionID) (okr.MovePreview, okr.SyncJob, error) {
	job := okr.SyncJob{Connection: to}
	p, err := s.PreviewMove(ctx, actor, from, to)
	if err != nil {
		return p, job, err
	}
	if moves, _ := p.Movable(); moves == 0 {
		return p, job, okr.Errorf(okr.NoAccess, "%s can't read any of these queries, so nothing was moved. Ask for access for %s, or choose another connection.", p.To.Name, p.To.Account)
	}
	if err := s.connect.PlanSync(ctx, actor.Tenant, to); err != nil {
		return p, job, err
	}
	for _, r := range p.Reach {
		if r.Problem != "" {
			continue
		}
		job.Queries = append(job.Queries, r.Query.ID)
		if err := s.moveQuery(ctx, actor, p, r.Query); err != nil {
			return p, job, err
		}
	}
	return p, job, nil
}

func (s *Hands) moveQuery(ctx context.Context, actor okr.Actor, p okr.MovePreview, q okr.Query) error {
	if err := s.carrySnapshot(ctx, actor.Tenant, p.From.Credential, p.To.Credential, q.ID); err != nil {
		return err
	}
	goals, _, err := s.Store.Goals().List(ctx, actor.Tenant, okr.BoundIndex(p.From.ID), okr.Page{})
	if err != nil {
		return err
	}
	var moved []okr.Goal
	for _, g := range goals {
		if g.Binding.Query.ID != q.ID {
			continue
		}
		moved = append(moved, g)
		_, err := s.Store.Goals().Update(ctx, actor.Tenant, g.ID, func(g *okr.Goal) error {
			if b := g.Binding; b != nil && b.Connection == p.From.ID && b.Query.ID == q.ID {
				b.MoveTo(p.To.ID, q, actor.Person)
			}
			return nil
		})
		if okr.IgnoreNotFound(err) != nil {
			return err
		}
	}
	if p.From.SameAccess(p.To) {
		return nil
	}
	return s.connect.forgetSnapshots(ctx, actor.Tenant, p.From, moved)
}

// carrySnapshot lets another access go on from what a query held, so that the next
// run says what changed. It reads each item once itself.
func (s *Hands) carrySnapshot(ctx context.Context, tenant okr.TenantID, from, to okr.CredentialID, query string) error {
	if from == to {
		return nil
	}
	held, err := s.Measurements.Snapshot(ctx, tenant, from, query)
	if err != nil || held == nil {
		return err
	}
	known, err := s.Measurements.Snapshot(ctx, tenant, to, query)
	if err != nil || known != nil {
		return err
	}
	fresh := *held
	fresh.Items = slices.Clone(held.Items)
	fresh.Cursor, fresh.FullAt = okr.Cursor{}, time.Time{}
	return s.Measurements.SaveSnapshot(ctx, tenant, to, query, &fresh)
}
