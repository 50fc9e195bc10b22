package connect_test

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/connect"
	"okrbot/okr/okrtest"
)

// otherClientID is that of the application okr-other.
const otherClientID = "5ec2e7a1-0000-4000-8000-0000000000b2"

// readWorld is a world with a connection that Megan made and an application reads for now.
type readWorld struct {
	*okrtest.World
	app, other okr.Credential
	c, own     okr.Connection // of okr-reader, and of Alex
	kr         okr.GoalID     // of Adele, bound through c
}

func newReadWorld(t *testing.T) readWorld {
	t.Helper()
	w := readWorld{World: okrtest.Enabled(t)}
	w.Cloud.AddPrincipal(adotest.Principal{
		ClientID: otherClientID, Tenant: adotest.TenantID, Name: "okr-other", Secrets: []adotest.ClientSecret{{Value: "other~secret"}},
		Access: []adotest.Access{{Organization: adotest.OrgContoso}},
	})
	w.SignIn(okrtest.Megan)
	w.c = w.NewConnection(okrtest.Megan, "Fiber", true)
	_, err := w.Connect.SignOut(t.Context(), okrtest.Megan)
	require.NoError(t, err)
	w.app = w.Reader()
	in := okrtest.ReaderInput()
	in.Name, in.ClientID, in.Secret = "okr-other", otherClientID, "other~secret"
	w.other, _, err = w.Applications.SaveApplication(t.Context(), okrtest.Alex, in)
	require.NoError(t, err)
	_, err = w.Hands.TakeOverBy(t.Context(), okrtest.Alex, w.c.ID, w.app.ID)
	require.NoError(t, err)
	w.c, err = w.Connect.Connection(t.Context(), okrtest.Alex, w.c.ID)
	require.NoError(t, err)
	w.own = w.NewConnection(okrtest.Alex, "Own", false)
	w.kr = w.Bound(okrtest.Adele, w.Objective(okrtest.Adele, "Launch"), w.c, okrtest.LaunchBugs)
	return w
}

// edit is the input that edits the application's connection.
func (w readWorld) edit() okr.ConnectionInput {
	in := okrtest.FiberConnection("Renamed")
	in.Editing, in.Credential = w.c.ID, w.app.ID
	return in
}

// role is somebody who asks for what an application's connection gives.
type role string

const (
	admin     role = "admin"
	member    role = "member"
	former    role = "former owner"
	guest     role = "guest"
	guestOnce role = "guest with the id of an admin"
	stranger  role = "of another tenant, with the id of an admin"
)

func (r role) actor() okr.Actor {
	actor := map[role]okr.Actor{admin: okrtest.Alex, member: okrtest.Adele, former: okrtest.Megan, guest: okrtest.Guest, guestOnce: okrtest.Alex, stranger: okrtest.Alex}[r]
	actor.Guest = r == guest || r == guestOnce
	if r == stranger {
		actor.Tenant = adotest.ForeignTenantID
	}
	return actor
}

func members() []role { return []role{admin, member, former} }
func people() []role  { return append(members(), guest, guestOnce) }
func admins() []role  { return []role{admin} }

// useCase is a use case asked of an application's connection: who may, and whether it gave or
// did anything.
type useCase struct {
	name string // the method's, with what is special behind a colon
	may  []role
	call func(ctx context.Context, w readWorld, actor okr.Actor) (gave bool, err error)
}

func has(list []okr.Connection, w readWorld) bool {
	return slices.ContainsFunc(list, func(c okr.Connection) bool { return c.ID == w.c.ID })
}

func seeing() []useCase {
	bound := func(list []okr.BoundConnection, w readWorld) bool {
		return slices.ContainsFunc(list, func(c okr.BoundConnection) bool { return c.Connection.ID == w.c.ID })
	}
	return []useCase{
		{"Connection", people(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			_, err := w.Connect.Connection(ctx, a, w.c.ID)
			return true, err
		}},
		{"Connections", people(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			list, err := w.Connect.Connections(ctx, a)
			return has(list, w), err
		}},
		{"AllConnections", people(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			list, err := w.Connect.AllConnections(ctx, a)
			return has(list, w), err
		}},
		{"ListConnections", people(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			list, _, err := w.Connect.ListConnections(ctx, a, okr.Page{})
			return bound(list, w), err
		}},
		{"FailingFirst", people(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			list, err := w.Connect.FailingFirst(ctx, a, 10)
			return bound(list, w), err
		}},
		{"Bound", people(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			goals, _, err := w.Connect.Bound(ctx, a, w.c.ID, okr.Page{})
			return len(goals) > 0, err
		}},
		{"CountOthers", people(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			n, err := w.Connect.CountOthers(ctx, a, w.c)
			return n > 0, err
		}},
		{"OwnConnections", nil, func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			list, err := w.Connect.OwnConnections(ctx, a)
			return has(list, w), err
		}},
		{"Known", members(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			list, err := w.Connect.Known(ctx, a)
			return has(list, w), err
		}},
		{"Accounts", nil, func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			list, err := w.Connect.Accounts(ctx, a)
			return slices.ContainsFunc(list, func(c okr.Credential) bool { return c.Application != nil }), err
		}},
		{"Keeps", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			return w.Connect.Keeps(ctx, a, w.c)
		}},
		{"Usable", members(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			_, err := w.Connect.Usable(ctx, a, w.c.ID)
			return true, err
		}},
	}
}

func applying() []useCase {
	return []useCase{
		{"Applications", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			list, err := w.Applications.Applications(ctx, a)
			return len(list) > 0, err
		}},
		{"ApplicationConnections", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			list, err := w.Applications.ApplicationConnections(ctx, a, w.app.ID)
			return len(list) > 0, err
		}},
		{"SaveApplication: renew", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			in := okrtest.ReaderInput()
			in.Editing = w.app.ID
			_, _, err := w.Applications.SaveApplication(ctx, a, in)
			return true, err
		}},
		{"RemoveApplication", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			stopped, err := w.Applications.RemoveApplication(ctx, a, w.app.ID)
			return len(stopped) > 0, err
		}},
		{"OfferedApplications", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			there, readers, err := w.Applications.OfferedApplications(ctx, a, w.c)
			return len(there)+len(readers) > 0, err
		}},
		{"Folders", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			list, err := w.Applications.Folders(ctx, a, w.app.ID, adotest.OrgContoso, adotest.ProjectFiber)
			return len(list) > 0, err
		}},
		{"Organizations: none are listed", nil, func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			list, err := w.Connect.Organizations(ctx, a, w.app.ID)
			return len(list) > 0, err
		}},
		{"RemoteProjects", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			v, err := w.Connect.RemoteProjects(ctx, a, w.app.ID, adotest.OrgContoso)
			return len(v.Projects) > 0, err
		}},
		{"SaveConnection: new", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			in := okrtest.FiberConnection("Another")
			in.Credential = w.app.ID
			c, err := w.Connect.SaveConnection(ctx, a, in)
			return c.Application != nil, err
		}},
	}
}

func keeping() []useCase {
	return []useCase{
		{"SaveConnection: edit", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			c, err := w.Connect.SaveConnection(ctx, a, w.edit())
			return c.Name == "Renamed", err
		}},
		{"SaveConnection: edit with an own sign-in", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			in := w.edit()
			in.Credential = okrtest.AccessOf(okrtest.Alex).Credential
			_, err := w.Connect.SaveConnection(ctx, a, in)
			return true, err
		}},
		{"SaveConnection: edit without saying what reads", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			in := w.edit()
			in.Credential = ""
			c, err := w.Connect.SaveConnection(ctx, a, in)
			return c.Application != nil, err
		}},
		{"PreviewFolders", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			outside, _, err := w.Applications.PreviewFolders(ctx, a, w.c.ID, []okr.QueryFolder{w.Folder(w.app, "Archive")})
			return len(outside) > 0, err
		}},
		{"ShareConnection", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			_, _, err := w.Connect.ShareConnection(ctx, a, w.c.ID, true)
			return true, err
		}},
		{"ShareConnection: private", nil, func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			_, _, err := w.Connect.ShareConnection(ctx, a, w.c.ID, false)
			return true, err
		}},
		{"DeleteConnection", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			_, err := w.Connect.DeleteConnection(ctx, a, w.c.ID)
			return true, err
		}},
		{"OfferConnection", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			_, err := w.Hands.OfferConnection(ctx, a, w.c.ID, okrtest.Lee.Person)
			return true, err
		}},
		{"DropOffer", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			if _, err := w.Hands.OfferConnection(ctx, okrtest.Alex, w.c.ID, okrtest.Lee.Person); err != nil {
				return false, err
			}
			_, _, err := w.Hands.DropOffer(ctx, a, w.c.ID)
			return true, err
		}},
	}
}

func taking() []useCase {
	return []useCase{
		{"MayTakeOver: it works", nil, func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			return true, w.Hands.MayTakeOver(ctx, a, w.c)
		}},
		{"MayTakeOver: it fails", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			c := w.c
			c.Health.State = okr.HealthNeedsSignIn
			if a.Tenant != okrtest.Contoso {
				_, err := w.Connect.Connection(ctx, a, c.ID)
				return true, err
			}
			return true, w.Hands.MayTakeOver(ctx, a, c)
		}},
		{"PreviewTakeOver", nil, func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			_, err := w.Hands.PreviewTakeOver(ctx, a, w.c.ID)
			return true, err
		}},
		{"TakeOver: the application is gone", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			if err := w.Store.DeleteCredential(ctx, okrtest.Contoso, w.app.ID); err != nil {
				return false, err
			}
			_, err := w.Hands.TakeOver(ctx, a, w.c.ID)
			return true, err
		}},
		{"PreviewTakeOverBy", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			p, err := w.Hands.PreviewTakeOverBy(ctx, a, w.c.ID, w.other.ID)
			can, _ := p.Measured()
			return can > 0, err
		}},
		{"TakeOverBy", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			_, err := w.Hands.TakeOverBy(ctx, a, w.c.ID, w.other.ID)
			return true, err
		}},
		{"PreviewMove", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			_, err := w.Hands.PreviewMove(ctx, a, w.c.ID, w.own.ID)
			return true, err
		}},
		{"Move", admins(), func(ctx context.Context, w readWorld, a okr.Actor) (bool, error) {
			p, _, err := w.Hands.Move(ctx, a, w.c.ID, w.own.ID)
			moves, _ := p.Movable()
			return moves > 0, err
		}},
	}
}

func useCases() []useCase { return slices.Concat(seeing(), applying(), keeping(), taking()) }

// TestRightsOfWhatAnApplicationReads asks every use case as everybody: who may not gets no
// access by the application, by whatever role it was before, and hears who may.
func TestRightsOfWhatAnApplicationReads(t *testing.T) {
	t.Parallel()
	for _, u := range useCases() {
		t.Run(u.name, func(t *testing.T) {
			t.Parallel()
			w := newReadWorld(t)
			for _, r := range []role{member, former, guest, guestOnce, stranger, admin} {
				if r == admin {
					w = newReadWorld(t) // nothing of what another one did
				}
				before, err := w.Store.Connections().Get(t.Context(), okrtest.Contoso, w.c.ID)
				require.NoError(t, err)
				gave, err := u.call(t.Context(), w, r.actor())
				if slices.Contains(u.may, r) {
					require.NoError(t, err, "%s", r)
					require.True(t, gave, "%s", r)
					continue
				}
				require.True(t, err != nil || !gave, "%s gets it", r)
				if err != nil {
					w.RequireRefused(okr.KindOf(err), err)
					require.NotEqual(t, okr.Internal, okr.KindOf(err))
				}
				after, err := w.Store.Connections().Get(t.Context(), okrtest.Contoso, w.c.ID)
				require.NoError(t, err)
				before.Offer, after.Offer = nil, nil
				require.Equal(t, before, after, "%s changes it", r)
			}
		})
	}
}

// TestEveryUseCaseHasItsRights: none that takes an actor is left out of the table above.
func TestEveryUseCaseHasItsRights(t *testing.T) {
	t.Parallel()
	others := []string{"SignOut", "SignInFor", "MachineKinds"} // of the actor's own sign-ins, or of nobody's
	var methods []reflect.Method
	for _, of := range []reflect.Type{reflect.TypeFor[*connect.Service](), reflect.TypeFor[*connect.Applications](), reflect.TypeFor[*connect.Hands]()} {
		methods = slices.AppendSeq(methods, of.Methods())
	}
	for _, method := range methods {
		takes := slices.Contains(slices.Collect(method.Type.Ins()), reflect.TypeFor[okr.Actor]())
		known := slices.ContainsFunc(useCases(), func(u useCase) bool {
			return u.name == method.Name || len(u.name) > len(method.Name) && u.name[:len(method.Name)+1] == method.Name+":"
		})
		require.True(t, !takes || known || slices.Contains(others, method.Name), "no rights are said for %s", method.Name)
	}
}
