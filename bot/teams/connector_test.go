package teams_test

import (
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/teams"
)

const escapedThread = "19%3Adelivery%40thread.tacv2%3Bmessageid%3D17"

func wireCard() json.RawMessage { return json.RawMessage(`{"type":"AdaptiveCard","version":"1.5"}`) }

func TestConnectorCalls(t *testing.T) {
	t.Parallel()
	msg := teams.Message{Card: wireCard(), Summary: "moved"}
	for name, test := range map[string]struct {
		call         func(*testing.T, *teams.Connector, teams.Ref) error
		method, path string
	}{
		"send": {func(t *testing.T, c *teams.Connector, ref teams.Ref) error {
			t.Helper()
			id, err := c.Send(t.Context(), ref, msg)
			require.Equal(t, "1795415329332", id)
			return err
		}, "POST", "/teams/v3/conversations/" + escapedThread + "/activities"},
		"reply": {func(t *testing.T, c *teams.Connector, ref teams.Ref) error {
			t.Helper()
			_, err := c.Reply(t.Context(), ref.WithActivity("17"), msg)
			return err
		}, "POST", "/teams/v3/conversations/" + escapedThread + "/activities/17"},
		"update": {func(t *testing.T, c *teams.Connector, ref teams.Ref) error {
			t.Helper()
			return c.Update(t.Context(), ref.WithActivity("17"), msg)
		}, "PUT", "/teams/v3/conversations/" + escapedThread + "/activities/17"},
		"delete": {func(t *testing.T, c *teams.Connector, ref teams.Ref) error {
			t.Helper()
			return c.Delete(t.Context(), ref.WithActivity("17"))
		}, "DELETE", "/teams/v3/conversations/" + escapedThread + "/activities/17"},
		"personal": {func(t *testing.T, c *teams.Connector, ref teams.Ref) error {
			t.Helper()
			id, err := c.CreatePersonal(t.Context(), ref.ServiceURL, wireTenant, "29:1megan")
			require.Equal(t, "1795415329332", id)
			return err
		}, "POST", "/teams/v3/conversations"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := newWireCloud(t)
			require.NoError(t, test.call(t, cloud.newConnector(t), cloud.ref()))
			got := cloud.got()
			require.Len(t, got, 1)
			require.Equal(t, test.method, got[0].Method)
			require.Equal(t, test.path, got[0].Path)
			require.Equal(t, "Bearer "+wireBearer, got[0].Authorization)
		})
	}
}

func TestSentMessage(t *testing.T) {
	t.Parallel()
	cloud := newWireCloud(t)
	c := cloud.newConnector(t)
	_, err := c.Reply(t.Context(), cloud.ref().WithActivity("17"), teams.Message{Card: wireCard(), Summary: "moved"})
	require.NoError(t, err)
	_, err = c.Send(t.Context(), cloud.ref(), teams.Message{Text: "hi"})
	require.NoError(t, err)
	_, err = c.Send(t.Context(), cloud.ref(), teams.Message{Card: map[string]any{"fileType": "csv"}, ContentType: "x/file", Name: "a.csv", ContentURL: "https://c/a.csv", Summary: "s"})
	require.NoError(t, err)
	got := cloud.got()
	require.Equal(t, []any{map[string]any{
		"contentType": "x/file", "name": "a.csv", "contentUrl": "https://c/a.csv", "content": map[string]any{"fileType": "csv"},
	}}, got[2].Body["attachments"])
	require.Equal(t, map[string]any{
		"type": "message", "from": map[string]any{"id": "28:" + wireAppID}, "replyToId": "17", "summary": "moved",
		"conversation": map[string]any{"id": "19:delivery@thread.tacv2;messageid=17"},
		"attachments": []any{map[string]any{
			"contentType": teams.ContentTypeCard, "content": map[string]any{"type": "AdaptiveCard", "version": "1.5"},
		}},
	}, got[0].Body)
	require.Equal(t, "hi", got[1].Body["text"])
	require.Equal(t, "markdown", got[1].Body["textFormat"])
	require.NotContains(t, got[1].Body, "replyToId")
}

func TestInvalidMessage(t *testing.T) {
	t.Parallel()
	cloud := newWireCloud(t)
	c := cloud.newConnector(t)
	for name, msg := range map[string]teams.Message{
		"empty": {}, "both": {Text: "x", Card: wireCard(), Summary: "s"}, "no summary": {Card: wireCard()},
	} {
		_, err := c.Send(t.Context(), cloud.ref(), msg)
		require.ErrorIs(t, err, teams.ErrMessage, name)
		require.ErrorIs(t, c.Update(t.Context(), cloud.ref().WithActivity("1"), msg), teams.ErrMessage, name)
	}
	require.ErrorIs(t, c.Update(t.Context(), cloud.ref(), teams.Message{Text: "x"}), teams.ErrMessage)
	require.ErrorIs(t, c.Delete(t.Context(), cloud.ref()), teams.ErrMessage)
	require.Empty(t, cloud.got())
}

func TestServiceURLCheckedBeforeToken(t *testing.T) {
	t.Parallel()
	cloud := newWireCloud(t)
	ref := cloud.ref()
	ref.ServiceURL = "https://evil.example/teams/"
	_, err := cloud.newConnector(t).Send(t.Context(), ref, teams.Message{Text: "x"})
	require.ErrorIs(t, err, teams.ErrServiceURL)
}

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	cloud := newWireCloud(t)
	cloud.connector = func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, cloud.URL+"/teams/v3/elsewhere", http.StatusTemporaryRedirect)
	}
	_, err := cloud.newConnector(t).Send(t.Context(), cloud.ref(), teams.Message{Text: "x"})
	require.ErrorContains(t, err, "status 307")
	require.Len(t, cloud.got(), 1)
}

func TestAcceptedWithoutID(t *testing.T) {
	t.Parallel()
	cloud := newWireCloud(t)
	cloud.connector = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }
	id, err := cloud.newConnector(t).Send(t.Context(), cloud.ref(), teams.Message{Text: "x"})
	require.NoError(t, err)
	require.Empty(t, id)
}

func TestRoster(t *testing.T) {
	t.Parallel()
	cloud := newWireCloud(t)
	cloud.connector = func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Query().Get("continuationToken") == "p 2":
			_, _ = w.Write([]byte(`{"members":[{"id":"29:c","aadObjectId":"c"}]}`))
		case r.URL.Query().Get("pageSize") == "200":
			_, _ = w.Write([]byte(`{"members":[{"id":"29:a","aadObjectId":"a","userRole":"guest"},{"id":"29:b","objectId":"b"}],"continuationToken":"p 2"}`))
		case r.URL.Path == "/teams/v3/teams/19:g/conversations":
			_, _ = w.Write([]byte(`{"conversations":[{"id":"19:g","name":null},{"id":"19:d","name":"Delivery"}]}`))
		default:
			_, _ = w.Write([]byte(`{"id":"29:a","name":"A","email":"a@x","aadObjectId":"a"}`))
		}
	}
	c := cloud.newConnector(t)
	members, err := c.FirstMembers(t.Context(), cloud.ref(), math.MaxInt)
	require.NoError(t, err)
	require.Len(t, members, 3)
	require.Equal(t, "guest", members[0].UserRole)
	require.Equal(t, "b", members[1].AADObjectID)
	member, err := c.Member(t.Context(), cloud.ref(), "29:a")
	require.NoError(t, err)
	require.Equal(t, teams.Member{ID: "29:a", Name: "A", Email: "a@x", AADObjectID: "a"}, member)
	channels, err := c.Channels(t.Context(), cloud.serviceURL(), "19:g")
	require.NoError(t, err)
	require.Equal(t, []teams.TeamChannel{{ID: "19:g"}, {ID: "19:d", Name: "Delivery"}}, channels)
}

// A targeted message names its recipient when it is sent, and none when it is replaced or
// removed, and each of its buttons says what it is of. The shapes are those of the types
// of npm @microsoft/teams.api 2.1.0 (clients/conversation/activity, models/account).
func TestConnectorTargets(t *testing.T) {
	t.Parallel()
	card := json.RawMessage(`{"type":"AdaptiveCard","version":"1.5","body":[{"type":"ActionSet","actions":[{"type":"Action.Execute","verb":"a","fallback":{"type":"Action.Submit","data":{"x":"y"}}}]}],
		"actions":[{"type":"Action.ShowCard","card":{"type":"AdaptiveCard","actions":[{"type":"Action.Execute","data":{"verb":"b"}}]}},{"type":"Action.OpenUrl","url":"https://example.com"}]}`)
	msg := teams.Message{Card: card, Summary: "moved"}
	cloud := newWireCloud(t)
	c, ref := cloud.newConnector(t), cloud.ref()
	ref.Only = teams.Reader{ID: "29:1megan", ObjectID: "0a1b"}
	_, err := c.Send(t.Context(), ref, msg)
	require.NoError(t, err)
	_, err = c.Reply(t.Context(), ref.WithActivity("17"), msg)
	require.NoError(t, err)
	require.NoError(t, c.Update(t.Context(), ref.WithActivity("17"), msg))
	require.NoError(t, c.Delete(t.Context(), ref.WithActivity("17")))
	got := cloud.got()
	require.Len(t, got, 4)
	for i, want := range []string{"POST /activities", "POST /activities/17", "PUT /activities/17", "DELETE /activities/17"} {
		method, path, _ := strings.Cut(want, " ")
		require.Equal(t, method, got[i].Method)
		require.Equal(t, "/teams/v3/conversations/"+escapedThread+path, got[i].Path)
		require.Equal(t, "isTargetedActivity=true", got[i].Query)
		switch method {
		case "DELETE":
			continue
		case "POST":
			require.Equal(t, map[string]any{"id": "29:1megan", "isTargeted": true}, got[i].Body["recipient"])
		default:
			require.NotContains(t, got[i].Body, "recipient")
		}
		attachments, _ := json.Marshal(got[i].Body["attachments"])
		require.JSONEq(t, `[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","version":"1.5","body":[{"type":"ActionSet","actions":[{"type":"Action.Execute","verb":"a","data":{"only":"1"},"fallback":{"type":"Action.Submit","data":{"x":"y","only":"1"}}}]}],
			"actions":[{"type":"Action.ShowCard","card":{"type":"AdaptiveCard","actions":[{"type":"Action.Execute","data":{"verb":"b","only":"1"}}]}},{"type":"Action.OpenUrl","url":"https://example.com"}]}}]`, string(attachments))
	}
}
