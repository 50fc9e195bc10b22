package adotest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

func TestControl(t *testing.T) {
	t.Parallel()
	s := start(t)
	control := s.Control()
	for _, tt := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"PUT", "/modes/send-cost", "", 200, `["send-cost"]`},
		{"PUT", "/modes/nonsense", "", 400, "unknown mode"},
		{"GET", "/modes", "", 200, `"mode":"send-cost"`},
		{"DELETE", "/modes/send-cost", "", 200, `[]`},
		{"GET", "/faults", "", 200, `"Name":"throttled"`},
		{"POST", "/faults", `{"fault":"throttled","op":"projects.*","user":"alexw@contoso.example","count":1}`, 200, `"throttled"`},
		{"POST", "/faults", `{"fault":"throttled","colour":"red"}`, 400, "colour"},
		{"POST", "/faults", `{"fault":"throttled","arg":"soon"}`, 400, "argument"},
		{"POST", "/story?steps=1", "", 200, `"moved"`},
		{"POST", "/story?steps=0", "", 400, "steps"},
		{"POST", "/tokens?user=nobody", "", 400, "unknown user"},
		{"POST", "/tokens?user=" + adotest.AlexOID, "", 200, `"RefreshToken"`},
		{"GET", "/nothing", "", 404, ""},
	} {
		w := httptest.NewRecorder()
		control.ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, strings.NewReader(tt.body)))
		require.Equal(t, tt.status, w.Code, tt.path)
		require.Contains(t, w.Body.String(), tt.want, tt.path)
	}
	alex := s.token(adotest.AlexOID)
	require.Equal(t, 200, s.get(s.token(adotest.MeganOID), listProjects).status)
	require.Equal(t, 429, s.get(alex, listProjects).status)
	require.Equal(t, 200, s.get(alex, listProjects).status)
	for _, call := range []struct{ method, path, want string }{{"GET", "/calls", `"projects.list"`}, {"DELETE", "/calls", "{}"}, {"DELETE", "/faults", "{}"}} {
		w := httptest.NewRecorder()
		control.ServeHTTP(w, httptest.NewRequest(call.method, call.path, http.NoBody))
		require.Contains(t, w.Body.String(), call.want)
	}
	require.Zero(t, s.Count(""))
}
