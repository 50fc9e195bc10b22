package teams_test

import (
	"net/url"
	"testing"

	"github.com/infracloudio/msbotbuilder-go/schema"
	"github.com/stretchr/testify/require"

	"okrbot/bot/teams"
)

func TestFrameworkClient(t *testing.T) {
	t.Parallel()
	cloud := newWireCloud(t)
	c := teams.FrameworkClient(t.Context(), cloud.newConnector(t))
	require.NoError(t, c.Post(url.URL{}, schema.Activity{}), "an empty answer is dropped")
	require.Empty(t, cloud.got())
	act := schema.Activity{
		Type: schema.Message, ID: "9", ServiceURL: cloud.serviceURL(), Text: "hi",
		Conversation: schema.ConversationAccount{ID: "19:a@thread.v2"},
	}
	require.NoError(t, c.Post(url.URL{}, act))
	require.NoError(t, c.Put(url.URL{}, act))
	require.NoError(t, c.Delete(url.URL{}, act))
	withCard := act
	withCard.Text, withCard.Summary, withCard.ReplyToID = "", "moved", "7"
	withCard.Attachments = []schema.Attachment{{ContentType: teams.ContentTypeCard, Content: map[string]any{"type": "AdaptiveCard"}}}
	require.NoError(t, c.Post(url.URL{}, withCard))
	var calls []string
	for _, r := range cloud.got() {
		calls = append(calls, r.Method+" "+r.Path)
	}
	const base = "/teams/v3/conversations/19%3Aa%40thread.v2/activities"
	require.Equal(t, []string{"POST " + base, "PUT " + base + "/9", "DELETE " + base + "/9", "POST " + base + "/7"}, calls)
}
