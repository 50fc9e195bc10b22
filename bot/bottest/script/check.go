package script

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"okrbot/bot/bottest"
	"okrbot/bot/bottest/wording"
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

// checkSecrets says where a secret is that was typed into a page: it belongs into no log, no
// card and no page.
func (w *World) checkSecrets() error {
	if len(w.secrets) == 0 {
		return nil
	}
	var told strings.Builder
	told.WriteString(strings.Join(w.Log.Lines(), "\n"))
	for _, place := range w.places() {
		for _, p := range w.Teams.Everything(place) {
			for _, activity := range append(p.History, p.Activity) {
				raw, err := json.Marshal(activity)
				if err != nil {
					return err
				}
				told.Write(raw)
			}
		}
	}
	for _, raw := range w.cards {
		told.Write(raw)
	}
	told.WriteString(w.pages)
	for _, secret := range w.secrets {
		if strings.Contains(told.String(), secret) {
			return errors.New("a secret that was typed into a page was told")
		}
	}
	return nil
}

// checking are the commands whose arguments are words of okrbot, not of people.
var checking = map[string]bool{
	"expect": true, "once": true, "heard": true, "open": true, "shows": true, "holds": true, "press": true, "press-of": true, "again-until": true,
	"answered": true, "refused": true, "choices": true, "links": true, "only": true, "everybody": true, "nobody": true, "composed": true,
	"last": true, "page": true, "beside": true, "typed": true, "visit": true, "allow-errors": true,
}

// noteGiven remembers what people give with a command: okrbot may show it as it is.
func (w *World) noteGiven(name string, args []string) {
	if !checking[name] {
		w.given.WriteString(strings.ToLower(strings.Join(args, " ")) + "\n")
	}
}

// checkWords finds words and forms that no text of okrbot has, in all that it sent and in
// the pages that were read.
func (w *World) checkWords() error {
	texts := append([]string{}, w.read...)
	for _, place := range w.places() {
		for _, p := range w.Teams.Everything(place) {
			for _, activity := range append(p.History, p.Activity) {
				texts = append(texts, wording.CardTexts(activity)...)
			}
		}
	}
	for _, raw := range w.cards {
		var card any
		if err := json.Unmarshal(raw, &card); err != nil {
			return err
		}
		texts = append(texts, wording.CardTexts(card)...)
	}
	slices.Sort(texts)
	errs := w.checkPlaces()
	for _, text := range slices.Compact(texts) {
		for _, fault := range wording.Faults(text, w.given.String()) {
			errs = append(errs, errors.New("words: "+fault.String()))
		}
	}
	return errors.Join(errs...)
}

// sendsThere sends people to the 1:1 chat.
var sendsThere = regexp.MustCompile(`(?i)\b(?:try|send|search|use|write|continue|open|see)\b[^.:]*\b(?:1:1|private) chat\b`)

// checkPlaces finds texts in a 1:1 chat that send people to the 1:1 chat.
func (w *World) checkPlaces() (errs []error) {
	for _, place := range w.places() {
		for _, p := range w.Teams.Everything(place) {
			if place.Kind != bottest.KindPersonal {
				continue
			}
			for _, text := range wording.CardTexts(p.Activity) {
				if strings.Contains(strings.ToLower(text), " chat") && sendsThere.MatchString(text) {
					errs = append(errs, fmt.Errorf("place: a 1:1 chat shows %q", text))
				}
			}
		}
	}
	return errs
}

// checkCards checks every card that okrbot sent, and each text once: most are in many cards.
func (w *World) checkCards() error {
	var errs []error
	texts := map[string]bool{}
	for _, place := range w.places() {
		for _, p := range w.Teams.Everything(place) {
			for _, activity := range append(p.History, p.Activity) {
				errs = append(errs, checkActivity(activity, texts))
			}
		}
	}
	for _, raw := range w.cards {
		var card map[string]any
		errs = append(errs, json.Unmarshal(raw, &card), checkCard(card, len(raw), texts))
	}
	for text := range texts {
		if faults := bottest.TextFaults(text); len(faults) > 0 {
			errs = append(errs, fmt.Errorf("a text of a card that clients show otherwise than meant: %s", strings.Join(faults, "; ")))
		}
	}
	return errors.Join(errs...)
}

func checkActivity(activity map[string]any, texts map[string]bool) error {
	attachments, _ := activity["attachments"].([]any)
	if summary, _ := activity["summary"].(string); len(attachments) > 0 && summary == "" {
		return fmt.Errorf("a card without a summary: %v", activity)
	}
	var errs []error
	for _, each := range attachments {
		a, _ := each.(map[string]any)
		if a["contentType"] != bottest.ContentAdaptive {
			continue
		}
		card, _ := a["content"].(map[string]any)
		raw, err := json.Marshal(card)
		errs = append(errs, err, checkCard(card, len(raw), texts))
	}
	return errors.Join(errs...)
}

// checkCard checks a card of so many bytes, and notes its texts.
func checkCard(card map[string]any, size int, texts map[string]bool) error {
	if card["type"] != "AdaptiveCard" || card["version"] != "1.5" {
		return fmt.Errorf("a card of type %q, version %q", card["type"], card["version"])
	}
	if size >= cards.MaxBytes {
		return fmt.Errorf("a card of %d bytes", size)
	}
	for _, text := range bottest.MarkdownTexts(card) {
		texts[text] = true
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
