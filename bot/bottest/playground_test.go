package bottest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
)

// fakePlayground records the connector calls that reach it and answers like the
// Agents Playground, which has no delete.
type fakePlayground struct {
	mu    sync.Mutex
	calls []string
	auth  []string
}

func (f *fakePlayground) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	f.calls = append(f.calls, r.Method+" "+r.URL.EscapedPath()+" "+string(raw))
	f.auth = append(f.auth, r.Header.Get("Authorization"))
	f.mu.Unlock()
	switch r.Method {
	case http.MethodDelete:
		w.WriteHeader(http.StatusNotImplemented)
	case http.MethodPost:
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"id":"1795415329332"}`)
	default:
		_, _ = io.WriteString(w, `{"id":"1795415329332"}`)
	}
}

// startProxy serves the proxy between a fake Playground and the bot of the cloud.
func startProxy(t *testing.T, cloud *bottest.Cloud) (string, *fakePlayground) {
	t.Helper()
	playground := &fakePlayground{}
	upstream := httptest.NewServer(playground)
	t.Cleanup(upstream.Close)
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	handler = cloud.Proxy(bottest.ProxyOptions{PublicURL: server.URL, PlaygroundURL: upstream.URL})
	return server.URL, playground
}

func TestProxySignsActivities(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	bot := startBot(t, cloud, formCard)
	bot.answers["v"] = `{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"done"}`
	proxy, _ := startProxy(t, cloud)
	status, body := call(t, "", http.MethodPost, proxy+"/api/messages", `{"type":"invoke","name":"adaptiveCard/action",
		"serviceUrl":"http://localhost:5615/_connector","recipient":{"id":"bot"},"conversation":{"id":"a:1alex"},"value":{"action":{"verb":"v"}}}`)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "done", body["value"], "the bot checked the token and its answer came back unchanged")
	seen := bot.last()
	require.Equal(t, proxy+"/connector/", seen["serviceUrl"])
	require.Equal(t, cloud.BotID(), seen["recipient"].(map[string]any)["id"])
	require.Equal(t, bottest.DefaultTenant, seen["conversation"].(map[string]any)["tenantId"])
	require.Equal(t, map[string]any{"tenant": map[string]any{"id": bottest.DefaultTenant}}, seen["channelData"])
	for words, want := range map[string]any{"<at>okrbot</at> /why KR1": true, "/help": true, "why KR1 1/2": nil} {
		call(t, "", http.MethodPost, proxy+"/api/messages", `{"type":"message","text":"`+words+`","recipient":{"id":"bot"},"conversation":{"id":"19:x@thread.v2"}}`)
		require.Equal(t, want, bot.last()["recipient"].(map[string]any)["isTargeted"], words)
	}
	status, _ = call(t, "", http.MethodHead, proxy+"/api/messages", "")
	require.Equal(t, http.StatusOK, status)
}

func TestProxyChecksTheBot(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	proxy, playground := startProxy(t, cloud)
	id := "19:delivery@thread.tacv2;messageid=1"
	at := proxy + "/connector/v3/conversations/" + url.PathEscape(id) + "/activities"
	status, _ := call(t, "made-up", http.MethodPost, at, `{"type":"message","text":"x"}`)
	require.Equal(t, http.StatusUnauthorized, status)
	require.Empty(t, playground.calls)

	token := cloud.IssueToken()
	status, body := call(t, token, http.MethodPost, at, `{"type":"message","text":"x"}`)
	require.Equal(t, http.StatusCreated, status)
	require.Equal(t, "1795415329332", body["id"])
	status, _ = call(t, token, http.MethodDelete, at+"/1795415329332", "")
	require.Equal(t, http.StatusNoContent, status)
	require.Len(t, playground.calls, 2)
	require.Contains(t, playground.calls[0], "/_connector/v3/conversations/"+url.PathEscape(id)+"/activities")
	require.True(t, strings.HasPrefix(playground.calls[1], "PUT "), "a delete becomes an update")
	require.Equal(t, []string{"", ""}, playground.auth, "the bearer goes no further")
}

func TestPlaygroundConfig(t *testing.T) {
	t.Parallel()
	config := string(startCloud(t).PlaygroundConfig())
	require.Equal(t, 6, strings.Count(config, "aadObjectId:"), "the current user and exactly five more")
	require.Contains(t, config, `tenantId: "`+bottest.DefaultTenant+`"`)
	require.Contains(t, config, `id: "28:`+appID+`"`)
}
