package script

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"okrbot/bot/bottest"
)

// path is a file of the script.
func (w *World) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(w.Dir, name)
}

// cmdSendFile sends files of the script, with the words behind "--".
func (w *World) cmdSendFile(_ bool, args []string) error {
	names, words := args, ""
	if i := slices.Index(args, "--"); i >= 0 {
		names, words = args[:i], strings.Join(args[i+1:], " ")
	}
	files, err := w.files(names)
	if err != nil {
		return err
	}
	ctx, cancel := w.ctx()
	defer cancel()
	d, err := w.Teams.SendFiles(ctx, w.Chat, w.User, words, files...)
	w.begin(d)
	return err
}

func (w *World) files(names []string) ([]bottest.File, error) {
	var out []bottest.File
	for _, name := range names {
		content, err := os.ReadFile(w.path(name))
		if err != nil {
			return nil, err
		}
		w.given.Write(bytes.ToLower(content[:min(len(content), 1<<20)]))
		out = append(out, bottest.File{Name: filepath.Base(name), Content: content})
	}
	return out, nil
}

// cmdConsent answers the newest card that asks whether a file may be saved, or gives the
// last answer once more.
func (w *World) cmdConsent(_ bool, args []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	var d bottest.Delivery
	var err error
	switch {
	case slices.Equal(args, []string{"again"}):
		again := maps.Clone(w.sent.Activity)
		w.repeats++
		again["id"] = fmt.Sprintf("%v-%d", again["id"], w.repeats)
		d, err = w.Teams.Deliver(ctx, again, bottest.DeliverOptions{})
	case slices.Equal(args, []string{"accept"}), slices.Equal(args, []string{"decline"}):
		var p bottest.Post
		p, err = w.Teams.Wait(ctx, w.Teams.Personal(w.User), func(p bottest.Post) bool { return p.AsksToSave() != "" })
		if err == nil {
			d, err = w.Teams.Consent(ctx, p, w.User, args[0] == "accept")
		}
	default:
		return errors.New("accept, decline or again")
	}
	if err == nil {
		w.begin(d)
	}
	return err
}

// cmdGotFile waits for a file in the OneDrive of the acting person, and copies it out.
func (w *World) cmdGotFile(_ bool, args []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	var name string
	err := w.Teams.WaitUntil(ctx, func() bool {
		for _, saved := range w.Teams.SavedFiles(w.User) {
			if ok, _ := filepath.Match(args[0], saved); ok {
				name = saved
			}
		}
		return name != ""
	})
	if err != nil {
		return fmt.Errorf("no file %q, only %q: %w", args[0], w.Teams.SavedFiles(w.User), err)
	}
	if len(args) < 2 {
		return nil
	}
	content, _ := w.Teams.SavedFile(w.User, name)
	return os.WriteFile(w.path(args[1]), content, 0o600)
}

// cmdMakeFile makes a file that only its size or its form matters of: big MB, or a zip of
// other files.
func (w *World) cmdMakeFile(_ bool, args []string) error {
	name, kind, rest := args[0], args[1], args[2:]
	var out bytes.Buffer
	switch kind {
	case "big":
		mb, err := strconv.Atoi(rest[0])
		if err != nil {
			return err
		}
		return os.WriteFile(w.path(name), bytes.Repeat([]byte("a,b\r\n"), mb<<20/5+1), 0o600)
	case "zip":
		files, err := w.files(rest)
		if err != nil {
			return err
		}
		if err := writeZip(&out, files); err != nil {
			return err
		}
	default:
		return errors.New("big or zip")
	}
	return os.WriteFile(w.path(name), out.Bytes(), 0o600)
}

func writeZip(out *bytes.Buffer, files []bottest.File) error {
	z := zip.NewWriter(out)
	for _, f := range files {
		entry, err := z.Create(f.Name)
		if err == nil {
			_, err = entry.Write(f.Content)
		}
		if err != nil {
			return err
		}
	}
	return z.Close()
}

// failFiles makes the host of files fail.
func (w *World) failFiles(name string, count int) error {
	if !slices.Contains(bottest.FileFaults(), bottest.FileFault(name)) {
		return fmt.Errorf("unknown fault %q", name)
	}
	if count == 0 {
		count = 1
	}
	w.Teams.FailFiles(bottest.FileFault(name), count)
	return nil
}
