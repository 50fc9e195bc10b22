package bottest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
)

const strictCard = `{"type":"AdaptiveCard","version":"1.5",
 "refresh":{"action":{"type":"Action.Execute","verb":"view","data":{"binding":"kr-7"}},"userIds":["29:1alex"]},
 "body":[{"type":"Input.Text","id":"title","isRequired":true,"errorMessage":"Give it a title.","maxLength":5},
  {"type":"Input.Number","id":"target","min":1,"max":9,"value":3}],
 "actions":[{"type":"Action.Execute","title":"Save","verb":"save"},{"type":"Action.Execute","title":"Save","verb":"save.other"},
  {"type":"Action.OpenUrl","title":"Open","url":"https://example.com/q"}]}`

func TestValidateInputs(t *testing.T) {
	t.Parallel()
	keys, err := sharedKeys()
	require.NoError(t, err)
	cloud, err := bottest.Start(bottest.Options{AppID: appID, AppPassword: appSecret, ValidateInputs: true, Keys: keys})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cloud.Close()) })
	bot := startBot(t, cloud, strictCard)
	alex := cloud.User("alex")
	d, err := cloud.Say(t.Context(), cloud.Personal(alex), alex, "new")
	require.NoError(t, err)
	post, err := cloud.WaitCard(t.Context(), d.Chat, "Save")
	require.NoError(t, err)
	for complaint, values := range map[string]map[string]string{
		"Give it a title.": {}, "too long": {"title": "123456"}, "too big": {"title": "a", "target": "10"}, "no number": {"title": "a", "target": "x"},
	} {
		cloud.Fill(post, values)
		_, err = cloud.Press(t.Context(), post, alex, "Save")
		require.ErrorContains(t, err, complaint)
	}
	bot.answers["save.other"] = `{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"other"}`
	cloud.Fill(post, map[string]string{"title": "a"})
	answer, err := cloud.Press(t.Context(), post, alex, "Save#2")
	require.NoError(t, err)
	require.Equal(t, "other", answer.Message)
}

func TestRefreshAndOpen(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	bot := startBot(t, cloud, strictCard)
	alex, lee := cloud.User("alex"), cloud.User("lee")
	d, err := cloud.Say(t.Context(), cloud.GroupChat("OKR leads"), alex, "show")
	require.NoError(t, err)
	post := cloud.Last(d.Chat)
	bot.answers["view"] = `{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":{"type":"AdaptiveCard","body":[{"type":"TextBlock","text":"for Alex"}]}}`
	answer, err := cloud.Refresh(t.Context(), post, alex)
	require.NoError(t, err)
	require.Equal(t, "for Alex", answer.Post.Text())
	require.Equal(t, "automatic", bot.last()["value"].(map[string]any)["trigger"])
	_, err = cloud.Refresh(t.Context(), post, lee)
	require.Error(t, err)
	address, err := cloud.OpenURL(post, lee, "Open")
	require.NoError(t, err)
	require.Equal(t, "https://example.com/q", address)
}

// A bot that answers "working" and updates the card afterwards must be seen in that
// order, however fast the update is.
func TestUpdateAfterAnswer(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	alex := cloud.User("alex")
	chat := cloud.Personal(alex)
	token := cloud.IssueToken()
	at := conversations(cloud, chat.ID) + "/activities"
	_, posted := call(t, token, http.MethodPost, at, cardActivity(strictCard))
	post := cloud.Last(chat)
	update, err := http.NewRequestWithContext(t.Context(), http.MethodPut, at+"/"+url.PathEscape(posted["id"].(string)),
		strings.NewReader(strings.Replace(cardActivity(strictCard), "Save", "Finished", 1)))
	require.NoError(t, err)
	update.Header.Set("Content-Type", "application/json")
	update.Header.Set("Authorization", "Bearer "+token)
	updated := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer := `{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":{"type":"AdaptiveCard","body":[{"type":"TextBlock","text":"working"}]}}`
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		_, _ = io.WriteString(w, answer)
		_ = http.NewResponseController(w).Flush()
		go func() {
			response, err := http.DefaultTransport.RoundTrip(update)
			if err == nil {
				err = response.Body.Close()
			}
			updated <- err
		}()
	}))
	t.Cleanup(server.Close)
	cloud.SetBot(server.URL)
	_, err = cloud.Press(t.Context(), post, alex, "Save")
	require.NoError(t, err)
	require.NoError(t, <-updated)
	require.Contains(t, cloud.Last(chat).Actions(), "Finished")
}
