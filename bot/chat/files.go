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
	name = okr.Shorten(name, 80)
	for _, is := range []struct {
		cause error
		kind  okr.Kind
		words string
	}{
		{files.ErrHost, okr.Invalid, "\"%s\" is at a place from which okrbot is not allowed to read. If it is your organization's OneDrive, ask whoever operates okrbot to add its host to BOT_FILE_HOSTS."},
		{files.ErrTooBig, okr.Invalid, "\"%s\" is larger than 100 MB, which is the most that I take."},
		{files.ErrExpired, okr.Invalid, "The link to \"%s\" that Teams gave me does not work any more; it is good for about an hour. Send the file again."},
		{files.ErrGone, okr.Invalid, "\"%s\" is not in your OneDrive any more. Send it again."},
		{files.ErrNoFile, okr.Invalid, "Teams gave me a page instead of \"%s\", as it does with files from some phones. Send it from Teams on a computer or in the browser."},
		{files.ErrRefused, okr.Invalid, "OneDrive does not give me \"%s\". Send it again; if that does not help, send it from Teams in the browser."},
		{files.ErrUnavailable, okr.Unavailable, "OneDrive did not give me the whole of \"%s\". Send it again in a minute."},
	} {
		if errors.Is(err, is.cause) {
			return okr.WrapError(is.kind, err, is.words, name)
		}
	}
	return err
}

// AskToSave is a card of Teams that asks the person of the turn whether a file may be saved in
// their OneDrive. Its buttons are a press of the verb with the data, of which
// [teams.Activity.FileConsent] says which one it was. Teams knows such cards in 1:1 chats only: it
// goes there.
func AskToSave(t *Turn, f cards.SaveFile) Reply {
	r := Attach(cards.AskToSave(f), "May I save "+f.Name+" in your OneDrive?").Only(t.Actor.ID)
	r.own = true
	return r
}
