package script

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"okrbot/bot/bottest"
)

func (w *World) ctx() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), Patience)
}

// begin makes everything up to a delivery old.
func (w *World) begin(d bottest.Delivery) {
	w.since, w.sent, w.current, w.answer = d.Seq, d, nil, bottest.Answer{}
}

func (w *World) cmdSay(_ bool, args []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	d, err := w.Teams.Say(ctx, w.Chat, w.User, strings.ReplaceAll(strings.Join(args, " "), `\n`, "\n"))
	w.begin(d)
	return err
}

// cmdSlash is say by a slash command, which only okrbot sees.
func (w *World) cmdSlash(_ bool, args []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	d, err := w.Teams.Slash(ctx, w.Chat, w.User, strings.Join(args, " "))
	w.begin(d)
	return err
}

// cmdSayAs is say as some clients send it.
func (w *World) cmdSayAs(_ bool, args []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	d, err := w.Teams.SayAs(ctx, w.Chat, w.User, args[0], strings.Join(args[1:], " "))
	w.begin(d)
	return err
}

// cmdPaste says words and the address of a query behind them.
func (w *World) cmdPaste(neg bool, args []string) error {
	address, err := w.address(args[0])
	if err != nil {
		return err
	}
	return w.cmdSay(neg, append(args[1:], address))
}

// cmdMention is say with another person mentioned at the end.
func (w *World) cmdMention(_ bool, args []string) error {
	other := w.Teams.User(args[0])
	if other.ID == "" || w.Chat.Kind == bottest.KindPersonal {
		return fmt.Errorf("nobody here is called %q", args[0])
	}
	ctx, cancel := w.ctx()
	defer cancel()
	bot, person := "<at>okrbot</at>", "<at>"+other.Name+"</at>"
	activity := w.Teams.Activity(w.Chat, w.User, "message")
	activity["text"] = bot + " " + strings.Join(args[1:], " ") + " " + person
	activity["entities"] = []any{
		map[string]any{"type": "mention", "text": bot, "mentioned": map[string]any{"id": w.Teams.BotID(), "name": "okrbot"}},
		map[string]any{"type": "mention", "text": person, "mentioned": map[string]any{"id": other.ID, "name": other.Name}},
	}
	d, err := w.Teams.Deliver(ctx, activity, bottest.DeliverOptions{})
	w.begin(d)
	return err
}

// fresh are the new posts of the place as the acting person sees them, the newest
// change first.
func (w *World) fresh() []bottest.Post {
	posts := w.Teams.Posts(w.Chat.As(w.User).Since(bottest.Delivery{Seq: w.since}))
	var out []bottest.Post
	for _, p := range slices.Backward(posts) {
		out = append(out, w.Teams.View(p, w.User))
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

func (w *World) cmdExpect(neg bool, args []string) error {
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

func (w *World) cmdHeard(_ bool, args []string) error {
	_, err := w.await(func(p bottest.Post) bool { return !p.HasCard() && showsAll(p, args) })
	if err != nil {
		return fmt.Errorf("no new message says %q: %w", args, err)
	}
	return nil
}

// cmdOnce looks that exactly one new card shows the texts. It waits for one, and then
// until okrbot has nothing left to do.
func (w *World) cmdOnce(_ bool, args []string) error {
	if err := w.cmdExpect(false, args); err != nil {
		return err
	}
	if err := w.cmdIdle(false, nil); err != nil {
		return err
	}
	n := 0
	for _, p := range w.fresh() {
		if p.HasCard() && showsAll(p, args) {
			n++
		}
	}
	if n != 1 {
		return fmt.Errorf("%d new cards show %q", n, args)
	}
	return nil
}

func (w *World) await(match func(bottest.Post) bool) (found bottest.Post, err error) {
	ctx, cancel := w.ctx()
	defer cancel()
	err = w.Teams.WaitUntil(ctx, func() bool {
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

func (w *World) expectNone(args []string) error {
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
func (w *World) newestWith(texts []string) (bottest.Post, error) {
	posts := w.Teams.Posts(w.Chat.As(w.User))
	for _, p := range slices.Backward(posts) {
		if p := w.Teams.View(p, w.User); showsAll(p, texts) {
			return p, nil
		}
	}
	return bottest.Post{}, fmt.Errorf("no card shows %q", texts)
}

func (w *World) cmdOpen(_ bool, args []string) error {
	p, err := w.newestWith(args)
	if err == nil {
		w.current = &p
	}
	return err
}

func (w *World) cmdShows(neg bool, args []string) error {
	p, err := w.card("")
	if err != nil {
		return err
	}
	return compare(p, neg, args)
}

func (w *World) cmdHolds(neg bool, args []string) error {
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

func (w *World) cmdLast(neg bool, args []string) error {
	return compare(w.Teams.View(w.Teams.Last(w.Chat.As(w.User)), w.User), neg, args)
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
func (w *World) card(with string) (bottest.Post, error) {
	if w.current == nil {
		with, _, _ = strings.Cut(with, "#")
		p, err := w.await(func(p bottest.Post) bool { return p.HasCard() && hasPart(p, with) })
		if err != nil {
			return p, fmt.Errorf("no new card has %q: %w", with, err)
		}
		w.current = &p
	}
	p := w.Teams.View(*w.current, w.User)
	if p.ID == "" {
		return p, fmt.Errorf("%s does not see the card", w.User.GivenName)
	}
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

func (w *World) cmdSilence(bool, []string) error {
	if err := w.cmdIdle(false, nil); err != nil {
		return err
	}
	for _, place := range w.places() {
		if posts := w.Teams.Everything(place.Since(bottest.Delivery{Seq: w.since})); len(posts) > 0 {
			return fmt.Errorf("new in %s %q:\n%s", place.Kind, place.Name, posts[len(posts)-1].Text())
		}
	}
	return nil
}

// cmdMark makes everything that there is old.
func (w *World) cmdMark(bool, []string) error {
	w.current, w.answer, w.calls = nil, bottest.Answer{}, len(w.Azure.Calls())
	for _, place := range w.places() {
		for _, p := range w.Teams.Everything(place) {
			w.since = max(w.since, p.Seq)
		}
	}
	return nil
}

func (w *World) cmdDump(bool, []string) error { return errors.New("here it is") }
