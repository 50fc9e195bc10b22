package teams_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/teams"
)

const channelMessage = `{"type":"message","id":"1795415335004","timestamp":"2026-11-23T06:28:55.005Z",
 "localTimezone":"Europe/Paris","serviceUrl":"https://smba.trafficmanager.net/emea/","channelId":"msteams",
 "from":{"id":"29:1alex","name":"Alex","aadObjectId":"0a1b"},"recipient":{"id":"28:1111","name":"OKR sync"},
 "conversation":{"id":"19:delivery@thread.tacv2;messageid=1795415335004","conversationType":"channel","tenantId":"t1","isGroup":true},
 "channelData":{"tenant":{"id":"t1"},"team":{"id":"19:general@thread.tacv2","aadGroupId":"5d0d","name":"Contoso"},
  "channel":{"id":"19:delivery@thread.tacv2"},"eventType":"x","settings":{"selectedChannel":{"id":"19:sel"}}},
 "text":"<at>OKR</at> <at>sync</at>&nbsp; ask   <at>Megan</at> digest\n",
 "entities":[{"type":"mention","mentioned":{"id":"28:1111"},"text":"<at>OKR</at>"},
  {"type":"mention","mentioned":{"id":"28:1111"},"text":"<at>sync</at>"},
  {"type":"mention","mentioned":{"id":"29:megan"},"text":"<at>Megan</at>"},{"type":"clientInfo","timezone":"Europe/Paris"}],
 "attachments":[{"contentType":"text/html","content":"<div>x</div>"}]}`

func TestParseActivity(t *testing.T) {
	t.Parallel()
	a, err := teams.ParseActivity([]byte(channelMessage))
	require.NoError(t, err)
	require.Equal(t, "t1", a.TenantID())
	require.Equal(t, "19:delivery@thread.tacv2", a.BaseConversationID())
	require.Equal(t, teams.KindChannel, a.Kind())
	require.False(t, a.IsPersonal())
	require.Equal(t, "0a1b", a.From.AADObjectID)
	require.Equal(t, "ask <at>Megan</at> digest", a.Words())
	require.Equal(t, "1795415335004", a.Ref().ActivityID)
	require.Equal(t, "19:delivery@thread.tacv2", a.Ref().Root().ConversationID)
}

func TestParseActivityLeniently(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, value string }{
		"object":      {`{"type":"invoke","value":{"a":1}}`, `{"a":1}`},
		"string":      {`{"type":"message","value":"x"}`, `"x"`},
		"array":       {`{"type":"message","value":[1]}`, `[1]`},
		"null":        {`{"type":"message","value":null}`, ``},
		"wrong types": {`{"type":"message","timestamp":"","text":7,"from":"x","conversation":[],"entities":{},"attachments":[1,null],"membersAdded":"y","channelData":"z","channelId":{},"unknown":{"deep":[1]},"value":true}`, `true`},
		"case":        {`{"type":"message","Type":"invoke","Value":1}`, ``},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := teams.ParseActivity([]byte(c.body))
			require.NoError(t, err)
			require.Equal(t, c.value, string(a.Value))
		})
	}
}

func TestParseActivityRefuses(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `null`, `[]`, `"x"`, `7`, `{}`, `{"type":7}`, `{"type":""}`, `{"type":"message"`, `{"type":"message"}x`} {
		_, err := teams.ParseActivity([]byte(body))
		require.ErrorIs(t, err, teams.ErrMalformedActivity, body)
	}
}

func TestActivityKind(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]teams.ConversationKind{
		`{"type":"message"}`: teams.KindPersonal,
		`{"type":"message","conversation":{"isGroup":true}}`:                                                                               teams.KindGroupChat,
		`{"type":"message","channelData":{"team":{"id":"x"}}}`:                                                                             teams.KindChannel,
		`{"type":"message","conversation":{"id":"19:a@thread.tacv2;messageid=1"}}`:                                                         teams.KindChannel,
		`{"type":"message","conversation":{"id":"19:a@thread.v2"}}`:                                                                        teams.KindGroupChat,
		`{"type":"message","conversation":{"id":"a:1"}}`:                                                                                   teams.KindPersonal,
		`{"type":"message","conversation":{"conversationType":"personal"}}`:                                                                teams.KindPersonal,
		`{"type":"invoke","conversation":{"id":"19:0a1b_0c1d@unq.gbl.spaces","conversationType":"personal"},"recipient":{"id":"28:2222"}}`: teams.KindGroupChat,
		`{"type":"invoke","conversation":{"id":"19:0a1b_2222@unq.gbl.spaces","conversationType":"personal"},"recipient":{"id":"28:2222"}}`: teams.KindPersonal,
		`{"type":"message","conversation":{"conversationType":"new","isGroup":false}}`:                                                     "new",
		`{"type":"message","conversation":{"conversationType":"groupChat"},"value":"x"}`:                                                   teams.KindGroupChat,
	} {
		a, err := teams.ParseActivity([]byte(body))
		require.NoError(t, err)
		require.Equal(t, want, a.Kind(), body)
		require.Equal(t, want == teams.KindPersonal, a.IsPersonal(), body)
	}
}

func FuzzParseActivity(f *testing.F) {
	f.Add([]byte(channelMessage))
	f.Add([]byte(`{"type":"message","text":"<at>a</at>","recipient":{"id":"x"},"entities":[{"type":"mention","mentioned":{"id":"x"},"text":"a"}]}`))
	f.Add([]byte(`{"type":"invoke","value":[{}],"membersAdded":[{"id":1}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		requireSameMembers(t, body)
		a, err := teams.ParseActivity(body)
		if err != nil {
			return
		}
		require.NotEmpty(t, a.Type)
		_, _, _, _ = a.Words(), a.BaseConversationID(), a.Kind(), a.Ref()
	})
}

// A slash command says so by its recipient, a button by what it carries; in a personal
// chat nothing is targeted.
func TestActivityIsTargeted(t *testing.T) {
	t.Parallel()
	const from = `"from":{"id":"29:1megan","aadObjectId":"0a1b"},"conversation":{"id":"x","conversationType":"%s"}`
	for name, test := range map[string]struct {
		body, kind string
		want       bool
	}{
		"slash command":        {`"type":"message","recipient":{"id":"28:b","isTargeted":true}`, "groupChat", true},
		"mention":              {`"type":"message","recipient":{"id":"28:b"}`, "groupChat", false},
		"no truth value":       {`"type":"message","recipient":{"id":"28:b","isTargeted":"true"}`, "channel", false},
		"personal":             {`"type":"message","recipient":{"id":"28:b","isTargeted":true}`, "personal", false},
		"execute":              {`"type":"invoke","name":"adaptiveCard/action","recipient":{"id":"28:b"},"value":{"action":{"data":{"only":"1"}}}`, "channel", true},
		"execute for all":      {`"type":"invoke","name":"adaptiveCard/action","recipient":{"id":"28:b"},"value":{"action":{"data":{"goal":"O1"}}}`, "channel", false},
		"submit":               {`"type":"message","recipient":{"id":"28:b"},"value":{"only":"1"}`, "channel", true},
		"a value of no object": {`"type":"message","recipient":{"id":"28:b"},"value":["only"]`, "channel", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := teams.ParseActivity([]byte("{" + test.body + "," + fmt.Sprintf(from, test.kind) + "}"))
			require.NoError(t, err)
			require.Equal(t, test.want, a.IsTargeted())
			require.Equal(t, test.want, a.Ref().Only.ID == "29:1megan")
			require.Equal(t, test.kind != "personal", a.OwnRef().Only == teams.Reader{ID: "29:1megan", ObjectID: "0a1b"})
		})
	}
}

const fileMessage = `{"type":"message","conversation":{"id":"%s","conversationType":"%s"},"attachments":[
 {"contentType":"application/vnd.microsoft.teams.file.download.info","contentUrl":"https://contoso-my.sharepoint.com/personal/alex/Documents/a.csv","name":"a.csv","content":{"downloadUrl":"https://contoso-my.sharepoint.com/d?tempauth=1","uniqueId":"x","fileType":"csv"}},
 {"contentType":"application/vnd.microsoft.teams.file.download.info","name":"b.csv","content":null},
 {"contentType":"image/png","contentUrl":"https://smba.trafficmanager.net/emea/v3/attachments/1"},
 {"contentType":"text/html","content":"<div>x</div>"}]}`

// Teams gives bots files in personal chats only, so an address that comes from elsewhere
// is not asked.
func TestActivityFiles(t *testing.T) {
	t.Parallel()
	a, err := teams.ParseActivity(fmt.Appendf(nil, fileMessage, "a:1", "personal"))
	require.NoError(t, err)
	require.Equal(t, []teams.File{{Name: "a.csv", URL: "https://contoso-my.sharepoint.com/d?tempauth=1"}}, a.Files())
	require.False(t, a.HasFilesOutOfReach())
	for id, kind := range map[string]string{"19:a@thread.v2": "groupChat", "19:a@thread.tacv2": "channel", "19:0a1b_0c1d@unq.gbl.spaces": "personal"} {
		a, err := teams.ParseActivity(fmt.Appendf(nil, fileMessage, id, kind))
		require.NoError(t, err)
		require.Empty(t, a.Files(), kind)
		require.True(t, a.HasFilesOutOfReach(), kind)
	}
	for content, want := range map[string]bool{
		`<div>x</div><attachment id=\"9f3c2b1a-0000-4000-8000-000000000001\"></attachment>`: true,
		`<attachment id=\"1795415335004\"></attachment><div>import</div>`:                   false, // a message that is quoted
		`<div>import</div>`: false,
	} {
		a, err := teams.ParseActivity(fmt.Appendf(nil, `{"type":"message","conversation":{"conversationType":"channel"},"attachments":[{"contentType":"text/html","content":"%s"}]}`, content))
		require.NoError(t, err)
		require.Equal(t, want, a.HasFilesOutOfReach(), content)
	}
}

func TestActivityFileConsent(t *testing.T) {
	t.Parallel()
	a, err := teams.ParseActivity([]byte(`{"type":"invoke","name":"fileConsent/invoke","value":{"type":"fileUpload","action":"accept","context":{"verb":"v"},
		"uploadInfo":{"contentUrl":"https://c/f.csv","name":"f.csv","uploadUrl":"https://u","uniqueId":"1150","fileType":"csv"}}}`))
	require.NoError(t, err)
	consent, ok := a.FileConsent()
	require.True(t, ok)
	require.JSONEq(t, `{"verb":"v"}`, string(consent.Context))
	require.True(t, consent.Accepted)
	require.Equal(t, teams.Upload{URL: "https://u", ContentURL: "https://c/f.csv", Name: "f.csv", ID: "1150", Type: "csv"}, consent.Upload)
	for body, want := range map[string]bool{
		`{"type":"invoke","name":"fileConsent/invoke","value":{"action":"decline","context":{}}}`: true,
		`{"type":"invoke","name":"fileConsent/invoke","value":"x"}`:                               false,
		`{"type":"invoke","name":"adaptiveCard/action","value":{"action":"accept"}}`:              false,
		`{"type":"message","name":"fileConsent/invoke","value":{"action":"accept"}}`:              false,
	} {
		a, err := teams.ParseActivity([]byte(body))
		require.NoError(t, err)
		consent, ok := a.FileConsent()
		require.Equal(t, want, ok, body)
		require.False(t, consent.Accepted, body)
	}
}
