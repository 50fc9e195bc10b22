package ado_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
)

func TestCountQuery(t *testing.T) {
	t.Parallel()
	three := func(w http.ResponseWriter) { answer(w, 200, `{"workItems":[{"id":1},{"id":2},{"id":3}]}`) }
	total := func(n string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { w.Header().Set("X-Total-Count", n) }
	}
	status := func(n int) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { answer(w, n, vss("QueryItemNotFoundException", "TF401243: gone")) }
	}
	for _, tt := range []struct {
		name      string
		queryType string
		head      func(http.ResponseWriter)
		get       func(http.ResponseWriter)
		want      int
		err       error
		calls     []string
	}{
		{"header", ado.QueryFlat, total("137"), three, 137, nil, []string{"HEAD"}},
		{"no header", ado.QueryFlat, func(http.ResponseWriter) {}, three, 3, nil, []string{"HEAD", "GET"}},
		{"no number", ado.QueryFlat, total("many"), three, 3, nil, []string{"HEAD", "GET"}},
		{"negative", ado.QueryFlat, total("-1"), three, 3, nil, []string{"HEAD", "GET"}},
		{"too many", ado.QueryFlat, total("20000"), three, 0, ado.ErrTooManyResults, []string{"HEAD"}},
		{"refused", ado.QueryFlat, status(404), status(404), 0, ado.ErrNotFound, []string{"HEAD", "GET"}},
		{"not supported", ado.QueryFlat, status(405), three, 3, nil, []string{"HEAD", "GET"}},
		{"sign in", ado.QueryFlat, status(401), status(401), 0, ado.ErrSignIn, []string{"HEAD", "GET", "GET"}},
		{"sign-in page", ado.QueryFlat, func(w http.ResponseWriter) { page(w, 203, "") }, three, 3, nil, []string{"HEAD", "GET"}},
		{"links", ado.QueryTree, total("9"), three, 3, nil, []string{"GET"}},
		{"unknown type", "", total("9"), three, 3, nil, []string{"GET"}},
		{"too slow", ado.QueryFlat, status(408), func(w http.ResponseWriter) {
			answer(w, 408, vss("X", "VS402335: The timeout period"))
		}, 0, ado.ErrQueryTooSlow, []string{"HEAD", "GET", "GET"}},
		{"passing trouble", ado.QueryFlat, status(503), three, 3, nil, []string{"HEAD", "GET"}},
		{"throttled", ado.QueryFlat, status(429), three, 0, ado.ErrThrottled, []string{"HEAD", "HEAD", "HEAD"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, mux := setup(t)
			var calls []string
			mux.HandleFunc("/fabrikam/Fiber/_apis/wit/wiql/"+queryGUID, func(w http.ResponseWriter, r *http.Request) {
				calls = append(calls, r.Method)
				if r.Method == http.MethodHead {
					tt.head(w)
					return
				}
				tt.get(w)
			})
			s := c.As("amy", &tokens{values: []string{"first", "second"}})
			n, err := s.CountQuery(t.Context(), "fabrikam", "Fiber", ado.Query{ID: queryGUID, QueryType: tt.queryType})
			require.ErrorIs(t, err, tt.err)
			require.Equal(t, tt.want, n)
			require.Equal(t, tt.calls, calls)
		})
	}
}
