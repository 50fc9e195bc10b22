package script

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"okrbot/bot/bottest"
	"okrbot/cards"
)

// selfLink is a link that shows the address that it leads to, to be copied.
var selfLink = regexp.MustCompile(`\[(https?://[^\]]+)\]\((https?://[^)]+)\)`)

// cmdCopy remembers the address that the current card offers to copy.
func (w *World) cmdCopy(_ bool, args []string) error {
	p, err := w.card("")
	if err != nil || len(args) != 1 {
		return errors.Join(err, fmt.Errorf("copy NAME: %q", args))
	}
	raw, err := json.Marshal(p.Card)
	if err != nil {
		return err
	}
	for _, found := range selfLink.FindAllStringSubmatch(string(raw), -1) {
		if found[1] == found[2] && strings.HasPrefix(found[2], w.PublicURL()) {
			w.keepAddress(args[0], found[2])
			return nil
		}
	}
	return fmt.Errorf("the card offers no address to copy: %s", raw)
}

func (w *World) keepAddress(name, address string) {
	if w.copied == nil {
		w.copied = map[string]string{}
	}
	w.copied[name] = address
}

// Copied is an address that copy remembers, or "".
func (w *World) Copied(name string) string { return w.copied[name] }

// PublicURL is where browsers reach okrbot.
func (w *World) PublicURL() string { return "http://" + w.Address }

// address is the address of something: one that was copied or made up, or of a query or
// work item.
func (w *World) address(name string) (string, error) {
	if name == "made-up" {
		return w.PublicURL() + cards.AddressPath + strings.Repeat("a", 26), nil
	}
	if address := w.copied[name]; address != "" {
		return address, nil
	}
	project := w.Azure.BaseURL() + "/" + w.org + "/" + url.PathEscape(w.project)
	if q, ok := w.Azure.Query(w.org, w.project, name); ok {
		return project + "/_queries/query/" + q.ID + "/", nil
	}
	for _, item := range w.Azure.Items(w.org, w.project) {
		if item.Title == name {
			return fmt.Sprintf("%s/_workitems/edit/%d", project, item.ID), nil
		}
	}
	return "", fmt.Errorf("there is no address, query or work item %q", name)
}

// cmdUnfold puts an address into a message of the place.
func (w *World) cmdUnfold(neg bool, args []string) error {
	return w.unfold(neg, args, func(ctx context.Context, address string) (bottest.Composed, error) {
		return w.Teams.Link(ctx, w.Chat, w.User, address)
	})
}

// cmdUnfoldNowhere is the same where Teams does not say in which place.
func (w *World) cmdUnfoldNowhere(neg bool, args []string) error {
	return w.unfold(neg, args, func(ctx context.Context, address string) (bottest.Composed, error) {
		return w.Teams.Link(ctx, bottest.Chat{}, w.User, address)
	})
}

// cmdUnfoldAnonymous is the same where Teams says nothing.
func (w *World) cmdUnfoldAnonymous(neg bool, args []string) error {
	return w.unfold(neg, args, w.Teams.AnonymousLink)
}

func (w *World) unfold(neg bool, args []string, ask func(ctx context.Context, address string) (bottest.Composed, error)) error {
	address, err := w.address(strings.Join(args, " "))
	if err != nil {
		return err
	}
	ctx, cancel := w.ctx()
	defer cancel()
	w.composed, err = ask(ctx, address)
	if err != nil {
		return err
	}
	if unfolds := len(w.composed.Items) > 0; unfolds == neg {
		return fmt.Errorf("%s unfolds: %t", address, unfolds)
	}
	w.current = nil
	if neg {
		return nil
	}
	item := w.composed.Items[0]
	raw, err := json.Marshal(item.Card)
	if err != nil {
		return err
	}
	w.cards = append(w.cards, raw)
	p, err := w.Teams.Insert(w.Chat, w.User, item)
	w.since, w.answer, w.current = p.Seq-1, bottest.Answer{}, &p
	return err
}

// cmdBrowse opens an address in a browser.
func (w *World) cmdBrowse(_ bool, args []string) error {
	address, err := w.address(strings.Join(args, " "))
	if err != nil {
		return err
	}
	ctx, cancel := w.ctx()
	defer cancel()
	_, body, err := Get(ctx, address)
	w.page = plainPage(body)
	return err
}
