package adotest_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

// switched is the answer to a request with the mode off and on.
func switched(t *testing.T, m adotest.Mode, ask func(s *sim, alex string) reply) (off, on reply) {
	t.Helper()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	off = ask(s, alex)
	require.NoError(t, s.Switch(m, true))
	require.Equal(t, []adotest.Mode{m}, s.Switched())
	on = ask(s, alex)
	require.NoError(t, s.Switch(m, false))
	require.Equal(t, off.status, ask(s, alex).status, "off again")
	return off, on
}

func TestModesHaveBothReadings(t *testing.T) {
	t.Parallel()
	s := start(t)
	require.Error(t, s.Switch("nonsense", true))
	for _, m := range adotest.Modes() {
		require.NotEmpty(t, m.About())
	}
	bugs := s.queryID("Launch bugs")
	get := func(path string) func(s *sim, alex string) reply {
		return func(s *sim, alex string) reply { return s.get(alex, path) }
	}
	for _, tt := range []struct {
		mode    adotest.Mode
		ask     func(s *sim, alex string) reply
		off, on int
	}{
		{adotest.ModeTruncateAt20000, func(s *sim, alex string) reply { return s.run(alex, "Everything ever") }, 400, 200},
		{adotest.ModeTopAvoidsLimit, func(s *sim, alex string) reply {
			return s.get(alex, fiber+"/wiql/"+s.queryID("Everything ever")+"?$top=100")
		}, 400, 200},
		{adotest.ModeCapSearchTop, get(fiber + "/queries?$filter=a&$top=500"), 400, 200},
		{adotest.ModeRefuseUnknownOrg, get("/ado/no-such-organization/_apis/projects"), 404, 401},
		{adotest.ModeVersionOptional, get(fiber + "/wiql/" + bugs + "?api-version="), 400, 200},
		{adotest.ModeOpenProjectBatch, otherProjectsItem, 404, 200},
		{adotest.ModeIterationNeedsTeam, func(s *sim, alex string) reply {
			return s.post(alex, fiber+"/wiql", map[string]string{"query": "SELECT [System.Id] FROM WorkItems WHERE [System.IterationPath] = @CurrentIteration"})
		}, 200, 500},
	} {
		t.Run(string(tt.mode), func(t *testing.T) {
			t.Parallel()
			off, on := switched(t, tt.mode, tt.ask)
			require.Equal(t, []int{tt.off, tt.on}, []int{off.status, on.status}, "%.200s\n%.200s", off.raw, on.raw)
		})
	}
}

func otherProjectsItem(s *sim, alex string) reply {
	items := s.Items(adotest.OrgContoso, adotest.ProjectPay)
	return s.post(alex, fiber+"/workitemsbatch", map[string]any{"ids": []int{items[0].ID}})
}

func TestModesOfSearch(t *testing.T) {
	t.Parallel()
	found := func(text string) func(s *sim, alex string) reply {
		return func(s *sim, alex string) reply { return s.get(alex, fiber+"/queries?$filter="+text) }
	}
	off, on := switched(t, adotest.ModeSearchPrefix, found("bugs"))
	require.NotEmpty(t, off.rows(t))
	require.Empty(t, on.rows(t))
	off, on = switched(t, adotest.ModeSearchCase, found("launch%20BUGS"))
	require.NotEmpty(t, off.rows(t))
	require.Empty(t, on.rows(t))
}

func TestModesOfBodies(t *testing.T) {
	t.Parallel()
	batch := func(s *sim, alex string) reply {
		return s.post(alex, fiber+"/workitemsbatch", map[string]any{
			"ids": []int{999_999, 1, 2}, "errorPolicy": "omit", "fields": []string{"System.Id", "System.Description"},
		})
	}
	off, on := switched(t, adotest.ModeCountSkipsNulls, batch)
	require.InDelta(t, off.json["count"].(float64)-1, on.json["count"], 0)
	require.Equal(t, off.json["value"], on.json["value"])
	off, on = switched(t, adotest.ModeWriteNulls, batch)
	require.NotContains(t, string(off.raw), "System.Description")
	require.Contains(t, string(on.raw), `"System.Description":null`)
	off, on = switched(t, adotest.ModeWriteNulls, func(s *sim, alex string) reply { return s.run(alex, "Launch scope") })
	require.NotContains(t, string(off.raw), `"source":null`)
	require.Contains(t, string(on.raw), `"rel":null,"source":null`)
	off, on = switched(t, adotest.ModeMarkAnswers, batch)
	require.True(t, bytes.HasPrefix(off.raw, []byte("{")))
	require.True(t, bytes.HasPrefix(on.raw, []byte("\ufeff{")))
	off, on = switched(t, adotest.ModeOmitTypeStates, func(s *sim, alex string) reply { return s.get(alex, fiber+"/workitemtypes") })
	require.Contains(t, off.rows(t)[0], "states")
	require.NotContains(t, on.rows(t)[0], "states")
}

func TestModesOfHeaders(t *testing.T) {
	t.Parallel()
	head := func(query string) func(s *sim, alex string) reply {
		return func(s *sim, alex string) reply {
			return s.do(alex, http.MethodHead, fiber+"/wiql/"+s.queryID(query), "", nil)
		}
	}
	off, on := switched(t, adotest.ModeOmitCountHeader, head("Launch bugs"))
	require.Equal(t, "32", off.header.Get("X-Total-Count"))
	require.Empty(t, on.header.Get("X-Total-Count"))
	off, on = switched(t, adotest.ModeHeadCountsItems, head("Blocked by"))
	require.NotEqual(t, off.header.Get("X-Total-Count"), on.header.Get("X-Total-Count"))
	off, on = switched(t, adotest.ModeOmitTenantHeader, func(s *sim, _ string) reply {
		return s.get("", "/ado/contoso/_apis/connectionData")
	})
	require.Equal(t, adotest.TenantID, off.header.Get("X-Vss-Resourcetenant"))
	require.Empty(t, on.header.Get("X-Vss-Resourcetenant"))
	require.Contains(t, on.header.Get("WWW-Authenticate"), adotest.TenantID)
	off, on = switched(t, adotest.ModePlainTypeKeys, func(s *sim, alex string) reply {
		s.Fail(adotest.Rule{Count: 1, Fault: adotest.QueryTimeout(408)})
		return s.run(alex, "Launch bugs")
	})
	requireVSS(t, off, 408, "WorkItemTrackingQueryTimeoutException", "VS402335")
	requireVSS(t, on, 408, "VssServiceException", "VS402335")
}

func TestTeamsDecideTheIteration(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	require.NoError(t, s.Switch(adotest.ModeIterationNeedsTeam, true))
	for path, texts := range map[string]map[string]int{
		"/ado/contoso/Fabrikam%20Fiber/Fabrikam%20Fiber%20Team/_apis/wit/wiql": {"@CurrentIteration": 200},
		"/ado/contoso/_apis/wit/wiql":                                          {"@currentIteration": 500},
		fiber + "/wiql": {
			"@CurrentIteration - 1": 500,
			`@CurrentIteration('[Fabrikam Fiber]\Fabrikam Fiber Team')`: 200, `@CurrentIteration('[Fabrikam Fiber]\Other')`: 500,
		},
	} {
		for text, want := range texts {
			r := s.post(alex, path, map[string]string{"query": "SELECT [System.Id] FROM WorkItems WHERE [System.IterationPath] = " + text})
			require.Equal(t, want, r.status, "%s: %s", text, r.raw)
		}
	}
	q, err := s.AddQuery(adotest.OrgContoso, adotest.ProjectFiber, adotest.Query{Name: "Sprint", WIQL: "select [System.Id] from WorkItems where [System.IterationPath] = @CurrentIteration"})
	require.NoError(t, err)
	requireVSS(t, s.get(alex, fiber+"/wiql/"+q.ID), 500, "WorkItemTrackingQueryException", "VS402612")
	require.NoError(t, s.Switch(adotest.ModeIterationNeedsTeam, false))
	require.Equal(t, 200, s.get(alex, fiber+"/wiql/"+q.ID).status)
}

func TestATokenMayOutliveItsSuccessor(t *testing.T) {
	t.Parallel()
	s := start(t)
	require.NoError(t, s.Switch(adotest.ModeTolerateReuse, true))
	issued, err := s.IssueTokens(adotest.AlexOID, clientID, nil)
	require.NoError(t, err)
	for range 2 {
		require.Equal(t, 200, s.refresh(issued.RefreshToken).status)
	}
	require.NoError(t, s.Switch(adotest.ModeTolerateReuse, false))
	require.Equal(t, 200, s.refresh(issued.RefreshToken).status)
	require.Equal(t, 400, s.refresh(issued.RefreshToken).status)
}
