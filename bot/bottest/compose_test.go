package bottest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
)

const composeInvoke = "composeExtension/query"

func TestCompose(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	bot := startBot(t, cloud, "")
	alex, megan := cloud.User("alex"), cloud.User("megan")
	chat := cloud.Between(alex, megan)
	bot.answers[composeInvoke] = `{"composeExtension":{"type":"result","attachmentLayout":"list","attachments":[
	 {"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","version":"1.5",
	  "actions":[{"type":"Action.Execute","title":"Show","verb":"goal.show"}]},
	  "preview":{"contentType":"application/vnd.microsoft.card.thumbnail","content":{"title":"O1 Launch","text":"on track"}}}]}}`
	found, err := cloud.Compose(t.Context(), chat, alex, "searchOkrs", "launch", 0)
	require.NoError(t, err)
	require.Len(t, found.Items, 1)
	require.Equal(t, "O1 Launch", found.Items[0].Title)

	post, err := cloud.Insert(chat, alex, found.Items[0])
	require.NoError(t, err)
	bot.answers["goal.show"] = `{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"Done"}`
	answer, err := cloud.Press(t.Context(), post, megan, "Show")
	require.NoError(t, err)
	require.Equal(t, "Done", answer.Message)
	conversation, _ := answer.Activity["conversation"].(map[string]any)
	require.Equal(t, bottest.KindPersonal, conversation["conversationType"], "the chat of two people calls itself personal")
}

func TestComposeInsists(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	bot := startBot(t, cloud, "")
	alex := cloud.User("alex")
	for answer, complaint := range map[string]string{
		`{"composeExtension":{"type":"message","text":"Nothing"}}`:                                   "",
		`{"composeExtension":{"type":"message"}}`:                                                    `type "message"`,
		`{"composeExtension":{"type":"result","attachmentLayout":"grid"}}`:                           `layout "grid"`,
		`{"composeExtension":{"type":"result","attachmentLayout":"list","attachments":[{"a":"b"}]}}`: "without a card or preview",
		`no JSON`: "answer of the search",
	} {
		bot.answers[composeInvoke] = answer
		found, err := cloud.Compose(t.Context(), cloud.GroupChat(""), alex, "searchOkrs", "", 25)
		if complaint == "" {
			require.NoError(t, err)
			require.Equal(t, "Nothing", found.Text)
			continue
		}
		require.ErrorContains(t, err, complaint)
	}
	delete(bot.answers, composeInvoke)
	_, err := cloud.Compose(t.Context(), cloud.GroupChat(""), alex, "other", "", 0)
	require.ErrorContains(t, err, "501")
	_, err = cloud.Compose(t.Context(), bottest.Chat{}, alex, "searchOkrs", "", 0)
	require.ErrorContains(t, err, "no such chat")
	_, err = cloud.Insert(bottest.Chat{}, alex, bottest.ComposeItem{})
	require.ErrorContains(t, err, "no such chat")
}
