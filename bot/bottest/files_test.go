package bottest_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
)

// ask asks the host of files as a program does that was written otherwise than the bot's.
func ask(t *testing.T, method, address, body string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := (&http.Client{Timeout: time.Minute}).Do(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	content, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(content)
}

// The host of files lets in who has the address, nobody else, and nobody who shows a
// token that is not for it.
func TestFilesAreAtTheirAddress(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	bot := startBot(t, cloud, "{}")
	bot.answers["fileConsent/invoke"] = "{}"
	alex := cloud.User("alex")
	_, err := cloud.SendFiles(t.Context(), cloud.Personal(alex), alex, "import", bottest.File{Name: "a.csv", Content: []byte("x")})
	require.NoError(t, err)
	sent := bot.last()
	attachments, _ := sent["attachments"].([]any)
	require.Len(t, attachments, 2)
	file, _ := attachments[1].(map[string]any)
	require.Equal(t, "a.csv", file["name"])
	content, _ := file["content"].(map[string]any)
	address, _ := content["downloadUrl"].(string)
	status, body := ask(t, http.MethodGet, address, "")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "x", body)
	for name, other := range map[string]struct{ address, authorization string }{
		"another token":        {strings.TrimSuffix(address, address[len(address)-3:]) + "xyz", ""},
		"without":              {strings.Split(address, "&tempauth")[0], ""},
		"the bot's own":        {address, "Bearer " + cloud.IssueToken()},
		"the page of the file": {file["contentUrl"].(string), ""},
	} {
		status, _ := ask(t, http.MethodGet, other.address, "", "Authorization", other.authorization)
		require.NotEqual(t, http.StatusOK, status, name)
	}
	_, err = cloud.SendFiles(t.Context(), cloud.GroupChat(""), alex, "import", bottest.File{Name: "a.csv"})
	require.NoError(t, err)
	attachments, _ = bot.last()["attachments"].([]any)
	require.Len(t, attachments, 1, "a shared place gives no files")
}

// An upload takes its pieces in order, of the sizes that OneDrive takes, and of a whole
// that stays the same.
func TestUploadsAreInPieces(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	bot := startBot(t, cloud, "{}")
	bot.answers["fileConsent/invoke"] = "{}"
	alex := cloud.User("alex")
	chat := cloud.Personal(alex)
	_, err := cloud.SayAsBot(chat, map[string]any{"type": "message", "attachments": []any{map[string]any{
		"contentType": bottest.ContentFileConsent, "name": "o.csv", "content": map[string]any{"declineContext": map[string]any{"n": "1"}},
	}}})
	require.NoError(t, err)
	p := cloud.Last(chat)
	require.Equal(t, "o.csv", p.AsksToSave())
	_, err = cloud.Consent(t.Context(), p, alex, false)
	require.NoError(t, err)
	value, _ := bot.last()["value"].(map[string]any)
	require.Equal(t, map[string]any{"type": "fileUpload", "action": "decline", "context": map[string]any{"n": "1"}}, value)
	_, err = cloud.Consent(t.Context(), p, alex, true)
	require.NoError(t, err)
	value, _ = bot.last()["value"].(map[string]any)
	info, _ := value["uploadInfo"].(map[string]any)
	address, _ := info["uploadUrl"].(string)
	unit := strings.Repeat("x", 320<<10)
	for _, step := range []struct {
		name, body, of string
		status         int
	}{
		{"without a range", "x", "", http.StatusBadRequest},
		{"of another length", "xx", "bytes 0-0/1", http.StatusBadRequest},
		{"no multiple of 320 KiB", "xx", "bytes 0-1/9", http.StatusBadRequest},
		{"of unknown length", unit, "bytes 0-327679/*", http.StatusBadRequest},
		{"not the first", "x", "bytes 1-1/2", http.StatusRequestedRangeNotSatisfiable},
		{"the first", unit, "bytes 0-327679/327681", http.StatusAccepted},
		{"the first again", unit, "bytes 0-327679/327681", http.StatusRequestedRangeNotSatisfiable},
		{"of another whole", "xx", "bytes 327680-327681/327682", http.StatusRequestedRangeNotSatisfiable},
		{"the last", "y", "bytes 327680-327680/327681", http.StatusCreated},
		{"after the last", "y", "bytes 327680-327680/327681", http.StatusNotFound},
	} {
		status, _ := ask(t, http.MethodPut, address, step.body, "Content-Range", step.of)
		require.Equal(t, step.status, status, step.name)
	}
	saved, ok := cloud.SavedFile(alex, "o.csv")
	require.True(t, ok)
	require.Equal(t, unit+"y", string(saved))
	require.Equal(t, []string{"o.csv"}, cloud.SavedFiles(alex))
}

// The Playground has no files: the proxy's page sends some as Teams does, its cards about
// files are ordinary ones there, and their buttons reach the bot as Teams' own do.
func TestProxyHasFiles(t *testing.T) {
	t.Parallel()
	cloud := startCloud(t)
	bot := startBot(t, cloud, "{}")
	bot.answers["fileConsent/invoke"] = ""
	proxy, playground := startProxy(t, cloud)
	alex := cloud.User("alex")

	var form bytes.Buffer
	fields := multipart.NewWriter(&form)
	require.NoError(t, fields.WriteField("words", "import"))
	part, err := fields.CreateFormFile("file", "viva.csv")
	require.NoError(t, err)
	_, err = part.Write([]byte("Objective\r\n"))
	require.NoError(t, err)
	require.NoError(t, fields.Close())
	body := form.String()
	status, page := ask(t, http.MethodPost, proxy+"/files", body, "Content-Type", fields.FormDataContentType())
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "Sent.")
	sent := bot.last()
	require.Equal(t, proxy+"/connector/", sent["serviceUrl"], "the bot answers in the Playground")
	require.Equal(t, "import", sent["text"])
	attachments, _ := sent["attachments"].([]any)
	require.Equal(t, "viva.csv", attachments[1].(map[string]any)["name"])
	status, _ = ask(t, http.MethodPost, proxy+"/files", body, "Content-Type", fields.FormDataContentType(), "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
	require.Equal(t, http.StatusForbidden, status, "no other page of the browser sends files")
	_, page = ask(t, http.MethodPost, proxy+"/files", "", "Content-Type", fields.FormDataContentType())
	require.Contains(t, page, "Choose a file first.")

	at := proxy + "/connector/v3/conversations/a%3A1alex/activities"
	status, _ = call(t, cloud.IssueToken(), http.MethodPost, at, `{"type":"message","summary":"s","attachments":[{"contentType":"`+bottest.ContentFileConsent+`","name":"o.csv",
		"content":{"description":"2 OKRs","sizeInBytes":2048,"acceptContext":{"n":"1"},"declineContext":{"n":"2"}}}]}`)
	require.Equal(t, http.StatusCreated, status)
	shown := playground.calls[len(playground.calls)-1]
	require.Contains(t, shown, `"AdaptiveCard"`)
	require.Contains(t, shown, `"Allow"`)
	require.NotContains(t, shown, bottest.ContentFileConsent)
	press := `{"type":"invoke","name":"adaptiveCard/action","replyToId":"7","conversation":{"id":"a:1alex"},"recipient":{"id":"bot"},"from":{"id":"` + alex.ID + `"},
		"value":{"action":{"verb":"bottest.consent","data":{"consent":"accept","name":"o.csv","context":{"n":"1"}}}}}`
	status, answer := call(t, "", http.MethodPost, proxy+"/api/messages", press)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "application/vnd.microsoft.activity.message", answer["type"])
	seen := bot.last()
	require.Equal(t, "fileConsent/invoke", seen["name"])
	value, _ := seen["value"].(map[string]any)
	require.Equal(t, map[string]any{"n": "1"}, value["context"])
	upload, _ := value["uploadInfo"].(map[string]any)["uploadUrl"].(string)
	status, _ = ask(t, http.MethodPut, upload, "a,b", "Content-Range", "bytes 0-2/3")
	require.Equal(t, http.StatusCreated, status)
	_, page = ask(t, http.MethodGet, proxy+"/files", "")
	require.Contains(t, page, "o.csv")
	status, content := ask(t, http.MethodGet, proxy+"/files/o.csv", "")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "a,b", content)
}
