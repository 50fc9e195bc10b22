package bottest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// Choice is one line of a typeahead list.
type Choice struct {
	Title string `json:"title"`
	Value string `json:"value"`
}

// Found is the answer to a search.
type Found struct {
	Answer
	// Choices are the results, at most the 15 that a client shows.
	Choices []Choice
}

// shownChoices is how many results a client asks for and shows ("Typeahead search in
// Adaptive Cards").
const shownChoices = 15

// Search types into a choice set with "choices.data": the invoke application/search.
// With associatedInputs "auto" the other inputs go along, with what was Filled in.
// An error answer in due form is no error.
func (c *Cloud) Search(ctx context.Context, p Post, u User, inputID, query string) (Found, error) {
	if err := known(p.Chat, u); err != nil {
		return Found{}, err
	}
	input, all := findInput(c.View(p, u).Card, inputID)
	source := object(input, "choices.data")
	if text(source, "type") != "Data.Query" {
		return Found{}, fmt.Errorf("bottest: no typeahead input %q", inputID)
	}
	value := map[string]any{
		"kind": "search", "queryText": query, "dataset": text(source, "dataset"),
		"queryOptions": map[string]any{"skip": 0, "top": shownChoices},
	}
	if text(source, "associatedInputs") == "auto" {
		value["data"] = c.associated(p, all, inputID)
	}
	activity := c.invoke(p.Chat, u, "application/search", value)
	activity["replyToId"] = p.ID
	d, err := c.Deliver(ctx, activity, DeliverOptions{})
	found := Found{Answer: Answer{Delivery: d}}
	if err != nil {
		return found, err
	}
	if err := found.read(); err != nil || found.Type != TypeSearch {
		return found, err
	}
	return found, found.readChoices()
}

func (f *Found) readChoices() error {
	var body struct {
		Value struct {
			Results []Choice `json:"results"`
		} `json:"value"`
	}
	if err := json.Unmarshal(f.Body, &body); err != nil {
		return fmt.Errorf("bottest: search results: %w", err)
	}
	f.Choices = body.Value.Results[:min(len(body.Value.Results), shownChoices)]
	return nil
}

// associated are the values of the other inputs.
func (c *Cloud) associated(p Post, inputs []map[string]any, except string) map[string]any {
	c.mu.Lock()
	defer c.mu.Unlock()
	filled := c.fills[p.Chat.ID+"/"+p.ID]
	data := map[string]any{}
	for _, input := range inputs {
		id := text(input, "id")
		value, ok := filled[id]
		if !ok {
			value = preset(input)
		}
		if id != except && value != "" {
			data[id] = value
		}
	}
	return data
}

// findInput finds an input anywhere in the card, with all inputs of the card.
func findInput(card map[string]any, id string) (map[string]any, []map[string]any) {
	var found map[string]any
	all := inputsOf(card)
	for _, input := range all {
		if text(input, "id") == id {
			found = input
		}
	}
	return found, all
}

// inputsOf lists the inputs of a card, those of its ShowCards included.
func inputsOf(card map[string]any) []map[string]any {
	var inputs []map[string]any
	walk(card, func(e map[string]any) bool {
		if strings.HasPrefix(text(e, "type"), "Input.") {
			inputs = append(inputs, e)
		}
		if nested := object(e, "card"); nested != nil {
			inputs = append(inputs, inputsOf(nested)...)
		}
		return true
	})
	return inputs
}

// VerifyState hands the bot the code with which a sign-in page ended, the invoke
// signin/verifyState, in the person's own chat. Whether the bot took it is the
// Delivery's Status: 200, or 412 when the code does not fit.
func (c *Cloud) VerifyState(ctx context.Context, u User, code string) (Delivery, error) {
	chat := c.Personal(u)
	if err := known(chat, u); err != nil {
		return Delivery{}, err
	}
	activity := c.invoke(chat, u, "signin/verifyState", map[string]any{"state": code})
	return c.Deliver(ctx, activity, DeliverOptions{})
}

// Invoke sends any invoke as the person; the answer is the Delivery's Status and Body.
func (c *Cloud) Invoke(ctx context.Context, chat Chat, u User, name string, value any) (Delivery, error) {
	if err := known(chat, u); err != nil {
		return Delivery{}, err
	}
	return c.Deliver(ctx, c.invoke(chat, u, name, value), DeliverOptions{})
}
