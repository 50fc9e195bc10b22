package script

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"okrbot/bot/bottest"
)

func (w *World) cmdFill(_ bool, args []string) error {
	for _, arg := range args {
		id, value, ok := strings.Cut(arg, "=")
		if !ok {
			return fmt.Errorf("%q: not ID=VALUE", arg)
		}
		p, err := w.card(id)
		if err != nil {
			return err
		}
		if value, err = inputValue(p.Card, id, value); err != nil {
			return err
		}
		w.Teams.Fill(p, map[string]string{id: strings.ReplaceAll(value, `\n`, "\n")})
	}
	return nil
}

// inputValue turns titles of choices into their values; several are parted by |.
// A value that begins with = is typed as it stands, be it offered or not.
func inputValue(card map[string]any, id, text string) (string, error) {
	if raw, ok := strings.CutPrefix(text, "="); ok {
		return raw, nil
	}
	titles, isChoice := map[string]string{}, false
	eachInput(card, func(input map[string]any) {
		choices, _ := input["choices"].([]any)
		isChoice = isChoice || input["id"] == id && input["type"] == "Input.ChoiceSet"
		for _, each := range choices {
			if c, ok := each.(map[string]any); ok && input["id"] == id {
				title, _ := c["title"].(string)
				value, _ := c["value"].(string)
				titles[title], titles[value] = value, value
			}
		}
	})
	if !isChoice {
		return text, nil
	}
	parts := strings.Split(text, "|")
	for i, part := range parts {
		value, ok := titles[part]
		if !ok {
			return "", fmt.Errorf("%s has no choice %q", id, part)
		}
		parts[i] = value
	}
	return strings.Join(parts, ","), nil
}

// eachInput visits all objects of a card that look like inputs.
func eachInput(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		if kind, _ := v["type"].(string); strings.HasPrefix(kind, "Input.") {
			visit(v)
		}
		for _, each := range v {
			eachInput(each, visit)
		}
	case []any:
		for _, each := range v {
			eachInput(each, visit)
		}
	}
}

func (w *World) cmdPress(_ bool, args []string) error {
	title := strings.Join(args, " ")
	p, err := w.card(title)
	if err != nil {
		return err
	}
	ctx, cancel := w.ctx()
	defer cancel()
	press := w.Teams.Press
	if w.submit {
		press = w.Teams.PressSubmit
	}
	a, err := press(ctx, p, w.User, title)
	if err != nil {
		return err
	}
	return w.pressed(a)
}

// cmdPressOf presses a button of a card that only somebody else sees.
func (w *World) cmdPressOf(_ bool, args []string) error {
	if len(args) < 2 || w.current == nil {
		return errors.New("press-of NAME TITLE, with a current card")
	}
	reader := w.Teams.User(args[0])
	ctx, cancel := w.ctx()
	defer cancel()
	card := *w.current
	a, err := w.Teams.PressOf(ctx, w.Teams.View(card, reader), reader, w.User, strings.Join(args[1:], " "))
	if err != nil {
		return err
	}
	err = w.pressed(a)
	w.current = &card
	return err
}

// pressed keeps what a press was answered with.
func (w *World) pressed(a bottest.Answer) error {
	w.since, w.sent, w.answer, w.current = a.Seq, a.Delivery, a, nil
	if a.Card != nil {
		raw, err := json.Marshal(a.Card)
		w.cards = append(w.cards, raw)
		return err
	}
	w.current = &a.Post
	return nil
}

// cmdAgain presses the button of the last press once more, as somebody does who
// is faster than the card.
func (w *World) cmdAgain(bool, []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	activity := maps.Clone(w.sent.Activity)
	w.repeats++
	activity["id"] = fmt.Sprint(activity["id"], "-again-", w.repeats)
	d, err := w.Teams.Deliver(ctx, activity, bottest.DeliverOptions{})
	w.since, w.current, w.answer = d.Seq, nil, bottest.Answer{Delivery: d}
	if err != nil || activity["type"] != "invoke" {
		return err
	}
	var body struct {
		Type  string
		Value json.RawMessage
	}
	if err := json.Unmarshal(d.Body, &body); err != nil {
		return err
	}
	w.answer.Type = body.Type
	if !strings.HasPrefix(body.Type, bottest.TypeError) {
		return nil
	}
	var refusal struct{ Code, Message string }
	err = json.Unmarshal(body.Value, &refusal)
	w.answer.Message, w.answer.ErrorCode = refusal.Message, refusal.Code
	return err
}

// cmdAgainUntil presses the button of the last press until it is answered with the texts.
func (w *World) cmdAgainUntil(_ bool, args []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		if err := w.cmdAgain(false, nil); err != nil {
			return err
		}
		err := w.cmdAnswered(false, args)
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

// cmdAnswered looks at what came back on the request of the last press.
func (w *World) cmdAnswered(_ bool, args []string) error {
	var body any
	if err := json.Unmarshal(w.answer.Body, &body); err != nil {
		return fmt.Errorf("the press was answered by %q: %w", w.answer.Body, err)
	}
	said := bottest.Plain(strings.Join(texts(body), "\n"))
	for _, text := range args {
		if !strings.Contains(said, text) {
			return fmt.Errorf("the answer does not say %q: %s", text, said)
		}
	}
	return nil
}

// texts are all texts of a JSON value.
func texts(v any) []string {
	var out []string
	switch v := v.(type) {
	case string:
		out = append(out, v)
	case []any:
		for _, each := range v {
			out = append(out, texts(each)...)
		}
	case map[string]any:
		for _, each := range v {
			out = append(out, texts(each)...)
		}
	}
	return out
}

func (w *World) cmdRefused(_ bool, args []string) error {
	if w.submit { // an old client gets a new card
		return w.cmdExpect(false, args)
	}
	if !strings.HasPrefix(w.answer.Type, bottest.TypeError) {
		return fmt.Errorf("the press was answered by %q: %s", w.answer.Type, w.answer.Post.Text())
	}
	for _, text := range args {
		if !strings.Contains(bottest.Plain(w.answer.Message), text) {
			return fmt.Errorf("the refusal does not say %q: %s", text, w.answer.Message)
		}
	}
	return nil
}

func (w *World) cmdSearch(_ bool, args []string) error {
	if len(args) < 2 {
		return errors.New("search ID WORDS")
	}
	p, err := w.card(args[0])
	if err != nil {
		return err
	}
	ctx, cancel := w.ctx()
	defer cancel()
	f, err := w.Teams.Search(ctx, p, w.User, args[0], strings.Join(args[1:], " "))
	w.found, w.answer = f.Choices, f.Answer
	return err
}

func (w *World) cmdChoices(neg bool, args []string) error {
	var titles []string
	for _, c := range w.found {
		titles = append(titles, bottest.Plain(c.Title))
	}
	all := strings.Join(titles, "\n")
	for _, text := range args {
		if strings.Contains(all, text) == neg {
			return fmt.Errorf("%q: %t in\n%s\n%s", text, neg, all, w.answer.Message)
		}
	}
	return nil
}

func (w *World) cmdPick(_ bool, args []string) error {
	for _, c := range w.found {
		if len(args) == 2 && strings.Contains(bottest.Plain(c.Title), args[1]) {
			p, err := w.card(args[0])
			if err == nil {
				w.Teams.Fill(p, map[string]string{args[0]: c.Value})
			}
			return err
		}
	}
	return fmt.Errorf("no choice %q among %v", args, w.found)
}

// cmdLinks looks for a link by its text, as markdown or as a button.
func (w *World) cmdLinks(_ bool, args []string) error {
	p, err := w.card("")
	if err != nil || len(args) != 2 {
		return errors.Join(err, fmt.Errorf("links TITLE TEXT: %q", args))
	}
	if address, err := w.Teams.OpenURL(p, w.User, args[0]); err == nil && strings.Contains(address, args[1]) {
		return nil
	}
	raw, err := json.Marshal(p.Card)
	if err != nil {
		return err
	}
	for _, part := range strings.Split(string(raw), "](")[1:] {
		before, _, _ := strings.Cut(string(raw), "]("+part)
		address, _, _ := strings.Cut(part, ")")
		if strings.HasSuffix(bottest.Plain(strings.ReplaceAll(before, `\\`, `\`)), args[0]) && strings.Contains(address, args[1]) {
			return nil
		}
	}
	return fmt.Errorf("no link %q to an address with %q in %s", args[0], args[1], raw)
}
