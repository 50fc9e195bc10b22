package connect

import (
	"context"

	"okrbot/okr"
)

// OfferConnection offers a connection to another person, who takes it over with
// an own sign-in or declines; a new offer replaces the one before. Forbidden: the
// actor is neither the owner nor an admin. Invalid: the person owns it already.
func (s *Service) OfferConnection(ctx context.Context, actor okr.Actor, id okr.ConnectionID, to okr.Person) (okr.Connection, error) {
	if err := s.access.RequireEnabled(ctx, actor); err != nil {
		return okr.Connection{}, err
	}
	c, err := s.ownOrAdmin(ctx, actor, id, "hand over")
	if err != nil {
		return c, err
	}
	if to.ID == "" || to.ID == c.Owner.ID {
		return c, okr.FieldErrorf("person", "Choose somebody else than %s, who has it already.", c.Owner.Name)
	}
	c, err = s.Store.Connections().Update(ctx, actor.Tenant, id, func(c *okr.Connection) error {
		c.Offer = &okr.Offer{To: to, By: actor.Person, At: s.Now()}
		return nil
	})
	return c, connectionGone(id, err)
}

// DropOffer declines an offer or takes it back, and gives it. NotFound: there is
// none. Forbidden: it is none of the actor's business.
func (s *Service) DropOffer(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.Connection, okr.Offer, error) {
	c, err := s.Store.Connections().Get(ctx, actor.Tenant, id)
	if err != nil {
		return c, okr.Offer{}, connectionGone(id, err)
	}
	if c.Offer == nil {
		return c, okr.Offer{}, okr.Errorf(okr.NotFound, "%s is not offered to anybody.", id)
	}
	offer := *c.Offer
	if actor.Guest || offer.To.ID != actor.ID && offer.By.ID != actor.ID && c.Owner.ID != actor.ID {
		return c, offer, okr.Errorf(okr.Forbidden, "Only %s can decline this offer, and only %s take it back.", offer.To.Name, offer.By.Name)
	}
	c, err = s.Store.Connections().Update(ctx, actor.Tenant, id, func(c *okr.Connection) error {
		if c.Offer != nil && c.Offer.At.Equal(offer.At) {
			c.Offer = nil
		}
		return nil
	})
	return c, offer, connectionGone(id, err)
}

// MayTakeOver says whether the actor may make a connection an own one: whom it was
// offered to, and an admin where the owner's sign-in no longer works. Forbidden and
// Invalid say what to do instead.
func (s *Service) MayTakeOver(ctx context.Context, actor okr.Actor, c okr.Connection) error {
	switch {
	case actor.Guest:
		return okr.Errorf(okr.Forbidden, "Guests cannot take over connections. Ask a member of the organization.")
	case c.OfferedTo(actor):
		return nil
	case c.Owner.ID == actor.ID:
		return okr.Errorf(okr.Invalid, "%s is yours already. If it does not work, sign in again on its card.", c.Name)
	}
	admin, err := s.access.IsAdmin(ctx, actor)
	if err != nil {
		return err
	}
	if !admin {
		return okr.Errorf(okr.Forbidden, "Only an admin, or whom %s offers it to, can take over this connection.", c.Owner.Name)
	}
	left, err := s.ownerLeft(ctx, actor.Tenant, c)
	if err == nil && !left {
		err = okr.WithNext(okr.Errorf(okr.Forbidden, "%s works with the sign-in of %s. An admin can take over what fails. Ask %s to hand it over.", c.Name, c.Owner.Name, c.Owner.Name),
			okr.Step{Kind: okr.StepHandOver, Connection: c.ID, ByOthers: true})
	}
	return err
}

// ownerLeft says whether a connection waits for a person: its owner's sign-in is
// refused, has no access, or is gone.
func (s *Service) ownerLeft(ctx context.Context, tenant okr.TenantID, c okr.Connection) (bool, error) {
	if c.Health.NeedsPerson() {
		return true, nil
	}
	_, err := s.Credentials.Credential(ctx, tenant, c.Credential)
	if okr.KindOf(err) == okr.SignIn {
		return true, nil
	}
	return false, err
}

// PreviewTakeOver says what the actor's own account can read of what is measured
// through a connection. Nothing changes. SignIn: the actor has to sign in first.
// NotFound, NoAccess: the account does not see the project.
func (s *Service) PreviewTakeOver(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.TakeOver, error) {
	p, _, err := s.takeOver(ctx, actor, id)
	return p, err
}

func (s *Service) takeOver(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.TakeOver, okr.Credential, error) {
	p := okr.TakeOver{}
	if err := s.access.RequireEnabled(ctx, actor); err != nil {
		return p, okr.Credential{}, err
	}
	var err error
	if p.Connection, err = s.Connection(ctx, actor, id); err != nil {
		return p, okr.Credential{}, err
	}
	if err := s.MayTakeOver(ctx, actor, p.Connection); err != nil {
		return p, okr.Credential{}, err
	}
	own, err := s.inOrganization(ctx, actor, "", p.Connection.Organization, func(c okr.Credential) error {
		p.Account = c.Account.UserName
		_, err := s.Directory.Project(ctx, okr.Access{Tenant: actor.Tenant, Credential: c.ID}, p.Connection.Organization, p.Connection.Project.ID)
		return err
	})
	access := okr.Access{Tenant: actor.Tenant, Credential: own.ID}
	if kind := okr.KindOf(err); kind == okr.NotFound || kind == okr.NoAccess || kind == okr.PolicyRefused {
		return p, own, okr.WrapError(okr.NoAccess, err, "Your account %s does not see the project %s of the organization %s. Ask its administrator for access and try again, or sign in with another account.", p.Account, p.Connection.Project.Name, p.Connection.Organization)
	}
	if err != nil {
		return p, own, err
	}
	goals, _, err := s.Store.Goals().List(ctx, actor.Tenant, okr.BoundIndex(id), okr.Page{})
	if err != nil {
		return p, own, err
	}
	p.Reach, err = s.reach(ctx, actor, access, p.Connection.ProjectRef(), goals)
	return p, own, err
}

// TakeOver makes a connection the actor's own, with the actor's sign-in. Bindings,
// values and history stay; what the account cannot read is marked by the next sync.
// It gives what the connection was.
func (s *Service) TakeOver(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.TakeOver, error) {
	p, own, err := s.takeOver(ctx, actor, id)
	if err != nil {
		return p, err
	}
	was := p.Connection
	for _, r := range p.Reach {
		if err := s.carrySnapshot(ctx, actor.Tenant, was.Credential, own.ID, r.Query.ID); err != nil {
			return p, err
		}
	}
	now, err := s.Store.Connections().Update(ctx, actor.Tenant, id, func(c *okr.Connection) error {
		if c.Owner.ID != was.Owner.ID {
			return okr.Errorf(okr.Conflict, "%s has just been taken over by %s.", c.Name, c.Owner.Name)
		}
		c.Owner, c.Credential, c.Account = actor.Person, own.ID, own.Account.UserName
		c.Health, c.Offer = okr.Health{LastOK: c.Health.LastOK}, nil
		return nil
	})
	if err != nil {
		return p, connectionGone(id, err)
	}
	return p, s.inherit(ctx, actor, was, now)
}

// inherit makes the new owner the one who hears of queries that the old one bound. What
// others bound through a private connection stays as it was: not measured.
func (s *Service) inherit(ctx context.Context, actor okr.Actor, was, now okr.Connection) error {
	goals, err := s.everBound(ctx, actor.Tenant, was.ID)
	if err != nil {
		return err
	}
	for _, g := range goals {
		_, err := s.Store.Goals().Update(ctx, actor.Tenant, g.ID, func(g *okr.Goal) error {
			b := g.Binding
			if b == nil || b.Connection != was.ID {
				return nil
			}
			if b.BoundBy.ID == was.Owner.ID {
				b.BoundBy = actor.Person
			}
			b.Health = okr.Health{LastOK: b.Health.LastOK}
			now.Follow(b, s.Now())
			return nil
		})
		if okr.IgnoreNotFound(err) != nil {
			return err
		}
	}
	return s.forgetSnapshots(ctx, actor.Tenant, was, goals)
}
