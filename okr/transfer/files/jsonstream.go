package files

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// jsonKind is what a file of an organization export lists.
type jsonKind string

// The files of an organization export, by the beginning of their names in lower case.
const (
	jsonItems    jsonKind = "objectives"
	jsonCheckIns jsonKind = "checkins"
	jsonComments jsonKind = "comments"
	jsonTeams    jsonKind = "teams"
	jsonTags     jsonKind = "tags"
	jsonPeriods  jsonKind = "timeperiods"
	jsonUsers    jsonKind = "users"
)

// jsonKindOf says what a file lists: by its first records, since files are renamed, and
// where those do not say by its name. It is empty for a file of something else.
func jsonKindOf(ctx context.Context, t *text) (jsonKind, error) {
	var kind jsonKind
	err := eachRecord(ctx, t, func(n int, rec map[string]json.RawMessage, _ string) error {
		if kind = kindByKeys(rec); kind != "" || n == knownWithin {
			return errEnough
		}
		return nil
	})
	if err != nil || kind != "" {
		return kind, err
	}
	name := strings.ToLower(t.name)
	for _, k := range []jsonKind{jsonItems, jsonCheckIns, jsonComments, jsonTeams, jsonTags, jsonPeriods, jsonUsers} {
		if strings.HasPrefix(name, string(k)) {
			return k, nil
		}
	}
	return "", nil
}

// knownWithin is the number of records by which it is known what a file lists.
const knownWithin = 20

func kindByKeys(rec map[string]json.RawMessage) jsonKind {
	keys := map[string]bool{}
	for key := range rec {
		keys[letters(key)] = true
	}
	switch {
	case keys["okrid"] && keys["comment"]:
		return jsonComments
	case keys["okrid"]:
		return jsonCheckIns
	case keys["teamname"]:
		return jsonTeams
	case keys["tagname"]:
		return jsonTags
	case keys["timeperiodname"]:
		return jsonPeriods
	case keys["id"] && keys["title"]:
		return jsonItems
	case keys["id"] && keys["email"]:
		return jsonUsers
	}
	return ""
}

// eachRecord reads a list of JSON records one after the other, numbered from 1, until do
// fails; errEnough ends it without an error. Bad names a field that holds something else
// than it should; the other fields are there.
func eachRecord[T any](ctx context.Context, t *text, do func(n int, rec T, bad string) error) error {
	r, err := t.read()
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // only read
	g := &guard{Reader: r}
	dec := json.NewDecoder(g)
	if ok, err := opensList(t, dec); !ok {
		return err
	}
	for n := 1; dec.More(); n++ {
		g.reset()
		var rec T
		var wrong *json.UnmarshalTypeError
		bad := ""
		if err := dec.Decode(&rec); errors.As(err, &wrong) {
			bad = fieldOf(wrong)
		} else if err != nil {
			return jsonError(t.name, n, err)
		}
		if err := errors.Join(ctx.Err(), do(n, rec, bad)); err != nil {
			return ended(err)
		}
	}
	return closesList(t, dec)
}

// errEnough ends reading where a callback knows enough.
var errEnough = errors.New("enough")

// ended is the error of a callback, but for errEnough.
func ended(err error) error {
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

func fieldOf(wrong *json.UnmarshalTypeError) string {
	if wrong.Field == "" {
		return "the record"
	}
	return "“" + wrong.Field + "”"
}

func opensList(t *text, dec *json.Decoder) (bool, error) {
	first, err := dec.Token()
	switch {
	case err != nil:
		return false, jsonError(t.name, 1, err)
	case first == nil:
		return false, nil // null, as exports write what is empty
	case first != json.Delim('['):
		return false, invalid(t.name, "isn't a file of an organization export. Send the export as it was downloaded.")
	}
	return true, nil
}

func closesList(t *text, dec *json.Decoder) error {
	if _, err := dec.Token(); err != nil {
		return jsonError(t.name, 0, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return invalid(t.name, "continues after the end of its list. Export it again and send the new file.")
	}
	return nil
}

func jsonError(name string, n int, err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax) && n > 0 && !errors.Is(err, io.ErrUnexpectedEOF) && syntax.Error() != "unexpected end of JSON input":
		return invalid(name, "can't be read from record %d on, because it isn't valid JSON. Export it again and send the new file.", n)
	case errors.Is(err, io.EOF):
		return damaged(name, io.ErrUnexpectedEOF)
	}
	return readError(name, err)
}
