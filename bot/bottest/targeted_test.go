package bottest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
)

const onlyMegan = `{"type":"message","text":"psst","recipient":{"id":"29:1megan","isTargeted":true}}`

// Who sees a targeted message, for how long, and how it is changed.
func TestTargetedMessages(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	token, chat, megan, alex := cloud.IssueToken(), cloud.Channel("Delivery"), cloud.User("megan"), cloud.User("alex")
	at, only := conversations(cloud, chat.ID)+"/activities", "?isTargetedActivity=true"
	status, body := call(t, token, http.MethodPost, at+only, onlyMegan)
	require.Equal(t, http.StatusCreated, status)
	id := body["id"].(string)
	post := cloud.Last(chat.As(megan))
	require.Equal(t, "psst", post.Text())
	require.Empty(t, cloud.Posts(chat))
	require.Empty(t, cloud.Posts(chat.As(alex)))
	require.Empty(t, cloud.View(post, alex))
	_, err := cloud.React(t.Context(), post, megan, "like")
	require.Error(t, err)

	status, _ = call(t, token, http.MethodPut, at+"/"+id+only, onlyMegan)
	require.Equal(t, http.StatusBadRequest, status, "an update names no recipient")
	status, _ = call(t, token, http.MethodPut, at+"/"+id+only, `{"type":"message","text":"psst again"}`)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "psst again", cloud.Last(chat.As(megan)).Text())
	status, body = call(t, token, http.MethodPut, at+"/"+id, `{"type":"message","text":"for all"}`)
	require.Equal(t, http.StatusNotFound, status)
	require.Equal(t, "ActivityNotFoundInConversation", errorCode(body))

	cloud.Pass(24 * time.Hour)
	require.Empty(t, cloud.Posts(chat.As(megan)))
	for _, method := range []string{http.MethodPut, http.MethodDelete} {
		status, body = call(t, token, method, at+"/"+id+only, `{"type":"message","text":"too late"}`)
		require.Equal(t, http.StatusNotFound, status)
		require.Equal(t, "ActivityNotFoundInConversation", errorCode(body))
	}
}

// What the service does not take.
func TestTargetedRefusals(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	token, channel, group := cloud.IssueToken(), cloud.Channel("Delivery"), cloud.GroupChat("")
	cloud.AddTenant("9e2b6a3e-0d0a-4a54-9d3a-1f6c2b7e9b02", "fabrikam")
	stranger := cloud.AddUser("9e2b6a3e-0d0a-4a54-9d3a-1f6c2b7e9b02", "Bianca Pisani", bottest.RoleUser)
	at := func(chat bottest.Chat, query string) string {
		return conversations(cloud, chat.ID) + "/activities" + query
	}
	const only = "?isTargetedActivity=true"
	for name, test := range map[string]struct {
		address, body string
		status        int
		code          string
	}{
		"no recipient":    {at(channel, only), `{"type":"message","text":"x"}`, 400, "BadArgument"},
		"not said so":     {at(channel, only), `{"type":"message","text":"x","recipient":{"id":"29:1megan"}}`, 400, "BadArgument"},
		"without query":   {at(group, ""), onlyMegan, 400, "BadArgument"},
		"in a 1:1 chat":   {at(cloud.Personal(cloud.User("megan")), only), onlyMegan, 400, "BadArgument"},
		"to no member":    {at(group, only), `{"type":"message","text":"x","recipient":{"id":"` + stranger.ID + `","isTargeted":true}}`, 403, "Forbidden"},
		"no such place":   {at(bottest.Chat{ID: "19:none@thread.v2"}, only), onlyMegan, 404, "ConversationNotFound"},
		"reply with none": {at(channel, "/17"+only), `{"type":"message","text":"x"}`, 400, "BadArgument"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, body := call(t, token, http.MethodPost, test.address, test.body)
			require.Equal(t, test.status, status)
			require.Equal(t, test.code, errorCode(body))
		})
	}
	elsewhere := cloud.AddGroupChat(bottest.DefaultTenant, "Without the bot", cloud.User("megan"))
	cloud.SetInstalled(elsewhere, false)
	status, body := call(t, token, http.MethodPost, at(elsewhere, only), onlyMegan)
	require.Equal(t, http.StatusNotFound, status)
	require.Equal(t, "BotNotInConversationRoster", errorCode(body))
	_, err := cloud.Slash(t.Context(), cloud.Personal(cloud.User("megan")), cloud.User("megan"), "help")
	require.Error(t, err)
}
