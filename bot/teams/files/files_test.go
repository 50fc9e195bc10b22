package files_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/bot/bottest"
	"okrbot/bot/teams"
	"okrbot/bot/teams/files"
)

// A name that is meant for a domain stands for what is below it and for nothing else.
func TestHosts(t *testing.T) {
	t.Parallel()
	for address, fits := range map[string]bool{
		"https://contoso.sharepoint.com/personal/x?tempauth=1":     true,
		"https://contoso-my.SharePoint.com./x":                     true,
		"https://contoso.sharepoint.com:443/x":                     true,
		"https://contoso.sharepoint.com:444/x":                     false,
		"http://contoso.sharepoint.com/x":                          false,
		"https://sharepoint.com/x":                                 false,
		"https://evilsharepoint.com/x":                             false,
		"https://contoso.sharepoint.com.evil.example/x":            false,
		"https://contoso.sharepoint.com@evil.example/x":            false,
		"https://u:p@contoso.sharepoint.com/x":                     false,
		"https://169.254.169.254/latest":                           false,
		"https://[::1]/x":                                          false,
		"http://127.0.0.1/x":                                       false,
		"file:///etc/passwd":                                       false,
		"https:///x":                                               false,
		"//contoso.sharepoint.com/x":                               false,
		"https://evil.example/?u=https://contoso.sharepoint.com/x": false,
		"https://evil.example\\@contoso.sharepoint.com/x":          false,
		"%zz": false,
	} {
		require.Equal(t, fits, files.Allows(nil, address), address)
	}
	local := []string{"localhost", "http://127.0.0.1:3980", "files.contoso.example:8443"}
	for address, fits := range map[string]bool{
		"http://localhost:1234/x": true, "http://127.0.0.1:3980/x": true, "http://127.0.0.1:3981/x": false,
		"https://files.contoso.example:8443/x": true, "https://files.contoso.example/x": false, "http://files.contoso.example:8443/x": false,
		"https://contoso.sharepoint.com/x": false,
	} {
		require.Equal(t, fits, files.Allows(local, address), address)
	}
	for _, entry := range []string{"*", "*.com", "*.*.sharepoint.com", "con*.sharepoint.com", "u@host.example", "https://", "*.sharepoint.com:443", "*.share point.com"} {
		_, err := files.NewHosts([]string{entry})
		require.Error(t, err, entry)
	}
}

// What a name of the list stands for may not be inside the own network.
func TestAddressesInside(t *testing.T) {
	t.Parallel()
	for text, inside := range map[string]bool{
		"13.107.136.10": false, "2620:1ec:8f8::10": false, "127.0.0.1": true, "::1": true, "10.1.2.3": true, "172.16.0.1": true, "192.168.0.1": true,
		"169.254.169.254": true, "fe80::1": true, "fd00::1": true, "100.64.0.1": true, "0.0.0.0": true, "::": true, "224.0.0.1": true, "::ffff:10.0.0.1": true, "::ffff:127.0.0.1": true,
	} {
		require.Equal(t, inside, files.IsInside(netip.MustParseAddr(text)), text)
	}
	require.ErrorIs(t, files.DialOutside("tcp", "192.168.1.1:443", nil), files.ErrHost)
	require.NoError(t, files.DialOutside("tcp", "13.107.136.10:443", nil))
	c, err := files.NewClient(files.Options{Hosts: []string{"10.255.255.1"}})
	require.NoError(t, err)
	_, err = c.Download(t.Context(), "https://10.255.255.1/x?tempauth=1")
	require.ErrorIs(t, err, files.ErrHost)
	require.NotContains(t, err.Error(), "tempauth")
}

// driveWorld is the stand-in, with a bot that keeps what it is sent.
type driveWorld struct {
	cloud  *bottest.Cloud
	now    time.Time
	client *files.Client
	got    chan teams.Activity
}

func newDriveWorld(t *testing.T, o files.Options) *driveWorld {
	t.Helper()
	w := &driveWorld{now: time.Now(), got: make(chan teams.Activity, 1)}
	var err error
	w.cloud, err = bottest.Start(bottest.Options{AppID: "22222222-2222-4222-8222-222222222222", AppPassword: "secret", Now: func() time.Time { return w.now }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.cloud.Close()) })
	bot := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		a, err := teams.ParseActivity(body)
		if err == nil {
			w.got <- a
		}
	}))
	t.Cleanup(bot.Close)
	w.cloud.SetBot(bot.URL)
	o.Hosts, o.Backoff = []string{w.cloud.PublicURL()}, time.Nanosecond
	w.client, err = files.NewClient(o)
	require.NoError(t, err)
	return w
}

// sent is the address of a file that Alex sends.
func (w *driveWorld) sent(t *testing.T, content string) string {
	t.Helper()
	alex := w.cloud.User("alex")
	_, err := w.cloud.SendFiles(t.Context(), w.cloud.Personal(alex), alex, "", bottest.File{Name: "viva.csv", Content: []byte(content)})
	require.NoError(t, err)
	sent := (<-w.got).Files()
	require.Len(t, sent, 1)
	require.Equal(t, "viva.csv", sent[0].Name)
	return sent[0].URL
}

// place is where Alex lets a file be saved.
func (w *driveWorld) place(t *testing.T) teams.Upload {
	t.Helper()
	alex := w.cloud.User("alex")
	_, err := w.cloud.SayAsBot(w.cloud.Personal(alex), map[string]any{
		"type": "message", "summary": "x", "attachments": []any{map[string]any{
			"contentType": bottest.ContentFileConsent, "name": "okrs.csv", "content": map[string]any{"description": "x", "sizeInBytes": 7, "acceptContext": map[string]any{"verb": "v"}},
		}},
	})
	require.NoError(t, err)
	p := w.cloud.Last(w.cloud.Personal(alex))
	_, err = w.cloud.Consent(t.Context(), p, alex, true)
	require.NoError(t, err)
	consent, ok := (<-w.got).FileConsent()
	require.True(t, ok)
	require.True(t, consent.Accepted)
	require.JSONEq(t, `{"verb":"v"}`, string(consent.Context))
	require.Equal(t, "okrs.csv", consent.Upload.Name)
	require.Equal(t, "csv", consent.Upload.Type)
	require.NotEmpty(t, consent.Upload.ContentURL)
	require.NotEmpty(t, consent.Upload.ID)
	return consent.Upload
}

func (w *driveWorld) download(ctx context.Context, address string) (string, error) {
	from, err := w.client.Download(ctx, address)
	if err != nil {
		return "", err
	}
	content, err := io.ReadAll(from)
	return string(content), errors.Join(err, from.Close())
}

func TestDownload(t *testing.T) {
	t.Parallel()
	w := newDriveWorld(t, files.Options{Max: 20})
	address := w.sent(t, "Objective,Owner\r\n")
	got, err := w.download(t.Context(), address)
	require.NoError(t, err)
	require.Equal(t, "Objective,Owner\r\n", got)
	w.now = w.now.Add(time.Hour)
	_, err = w.download(t.Context(), address)
	require.ErrorIs(t, err, files.ErrExpired)
	_, err = w.download(t.Context(), w.sent(t, strings.Repeat("x", 20)))
	require.NoError(t, err, "as large as may be")
	_, err = w.download(t.Context(), w.sent(t, strings.Repeat("x", 21)))
	require.ErrorIs(t, err, files.ErrTooBig)
}

// Whatever goes wrong has a kind, and no error holds the address, which lets in everybody.
func TestDownloadFails(t *testing.T) {
	t.Parallel()
	w := newDriveWorld(t, files.Options{})
	for fault, want := range map[bottest.FileFault]error{
		bottest.FilesExpired: files.ErrExpired, bottest.FilesGone: files.ErrGone, bottest.FilesPage: files.ErrNoFile, bottest.FilesSignIn: files.ErrNoFile,
		bottest.FilesCut: files.ErrUnavailable, bottest.FilesUnavailable: files.ErrUnavailable, bottest.FilesFull: files.ErrUnavailable, bottest.FilesLost: nil,
	} {
		address := w.sent(t, "content")
		w.cloud.FailFiles(fault, 1)
		_, err := w.download(t.Context(), address)
		require.ErrorIs(t, err, want, fault)
		if err != nil {
			require.NotContains(t, err.Error(), "tempauth", fault)
			require.NotErrorIs(t, err, io.ErrUnexpectedEOF, "who reads in blocks takes it for the end")
		}
	}
	_, err := w.download(t.Context(), "https://contoso.sharepoint.com/x?tempauth=1")
	require.ErrorIs(t, err, files.ErrHost)
	require.NotContains(t, err.Error(), "tempauth")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = w.download(ended, w.sent(t, "content"))
	require.ErrorIs(t, err, context.Canceled)
}

// The size is counted while it is read: no host has to say it, or to say the truth.
func TestDownloadCounts(t *testing.T) {
	t.Parallel()
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, has := r.Header["Authorization"]; has || r.Header.Get("Cookie") != "" {
			http.Error(w, "no", http.StatusBadRequest)
			return
		}
		switch r.URL.Path {
		case "/hop":
			http.Redirect(w, r, "/endless", http.StatusFound)
			return
		case "/away":
			http.Redirect(w, r, "http://localhost:1/x", http.StatusFound)
			return
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
			return
		}
		for {
			if _, err := w.Write(bytes.Repeat([]byte("x"), 1000)); err != nil {
				return
			}
		}
	}))
	t.Cleanup(host.Close)
	c, err := files.NewClient(files.Options{Hosts: []string{host.URL, "localhost"}, Max: 4096})
	require.NoError(t, err)
	for _, path := range []string{"/endless", "/hop"} {
		from, err := c.Download(t.Context(), host.URL+path)
		require.NoError(t, err)
		n, err := io.Copy(io.Discard, from)
		require.ErrorIs(t, err, files.ErrTooBig)
		require.LessOrEqual(t, n, int64(4096))
		require.NoError(t, from.Close())
	}
	for _, path := range []string{"/away", "/round"} {
		_, err = c.Download(t.Context(), host.URL+path)
		require.ErrorIs(t, err, files.ErrNoFile, path)
	}
}

const unit = 320 << 10

func (w *driveWorld) upload(t *testing.T, size int, progress func(int64)) (content []byte, err error) {
	t.Helper()
	content = []byte(strings.Repeat("0123456", size/7+1)[:size])
	return content, w.client.Upload(t.Context(), w.place(t).URL, bytes.NewReader(content), int64(size), progress)
}

func TestUpload(t *testing.T) {
	t.Parallel()
	w := newDriveWorld(t, files.Options{Piece: unit})
	for _, size := range []int{1, unit - 1, unit, unit + 1, 3 * unit, 3*unit + 7} {
		var told []int64
		content, err := w.upload(t, size, func(sent int64) { told = append(told, sent) })
		require.NoError(t, err, size)
		saved, ok := w.cloud.SavedFile(w.cloud.User("alex"), "okrs.csv")
		require.True(t, ok)
		require.True(t, bytes.Equal(content, saved), size)
		require.Len(t, told, (size+unit-1)/unit)
		require.EqualValues(t, size, told[len(told)-1])
	}
}

// A piece of which nobody said that it got there is not sent twice, and one that did not
// is sent again.
func TestUploadGoesOn(t *testing.T) {
	t.Parallel()
	for _, fault := range []bottest.FileFault{bottest.FilesLost, bottest.FilesUnavailable, bottest.FilesCut} {
		w := newDriveWorld(t, files.Options{Piece: unit})
		w.cloud.FailFiles(fault, 2)
		content, err := w.upload(t, 4*unit+1, nil)
		require.NoError(t, err, fault)
		saved, _ := w.cloud.SavedFile(w.cloud.User("alex"), "okrs.csv")
		require.True(t, bytes.Equal(content, saved), fault)
		require.Equal(t, 5, w.cloud.FileCounts().Pieces, fault)
		w.cloud.FailFiles(fault, 1)
		content, err = w.upload(t, 7, nil)
		require.NoError(t, err, "%s: of the last piece", fault)
		saved, _ = w.cloud.SavedFile(w.cloud.User("alex"), "okrs.csv")
		require.Equal(t, content, saved, fault)
	}
}

func TestUploadFails(t *testing.T) {
	t.Parallel()
	w := newDriveWorld(t, files.Options{Piece: unit, Max: 2 * unit})
	for fault, want := range map[bottest.FileFault]error{
		bottest.FilesExpired: files.ErrExpired, bottest.FilesGone: files.ErrGone, bottest.FilesFull: files.ErrFull,
		bottest.FilesUnavailable: files.ErrUnavailable, bottest.FilesSignIn: files.ErrRefused,
	} {
		w.cloud.FailFiles(fault, -1)
		_, err := w.upload(t, unit+1, nil)
		require.ErrorIs(t, err, want, fault)
		require.NotContains(t, err.Error(), "tempauth", fault)
	}
	w.cloud.FailFiles("", 0)
	_, err := w.upload(t, 2*unit+1, nil)
	require.ErrorIs(t, err, files.ErrTooBig)
	at := w.place(t)
	w.now = w.now.Add(time.Hour)
	require.ErrorIs(t, w.client.Upload(t.Context(), at.URL, bytes.NewReader([]byte("x")), 1, nil), files.ErrExpired)
	require.Empty(t, w.cloud.SavedFiles(w.cloud.User("alex")))
}

// A buffer gives back what it took, from anywhere.
func TestBuffer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var b files.Buffer
		var want []byte
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 3<<19), 0, 5).Draw(t, "writes") {
			part := bytes.Repeat([]byte(fmt.Sprint(n)), n/7+1)
			got, err := b.Write(part)
			if err != nil || got != len(part) {
				t.Fatalf("wrote %d: %v", got, err)
			}
			want = append(want, part...)
		}
		from := rapid.IntRange(0, len(want)).Draw(t, "from")
		got, err := io.ReadAll(io.NewSectionReader(&b, int64(from), b.Size()))
		if err != nil || b.Size() != int64(len(want)) || !bytes.Equal(got, want[from:]) {
			t.Fatalf("%d bytes of %d: %v", len(got), len(want), err)
		}
	})
}
