package connections

import (
	"context"
	"strings"

	"okrbot/bot/chat"
	"okrbot/okr"
)

// findConnection reads the connection that a text means: by id, by name, or by a
// part of one name only.
func (s *Subject) findConnection(ctx context.Context, t *chat.Turn, text string) (okr.Connection, error) {
	text = okr.CleanLine(text)
	if id, ok := okr.ParseConnectionID(text); ok {
		return s.connect.Connection(ctx, t.Actor, id)
	}
	list := s.connect.AllConnections
	if t.Actor.Shared {
		list = s.connect.Connections // an own one can be named anywhere
	}
	all, err := list(ctx, t.Actor)
	if err != nil {
		return okr.Connection{}, err
	}
	var found []okr.Connection
	for _, c := range all {
		if strings.EqualFold(c.Name, text) {
			return c, nil
		}
		if text != "" && strings.Contains(strings.ToLower(c.Name), strings.ToLower(text)) {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		return okr.Connection{}, okr.WithNext(okr.Errorf(okr.NotFound, "Name the connection by its id (like C7) or name."), okr.Step{Kind: okr.StepConnections})
	}
	return found[0], nil
}

// cutTo parts "C7 to C8" at its last "to".
func cutTo(arg string) (what, to string) {
	i := strings.LastIndex(strings.ToLower(arg), " to ")
	if i < 0 {
		return arg, ""
	}
	return arg[:i], strings.TrimSpace(arg[i+len(" to "):])
}
