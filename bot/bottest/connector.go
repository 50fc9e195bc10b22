package bottest

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"unicode/utf16"
)

// maxPayload is the size above which the connector refuses an activity: 100 KB,
// counted as UTF-16 ("Format your bot messages").
const maxPayload = 100 << 10

// call is one connector request taken apart.
type call struct {
	op   Op
	id   string // conversation or team id, unescaped
	chat string // the conversation id without ";messageid="
	root string // what follows ";messageid="
	arg  string // activity or member id, unescaped
	only bool   // is about a targeted message
	body map[string]any
}

// serveConnector answers everything below /connector/. What stands between that and
// /v3/ is the region and has no meaning.
func (c *Cloud) serveConnector(w http.ResponseWriter, r *http.Request) {
	if !c.authorized(r) {
		denyBearer(w)
		return
	}
	k, ok := parseCall(r)
	if !ok {
		writeError(w, http.StatusNotFound, "NotFound", "No such operation.")
		return
	}
	c.mu.Lock()
	c.counts.Connector[k.op]++
	c.mu.Unlock()
	c.opts.Logger.DebugContext(r.Context(), "connector call", "op", string(k.op), "conversation", k.id)
	f := c.takeFault(k.op, k.chat, k.only)
	if f == nil {
		c.answer(w, r, k)
		return
	}
	if f.Late {
		c.answerLate(w, r, k, f)
		return
	}
	if f.Applied {
		c.answer(&nullWriter{header: http.Header{}}, r, k)
	}
	f.play(w, r)
}

// answerLate does what is asked at once and says so after the fault's Hold.
func (c *Cloud) answerLate(w http.ResponseWriter, r *http.Request, k call, f *Fault) {
	kept := httptest.NewRecorder()
	c.answer(kept, r, k)
	select {
	case <-f.Hold:
	case <-r.Context().Done():
		return
	}
	maps.Copy(w.Header(), kept.Header())
	w.WriteHeader(kept.Code)
	_, _ = w.Write(kept.Body.Bytes())
}

func (c *Cloud) answer(w http.ResponseWriter, r *http.Request, k call) {
	if r.Method == http.MethodPost || r.Method == http.MethodPut {
		if !k.readBody(w, r) {
			return
		}
	}
	switch k.op {
	case OpCreate:
		c.createConversation(w, k) //nolint:contextcheck // clients try single sign-on after the bot's request
	case OpSend, OpReply:
		c.send(w, k) //nolint:contextcheck // as above
	case OpUpdate:
		c.settle(r.Context(), k.chat+"/"+k.arg)
		c.updateActivity(w, k)
	case OpDelete:
		c.deleteActivity(w, k)
	case OpMembers, OpMember, OpPaged:
		c.roster(w, r, k)
	case OpTeam, OpChannels:
		c.teamInfo(w, k)
	}
}

// parseCall finds the operation from method and path. It works on the escaped path,
// so that an id may hold any character.
func parseCall(r *http.Request) (call, bool) {
	_, path, ok := strings.Cut(r.URL.EscapedPath(), "/v3/")
	if !ok {
		return call{}, false
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		unescaped, err := url.PathUnescape(part)
		if err != nil || unescaped == "" {
			return call{}, false
		}
		parts[i] = unescaped
	}
	op, ok := operations()[r.Method+" "+shape(parts)]
	k := call{op: op}
	if len(parts) > 1 {
		k.id = parts[1]
		k.chat, k.root = splitConversation(k.id)
	}
	if len(parts) > 3 {
		k.arg = parts[3]
	}
	k.only = r.URL.Query().Get("isTargetedActivity") == "true"
	return k, ok
}

// shape replaces the ids of a path by "*".
func shape(parts []string) string {
	out := make([]string, len(parts))
	for i, part := range parts {
		out[i] = part
		if i%2 == 1 {
			out[i] = "*"
		}
	}
	return strings.Join(out, "/")
}

// operations lists the calls of the "Bot Framework REST API reference" and of
// "Get Teams specific context for your bot" that bots use.
func operations() map[string]Op {
	return map[string]Op{
		"POST conversations":                OpCreate,
		"POST conversations/*/activities":   OpSend,
		"POST conversations/*/activities/*": OpReply,

		"PUT conversations/*/activities/*":    OpUpdate,
		"DELETE conversations/*/activities/*": OpDelete,
		"GET conversations/*/members":         OpMembers,
		"GET conversations/*/members/*":       OpMember,
		"GET conversations/*/pagedmembers":    OpPaged,
		"GET teams/*":                         OpTeam,
		"GET teams/*/conversations":           OpChannels,
	}
}

// readBody decodes the activity and answers what is wrong with it.
func (k *call) readBody(w http.ResponseWriter, r *http.Request) bool {
	raw, err := io.ReadAll(io.LimitReader(r.Body, 4*maxPayload))
	if err != nil {
		writeError(w, http.StatusBadRequest, "BadSyntax", "The body could not be read.")
		return false
	}
	if 2*units(raw) > maxPayload {
		writeError(w, http.StatusRequestEntityTooLarge, "MessageSizeTooBig", "Message size too large.")
		return false
	}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		writeError(w, http.StatusUnsupportedMediaType, "BadSyntax", "The body must be JSON.")
		return false
	}
	if json.Unmarshal(raw, &k.body) != nil || k.body == nil {
		writeError(w, http.StatusBadRequest, "BadSyntax", "Invalid activity.")
		return false
	}
	return true
}

// units is how long a text is in UTF-16.
func units(text []byte) int {
	n := 0
	for _, r := range string(text) { // what is no UTF-8 is one unit a byte
		n += utf16.RuneLen(r)
	}
	return n
}

// nullWriter takes an answer that nobody shall see.
type nullWriter struct{ header http.Header }

func (n *nullWriter) Header() http.Header         { return n.header }
func (n *nullWriter) Write(p []byte) (int, error) { return len(p), nil }
func (n *nullWriter) WriteHeader(int)             {}
