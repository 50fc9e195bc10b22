package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"okrbot/bot/bottest"
)

func (w *scriptWorld) ctx() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), patience)
}

func (w *scriptWorld) cmdUser(_ bool, args []string) error {
	u := w.teams.User(strings.Join(args, " "))
	if u.ID == "" {
		return fmt.Errorf("nobody is called %q", args)
	}
	w.user = u
	if w.chat.Kind == bottest.KindPersonal {
		w.chat = w.teams.Personal(u)
	}
	return nil
}

func (w *scriptWorld) cmdIn(_ bool, args []string) error {
	w.current = nil
	switch place := strings.Join(args, " "); {
	case place == "personal":
		w.chat = w.teams.Personal(w.user)
	case place == "group":
		w.chat = w.teams.GroupChat("")
	case strings.HasPrefix(place, "between "):
		w.chat = w.teams.Between(w.user, w.teams.User(strings.TrimPrefix(place, "between ")))
	case strings.HasPrefix(place, "channel "):
		w.chat = w.teams.Channel(strings.TrimPrefix(place, "channel "))
	default:
		return fmt.Errorf("in %s: unknown", place)
	}
	if w.chat.ID == "" {
		return fmt.Errorf("in %s: no such place", args)
	}
	return nil
}

func (w *scriptWorld) cmdClient(_ bool, args []string) error {
	w.submit = len(args) == 1 && args[0] == "submit"
	platform := "Web"
	if len(args) == 1 && args[0] == "desktop" {
		platform = "Windows"
	}
	w.teams.SetPlatform(platform)
	return nil
}

func (w *scriptWorld) cmdInstall(bool, []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	if err := w.cmdMark(false, nil); err != nil {
		return err
	}
	_, err := w.teams.Install(ctx, w.chat, w.user) // two events, of which the first may be answered
	return err
}

func (w *scriptWorld) cmdUninstall(bool, []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	d, err := w.teams.Uninstall(ctx, w.chat, w.user)
	w.begin(d)
	return err
}

func (w *scriptWorld) cmdRedeliver(bool, []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	d, err := w.teams.Redeliver(ctx, w.sent)
	w.since, w.current = d.Seq, nil
	return err
}

// begin makes everything up to a delivery old.
func (w *scriptWorld) begin(d bottest.Delivery) {
	w.since, w.sent, w.current, w.answer = d.Seq, d, nil, bottest.Answer{}
}

func (w *scriptWorld) cmdSay(_ bool, args []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	d, err := w.teams.Say(ctx, w.chat, w.user, strings.Join(args, " "))
	w.begin(d)
	return err
}

// cmdMention is say with another person mentioned at the end.
func (w *scriptWorld) cmdMention(_ bool, args []string) error {
	other := w.teams.User(args[0])
	if other.ID == "" || w.chat.Kind == bottest.KindPersonal {
		return fmt.Errorf("nobody here is called %q", args[0])
	}
	ctx, cancel := w.ctx()
	defer cancel()
	bot, person := "<at>okrbot</at>", "<at>"+other.Name+"</at>"
	activity := w.teams.Activity(w.chat, w.user, "message")
	activity["text"] = bot + " " + strings.Join(args[1:], " ") + " " + person
	activity["entities"] = []any{
		map[string]any{"type": "mention", "text": bot, "mentioned": map[string]any{"id": w.teams.BotID(), "name": "okrbot"}},
		map[string]any{"type": "mention", "text": person, "mentioned": map[string]any{"id": other.ID, "name": other.Name}},
	}
	d, err := w.teams.Deliver(ctx, activity, bottest.DeliverOptions{})
	w.begin(d)
	return err
}

// fresh are the new posts of the place as the acting person sees them, the newest
// change first.
func (w *scriptWorld) fresh() []bottest.Post {
	posts := w.teams.Posts(w.chat.Since(bottest.Delivery{Seq: w.since}))
	var out []bottest.Post
	for _, p := range slices.Backward(posts) {
		out = append(out, w.teams.View(p, w.user))
	}
	return out
}

func showsAll(p bottest.Post, texts []string) bool {
	for _, text := range texts {
		if !p.Contains(text) {
			return false
		}
	}
	return true
}

func (w *scriptWorld) cmdExpect(neg bool, args []string) error {
	if neg {
		return w.expectNone(args)
	}
	p, err := w.await(func(p bottest.Post) bool { return p.HasCard() && showsAll(p, args) })
	if err != nil {
		return fmt.Errorf("no new card shows %q: %w", args, err)
	}
	w.current = &p
	return nil
}

func (w *scriptWorld) await(match func(bottest.Post) bool) (found bottest.Post, err error) {
	ctx, cancel := w.ctx()
	defer cancel()
	err = w.teams.WaitUntil(ctx, func() bool {
		for _, p := range w.fresh() {
			if match(p) {
				found = p
				return true
			}
		}
		return false
	})
	return found, err
}

func (w *scriptWorld) expectNone(args []string) error {
	for _, p := range w.fresh() {
		for _, text := range args {
			if p.Contains(text) {
				return fmt.Errorf("a new card shows %q", text)
			}
		}
	}
	return nil
}

// newestWith finds the newest card of any age in the place.
func (w *scriptWorld) newestWith(texts []string) (bottest.Post, error) {
	posts := w.teams.Posts(w.chat)
	for _, p := range slices.Backward(posts) {
		if p := w.teams.View(p, w.user); showsAll(p, texts) {
			return p, nil
		}
	}
	return bottest.Post{}, fmt.Errorf("no card shows %q", texts)
}

func (w *scriptWorld) cmdOpen(_ bool, args []string) error {
	p, err := w.newestWith(args)
	if err == nil {
		w.current = &p
	}
	return err
}

func (w *scriptWorld) cmdShows(neg bool, args []string) error {
	p, err := w.card("")
	if err != nil {
		return err
	}
	return compare(p, neg, args)
}

func (w *scriptWorld) cmdHolds(neg bool, args []string) error {
	p, err := w.card("")
	if err != nil {
		return err
	}
	p.Card, _ = unfolded(p.Card).(map[string]any)
	return compare(p, neg, args)
}

// unfolded is a card with everything visible.
func unfolded(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, each := range v {
			if key != "isVisible" {
				out[key] = unfolded(each)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, each := range v {
			out[i] = unfolded(each)
		}
		return out
	}
	return v
}

func (w *scriptWorld) cmdLast(neg bool, args []string) error {
	return compare(w.teams.View(w.teams.Last(w.chat), w.user), neg, args)
}

func compare(p bottest.Post, neg bool, args []string) error {
	for _, text := range args {
		if p.Contains(text) == neg {
			return fmt.Errorf("%q: %t in\n%s\n%s", text, neg, p.Text(), strings.Join(p.Actions(), " | "))
		}
	}
	return nil
}

// card is the current card as the acting person sees it; after a say it is the
// first new one, with a certain button or input if one is named.
func (w *scriptWorld) card(with string) (bottest.Post, error) {
	if w.current == nil {
		with, _, _ = strings.Cut(with, "#")
		p, err := w.await(func(p bottest.Post) bool { return p.HasCard() && hasPart(p, with) })
		if err != nil {
			return p, fmt.Errorf("no new card has %q: %w", with, err)
		}
		w.current = &p
	}
	p := w.teams.View(*w.current, w.user)
	w.current = &p
	return p, nil
}

// hasPart says whether a card has a button (by title or verb) or an input.
func hasPart(p bottest.Post, name string) bool {
	if name == "" || p.Contains(name) {
		return true
	}
	raw, err := json.Marshal(p.Card)
	return err == nil && (strings.Contains(string(raw), `"verb":"`+name+`"`) || strings.Contains(string(raw), `"id":"`+name+`"`))
}

func (w *scriptWorld) cmdSilence(bool, []string) error {
	if err := w.cmdIdle(false, nil); err != nil {
		return err
	}
	for _, place := range w.places() {
		if posts := w.teams.Posts(place.Since(bottest.Delivery{Seq: w.since})); len(posts) > 0 {
			return fmt.Errorf("new in %s %q:\n%s", place.Kind, place.Name, posts[len(posts)-1].Text())
		}
	}
	return nil
}

// cmdMark makes everything that there is old.
func (w *scriptWorld) cmdMark(bool, []string) error {
	w.current, w.answer, w.calls = nil, bottest.Answer{}, len(w.azure.Calls())
	for _, place := range w.places() {
		for _, p := range w.teams.Posts(place) {
			w.since = max(w.since, p.Seq)
		}
	}
	return nil
}

func (w *scriptWorld) cmdDump(bool, []string) error { return errors.New("here it is") }
