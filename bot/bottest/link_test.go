package bottest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
)

const (
	linkInvoke      = "composeExtension/queryLink"
	anonymousInvoke = "composeExtension/anonymousQueryLink"
	linkCard        = `"attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","version":"1.5"},
	 "preview":{"contentType":"application/vnd.microsoft.card.thumbnail","content":{"title":"O1 Launch"}}}]`
)

// TestLinksAreKept: Teams shows an answer again, in other places too, unless it is told not to keep it.
func TestLinksAreKept(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	bot := startBot(t, cloud, "")
	alex := cloud.User("alex")
	unfold := func(chat bottest.Chat, u bottest.User, address string) int {
		t.Helper()
		got, err := cloud.Link(t.Context(), chat, u, address)
		require.NoError(t, err)
		return len(got.Items)
	}
	bot.answers[linkInvoke] = `{"composeExtension":{"type":"result","attachmentLayout":"list",` + linkCard + `}}`
	require.Equal(t, 1, unfold(cloud.Personal(alex), alex, "https://example.com/a"))
	bot.answers[linkInvoke] = `{"composeExtension":{"type":"result","attachmentLayout":"list"}}`
	require.Equal(t, 1, unfold(cloud.Channel("Delivery"), alex, "https://example.com/a"), "what was kept")
	require.Zero(t, unfold(cloud.Channel("Delivery"), cloud.User("megan"), "https://example.com/a"), "for each person")

	bot.answers[linkInvoke] = `{"composeExtension":{"type":"result","attachmentLayout":"list",` + linkCard + `,
	 "suggestedActions":{"actions":[{"type":"setCachePolicy","value":"{\"type\":\"no-cache\"}"}]}}}`
	require.Equal(t, 1, unfold(bottest.Chat{}, alex, "https://example.com/b"), "without a place")
	bot.answers[linkInvoke] = `{"composeExtension":{"type":"result","attachmentLayout":"list"}}`
	require.Zero(t, unfold(cloud.Channel("Delivery"), alex, "https://example.com/b"), "asked anew")
}

func TestLinksInsist(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	bot := startBot(t, cloud, "")
	alex := cloud.User("alex")
	for answer, complaint := range map[string]string{
		`{"composeExtension":{"type":"message","text":"Nothing"}}`:                                                                                 "type \"message\"",
		`{"composeExtension":{"type":"result","attachmentLayout":"list","suggestedActions":{"actions":[{"type":"setCachePolicy","value":"no"}]}}}`: "a suggested action",
		`{"composeExtension":{"type":"result","attachmentLayout":"list","suggestedActions":{"actions":[{"type":"other"}]}}}`:                       "a suggested action",
		`no JSON`: "answer of the search",
	} {
		bot.answers[linkInvoke], bot.answers[anonymousInvoke] = answer, answer
		_, err := cloud.Link(t.Context(), cloud.GroupChat(""), alex, "https://example.com")
		require.ErrorContains(t, err, complaint)
		_, err = cloud.AnonymousLink(t.Context(), "https://example.com")
		require.ErrorContains(t, err, complaint)
	}
	_, err := cloud.Link(t.Context(), cloud.GroupChat(""), bottest.User{}, "https://example.com")
	require.ErrorContains(t, err, "no such user")
	got, err := cloud.AnonymousLink(t.Context(), "https://example.com/other")
	require.Error(t, err)
	require.Empty(t, got.Items)
}
