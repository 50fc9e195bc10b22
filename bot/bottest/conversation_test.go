package bottest_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
)

const formCard = `{"type":"AdaptiveCard","version":"1.5","body":[
 {"type":"TextBlock","text":"**Bind** a ∗query∗ of [Contoso](https://example.com)"},
 {"type":"FactSet","facts":[{"title":"KR 1","value":"40 % (+5)"}]},
 {"type":"TextBlock","text":"hidden","isVisible":false},
 {"type":"Input.Text","id":"title","label":"Title","value":"Bugs"},
 {"type":"Input.Toggle","id":"digest","title":"Digest"},
 {"type":"Input.Number","id":"target","value":12},
 {"type":"Input.ChoiceSet","id":"query","style":"filtered","choices":[],"choices.data":{"type":"Data.Query","dataset":"ado.queries","associatedInputs":"auto"}},
 {"type":"ColumnSet","columns":[{"type":"Column","items":[{"type":"ActionSet","actions":[
   {"type":"Action.Execute","title":"Save","verb":"binding.save","data":{"binding":"kr-7"},"fallback":{"type":"Action.Submit","title":"Save","data":{"verb":"binding.save","binding":"kr-7"}}}]}]}]},
 {"type":"Container","selectAction":{"type":"Action.Execute","verb":"row.open","data":{"row":"1"}},"items":[{"type":"TextBlock","text":"Row"}]}],
 "actions":[{"type":"Action.ShowCard","title":"More","card":{"type":"AdaptiveCard","body":[{"type":"Input.Text","id":"note"}],
   "actions":[{"type":"Action.Execute","title":"Add note","verb":"note.add"}]}},
  {"type":"Action.OpenUrl","title":"Open","url":"https://example.com"}]}`

func TestConversation(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	bot := startBot(t, cloud, formCard)
	alex := cloud.User("alex")
	require.Equal(t, "0a1b2c3d-0000-4000-8000-000000000020", alex.ObjectID)
	chat := cloud.Personal(alex)

	d, err := cloud.Say(t.Context(), chat, alex, "bind")
	require.NoError(t, err)
	post, err := cloud.WaitCard(t.Context(), d.Chat, "Bind a *query* of Contoso")
	require.NoError(t, err)
	require.Contains(t, post.Text(), "KR 1: 40 % (+5)")
	require.NotContains(t, post.Text(), "hidden")
	require.Equal(t, []string{"Save", "", "More", "Add note", "Open"}, post.Actions())
	require.Equal(t, "A card", post.Summary)

	bot.answers["binding.save"] = `{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"Saved"}]}}`
	cloud.Fill(post, map[string]string{"title": "Open bugs"})
	answer, err := cloud.Press(t.Context(), post, alex, "Save")
	require.NoError(t, err)
	require.Equal(t, "Saved", answer.Post.Text())
	require.Equal(t, "Saved", cloud.Last(chat).Text())
	value := bot.last()["value"].(map[string]any)
	require.Equal(t, map[string]any{"binding": "kr-7", "title": "Open bugs", "digest": "false", "target": "12"}, value["action"].(map[string]any)["data"])
	require.Equal(t, post.ID, bot.last()["replyToId"])
}

func TestPressFormsAndErrors(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	bot := startBot(t, cloud, formCard)
	megan := cloud.User("Megan Bowen")
	chat := cloud.Personal(megan)
	_, err := cloud.Say(t.Context(), chat, megan, "bind")
	require.NoError(t, err)
	post := cloud.Last(chat)

	_, err = cloud.PressSubmit(t.Context(), post, megan, "Save")
	require.NoError(t, err)
	require.Equal(t, map[string]any{"verb": "binding.save", "binding": "kr-7", "title": "Bugs", "digest": "false", "target": "12"}, bot.last()["value"])
	require.NotContains(t, bot.last(), "text")

	bot.answers["note.add"] = `{"statusCode":400,"type":"application/vnd.microsoft.error","value":{"code":"BadRequest","message":"Write something."}}`
	answer, err := cloud.Press(t.Context(), post, megan, "Add note")
	require.NoError(t, err)
	require.Equal(t, "Write something.", answer.Message)
	require.Equal(t, "BadRequest", answer.ErrorCode)

	bot.answers["row.open"] = `{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"Opened"}`
	answer, err = cloud.Press(t.Context(), post, megan, "row.open")
	require.NoError(t, err)
	require.Equal(t, "Opened", answer.Message)

	_, err = cloud.Press(t.Context(), post, megan, "Nothing")
	require.ErrorContains(t, err, `"Save" (binding.save)`)
	_, err = cloud.Press(t.Context(), post, megan, "Open")
	require.ErrorContains(t, err, "Action.OpenUrl")
	cloud.Fill(post, map[string]string{"note": "beside"})
	_, err = cloud.Press(t.Context(), post, megan, "Save")
	require.ErrorContains(t, err, "note", "the input of a ShowCard is not the card's")
}

func TestChannelThreadAndViews(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	bot := startBot(t, cloud, formCard)
	alex, lee := cloud.User("alex"), cloud.User("lee")
	channel := cloud.Channel("Delivery")
	first, err := cloud.Say(t.Context(), channel, alex, "digest")
	require.NoError(t, err)
	require.Equal(t, "<at>okrbot</at> digest\n", bot.last()["text"])
	second, err := cloud.Say(t.Context(), channel, lee, "digest")
	require.NoError(t, err)
	require.NotEqual(t, first.Chat.Thread, second.Chat.Thread)
	require.Len(t, cloud.Posts(channel), 2)
	require.Len(t, cloud.Posts(first.Chat), 1)
	require.Len(t, cloud.Posts(channel.Since(second)), 1)

	bot.answers["row.open"] = `{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":{"type":"AdaptiveCard","body":[{"type":"TextBlock","text":"mine"}]}}`
	post := cloud.Last(first.Chat)
	_, err = cloud.Press(t.Context(), post, alex, "row.open")
	require.NoError(t, err)
	require.Equal(t, "mine", cloud.View(post, alex).Text())
	require.Contains(t, cloud.View(post, lee).Text(), "Bind", "a card answer is for the one who pressed")
	require.Equal(t, first.Chat.ConversationID(), bot.last()["conversation"].(map[string]any)["id"])
}

func TestSearchAndSignIn(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	bot := startBot(t, cloud, formCard)
	alex := cloud.User("alex")
	chat := cloud.Personal(alex)
	_, err := cloud.Say(t.Context(), chat, alex, "bind")
	require.NoError(t, err)
	bot.answers["application/search"] = `{"statusCode":200,"type":"application/vnd.microsoft.search.searchResponse","value":{"results":[{"title":"Shared/Bugs","value":"q1"}]}}`
	cloud.Fill(cloud.Last(chat), map[string]string{"title": "T"})
	found, err := cloud.Search(t.Context(), cloud.Last(chat), alex, "query", "bug")
	require.NoError(t, err)
	require.Equal(t, []bottest.Choice{{Title: "Shared/Bugs", Value: "q1"}}, found.Choices)
	value := bot.last()["value"].(map[string]any)
	require.Equal(t, "bug", value["queryText"])
	require.Equal(t, map[string]any{"title": "T", "digest": "false", "target": "12"}, value["data"])

	bot.answers["signin/verifyState"] = ""
	d, err := cloud.VerifyState(t.Context(), alex, "123456")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, d.Status)
	require.Equal(t, map[string]any{"state": "123456"}, bot.last()["value"])
}

func TestEvents(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	bot := startBot(t, cloud, formCard)
	alex, channel := cloud.User("alex"), cloud.Channel("Delivery")
	_, err := cloud.Install(t.Context(), channel, alex)
	require.NoError(t, err)
	require.Equal(t, "installationUpdate", bot.last()["type"])
	require.Equal(t, channel.TeamID, bot.last()["conversation"].(map[string]any)["id"])
	data := bot.last()["channelData"].(map[string]any)
	require.Equal(t, map[string]any{"selectedChannel": map[string]any{"id": channel.ID}}, data["settings"])

	newcomer := cloud.AddUser(bottest.DefaultTenant, "Diego Siciliani", bottest.RoleUser)
	_, err = cloud.AddMember(t.Context(), channel, alex, newcomer)
	require.NoError(t, err)
	require.Equal(t, "teamMemberAdded", bot.last()["channelData"].(map[string]any)["eventType"])
	_, err = cloud.ChannelEvent(t.Context(), channel, alex, "channelDeleted")
	require.NoError(t, err)
	_, err = cloud.Say(t.Context(), cloud.Channel("Nowhere"), alex, "help")
	require.ErrorContains(t, err, "no such chat")
	bot.status = http.StatusInternalServerError
	_, err = cloud.Say(t.Context(), channel, alex, "help")
	require.ErrorContains(t, err, "500")
}

func TestBadTokens(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	bot := startBot(t, cloud, formCard)
	alex := cloud.User("alex")
	for _, kind := range bottest.BadTokens() {
		activity := cloud.Activity(cloud.Personal(alex), alex, "message")
		d, err := cloud.Deliver(t.Context(), activity, bottest.DeliverOptions{Token: kind})
		require.NoError(t, err)
		require.Equal(t, http.StatusUnauthorized, d.Status, kind)
	}
	require.Empty(t, bot.seen)
	require.NoError(t, cloud.RotateKeys())
	d, err := cloud.Say(t.Context(), cloud.Personal(alex), alex, "help")
	require.NoError(t, err)
	again, err := cloud.Redeliver(t.Context(), d)
	require.NoError(t, err)
	require.Equal(t, d.ActivityID, again.ActivityID)
	require.Positive(t, cloud.Counts().Keys)
}

func TestWaitEnds(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	startBot(t, cloud, formCard)
	alex := cloud.User("alex")
	chat := cloud.Personal(alex)
	_, err := cloud.Say(t.Context(), chat, alex, "bind")
	require.NoError(t, err)
	stop := errors.New("enough")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 20*time.Millisecond, stop)
	defer cancel()
	_, err = cloud.WaitText(ctx, chat, "never said")
	require.ErrorIs(t, err, stop)
	require.ErrorContains(t, err, "Bind a *query*")
}
