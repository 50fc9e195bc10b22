package script

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"okrbot/bot/bottest"
	"okrbot/cards"
)

// places are all conversations of the world.
func (w *World) places() []bottest.Chat {
	out := append([]bottest.Chat{w.Teams.GroupChat("")}, w.Teams.Team("").Channels...)
	for _, u := range w.Teams.Users(bottest.DefaultTenant) {
		out = append(out, w.Teams.Personal(u))
	}
	return out
}

// checkCards checks every card that okrbot sent.
func (w *World) checkCards() error {
	var errs []error
	for _, place := range w.places() {
		for _, p := range w.Teams.Everything(place) {
			for _, activity := range append(p.History, p.Activity) {
				errs = append(errs, checkActivity(activity))
			}
		}
	}
	for _, raw := range w.cards {
		errs = append(errs, checkCard(raw))
	}
	return errors.Join(errs...)
}

func checkActivity(activity map[string]any) error {
	attachments, _ := activity["attachments"].([]any)
	if summary, _ := activity["summary"].(string); len(attachments) > 0 && summary == "" {
		return fmt.Errorf("a card without a summary: %v", activity)
	}
	var errs []error
	for _, each := range attachments {
		a, _ := each.(map[string]any)
		raw, err := json.Marshal(a["content"])
		errs = append(errs, err)
		if a["contentType"] == bottest.ContentAdaptive {
			errs = append(errs, checkCard(raw))
		}
	}
	return errors.Join(errs...)
}

func checkCard(raw json.RawMessage) error {
	var card struct{ Type, Version string }
	if err := json.Unmarshal(raw, &card); err != nil {
		return err
	}
	if card.Type != "AdaptiveCard" || card.Version != "1.5" {
		return fmt.Errorf("a card of type %q, version %q", card.Type, card.Version)
	}
	if len(raw) >= cards.MaxBytes {
		return fmt.Errorf("a card of %d bytes", len(raw))
	}
	var whole map[string]any
	if err := json.Unmarshal(raw, &whole); err != nil {
		return err
	}
	if faults := bottest.CardFaults(whole); len(faults) > 0 {
		return fmt.Errorf("texts of a card that clients show otherwise than meant: %s", strings.Join(faults, "; "))
	}
	return nil
}

// checkLog finds error lines that no script expects, and panics.
func (w *World) checkLog() error {
	var errs []error
	for _, line := range w.Log.Lines() {
		if strings.Contains(line, "level=ERROR") && !containsAny(line, w.allowed) {
			errs = append(errs, fmt.Errorf("okrbot logged an error: %s", line))
		}
	}
	return errors.Join(errs...)
}

// evidence is what a failed script leaves: the place, and the end of the log.
func (w *World) evidence() string {
	lines, posts := w.Log.Lines(), w.Teams.Posts(w.Chat.As(w.User))
	var shown strings.Builder
	for _, p := range posts[max(0, len(posts)-3):] {
		p = w.Teams.View(p, w.User)
		_, _ = fmt.Fprintf(&shown, "----\n%s\n[%s]\n", p.Text(), strings.Join(p.Actions(), "] ["))
	}
	return fmt.Sprintf("as %s in %s %q, whose last cards are:\n%s\nlog:\n%s", w.User.GivenName, w.Chat.Kind, w.Chat.Name,
		shown.String(), strings.Join(lines[max(0, len(lines)-8):], "\n"))
}

func containsAny(text string, parts []string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
