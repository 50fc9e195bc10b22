package adotest_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

const listProjects = "/ado/contoso/_apis/projects"

// budgeted is a world in which a call costs a unit and ten are free in a minute.
func budgeted(t *testing.T) (s *sim, alex, megan string) {
	t.Helper()
	s = start(t)
	s.SetBudget(&adotest.Budget{Units: 10, Window: time.Minute, CostOf: func(string) float64 { return 1 }})
	return s, s.token(adotest.AlexOID), s.token(adotest.MeganOID)
}

func TestBudgetIsPerIdentity(t *testing.T) {
	t.Parallel()
	s, alex, megan := budgeted(t)
	for n := range 10 {
		r := s.get(alex, listProjects)
		require.Equal(t, 200, r.status)
		require.Equal(t, strconv.Itoa(9-n), r.header.Get("X-Ratelimit-Remaining"))
		require.Equal(t, "10", r.header.Get("X-Ratelimit-Limit"))
		require.Empty(t, r.header.Get("Retry-After"))
		require.Empty(t, r.header.Get("X-Ratelimit-Delay"))
		s.clock.Advance(time.Second)
	}
	held := s.get(alex, listProjects)
	require.Equal(t, 200, held.status)
	require.Equal(t, "0", held.header.Get("X-Ratelimit-Remaining"))
	require.Equal(t, "50", held.header.Get("Retry-After"), "when the first of the ten has left the window")
	require.Equal(t, "0.000", held.header.Get("X-Ratelimit-Delay"))
	require.NotEmpty(t, held.header.Get("X-Ratelimit-Resource"))
	reset, err := strconv.ParseInt(held.header.Get("X-Ratelimit-Reset"), 10, 64)
	require.NoError(t, err)
	require.Equal(t, s.clock.Now().Add(time.Minute).Unix(), reset)
	require.Equal(t, "9", s.get(megan, listProjects).header.Get("X-Ratelimit-Remaining"))
	require.InDelta(t, 11, s.Used(adotest.AlexOID), 0.001)
	s.clock.Advance(51 * time.Second)
	require.Empty(t, s.get(alex, listProjects).header.Get("Retry-After"))
}

func TestTwiceTheBudgetBlocks(t *testing.T) {
	t.Parallel()
	s, alex, _ := budgeted(t)
	for range 20 {
		require.Equal(t, 200, s.get(alex, listProjects).status)
	}
	blocked := s.get(alex, listProjects)
	requireVSS(t, blocked, 429, "RequestBlockedException", "TF400733")
	require.NotEmpty(t, blocked.header.Get("Retry-After"))
	require.NoError(t, s.Switch(adotest.ModeTextThrottle, true))
	require.NoError(t, s.Switch(adotest.ModeSendCost, true))
	text := s.get(alex, listProjects)
	require.Equal(t, "text/plain", text.header.Get("Content-Type"))
	require.Equal(t, "1", text.header.Get("X-Ratelimit-Cost"))
	require.InDelta(t, 20, s.Used(adotest.AlexOID), 0.001, "what is blocked costs nothing")
	s.clock.Advance(time.Minute)
	require.Equal(t, 200, s.get(alex, listProjects).status)
	s.SetBudget(nil)
	require.Empty(t, s.get(alex, listProjects).header.Get("X-Ratelimit-Limit"))
}

// TestHoldAndLatencyTakeTime runs on a fake clock, so nobody waits.
func TestHoldAndLatencyTakeTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := adotest.New(adotest.Options{
			PublicURL: "http://ado.test", Latency: 50 * time.Millisecond,
			Budget: &adotest.Budget{Units: 4, CostOf: func(string) float64 { return 2 }, Hold: 30 * time.Second},
		})
		require.NoError(t, cloud.Seed(adotest.World{}))
		issued, err := cloud.IssueTokens(adotest.AlexOID, clientID, nil)
		require.NoError(t, err)
		ask := func() (time.Duration, http.Header) {
			r := httptest.NewRequest(http.MethodGet, listProjects+"?api-version=7.1", nil)
			r.Header.Set("Authorization", "Bearer "+issued.AccessToken)
			began, w := time.Now(), httptest.NewRecorder()
			cloud.ServeHTTP(w, r)
			return time.Since(began), w.Header()
		}
		took, _ := ask()
		require.Equal(t, 50*time.Millisecond, took)
		took, _ = ask()
		require.Equal(t, 50*time.Millisecond, took)
		took, header := ask()
		require.Equal(t, 15*time.Second+50*time.Millisecond, took)
		require.Equal(t, "15.000", header.Get("X-Ratelimit-Delay"))
	})
}

func TestCostsOfTheModel(t *testing.T) {
	t.Parallel()
	require.Greater(t, adotest.CostOf(adotest.OpQueryRun), adotest.CostOf(adotest.OpItemBatch))
	require.Greater(t, adotest.CostOf(adotest.OpItemBatch), adotest.CostOf(adotest.OpProjectGet))
}
