package ado_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
	"okrbot/ado/adotest"
)

// findings is what the client learns of the demo world.
type findings struct {
	Found   []string
	Counts  map[string]int
	IDs     map[string][]int
	Items   []string
	States  map[string][]string
	Known   map[string]bool
	Refused map[string]bool
}

// survey asks for all that a connection, a picker and a measurement need.
func survey(t *testing.T, sim *adotest.Cloud, s *ado.Session) findings {
	t.Helper()
	const org, project = adotest.OrgContoso, adotest.ProjectFiber
	f := findings{
		Counts: map[string]int{}, IDs: map[string][]int{}, States: map[string][]string{}, Known: map[string]bool{}, Refused: map[string]bool{},
	}
	ctx := t.Context()
	found, _, err := s.SearchQueries(ctx, org, project, "Launch bugs", 1000)
	require.NoError(t, err)
	for _, q := range found {
		f.Found = append(f.Found, q.Name)
	}
	for _, name := range []string{"Launch bugs", "Launch scope", "Blocked by", "All launch work in contoso", "Assigned to me", "Empty query"} {
		q := read(t, sim, s, name)
		f.Counts[name], err = s.CountQuery(ctx, org, project, q)
		require.NoError(t, err)
		r, err := s.RunQuery(ctx, org, project, q.ID)
		require.NoError(t, err)
		f.IDs[name] = r.IDs()
		require.Len(t, r.IDs(), f.Counts[name])
	}
	f.items(t, s, append(f.IDs["All launch work in contoso"], 999_999))
	f.states(t, s)
	f.refusals(t, sim, s)
	return f
}

func read(t *testing.T, sim *adotest.Cloud, s *ado.Session, name string) ado.Query {
	t.Helper()
	known, ok := sim.Query(adotest.OrgContoso, adotest.ProjectFiber, name)
	require.True(t, ok, name)
	q, err := s.Query(t.Context(), adotest.OrgContoso, adotest.ProjectFiber, known.ID, false)
	require.NoError(t, err)
	return q
}

func (f *findings) items(t *testing.T, s *ado.Session, ids []int) {
	t.Helper()
	fields := append(ado.BaseFields(), ado.FieldParent, ado.FieldAssignedTo, ado.FieldStoryPoints)
	items, err := s.WorkItems(t.Context(), adotest.OrgContoso, ids, fields)
	require.NoError(t, err)
	for _, i := range items {
		points, has := i.Fields.Number(ado.FieldStoryPoints)
		f.Items = append(f.Items, i.Project()+"|"+i.Type()+"|"+i.State()+"|"+i.AssignedTo().UniqueName+"|"+strconv.Itoa(i.Parent())+
			"|"+strconv.FormatFloat(points, 'f', 1, 64)+strconv.FormatBool(has))
	}
}

// states follows the advice of WorkItemType: a type without states is asked about.
func (f *findings) states(t *testing.T, s *ado.Session) {
	t.Helper()
	types, err := s.WorkItemTypes(t.Context(), adotest.OrgContoso, adotest.ProjectPay)
	require.NoError(t, err)
	for _, kind := range types {
		if len(kind.States) == 0 {
			kind.States, err = s.WorkItemTypeStates(t.Context(), adotest.OrgContoso, adotest.ProjectPay, kind.Name)
			require.NoError(t, err)
		}
		for _, state := range kind.States {
			f.States[kind.Name] = append(f.States[kind.Name], state.Name+":"+state.Category)
		}
	}
}

func (f *findings) refusals(t *testing.T, sim *adotest.Cloud, s *ado.Session) {
	t.Helper()
	for _, org := range []string{adotest.OrgContoso, "no-such-organization"} {
		there, err := s.OrganizationExists(t.Context(), org)
		require.NoError(t, err)
		_, err = s.Projects(t.Context(), org)
		f.Known[org], f.Refused[org] = there, err != nil
	}
	huge, ok := sim.Query(adotest.OrgContoso, adotest.ProjectFiber, "Everything ever")
	require.True(t, ok)
	_, err := s.RunQuery(t.Context(), adotest.OrgContoso, adotest.ProjectFiber, huge.ID)
	require.ErrorIs(t, err, ado.ErrTooManyResults)
	_, err = s.CountQuery(t.Context(), adotest.OrgContoso, adotest.ProjectFiber, ado.Query{ID: huge.ID, QueryType: ado.QueryFlat})
	require.ErrorIs(t, err, ado.ErrTooManyResults)
	for status, tt := range map[int]struct {
		fault func(int) adotest.Fault
		want  ado.Kind
	}{
		400: {adotest.QueryTimeout, ado.ErrQueryTooSlow}, 408: {adotest.QueryTimeout, ado.ErrQueryTooSlow},
		500: {adotest.QueryTimeout, ado.ErrQueryTooSlow}, 429: {adotest.TooManyAtOnce, ado.ErrThrottled},
		409: {adotest.TooManyAtOnce, ado.ErrThrottled}, 503: {adotest.QueryServerBusy, ado.ErrUnavailable},
		402: {adotest.QueryServerBusy, ado.ErrUnavailable},
	} {
		cancel := sim.Fail(adotest.Rule{Op: adotest.OpQueryRun, Fault: tt.fault(status)})
		_, err := s.RunQuery(t.Context(), adotest.OrgContoso, adotest.ProjectFiber, huge.ID)
		require.ErrorIs(t, err, tt.want, status)
		cancel()
	}
}

// TestEitherReadingIsRight: the client finds the same under each mode, under the other modes of the same request, and
// with all of them together.
func TestEitherReadingIsRight(t *testing.T) {
	t.Parallel()
	want := under(t)
	require.Equal(t, map[string]bool{adotest.OrgContoso: true, "no-such-organization": false}, want.Known)
	require.Equal(t, map[string]bool{adotest.OrgContoso: false, "no-such-organization": true}, want.Refused)
	for _, m := range adotest.Modes() {
		t.Run(string(m), func(t *testing.T) {
			t.Parallel()
			require.Equal(t, want, under(t, m))
		})
	}
	t.Run("all", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, want, under(t, adotest.Modes()...))
	})
}

func under(t *testing.T, modes ...adotest.Mode) findings {
	t.Helper()
	sim, c := cloud(t)
	for _, m := range modes {
		require.NoError(t, sim.Switch(m, true))
	}
	return survey(t, sim, signedIn(t, sim, c, adotest.AlexOID))
}

// TestCurrentIteration: a query that needs a team says so, and is not taken for trouble of the service.
func TestCurrentIteration(t *testing.T) {
	t.Parallel()
	sim, c := cloud(t)
	s := signedIn(t, sim, c, adotest.AlexOID)
	run := func() error {
		_, err := s.Wiql(t.Context(), adotest.OrgContoso, adotest.ProjectFiber, "SELECT [System.Id] FROM WorkItems WHERE [System.IterationPath] = @CurrentIteration")
		return err
	}
	require.NoError(t, run())
	require.NoError(t, sim.Switch(adotest.ModeIterationNeedsTeam, true))
	sim.ResetCalls()
	require.ErrorIs(t, run(), ado.ErrInvalidQuery)
	require.Equal(t, 1, sim.Count(adotest.OpWIQL), "asking again does not help")
}

// TestBudgetIsRespected: however many ask at once, an identity is never blocked, and two requests at most are under way.
func TestBudgetIsRespected(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim := adotest.New(adotest.Options{
			PublicURL: "http://ado.test", Latency: 50 * time.Millisecond,
			Budget: &adotest.Budget{Units: 60, Hold: 30 * time.Second, CostOf: func(string) float64 { return 1 }},
		})
		require.NoError(t, sim.Seed(adotest.World{}))
		c, err := ado.New(ado.Options{BaseURL: sim.BaseURL(), HTTP: &http.Client{Transport: direct(sim.ServeHTTP)}})
		require.NoError(t, err)
		issued, err := sim.IssueTokens(adotest.AlexOID, "client", nil)
		require.NoError(t, err)
		done := make(chan error, 200)
		began := time.Now()
		for range cap(done) {
			go func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				_, err := c.As("alex", fixed(issued.AccessToken)).Project(ctx, adotest.OrgContoso, adotest.ProjectFiber)
				done <- err
			}()
		}
		for range cap(done) {
			require.NoError(t, <-done)
		}
		require.Equal(t, cap(done), sim.Count(adotest.OpProjectGet), "none was refused and tried again")
		require.LessOrEqual(t, sim.MaxInFlight(adotest.AlexOID), 2)
		require.Greater(t, time.Since(began), 10*time.Minute, "200 units do not fit in two windows of 60")
		require.Less(t, time.Since(began), 40*time.Minute)
		require.False(t, slices.ContainsFunc(sim.Calls(), func(call adotest.Call) bool { return call.Status != http.StatusOK }))
	})
}

// TestHeldAnswersArrive: what the service holds, sends slowly or cuts is waited for or asked for again.
func TestHeldAnswersArrive(t *testing.T) {
	t.Parallel()
	sim, c := cloud(t)
	s := signedIn(t, sim, c, adotest.AlexOID)
	for _, f := range []adotest.Fault{
		adotest.HeldBack(20*time.Millisecond, 0), adotest.SlowBody(20 * time.Millisecond), adotest.CutOff(), adotest.Dropped(),
		adotest.Truncated(), adotest.Gateway(http.StatusBadGateway), adotest.Gateway(http.StatusGatewayTimeout),
		adotest.Unavailable(0), adotest.Skewed(-time.Hour), adotest.Throttled(0), adotest.ThrottledText(0), adotest.ServerError(),
	} {
		sim.Fail(adotest.Rule{Op: adotest.OpProjectGet, Count: 1, Fault: f})
		p, err := s.Project(t.Context(), adotest.OrgContoso, adotest.ProjectFiber)
		require.NoError(t, err, f.Name)
		require.Equal(t, adotest.ProjectFiber, p.Name)
	}
}
