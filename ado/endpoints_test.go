package ado_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
)

const queryGUID = "5c3f4a0e-7f0a-4e0b-9b52-2a6f1d4c0a11"

// endpoint is one row: what is called, what must be on the wire, what comes back.
type endpoint struct {
	name   string
	call   func(ctx context.Context, s *ado.Session) (any, error)
	method string
	uri    string // as sent, so that escaping shows; the query is sorted by name
	sent   string // JSON
	body   string
	want   any
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	for _, e := range slices.Concat(peopleEndpoints(), queryEndpoints(), revisionEndpoints(), chosenEndpoints()) {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s, mux := session(t)
			calls := 0
			mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
				calls++
				e.check(t, w, r)
			})
			got, err := e.call(t.Context(), s)
			require.NoError(t, err)
			require.Equal(t, e.want, got)
			require.Equal(t, 1, calls)
		})
	}
}

func (e endpoint) check(t *testing.T, w http.ResponseWriter, r *http.Request) {
	t.Helper()
	checkHeaders(t, r)
	sent, err := io.ReadAll(r.Body)
	if err != nil || r.Method != e.method || r.RequestURI != basePath+e.uri {
		t.Errorf("got %s %s (%v), want %s %s", r.Method, r.RequestURI, err, e.method, basePath+e.uri)
	}
	same(t, compact(t, e.sent), compact(t, string(sent)))
	answer(w, http.StatusOK, "\xef\xbb\xbf"+e.body) // the service may send a byte order mark anywhere
}

// compact brings JSON into one form, with sorted names.
func compact(t *testing.T, text string) string {
	t.Helper()
	if text == "" {
		return ""
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Errorf("%q is no JSON: %v", text, err)
	}
	data, _ := json.Marshal(v)
	return string(data)
}

func peopleEndpoints() []endpoint {
	return []endpoint{
		{
			name:   "MyProfile",
			call:   func(ctx context.Context, s *ado.Session) (any, error) { return s.MyProfile(ctx) },
			method: "GET", uri: "/sps/_apis/profile/profiles/me?api-version=7.1",
			body: `{"displayName":"Normal Paulk","publicAlias":"p","emailAddress":"normal@fabrikam.com","coreRevision":1647,
				"timeStamp":"2026-05-12T22:23:07.727+00:00","id":"d6245f20","revision":1647}`,
			want: ado.Profile{
				ID: "d6245f20", DisplayName: "Normal Paulk", EmailAddress: "normal@fabrikam.com", PublicAlias: "p",
				TimeStamp: ado.Time{Time: time.Date(2026, 5, 12, 22, 23, 7, 727e6, time.UTC)},
			},
		},
		{
			name:   "Accounts hides what cannot be used",
			call:   func(ctx context.Context, s *ado.Session) (any, error) { return s.Accounts(ctx, "d6245f20") },
			method: "GET", uri: "/sps/_apis/accounts?api-version=7.1&memberId=d6245f20",
			body: `{"count":6,"value":[{"accountId":"1","accountUri":"u","accountName":"A","properties":{}},
				{"accountName":"B","accountStatus":"enabled"},{"accountName":"C","accountStatus":"disabled"},
				{"accountName":"D","accountStatus":1},{"accountName":"E","accountStatus":3},{"accountName":"F","accountStatus":77}]}`,
			want: []ado.Account{
				{ID: "1", Name: "A", URI: "u"}, {Name: "B", Status: "enabled"}, {Name: "D", Status: "enabled"},
			},
		},
		{
			name: "ConnectionData",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				d, err := s.ConnectionData(ctx, "fabrikam")
				return []string{d.AuthenticatedUser.ID, d.AuthenticatedUser.Properties.Account.Value, d.InstanceID}, err
			},
			method: "GET", uri: "/fabrikam/_apis/connectionData?api-version=7.1-preview.1",
			body: `{"authenticatedUser":{"id":"u1","isActive":true,"properties":{"Account":{"$type":"System.String",
				"$value":"tom@abcd.com"}},"resourceVersion":2},"instanceId":"c1","deploymentType":"hosted"}`,
			want: []string{"u1", "tom@abcd.com", "c1"},
		},
		{
			name: "Project",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				return s.Project(ctx, "fabrikam", "Ä Projekt")
			},
			method: "GET", uri: "/fabrikam/_apis/projects/%C3%84%20Projekt?api-version=7.1&includeHistory=true",
			body: `{"id":"p1","name":"Ä Projekt","state":"wellFormed","defaultTeam":null,"lastUpdateTime":"0001-01-01T00:00:00"}`,
			want: ado.Project{ID: "p1", Name: "Ä Projekt", State: "wellFormed", LastUpdateTime: ado.Time{}},
		},
		{
			name: "WorkItemTypes",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				return s.WorkItemTypes(ctx, "fabrikam", "Fiber")
			},
			method: "GET", uri: "/fabrikam/Fiber/_apis/wit/workitemtypes?api-version=7.1",
			body: `{"count":1,"value":[{"name":"Bug","referenceName":"r.Bug","color":"CC293D","icon":{"id":"icon_insect","url":"u"},
				"isDisabled":false,"states":[{"name":"Closed","color":"339933","category":"Completed"}],"xmlForm":"<FORM/>",
				"transitions":{"":[{"to":"New","actions":null}]}}]}`,
			want: []ado.WorkItemType{{
				Name: "Bug", ReferenceName: "r.Bug", Color: "CC293D", Icon: ado.Icon{ID: "icon_insect", URL: "u"},
				States: []ado.State{{Name: "Closed", Color: "339933", Category: ado.CategoryCompleted}},
			}},
		},
		{
			name: "WorkItemTypeStates",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				return s.WorkItemTypeStates(ctx, "fabrikam", "Fiber", "User Story")
			},
			method: "GET", uri: "/fabrikam/Fiber/_apis/wit/workitemtypes/User%20Story/states?api-version=7.1",
			body: `{"count":1,"value":[{"name":"Neu","color":"b2b2b2","category":"Proposed"}]}`,
			want: []ado.State{{Name: "Neu", Color: "b2b2b2", Category: ado.CategoryProposed}},
		},
	}
}

func ids(items []ado.WorkItem) []int {
	out := []int{}
	for _, i := range items {
		out = append(out, i.ID)
	}
	return out
}

func TestProjectsReadsAllPages(t *testing.T) {
	t.Parallel()
	s, mux := session(t)
	next := map[string]string{"": "100", "100": "200", "200": ""}
	mux.HandleFunc("GET /fabrikam/_apis/projects", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		same(t, "wellFormed", q.Get("stateFilter"))
		token := q.Get("continuationToken")
		w.Header().Set("x-ms-continuationtoken", next[token])
		answer(w, 200, `{"count":1,"value":[{"id":"p`+token+`","name":"P","visibility":"private"}]}`)
	})
	projects, err := s.Projects(t.Context(), "fabrikam")
	require.NoError(t, err)
	require.Len(t, projects, 3)
	require.Equal(t, "p200", projects[2].ID)
}

func TestProjectsEndsInACircle(t *testing.T) {
	t.Parallel()
	s, mux := session(t)
	mux.HandleFunc("/fabrikam/_apis/projects", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("x-ms-continuationtoken", "1")
		answer(w, 200, `{"value":[{"id":"p"}]}`)
	})
	projects, err := s.Projects(t.Context(), "fabrikam")
	require.NoError(t, err)
	require.Len(t, projects, 2)
}

func TestOrganizationExists(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   bool
		err    error
	}{
		{"there", 200, `{"id":"79134c72","name":"Core","locationUrl":"https://dev.azure.com/Fabrikam/"}`, true, nil},
		{"no location", 200, `{"id":"79134c72"}`, false, nil},
		{"404", 404, `{}`, false, nil},
		{"401", 401, ``, false, nil},
		{"down", 503, ``, false, ado.ErrUnavailable},
		{"throttled", 429, ``, false, ado.ErrThrottled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, mux := session(t)
			mux.HandleFunc("/_apis/resourceAreas/{id}", func(w http.ResponseWriter, r *http.Request) {
				same(t, "", r.Header.Get("Authorization"))
				same(t, "accountName=fabrikam&api-version=5.0-preview.1", r.URL.RawQuery)
				answer(w, tt.status, tt.body)
			})
			got, err := s.OrganizationExists(t.Context(), "fabrikam")
			require.ErrorIs(t, err, tt.err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestBlankSearchSendsNothing(t *testing.T) {
	t.Parallel()
	s, _ := session(t)
	items, more, err := s.SearchQueries(t.Context(), "fabrikam", "Fiber", "  ", 10)
	require.NoError(t, err)
	require.Empty(t, items)
	require.False(t, more)
}

func TestNamesCannotChangeThePath(t *testing.T) {
	t.Parallel()
	s, mux := session(t)
	mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) { t.Errorf("sent %s", r.RequestURI) })
	for _, name := range []string{"", ".", ".."} {
		_, err := s.Project(t.Context(), name, "Fiber")
		var input *ado.InputError
		require.ErrorAs(t, err, &input)
		_, err = s.Query(t.Context(), "fabrikam", "Fiber", "Shared Queries/"+name+"/x", false)
		require.ErrorAs(t, err, &input)
	}
}

func TestSlashesInNamesAreEscaped(t *testing.T) {
	t.Parallel()
	s, mux := session(t)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		path, _, _ := strings.Cut(r.RequestURI, "?")
		same(t, basePath+"/..%2Fa%3Fb/_apis/projects/x%2Fy", path)
		answer(w, 200, `{}`)
	})
	_, err := s.Project(t.Context(), "../a?b", "x/y")
	require.NoError(t, err)
}
