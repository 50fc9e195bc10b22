package bottest_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
)

func conversations(cloud *bottest.Cloud, id string) string {
	return strings.TrimRight(cloud.ServiceURL(), "/") + "/v3/conversations/" + url.PathEscape(id)
}

func errorCode(body map[string]any) any {
	return body["error"].(map[string]any)["code"]
}

func TestConnectorPosts(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	token := cloud.IssueToken()
	chat := cloud.Personal(cloud.User("alex"))
	at := conversations(cloud, chat.ID) + "/activities"

	status, body := call(t, token, http.MethodPost, at, `{"type":"message","text":"hello"}`)
	require.Equal(t, http.StatusCreated, status)
	id := body["id"].(string)
	status, body = call(t, token, http.MethodPut, at+"/"+id, `{"type":"message","text":"hello again"}`)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, id, body["id"])
	post := cloud.Last(chat)
	require.Equal(t, "hello again", post.Text())
	require.Equal(t, 1, post.Updates)
	require.Equal(t, "hello", post.History[0]["text"])

	status, body = call(t, token, http.MethodPost, at, `{"type":"message","text":"both","attachments":[{"contentType":"`+bottest.ContentAdaptive+`","content":{"type":"AdaptiveCard"}}]}`)
	require.Equal(t, http.StatusAccepted, status)
	require.NotContains(t, body, "id")
	require.Len(t, cloud.Posts(chat), 3)

	status, _ = call(t, token, http.MethodDelete, at+"/"+id, "")
	require.Equal(t, http.StatusNoContent, status)
	require.Len(t, cloud.Posts(chat), 2)
	status, body = call(t, token, http.MethodPut, at+"/"+id, `{"type":"message","text":"x"}`)
	require.Equal(t, http.StatusNotFound, status)
	require.Equal(t, "ActivityNotFound", errorCode(body))
	status, _ = call(t, token, http.MethodPost, at, `{"type":"typing"}`)
	require.Equal(t, http.StatusAccepted, status)
	require.Equal(t, 1, cloud.Typing(chat))
}

func TestConnectorRefusals(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	token := cloud.IssueToken()
	personal, group := cloud.Personal(cloud.User("alex")), cloud.GroupChat("")
	hello := `{"type":"message","text":"hello"}`
	for _, bad := range []string{"", "made-up"} {
		status, _ := call(t, bad, http.MethodPost, conversations(cloud, personal.ID)+"/activities", hello)
		require.Equal(t, http.StatusUnauthorized, status)
	}
	status, body := call(t, token, http.MethodPost, conversations(cloud, "19:nowhere@thread.v2")+"/activities", hello)
	require.Equal(t, http.StatusNotFound, status)
	require.Equal(t, "ConversationNotFound", errorCode(body))
	big := `{"type":"message","text":"` + strings.Repeat("a", 60<<10) + `"}`
	status, _ = call(t, token, http.MethodPost, conversations(cloud, personal.ID)+"/activities", big)
	require.Equal(t, http.StatusRequestEntityTooLarge, status)
	cloud.SetInstalled(group, false)
	status, body = call(t, token, http.MethodPost, conversations(cloud, group.ID)+"/activities", hello)
	require.Equal(t, http.StatusForbidden, status)
	require.Equal(t, "BotNotInConversationRoster", errorCode(body))
	cloud.RevokeTokens()
	status, _ = call(t, token, http.MethodGet, conversations(cloud, personal.ID)+"/members", "")
	require.Equal(t, http.StatusUnauthorized, status)
	require.Equal(t, 3, cloud.Counts().Unauthorized)
}

func TestCreateConversation(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	token := cloud.IssueToken()
	at := strings.TrimRight(cloud.ServiceURL(), "/") + "/v3/conversations"
	open := `{"isGroup":false,"bot":{"id":"28:` + appID + `"},"members":[{"id":"` + cloud.User("megan").ID + `"}],"tenantId":"` + bottest.DefaultTenant + `"}`
	for range 2 {
		status, body := call(t, token, http.MethodPost, at, open)
		require.Equal(t, http.StatusCreated, status)
		require.Equal(t, cloud.Personal(cloud.User("megan")).ID, body["id"])
	}
	delivery := cloud.Channel("Delivery")
	thread := `{"isGroup":true,"channelData":{"channel":{"id":"` + delivery.ID + `"},"tenant":{"id":"` + bottest.DefaultTenant + `"}},"activity":` + cardActivity(formCard) + `}`
	status, body := call(t, token, http.MethodPost, at, thread)
	require.Equal(t, http.StatusCreated, status)
	require.Equal(t, delivery.InThread(body["activityId"].(string)).ConversationID(), body["id"])
	status, _ = call(t, token, http.MethodPost, conversations(cloud, body["id"].(string))+"/activities", `{"type":"message","text":"more"}`)
	require.Equal(t, http.StatusCreated, status)
	require.Len(t, cloud.Posts(delivery.InThread(body["activityId"].(string))), 2)
	status, _ = call(t, token, http.MethodPost, at, strings.Replace(open, bottest.DefaultTenant, "other", 1))
	require.Equal(t, http.StatusBadRequest, status)
}

func TestRosters(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	token := cloud.IssueToken()
	delivery := cloud.Channel("Delivery")
	status, body := call(t, token, http.MethodGet, conversations(cloud, delivery.ID)+"/members/"+cloud.User("patti").ObjectID, "")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "guest", body["userRole"])
	require.Equal(t, "0a1b2c3d-0000-4000-8000-000000000024", body["aadObjectId"])
	status, body = call(t, token, http.MethodGet, conversations(cloud, delivery.ID)+"/pagedmembers?pageSize=50", "")
	require.Equal(t, http.StatusOK, status)
	require.Len(t, body["members"], 6)
	team := strings.TrimRight(cloud.ServiceURL(), "/") + "/v3/teams/" + url.PathEscape(delivery.TeamID)
	_, body = call(t, token, http.MethodGet, team, "")
	require.Equal(t, "Contoso OKRs", body["name"])
	_, body = call(t, token, http.MethodGet, team+"/conversations", "")
	require.Equal(t, delivery.TeamID, body["conversations"].([]any)[0].(map[string]any)["id"])
	status, body = call(t, token, http.MethodGet, conversations(cloud, cloud.Personal(cloud.User("alex")).ID)+"/members/nobody", "")
	require.Equal(t, http.StatusNotFound, status)
	require.Equal(t, "MemberNotFoundInConversation", errorCode(body))
}

func TestOtherTenant(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	const fabrikam = "7c1b6a3e-0d0a-4a54-9d3a-1f6c2b7e9a02"
	cloud.AddTenant(fabrikam, "fabrikam")
	ann := cloud.AddUser(fabrikam, "Ann Beebe", bottest.RoleUser)
	team := cloud.AddTeam(fabrikam, "Fabrikam", "Sales")
	require.Len(t, team.Channels, 2)
	require.Equal(t, fabrikam, cloud.Personal(ann).TenantID)
	require.Equal(t, fabrikam, cloud.Channel(team.Channels[1].ID).TenantID)
	require.Empty(t, cloud.Channel("Sales").ID, "names are those of the default tenant")
}

func TestFaults(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	token := cloud.IssueToken()
	chat := cloud.Personal(cloud.User("alex"))
	at := conversations(cloud, chat.ID) + "/activities"
	cloud.Fail(bottest.OpSend, bottest.Fault{Status: http.StatusTooManyRequests, RetryAfter: 2 * time.Second})
	status, body := call(t, token, http.MethodPost, at, `{"type":"message","text":"a"}`)
	require.Equal(t, http.StatusTooManyRequests, status)
	require.Equal(t, "Throttled", errorCode(body))
	cloud.Fail(bottest.OpAny, bottest.Fault{Status: http.StatusBadGateway, Applied: true})
	status, _ = call(t, token, http.MethodPost, at, `{"type":"message","text":"b"}`)
	require.Equal(t, http.StatusBadGateway, status)
	require.Equal(t, "b", cloud.Last(chat).Text())
	cloud.Fail(bottest.OpReply, bottest.Fault{Drop: true})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at+"/1", strings.NewReader(`{}`))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultTransport.RoundTrip(request)
	if err == nil {
		response.Body.Close()
	}
	require.Error(t, err)
	require.Equal(t, 2, cloud.Counts().Connector[bottest.OpSend])
}

func TestTokenEndpoint(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	good := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {appID}, "client_secret": {appSecret},
		"scope": {"https://api.botframework.com/.default"},
	}
	tests := []struct {
		name, authority, field, value string
		status                        int
		code                          float64
	}{
		{"good", bottest.DefaultTenant, "scope", "https://api.botframework.com/.default", http.StatusOK, 0},
		{"multi-tenant authority", "botframework.com", "scope", "https://api.botframework.com/.default", http.StatusBadRequest, 700016},
		{"unknown tenant", "00000000-0000-4000-8000-00000000dead", "scope", "https://api.botframework.com/.default", http.StatusBadRequest, 90002},
		{"wrong secret", bottest.DefaultTenant, "client_secret", "guess", http.StatusUnauthorized, 7000215},
		{"wrong client", bottest.DefaultTenant, "client_id", "other", http.StatusBadRequest, 700016},
		{"wrong scope", bottest.DefaultTenant, "scope", "https://graph.microsoft.com/.default", http.StatusBadRequest, 1002012},
	}
	for _, tt := range tests {
		form := url.Values{}
		maps.Copy(form, good)
		form.Set(tt.field, tt.value)
		status, body := postForm(t, cloud.LoginURL()+"/"+tt.authority+"/oauth2/v2.0/token", form)
		require.Equal(t, tt.status, status, tt.name)
		if tt.code != 0 {
			require.Equal(t, []any{tt.code}, body["error_codes"], tt.name)
			continue
		}
		status, _ = call(t, body["access_token"].(string), http.MethodGet, conversations(cloud, cloud.GroupChat("").ID)+"/members", "")
		require.Equal(t, http.StatusOK, status)
	}
	require.Equal(t, 5, cloud.Counts().TokenErrors)
}
