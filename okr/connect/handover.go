package connect

import (
	"context"
	"strings"

	"okrbot/okr"
	"okrbot/okr/access"
)

// Hands holds the use cases of connections that change hands: moving what is bound through one,
// handing one over, and taking one over. Every method checks again what the actor may do.
type Hands struct {
	Options
	access       *access.Service
	connect      *Service
	applications *Applications
}

// NewHands makes them, over the connections and the applications that can read for one.
func NewHands(connect *Service, applications *Applications) *Hands {
	return &Hands{Options: connect.Options, access: connect.access, connect: connect, applications: applications}
}

// OfferConnection offers a connection to another person, who takes it over with
// an own sign-in or declines; a new offer replaces the one before. Forbidden: the
// actor is neither the owner nor an admin. Invalid: the person owns it already.
func (s *Hands) OfferConnection(ctx context.Context, actor okr.Actor, id okr.ConnectionID, to okr.Person) (okr.Connection, error) {
	if err := s.access.RequireEnabled(ctx, actor); err != nil {
		return okr.Connection{}, err
	}
	c, err := s.ownOrAdmin(ctx, actor, id, "hand over")
	if err != nil {
		return c, err
	}
	if to.ID == "" || c.IsOf(to.ID) {
		return c, okr.FieldErrorf("person", "Choose someone else. %s already owns it.", c.Owner.Name)
	}
	c, err = s.Store.Connections().Update(ctx, actor.Tenant, id, func(c *okr.Connection) error {
		c.Offer = &okr.Offer{To: to, By: actor.Person, At: s.Now()}
		return nil
	})
	return c, connectionGone(id, err)
}

// DropOffer declines an offer or takes it back, and gives it. NotFound: there is
// none. Forbidden: it is none of the actor's business.
func (s *Hands) DropOffer(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.Connection, okr.Offer, error) {
	c, err := s.Store.Connections().Get(ctx, actor.Tenant, id)
	if err != nil {
		return c, okr.Offer{}, connectionGone(id, err)
	}
	if c.Offer == nil {
		return c, okr.Offer{}, okr.Errorf(okr.NotFound, "%s isn't being offered to anyone.", id)
	}
	offer := *c.Offer
	mine := offer.To.ID == actor.ID || offer.By.ID == actor.ID
	keeps, err := s.connect.Keeps(ctx, actor, c)
	if err != nil {
		return c, offer, err
	}
	if actor.Guest || !mine && !keeps {
		return c, offer, okr.Errorf(okr.Forbidden, "Only %s can decline this offer, and only %s can withdraw it.", offer.To.Name, offer.By.Name)
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
func (s *Hands) MayTakeOver(ctx context.Context, actor okr.Actor, c okr.Connection) error {
	switch {
	case actor.Guest:
		return okr.Errorf(okr.Forbidden, "Guests can't take over connections. Ask a member of your organization.")
	case c.OfferedTo(actor):
		return nil
	case c.IsOf(actor.ID):
		return okr.Errorf(okr.Invalid, "%s is already yours. If it fails, sign in again on its card.", c.Name)
	}
	admin, err := s.access.IsAdmin(ctx, actor)
	if err != nil {
		return err
	}
	if !admin && c.Application != nil {
		return s.connect.keeps(ctx, actor, c, "take over")
	}
	if !admin {
		return okr.Errorf(okr.Forbidden, "Only an admin, or someone %s offers it to, can take over this connection.", c.Owner.Name)
	}
	left, err := s.connect.ownerLeft(ctx, actor.Tenant, c)
	if err == nil && !left && c.Application != nil {
		return okr.Errorf(okr.Forbidden, "%s works with the application %s. Admins can take over failing connections, or switch to another application.", c.Name, c.Application.Name)
	}
	if err == nil && !left {
		err = okr.WithNext(okr.Errorf(okr.Forbidden, "%s works with the sign-in of %s. Admins can take over failing connections. Ask %s to hand it over.", c.Name, c.Owner.Name, c.Owner.Name),
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
func (s *Hands) PreviewTakeOver(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.TakeOver, error) {
	p, _, err := s.takeOver(ctx, actor, id)
	return p, err
}

func (s *Hands) takeOver(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.TakeOver, okr.Credential, error) {
	p := okr.TakeOver{}
	if err := s.access.RequireEnabled(ctx, actor); err != nil {
		return p, okr.Credential{}, err
	}
	var err error
	if p.Connection, err = s.connect.Connection(ctx, actor, id); err != nil {
		return p, okr.Credential{}, err
	}
	if err := s.MayTakeOver(ctx, actor, p.Connection); err != nil {
		return p, okr.Credential{}, err
	}
	own, err := s.readerOf(ctx, actor, "", &p)
	if err != nil {
		return p, own, err
	}
	return p, own, s.takeOverReach(ctx, actor, own, &p)
}

// readerOf finds the sign-in, or the application, that could read for a connection.
func (s *Hands) readerOf(ctx context.Context, actor okr.Actor, id okr.CredentialID, p *okr.TakeOver) (okr.Credential, error) {
	c := p.Connection
	own, err := s.connect.inOrganization(ctx, actor, id, c.Organization, func(by okr.Credential) error {
		p.Account = by.Account.UserName
		_, err := s.Directory.Project(ctx, okr.Access{Tenant: actor.Tenant, Credential: by.ID}, c.Organization, c.Project.ID)
		return err
	})
	switch kind := okr.KindOf(err); {
	case err == nil || kind != okr.NotFound && kind != okr.NoAccess && kind != okr.PolicyRefused:
		return own, err
	case own.Application != nil:
		return own, okr.WrapError(okr.NoAccess, err, "%s can't read the project %s of the organization %s. Ask an administrator of the organization to give it access, or choose another application.", sentence(p.Account), c.Project.Name, c.Organization)
	default:
		return own, okr.WrapError(okr.NoAccess, err, "Your account %s can't see the project %s of the organization %s. Ask its administrator for access, or sign in with another account.", p.Account, c.Project.Name, c.Organization)
	}
}

// sentence begins with a capital letter.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// takeOverReach fills in what a reader can read of what is measured through a connection.
func (s *Hands) takeOverReach(ctx context.Context, actor okr.Actor, by okr.Credential, p *okr.TakeOver) error {
	goals, _, err := s.Store.Goals().List(ctx, actor.Tenant, okr.BoundIndex(p.Connection.ID), okr.Page{})
	if err != nil {
		return err
	}
	then := p.Connection
	then.ReadBy(by, actor.Person)
	if then, err = s.applications.FoldersNow(ctx, actor.Tenant, then, 0); err != nil {
		return err
	}
	p.Reach, err = s.reach(ctx, actor, then, goals)
	return err
}

// TakeOver makes a connection the actor's own, with the actor's sign-in. Bindings,
// values and history stay; what the account cannot read is marked by the next sync.
// It gives what the connection was.
func (s *Hands) TakeOver(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.TakeOver, error) {
	p, own, err := s.takeOver(ctx, actor, id)
	if err != nil {
		return p, err
	}
	return p, s.handTo(ctx, actor, own, p)
}

// TakeOverBy lets an application read for a connection instead of a person, or of another
// application. Bindings, values and history stay; everyone of the tenant may then use it. It
// gives what the connection was. Forbidden: the actor is no admin, or the connection works and
// belongs to somebody else. NotFound: there is no such application. NoAccess: it does not see
// the project.
func (s *Hands) TakeOverBy(ctx context.Context, actor okr.Actor, id okr.ConnectionID, application okr.CredentialID) (okr.TakeOver, error) {
	p, by, err := s.takeOverBy(ctx, actor, id, application)
	if err != nil {
		return p, err
	}
	return p, s.handTo(ctx, actor, by, p)
}

// PreviewTakeOverBy says what an application can read of what is measured through a
// connection. Nothing changes. It fails as [Hands.TakeOverBy].
func (s *Hands) PreviewTakeOverBy(ctx context.Context, actor okr.Actor, id okr.ConnectionID, application okr.CredentialID) (okr.TakeOver, error) {
	p, _, err := s.takeOverBy(ctx, actor, id, application)
	return p, err
}

func (s *Hands) takeOverBy(ctx context.Context, actor okr.Actor, id okr.ConnectionID, application okr.CredentialID) (okr.TakeOver, okr.Credential, error) {
	p := okr.TakeOver{}
	if err := s.access.RequireEnabled(ctx, actor); err != nil {
		return p, okr.Credential{}, err
	}
	if err := s.connect.requireAdmin(ctx, actor, "let an application read for a connection"); err != nil {
		return p, okr.Credential{}, err
	}
	var err error
	if p.Connection, err = s.connect.Connection(ctx, actor, id); err != nil {
		return p, okr.Credential{}, err
	}
	if own := p.Connection.IsOf(actor.ID); !own && p.Connection.Application == nil {
		if err := s.MayTakeOver(ctx, actor, p.Connection); err != nil {
			return p, okr.Credential{}, err
		}
	}
	if _, err := s.applications.application(ctx, actor, application); err != nil {
		return p, okr.Credential{}, err
	}
	if p.Connection.Credential == application {
		return p, okr.Credential{}, okr.FieldErrorf("target", "The connection already uses this application. Choose another one.")
	}
	by, err := s.readerOf(ctx, actor, application, &p)
	if err != nil {
		return p, by, err
	}
	return p, by, s.takeOverReach(ctx, actor, by, &p)
}

// handTo makes a credential the one that reads for a connection, as it was previewed.
func (s *Hands) handTo(ctx context.Context, actor okr.Actor, by okr.Credential, p okr.TakeOver) error {
	was := p.Connection
	for _, r := range p.Reach {
		if err := s.carrySnapshot(ctx, actor.Tenant, was.Credential, by.ID, r.Query.ID); err != nil {
			return err
		}
	}
	now, err := s.Store.Connections().Update(ctx, actor.Tenant, was.ID, func(c *okr.Connection) error {
		if c.Owner.ID != was.Owner.ID || c.Credential != was.Credential {
			return okr.Errorf(okr.Conflict, "%s was just taken over and now uses %s.", c.Name, c.Account)
		}
		c.ReadBy(by, actor.Person)
		c.Health, c.Offer = okr.Health{LastOK: c.Health.LastOK}, nil
		return nil
	})
	if err != nil {
		return connectionGone(was.ID, err)
	}
	return s.inherit(ctx, actor, was, now)
}

// inherit makes the new owner the one who hears of queries that the old one bound. What
// others bound through a private connection stays as it was: not measured.
func (s *Hands) inherit(ctx context.Context, actor okr.Actor, was, now okr.Connection) error {
	goals, err := s.connect.everBound(ctx, actor.Tenant, was.ID)
	if err != nil {
		return err
	}
	for _, g := range goals {
		_, err := s.Store.Goals().Update(ctx, actor.Tenant, g.ID, func(g *okr.Goal) error {
			b := g.Binding
			if b == nil || b.Connection != was.ID {
				return nil
			}
			if was.IsOf(b.BoundBy.ID) {
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
	return s.connect.forgetSnapshots(ctx, actor.Tenant, was, goals)
}
