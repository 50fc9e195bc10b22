package chat

import (
	"context"
	"errors"
	"io"
	"path"
	"strings"

	"okrbot/bot/teams"
	"okrbot/bot/teams/files"
	"okrbot/cards"
	"okrbot/okr"
)

// filesOf are the files of a message, by names without folders.
func filesOf(a teams.Activity) []teams.File {
	out := a.Files()
	for i, f := range out {
		name := okr.CleanLine(path.Base(strings.ReplaceAll(f.Name, `\`, "/")))
		if name == "." || name == "/" || name == "" {
			name = "file"
		}
		out[i].Name = name
	}
	return out
}

// taker is the command for the files of the turn; false: it has none, or no command
// takes any. Some of them Teams only says to be there, see [teams.Activity.HasFilesOutOfReach].
func (g *registry) taker(t *Turn) (Command, bool) {
	if len(t.Files) == 0 && !t.Activity.HasFilesOutOfReach() {
		return Command{}, false
	}
	for _, cmd := range g.commands {
		if cmd.TakesFiles {
			return cmd, true
		}
	}
	return Command{}, false
}

// outOfReach refuses files that Teams does not give, with where it would.
func outOfReach(t *Turn) error {
	if t.Activity.IsPersonal() {
		return okr.Errorf(okr.Invalid, "Teams didn't give me a link to this file. Send it from Teams on a computer or in the browser.")
	}
	return okr.Errorf(okr.Invalid, "I can only receive files in our 1:1 chat. Open it and send the file there.")
}

// FetchFile opens a file of the turn; the caller reads and closes it within the turn. Its
// size is not known before it is read, and at most [files.MaxBytes]. The errors, also
// those of reading, have words. Invalid: it has to be sent again, or in another way.
// Unavailable: it may work later.
func FetchFile(ctx context.Context, c *Chat, f teams.File) (io.ReadCloser, error) {
	from, err := c.Files.Download(ctx, f.URL)
	if err != nil {
		return nil, fileError(err, f.Name)
	}
	return &fetched{from, f.Name}, nil
}

// fetched is a file that is read, with words for what goes wrong.
type fetched struct {
	io.ReadCloser
	name string
}

// Read implements [io.Reader].
func (f *fetched) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fileError(err, f.name)
	}
	return n, err
}

// fileError puts words to what the host of a file says when it is fetched.
func fileError(err error, name string) error {
	return worded(err, []hostWords{
		{files.ErrHost, okr.Invalid, "I'm not allowed to read \"%s\" from where it is stored. If that is your organization's OneDrive, ask the person who runs okrbot to add its host to BOT_FILE_HOSTS."},
		{files.ErrTooBig, okr.Invalid, "\"%s\" is too large. I can read files up to 100 MB."},
		{files.ErrExpired, okr.Invalid, "The link to \"%s\" has expired. Send the file again."},
		{files.ErrGone, okr.Invalid, "\"%s\" was removed from your OneDrive. Send it again."},
		{files.ErrNoFile, okr.Invalid, "Teams gave me a page instead of \"%s\", as it does with files from some phones. Send it from Teams on a computer or in the browser."},
		{files.ErrRefused, okr.Invalid, "OneDrive doesn't let me read \"%s\". Send it again. If that doesn't help, send it from Teams in the browser."},
		{files.ErrUnavailable, okr.Unavailable, "OneDrive didn't send all of \"%s\". Send it again in a minute."},
	}, okr.Shorten(name, 80))
}

// MaxFile is how large a file may be, in bytes.
const MaxFile = files.MaxBytes

// AskToSave is a card of Teams that asks the person of the turn whether a file may be saved in
// their OneDrive. Its buttons are a press of the verb with the data, of which
// [teams.Activity.FileConsent] says which one it was. Teams knows such cards in 1:1 chats
// only: it goes there.
func AskToSave(t *Turn, f cards.SaveFile) Reply {
	return Attach(cards.AskToSave(f), "May I save "+f.Name+" in your OneDrive?").InOwnChat(t.Actor.ID)
}

// Saving is a file that is saved in somebody's OneDrive.
type Saving struct {
	To     teams.Upload
	Bytes  int64 // how large it is, about
	Write  func(w io.Writer) error
	Follow func(percent int) // told at each tenth of the way
}

// SaveFile writes a file and saves it where the person of the turn has allowed it, then
// posts Teams' card of it. It gives the size. Invalid: it is to be asked for again, or is
// too large; Unavailable: it may work later. Both have words.
func SaveFile(ctx context.Context, c *Chat, t *Turn, f Saving) (int64, error) {
	way := &way{total: 2 * max(f.Bytes, 1), told: f.Follow}
	var content files.Buffer
	if err := f.Write(io.MultiWriter(&content, way)); err != nil {
		return 0, saveError(err)
	}
	size := content.Size()
	way.total = 2 * size
	err := c.Files.Upload(ctx, f.To.URL, &content, size, func(sent int64) { way.to(size + sent) })
	if err != nil {
		return 0, saveError(err)
	}
	card := cards.File(f.To.ContentURL, f.To.Name, f.To.ID, f.To.Type)
	if err := c.Post(ctx, t.Activity.Ref(), Attach(card, f.To.Name+" is in your OneDrive")); err != nil { // the file is there all the same
		c.Logger.InfoContext(ctx, "card of a file not posted", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
	}
	return size, nil
}

// way tells how far something is, once each tenth of it.
type way struct {
	total, done int64
	tenth       int64
	told        func(percent int)
}

// Write implements [io.Writer].
func (w *way) Write(p []byte) (int, error) {
	w.to(w.done + int64(len(p)))
	return len(p), nil
}

func (w *way) to(done int64) {
	w.done = done
	if tenth := min(9, 10*done/w.total); tenth > w.tenth {
		w.tenth = tenth
		w.told(int(10 * tenth))
	}
}

// saveError puts words to what the host of files says when a file is saved.
func saveError(err error) error {
	return worded(err, []hostWords{
		{files.ErrHost, okr.Invalid, "I'm not allowed to save the file where Teams asked me to. If that is your organization's OneDrive, ask the person who runs okrbot to add its host to BOT_FILE_HOSTS."},
		{files.ErrTooBig, okr.Invalid, "The file is too large. I can save files up to 100 MB. The person who runs okrbot can export it on the server."},
		{files.ErrExpired, okr.Invalid, "Teams took too long to prepare the file. Ask for it again."},
		{files.ErrGone, okr.Invalid, "The place that Teams prepared for the file is gone. Ask for it again."},
		{files.ErrFull, okr.Invalid, "Your OneDrive is full. Make room there and ask for the file again."},
		{files.ErrRefused, okr.Invalid, "Your OneDrive doesn't accept the file. Ask for it again. If that doesn't help, ask your administrator whether apps can save files there."},
		{files.ErrUnavailable, okr.Unavailable, "Your OneDrive didn't respond. Ask for the file again in a few minutes."},
	})
}

// hostWords are words for an error of a host of files.
type hostWords struct {
	cause error
	kind  okr.Kind
	words string
}

// worded gives an error the words of the first cause that it has; an argument is for all.
func worded(err error, all []hostWords, args ...any) error {
	for _, is := range all {
		if errors.Is(err, is.cause) {
			return okr.WrapError(is.kind, err, is.words, args...)
		}
	}
	return err
}
