package script

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"okrbot/bot/bottest"
)

// cmdCompose searches with the message extension, as somebody who writes a message
// in the place.
func (w *World) cmdCompose(_ bool, args []string) error {
	skip := 0
	if len(args) > 1 && args[0] == "skip" {
		var err error
		if skip, err = strconv.Atoi(args[1]); err != nil {
			return err
		}
		args = args[2:]
	}
	ctx, cancel := w.ctx()
	defer cancel()
	found, err := w.Teams.Compose(ctx, w.Chat, w.User, "searchOkrs", strings.Join(args, " "), skip)
	w.composed = found
	for _, item := range found.Items {
		raw, e := json.Marshal(item.Card)
		if e != nil {
			return e
		}
		w.cards = append(w.cards, raw)
	}
	return err
}

// cmdComposed says what the last search showed: its lines, or its message.
func (w *World) cmdComposed(neg bool, args []string) error {
	lines := []string{fmt.Sprintf("%d results", len(w.composed.Items)), w.composed.Text}
	for _, item := range w.composed.Items {
		lines = append(lines, item.Title+" | "+item.Text)
	}
	all := strings.Join(lines, "\n")
	for _, text := range args {
		if strings.Contains(all, text) == neg {
			return fmt.Errorf("%q: %t in\n%s", text, neg, all)
		}
	}
	return nil
}

// cmdInsert puts a result of the last search into a message of the place.
func (w *World) cmdInsert(_ bool, args []string) error {
	title := strings.Join(args, " ")
	for _, item := range w.composed.Items {
		if !strings.Contains(item.Title, title) {
			continue
		}
		p, err := w.Teams.Insert(w.Chat, w.User, item)
		w.since, w.answer, w.current = p.Seq-1, bottest.Answer{}, &p
		return err
	}
	return fmt.Errorf("no result is called %q", title)
}
