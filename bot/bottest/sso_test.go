package bottest_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
)

const silentCard = `{"text":"Sign in here","connectionName":"ado","tokenExchangeResource":{"id":"x1","uri":"api://botid-1"},"buttons":[{"type":"signin","title":"Sign in","value":"https://bot.example/start"}]}`

// postOAuth posts an OAuth card, for one person only where somebody is named.
func postOAuth(t *testing.T, cloud *bottest.Cloud, chat bottest.Chat, card, only string) {
	t.Helper()
	body := `{"type":"message","summary":"Sign in","attachments":[{"contentType":"application/vnd.microsoft.card.oauth","content":` + card + `}]`
	path := cloud.ServiceURL() + "v3/conversations/" + chat.ID + "/activities"
	if only != "" {
		body += `,"recipient":{"id":"` + only + `","isTargeted":true}`
		path += "?isTargetedActivity=true"
	}
	status, _ := call(t, cloud.IssueToken(), http.MethodPost, path, body+"}")
	require.Equal(t, http.StatusCreated, status)
}

func exchanges(t *testing.T, cloud *bottest.Cloud, u bottest.User, n int) []bottest.Exchange {
	t.Helper()
	require.NoError(t, cloud.WaitUntil(t.Context(), func() bool { return len(cloud.Exchanges(u)) >= n && !cloud.SignsOn() }))
	return cloud.Exchanges(u)
}

// Each device of whoever sees the card hands over a token. The card is shown when the bot does not take one.
func TestClientsTrySingleSignOn(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	bot := startBot(t, cloud, formCard)
	alex, megan, group := cloud.User("alex"), cloud.User("megan"), cloud.GroupChat("")
	chat := cloud.Personal(alex)
	postOAuth(t, cloud, chat, silentCard, "")
	require.NotEmpty(t, bottest.SignInURL(cloud.Last(chat)), "without a way to a token it is a card as any other")
	require.False(t, cloud.SignsOn())

	cloud.SetSingleSignOn(func(u bottest.User, resource string) (string, error) { return u.GivenName + " " + resource, nil })
	cloud.SetDevices(alex, 2)
	bot.answers["signin/tokenExchange"] = `{"id":"x1"}`
	before := len(cloud.Posts(chat))
	postOAuth(t, cloud, chat, silentCard, "")
	made := exchanges(t, cloud, alex, 2)
	require.Len(t, made, 2)
	require.Equal(t, http.StatusOK, made[0].Status)
	require.Equal(t, map[string]any{"id": "x1", "connectionName": "ado", "token": "Alex api://botid-1"}, bot.last()["value"])
	require.Len(t, cloud.Posts(chat), before, "a card that worked is not shown")

	delete(bot.answers, "signin/tokenExchange")
	postOAuth(t, cloud, chat, silentCard, "")
	require.Equal(t, http.StatusNotImplemented, exchanges(t, cloud, alex, 4)[3].Status)
	require.Contains(t, cloud.Last(chat).Text(), "Sign in here")

	postOAuth(t, cloud, group, silentCard, megan.ID)
	exchanges(t, cloud, megan, 1)
	require.Len(t, cloud.Exchanges(alex), 4, "a message for one person is tried by that one")
	postOAuth(t, cloud, group, silentCard, "")
	require.Len(t, exchanges(t, cloud, alex, 6), 6, "a message for everybody is tried by everybody: never send one")
}

// Why a client has no token it tells the bot; after that it shows nothing, with two exceptions.
func TestClientsSayWhySingleSignOnFails(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	bot := startBot(t, cloud, formCard)
	bot.answers["signin/failure"] = ""
	alex := cloud.User("alex")
	chat, channel := cloud.Personal(alex), cloud.Channel("Delivery")
	var why error
	cloud.SetSingleSignOn(func(bottest.User, string) (string, error) { return "", why })
	for n, test := range []struct {
		chat  bottest.Chat
		card  string
		why   error
		code  string
		shown bool
	}{
		{chat, silentCard, errors.New("offline"), "tokenmissing", false},
		{chat, silentCard, bottest.SSOFailure("invokeerror"), "invokeerror", false},
		{chat, silentCard, bottest.SSOFailure("userconsentrequired"), "userconsentrequired", true},
		{chat, `{"text":"?","connectionName":"ado","tokenExchangeResource":{"id":"x1"},"buttons":[]}`, nil, "oauthcardnotvalid", false},
		{channel, silentCard, nil, "resourcematchfailed", false},
	} {
		why = test.why
		before := len(cloud.Posts(test.chat))
		postOAuth(t, cloud, test.chat, test.card, "")
		made := exchanges(t, cloud, alex, n+1)
		require.Equal(t, test.code, made[n].Code)
		require.Equal(t, test.shown, len(cloud.Posts(test.chat)) > before, test.code)
	}
	require.True(t, slices.ContainsFunc(cloud.Exchanges(alex), func(e bottest.Exchange) bool { return e.Status == http.StatusOK }))
}
