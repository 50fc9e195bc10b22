package teams_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/teams"
)

func TestWords(t *testing.T) {
	t.Parallel()
	mention := func(id, text string) teams.Entity {
		return teams.Entity{Type: "mention", Text: text, Mentioned: teams.Account{ID: id}}
	}
	bot := mention("28:b", "<at>okrbot</at>")
	named := func(id, name, text string) teams.Entity {
		return teams.Entity{Type: "mention", Text: text, Mentioned: teams.Account{ID: id, Name: name}}
	}
	for name, c := range map[string]struct {
		text, want string
		entities   []teams.Entity
	}{
		"none":          {"  new   kr\n", "new kr", nil},
		"bot":           {"<at>OKR</at>help", "help", []teams.Entity{mention("28:b", "<at>OKR</at>")}},
		"renamed":       {"<at>the (bot)</at> help", "help", []teams.Entity{mention("28:b", "<at>the (bot)</at>")}},
		"twice":         {"<at>B</at> hi <at>B</at>", "hi", []teams.Entity{mention("28:b", "<at>B</at>"), mention("28:b", "<at>B</at>")}},
		"someone else":  {"<at>Bob</at> help", "<at>Bob</at> help", []teams.Entity{mention("29:bob", "<at>Bob</at>")}},
		"blanks":        {"a&nbsp;\u00a0b\u200b", "a b", nil},
		"not in text":   {"help", "help", []teams.Entity{mention("28:b", "<at>B</at>")}},
		"empty text":    {"help", "help", []teams.Entity{mention("28:b", "")}},
		"unknown to us": {"<at>B</at>", "<at>B</at>", []teams.Entity{mention("", "<at>B</at>")}},

		"twice with one entity":     {"<at>okrbot</at> <at>okrbot</at> status", "status", []teams.Entity{bot}},
		"a second by another name":  {"<at>OKR</at> <at>okrbot</at> status", "status", []teams.Entity{mention("28:b", "<at>OKR</at>")}},
		"entity without a text":     {"<at>okrbot</at> status", "status", []teams.Entity{mention("28:b", "")}},
		"its name in the entity":    {"<at>Our bot</at> status", "status", []teams.Entity{named("28:b", "Our bot", "")}},
		"no entity at all":          {"<at>okrbot</at> status", "status", nil},
		"element with an id":        {`<at id="0">okrbot</at>&nbsp;status`, "status", []teams.Entity{mention("28:b", "")}},
		"a person of its name":      {"<at>okrbot</at> status", "<at>okrbot</at> status", []teams.Entity{mention("29:o", "<at>okrbot</at>")}},
		"typed by hand":             {"@okrbot status", "status", nil},
		"typed, with a sign":        {"@OKRbot: status", "status", nil},
		"called by name":            {"okrbot, status", "status", nil},
		"called by name alone":      {"okrbot", "", nil},
		"another name":              {"okrbots status", "okrbots status", nil},
		"name in the middle":        {"new objective okrbot for all", "new objective okrbot for all", nil},
		"mention and name":          {"<at>okrbot</at> @okrbot status", "status", []teams.Entity{bot}},
		"reply":                     {`<quoted messageId="1795415329332"/> status`, "status", nil},
		"reply, own line":           {"<quoted messageId=\"17\"/>\r\n\r\nstatus", "status", nil},
		"reply, with the words":     {"<quoted messageId=\"17\">okr KR1\nis late</quoted>status", "status", nil},
		"reply, mention first":      {`<at>okrbot</at> <quoted messageId="17"/> status`, "status", []teams.Entity{bot}},
		"reply, no end":             {`<quoted messageId="17">status`, "status", nil},
		"reply, other quotes":       {`<quoted messageId='17' ></quoted> status`, "status", nil},
		"reply, as entities":        {`&lt;quoted messageId=&quot;17&quot;/&gt; status`, "status", nil},
		"reply, attachment":         {`<attachment id="1795415329332"></attachment>status`, "status", nil},
		"reply, quote in a quote":   {"<blockquote><b>Alex</b> <blockquote>old</blockquote> okr KR1</blockquote> status", "status", nil},
		"two quotes":                {`<quoted messageId="1"/><quoted messageId="2"/>status`, "status", nil},
		"reply as blockquote":       {"<blockquote>okr KR1</blockquote>\nstatus", "status", nil},
		"reply as lines":            {"> Alex Wilber\n> okr KR1\n\nstatus", "status", nil},
		"a lone greater-than":       {"> 80 % of bugs", "> 80 % of bugs", nil},
		"soft hyphens":              {"sta\u00adtus\u00ad", "status", nil},
		"without width":             {"\ufeff\u200bokr\u2060 KR\u200b1\u200d", "okr KR1", nil},
		"direction":                 {"\u200e\u202astatus\u202c\u2066\u2069", "status", nil},
		"emoji that are joined":     {"new objective 👩\u200d💻 first", "new objective 👩\u200d💻 first", nil},
		"flag":                      {"new objective 🏴\U000e0067\U000e0062\U000e007f", "new objective 🏴\U000e0067\U000e0062\U000e007f", nil},
		"ampersand":                 {"okrs R&amp;D", "okrs R&D", nil},
		"written as entities":       {"new kr List&lt;string&gt; &#39;x&#39; &quot;y&quot;", "new kr List<string> 'x' \"y\"", nil},
		"decoded once":              {"okrs &amp;lt;", "okrs &lt;", nil},
		"no entity without its end": {"okrs a&copy b &unknown; c", "okrs a&copy b &unknown; c", nil},
		"no mention by entities":    {"okrs &lt;at&gt;okrbot&lt;/at&gt;", "okrs <at>okrbot</at>", nil},
		"signature":                 {"status\r\n\r\n-- \r\nAlex Wilber\r\nContoso", "status", nil},
		"regards":                   {"okr KR1\n\nBest regards,\nAlex", "okr KR1", nil},
		"from a phone":              {"okr KR1\n\nSent from my iPhone", "okr KR1", nil},
		"from Outlook":              {"okr KR1\nGet Outlook for iOS", "okr KR1", nil},
		"only thanks":               {"Thanks", "Thanks", nil},
		"thanks in a sentence":      {"check-in KR1 45\nthanks to two more teams", "check-in KR1 45 thanks to two more teams", nil},
		"two lines":                 {"check-in KR1 45\ntwo more teams", "check-in KR1 45 two more teams", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := teams.Activity{Text: c.text, Entities: c.entities, Recipient: teams.Account{ID: "28:b", Name: "okrbot"}}
			require.Equal(t, c.want, a.Words())
		})
	}
}

// TestWordsOfReply: a client that quotes by bare words tells only in the HTML which.
func TestWordsOfReply(t *testing.T) {
	t.Parallel()
	const content = `<blockquote itemtype="http://schema.skype.com/Reply"><strong>Alex Wilber</strong><span></span><p itemprop="preview">KR1 is late &amp; red</p></blockquote><p>status</p>`
	for name, c := range map[string]struct{ text, html, want string }{
		"quoted":       {"Alex Wilber\nKR1 is late & red\n\nstatus", content, "status"},
		"not in text":  {"status", content, "status"},
		"as entities":  {"Alex Wilber KR1 is late &amp; red status", content, "status"},
		"other words":  {"Alex Wilber said status", content, "Alex Wilber said status"},
		"quote inside": {"new objective x", "<p>new objective</p><blockquote>new</blockquote><p>x</p>", "new objective x"},
	} {
		raw, err := json.Marshal(c.html)
		require.NoError(t, err)
		a := teams.Activity{Text: c.text, Attachments: []teams.Attachment{{ContentType: "text/html", Content: raw}}}
		require.Equal(t, c.want, a.Words(), name)
	}
}
