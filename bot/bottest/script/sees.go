package script

import (
	"errors"
	"fmt"

	"okrbot/bot/bottest"
)

// cmdOnly waits for a card that only one person sees.
func (w *World) cmdOnly(_ bool, args []string) error {
	if len(args) < 3 || args[1] != "sees" {
		return errors.New("not as in: only NAME sees TEXT")
	}
	reader := w.Teams.User(args[0])
	if reader.ID == "" {
		return fmt.Errorf("nobody is called %q", args[0])
	}
	only := reader.ID
	if w.Chat.Kind == bottest.KindPersonal {
		only = ""
	}
	p, err := w.seen(reader, args[2:], only)
	if err != nil {
		return err
	}
	if reader.ID == w.User.ID {
		w.current = &p
	}
	return w.hidden(reader, args[2:])
}

// cmdEverybody waits for a card that every member of the place sees.
func (w *World) cmdEverybody(_ bool, args []string) error {
	if len(args) < 2 || args[0] != "sees" {
		return errors.New("not as in: everybody sees TEXT")
	}
	for _, u := range w.Teams.Users(bottest.DefaultTenant) {
		p, err := w.seen(u, args[1:], "")
		if err != nil {
			return err
		}
		if u.ID == w.User.ID {
			w.current = &p
		}
	}
	return nil
}

// cmdNobody looks that nothing new shows a text to anybody but the acting person.
func (w *World) cmdNobody(_ bool, args []string) error {
	if len(args) < 3 || args[0] != "else" || args[1] != "sees" {
		return errors.New("not as in: nobody else sees TEXT")
	}
	return errors.Join(w.cmdIdle(false, nil), w.hidden(w.User, args[2:]))
}

// seen waits until a new card in the place, for that person only or for everybody, shows
// the texts to a person.
func (w *World) seen(u bottest.User, texts []string, only string) (found bottest.Post, err error) {
	ctx, cancel := w.ctx()
	defer cancel()
	err = w.Teams.WaitUntil(ctx, func() bool {
		for _, p := range w.freshTo(w.Chat, u) {
			if p.HasCard() && p.Only == only && showsAll(p, texts) {
				found = p
				return true
			}
		}
		return false
	})
	if err != nil {
		return found, fmt.Errorf("no new card, for %q only, shows %q to %s: %w", only, texts, u.Name, err)
	}
	return found, nil
}

// freshTo are the new posts of a place as a person sees them now.
func (w *World) freshTo(place bottest.Chat, u bottest.User) []bottest.Post {
	var out []bottest.Post
	for _, p := range w.Teams.Posts(place.As(u).Since(bottest.Delivery{Seq: w.since})) {
		out = append(out, w.Teams.View(p, u))
	}
	return out
}

// hidden looks that no new post of any place shows one of the texts to anybody but one
// person. A personal chat is seen by whose it is.
func (w *World) hidden(but bottest.User, texts []string) error {
	for _, place := range w.places() {
		for _, u := range w.Teams.Users(bottest.DefaultTenant) {
			if u.ID == but.ID || place.Kind == bottest.KindPersonal && place.User != u.ID {
				continue
			}
			for _, p := range w.freshTo(place, u) {
				for _, text := range texts {
					if p.Contains(text) {
						return fmt.Errorf("%s sees %q in %s %q:\n%s", u.Name, text, place.Kind, place.Name, p.Text())
					}
				}
			}
		}
	}
	return nil
}
