package adosource_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// reads is everything that okrbot asks of Azure DevOps with an access.
func reads(w *okrtest.World) map[string]func(context.Context, okr.Access) error {
	return map[string]func(context.Context, okr.Access) error{
		"projects": func(ctx context.Context, a okr.Access) error {
			_, err := w.Source.Projects(ctx, a, adotest.OrgContoso)
			return err
		},
		"project": func(ctx context.Context, a okr.Access) error {
			_, err := w.Source.Project(ctx, a, adotest.OrgContoso, adotest.ProjectFiber)
			return err
		},
		"search": func(ctx context.Context, a okr.Access) error {
			_, err := w.Source.SearchQueries(ctx, a, w.Fiber(), "bugs")
			return err
		},
		"query": func(ctx context.Context, a okr.Access) error {
			_, err := w.Source.Query(ctx, a, w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
			return err
		},
		"folders": func(ctx context.Context, a okr.Access) error {
			_, err := w.Source.ListFolders(ctx, a, w.Fiber())
			return err
		},
		"items": func(ctx context.Context, a okr.Access) error {
			_, err := w.Source.SearchItems(ctx, a, w.Fiber(), okr.ItemSearch{Words: "bug"})
			return err
		},
		"chosen": func(ctx context.Context, a okr.Access) error {
			_, err := w.Source.Choice(ctx, a, w.Fiber(), okr.Chosen{IDs: []int{1}})
			return err
		},
		"areas": func(ctx context.Context, a okr.Access) error {
			_, err := w.Source.Areas(ctx, a, w.Fiber())
			return err
		},
		"fields": func(ctx context.Context, a okr.Access) error {
			_, err := w.Source.Fields(ctx, a, w.Fiber())
			return err
		},
		"types": func(ctx context.Context, a okr.Access) error {
			_, err := w.Source.ItemTypes(ctx, a, w.Fiber())
			return err
		},
		"run": func(ctx context.Context, a okr.Access) error {
			_, err := w.Run(ctx, a, w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
			return err
		},
	}
}

// TestWhatAnOrganizationRefusesAnApplication: every refusal, for everything that is read and
// for every kind of proof, names the application, who can end it and the next step, and never
// asks anybody to sign in.
func TestWhatAnOrganizationRefusesAnApplication(t *testing.T) {
	t.Parallel()
	access := func(a ...adotest.Access) func(*okrtest.World, string) {
		return func(w *okrtest.World, name string) {
			require.True(w.T, w.Cloud.UpdatePrincipal(name, func(p *adotest.Principal) { p.Access = a }))
		}
	}
	fault := func(f adotest.Fault) func(*okrtest.World, string) {
		return func(w *okrtest.World, name string) {
			p, ok := w.Cloud.Principal(name)
			require.True(w.T, ok)
			w.Cloud.Fail(adotest.Rule{User: p.OID, Fault: f})
		}
	}
	for name, c := range map[string]struct {
		make  func(*okrtest.World, string)
		kinds []okr.Kind
		words string
	}{
		"not added":      {access(), []okr.Kind{okr.NoAccess}, "it isn't in the organization. An administrator of the organization can add it under Organization settings > Users"},
		"no licence":     {access(adotest.Access{Organization: adotest.OrgContoso, Licence: adotest.Unlicensed}), []okr.Kind{okr.NoAccess}, "no licence"},
		"no project":     {access(adotest.Access{Organization: adotest.OrgContoso, Projects: []string{adotest.ProjectPay}}), []okr.Kind{okr.NotFound, okr.QueryGone, okr.ProjectGone}, "application "},
		"may not read":   {fault(adotest.Forbidden()), []okr.Kind{okr.NoAccess}, "add it to Readers"},
		"policy":         {fault(adotest.ConditionalAccess()), []okr.Kind{okr.PolicyRefused}, "A conditional access policy refuses the application"},
		"token refused":  {fault(adotest.BearerRefused()), []okr.Kind{okr.SignIn}, "An admin of okrbot can renew it"},
		"sign-in page":   {fault(adotest.SignInPage()), []okr.Kind{okr.SignIn}, "An admin of okrbot can renew it"},
		"added, removed": {fault(adotest.NotAdded()), []okr.Kind{okr.NoAccess}, "it isn't in the organization"},
	} {
		for _, kind := range okrtest.ApplicationKinds() {
			t.Run(name+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				w := okrtest.NewWorld(t)
				a := w.AddReader(kind)
				c.make(w, principalOf(kind))
				for read, try := range reads(w) {
					err := try(t.Context(), a)
					if name == "no project" && read == "projects" {
						require.NoError(t, err, "the others are given")
						continue
					}
					require.Contains(t, c.kinds, okr.KindOf(err), "%s: %v", read, err)
					w.RequireRefused(okr.KindOf(err), err, c.words, "application okr-reader")
					msg, _ := okr.MessageOf(err)
					require.NotContains(t, msg, "ign in again", read)
					for _, step := range okr.NextOf(err) {
						require.NotEqual(t, okr.StepSignIn, step.Kind, read)
					}
				}
			})
		}
	}
}

// TestAnOrganizationOfAnotherTenant is not told from a bad token by the service: the tenants
// are compared.
func TestAnOrganizationOfAnotherTenant(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	a := w.AddReader(okr.BySecret)
	_, err := w.Source.Projects(t.Context(), a, adotest.OrgForeign)
	w.RequireRefused(okr.NoAccess, err, adotest.ForeignTenantID, string(okrtest.Contoso), "Use an application of the organization's tenant")
	require.Equal(t, "organization", okr.FieldOf(err))
	require.Equal(t, []okr.Step{{Kind: okr.StepApplications}}, okr.NextOf(err))
}

// TestAStakeholderReads: the cheapest licence is enough for queries and work items.
func TestAStakeholderReads(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	a := w.AddReader(okr.BySecret)
	w.Cloud.UpdatePrincipal(adotest.ReaderName, func(p *adotest.Principal) { p.Access[0].Licence = adotest.Stakeholder })
	for read, try := range reads(w) {
		require.NoError(t, try(t.Context(), a), read)
	}
}

// TestWhatAPersonIsRefusedIsSaidAsBefore: no word about applications.
func TestWhatAPersonIsRefusedIsSaidAsBefore(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Lee)
	for read, try := range reads(w) {
		err := try(t.Context(), okrtest.AccessOf(okrtest.Lee))
		require.Error(t, err, read)
		require.NotContains(t, err.Error(), "pplication", read)
	}
}
