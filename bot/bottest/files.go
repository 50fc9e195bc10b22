package bottest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

// The content types of files, and of the cards about them ("Send and receive files using
// bot").
const (
	ContentFile        = "application/vnd.microsoft.teams.file.download.info"
	ContentFileConsent = "application/vnd.microsoft.teams.card.file.consent"
	ContentFileInfo    = "application/vnd.microsoft.teams.card.file.info"
)

const (
	// linkLife is for how long an address lets in. Microsoft's SDKs say about an hour.
	linkLife = time.Hour
	// uploadUnit is what the size of each piece of an upload but the last is a multiple of,
	// and maxPiece is the largest ("Upload large files with an upload session").
	uploadUnit = 320 << 10
	maxPiece   = 60 << 20
	// maxFile bounds what the stand-in keeps of a file.
	maxFile = 256 << 20
)

// File is a file that a person sends, or that a bot saved for one.
type File struct {
	Name    string
	Content []byte
}

// FileFault is one way in which the host of files fails, see [Cloud.FailFiles].
type FileFault string

// The faults of files.
const (
	FilesExpired     FileFault = "expired"     // every address is over: 401
	FilesGone        FileFault = "gone"        // 404
	FilesPage        FileFault = "page"        // a page instead of the file, as for files of some phones
	FilesSignIn      FileFault = "sign-in"     // a redirect to the page where people sign in
	FilesCut         FileFault = "cut"         // the connection ends in the middle
	FilesUnavailable FileFault = "unavailable" // 503
	FilesFull        FileFault = "full"        // 507: the OneDrive has no room
	FilesLost        FileFault = "lost"        // a piece is kept, and nobody says so
)

// FileFaults are all of them.
func FileFaults() []FileFault {
	return []FileFault{FilesExpired, FilesGone, FilesPage, FilesSignIn, FilesCut, FilesUnavailable, FilesFull, FilesLost}
}

// drive is the OneDrive of everybody.
type drive struct {
	sent    map[string]*driveFile // by the token of their address
	uploads map[string]*driveFile
	saved   map[string]map[string][]byte // by owner and name
	fault   FileFault
	times   int // how often it fails; negative: always
	Counts  FileCounts
}

// FileCounts says how often the host of files was asked.
type FileCounts struct{ Downloads, Pieces, Refused int }

// driveFile is a file at an address that lets in whoever has it.
type driveFile struct {
	File
	owner  User
	until  time.Time
	size   int64 // of an upload; 0: not known yet
	isOver bool  // everything is uploaded
}

// FailFiles makes the next requests for files fail: so many, or all when it is negative.
func (c *Cloud) FailFiles(f FileFault, times int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drive.fault, c.drive.times = f, times
}

// FileCounts returns the counters of files.
func (c *Cloud) FileCounts() FileCounts {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.drive.Counts
}

// SavedFile returns what stands in the person's OneDrive under a name; false: nothing does.
func (c *Cloud) SavedFile(u User, name string) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	content, ok := c.drive.saved[u.ID][name]
	return slices.Clone(content), ok
}

// SavedFiles returns the names of what bots saved in the person's OneDrive, in order.
func (c *Cloud) SavedFiles(u User) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.drive.saved[u.ID]))
}

// SendFiles sends files as the person, with words or without. In a personal chat the bot
// gets an address for each that lets in for an hour; elsewhere it gets a message that does
// no more than say that there are some.
func (c *Cloud) SendFiles(ctx context.Context, chat Chat, u User, words string, files ...File) (Delivery, error) {
	activity, err := c.fileMessage(chat, u, words, files)
	if err != nil {
		return Delivery{}, err
	}
	return c.turn(ctx, activity)
}

// fileMessage is a message with files.
func (c *Cloud) fileMessage(chat Chat, u User, words string, files []File) (map[string]any, error) {
	activity, err := c.text(chat, u, words)
	if err != nil {
		return nil, err
	}
	attachments := list(activity, "attachments")
	if chat.Kind == KindPersonal && words == "" {
		attachments = nil
	}
	for _, f := range files {
		if chat.Kind == KindPersonal {
			attachments = append(attachments, c.sentFile(u, f))
			continue
		}
		body, _ := attachments[0].(map[string]any)
		body["content"] = text(body, "content") + fmt.Sprintf(`<attachment id="%s"></attachment>`, newGUID())
	}
	activity["attachments"] = attachments
	return activity, nil
}

// sentFile puts a file into the person's OneDrive and makes the attachment for it.
func (c *Cloud) sentFile(u User, f File) map[string]any {
	token := rand.Text()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drive.sent[token] = &driveFile{File: f, owner: u, until: c.opts.Now().Add(linkLife)}
	id := newGUID()
	return map[string]any{
		"contentType": ContentFile, "name": f.Name, "contentUrl": c.driveURL(u, f.Name),
		"content": map[string]any{
			"downloadUrl": c.publicURL + "/personal/" + slug(u.UPN) + "/_layouts/15/download.aspx?UniqueId=" + id + "&Translate=false&tempauth=" + token,
			"uniqueId":    id, "fileType": strings.TrimPrefix(path.Ext(f.Name), "."),
		},
	}
}

// driveURL is the address of a file for people, which lets in nobody by itself; the
// caller holds the lock.
func (c *Cloud) driveURL(u User, name string) string {
	return c.publicURL + "/personal/" + slug(u.UPN) + "/Documents/Applications/" + url.PathEscape(name)
}

// AsksToSave is the name of the file that the post asks to save; empty: it asks nothing.
func (p Post) AsksToSave() string {
	if _, ok := attachment(p.Activity, ContentFileConsent); !ok {
		return ""
	}
	return fileName(p.Activity)
}

// Consent presses a button of a card that asks whether the bot may save a file. Where it
// may, a place for the file is made first.
func (c *Cloud) Consent(ctx context.Context, p Post, u User, accept bool) (Delivery, error) {
	if err := known(p.Chat, u); err != nil {
		return Delivery{}, err
	}
	now := c.View(p, u)
	card, _ := attachment(now.Activity, ContentFileConsent)
	if now.AsksToSave() == "" || now.Deleted || p.Chat.Kind != KindPersonal {
		return Delivery{}, errors.New("bottest: the post does not ask whether a file may be saved in a personal chat")
	}
	value := map[string]any{"type": "fileUpload", "action": "decline", "context": card["declineContext"]}
	if accept {
		value["action"], value["context"] = "accept", card["acceptContext"]
		value["uploadInfo"] = c.uploadInfo(u, fileName(now.Activity))
	}
	activity := c.invoke(p.Chat, u, "fileConsent/invoke", value)
	activity["replyToId"] = p.ID
	return c.turn(ctx, activity)
}

// uploadInfo makes a place for a file in the person's OneDrive.
func (c *Cloud) uploadInfo(u User, name string) map[string]any {
	token := rand.Text()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drive.uploads[token] = &driveFile{File: File{Name: name}, owner: u, until: c.opts.Now().Add(linkLife)}
	return map[string]any{
		"name": name, "contentUrl": c.driveURL(u, name), "uniqueId": newGUID(), "fileType": strings.TrimPrefix(path.Ext(name), "."),
		"uploadUrl": c.publicURL + "/personal/" + slug(u.UPN) + "/_api/v2.0/drive/items/uploadSession?guid='" + newGUID() + "'&tempauth=" + token,
	}
}

// fileName is the name of the first attachment.
func fileName(activity map[string]any) string {
	for _, each := range list(activity, "attachments") {
		if a, ok := each.(map[string]any); ok {
			return text(a, "name")
		}
	}
	return ""
}

func newGUID() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:])
	text := strings.ToUpper(hex.EncodeToString(raw[:]))
	return strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-")
}

// SayAsBot posts an activity in the chat as a bot does through the connector, for tests
// without one, and returns its id.
func (c *Cloud) SayAsBot(chat Chat, activity map[string]any) (string, error) {
	if chat.ID == "" {
		return "", errors.New("bottest: no such chat")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.add(chat, activity).ID, nil
}
