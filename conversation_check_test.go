package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"okrbot/bot/bottest"
	"okrbot/cards"
)

// places are all conversations of the world.
func (w *scriptWorld) places() []bottest.Chat {
	out := append([]bottest.Chat{w.teams.GroupChat("")}, w.teams.Team("").Channels...)
	for _, u := range w.teams.Users(bottest.DefaultTenant) {
		out = append(out, w.teams.Personal(u))
	}
	return out
}

// checkCards checks every card that okrbot sent.
func (w *scriptWorld) checkCards() error {
	var errs []error
	for _, place := range w.places() {
		for _, p := range w.teams.Posts(place) {
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
	return nil
}

// checkLog finds error lines that no script expects, and panics.
func (w *scriptWorld) checkLog() error {
	var errs []error
	for _, line := range w.log.lines() {
		if strings.Contains(line, "level=ERROR") && !containsAny(line, w.allowed) {
			errs = append(errs, fmt.Errorf("okrbot logged an error: %s", line))
		}
	}
	return errors.Join(errs...)
}

// evidence is what a failed script leaves: the place, and the end of the log.
func (w *scriptWorld) evidence() string {
	lines, posts := w.log.lines(), w.teams.Posts(w.chat)
	var shown strings.Builder
	for _, p := range posts[max(0, len(posts)-3):] {
		p = w.teams.View(p, w.user)
		_, _ = fmt.Fprintf(&shown, "----\n%s\n[%s]\n", p.Text(), strings.Join(p.Actions(), "] ["))
	}
	return fmt.Sprintf("as %s in %s %q, whose last cards are:\n%s\nlog:\n%s", w.user.GivenName, w.chat.Kind, w.chat.Name,
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
