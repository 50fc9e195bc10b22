package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// TestWhoSeesAnAnswer says every command and presses every button in a channel and a
// group chat, as somebody who may and as somebody who may not. A slash command, a
// refusal, what is for one person only and the buttons of such a card are answered so
// that nobody else in the place sees anything; all else is answered for everybody.
func TestWhoSeesAnAnswer(t *testing.T) {
	t.Parallel()
	for kind, placeIn := range map[string]func(*rightsWorld) bottest.Chat{
		"channel": func(r *rightsWorld) bottest.Chat { return r.Teams.Channel("Delivery") },
		"group":   func(r *rightsWorld) bottest.Chat { return r.Teams.GroupChat("") },
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := newRightsWorld(t)
			start, place := copyOf(t, r.redis), placeIn(r)
			for _, name := range []string{"alex", "lee", "patti"} {
				u := r.Teams.User(name)
				for _, subject := range r.app.bot.Subjects() {
					for _, c := range subject.Commands {
						r.whoSeesCommand(t, place, u, c)
						start.restore(t, r.redis, r.journal.take())
					}
					for _, verb := range slices.Sorted(maps.Keys(subject.Presses)) {
						r.whoSeesPress(t, place, u, verb)
						start.restore(t, r.redis, r.journal.take())
					}
				}
			}
			require.Empty(t, r.wrong, "%s", strings.Join(r.wrong, "\n"))
		})
	}
}

func (r *rightsWorld) whoSeesCommand(t *testing.T, place bottest.Chat, u bottest.User, c chat.Command) {
	t.Helper()
	a := commandActs()[c.Name]
	arg := r.fill(a.words, a, r.real(a.kind)[0])
	words := strings.TrimSpace(c.Name + " " + arg)
	d, err := r.Teams.Say(t.Context(), place, u, words)
	require.NoError(t, err)
	play(t, r.world, "idle")
	isOwn := c.Own != nil && c.Own(arg)
	for _, p := range r.posts(place, d, u) {
		isRefusal := strings.HasPrefix(p.Text(), "▲")
		if wantsOnly := isOwn || isRefusal; wantsOnly != (p.Only == u.ID) {
			r.wrong = append(r.wrong, fmt.Sprintf("“%s” of %s in %s: only %q sees %s", words, u.Name, place.Kind, p.Only, p.Text()))
		}
	}
	d, err = r.Teams.Slash(t.Context(), place, u, words)
	require.NoError(t, err)
	play(t, r.world, "idle")
	require.NotEmpty(t, r.posts(place, d, u), "/%s is answered", words)
	r.onlySeen(place, d, u, "/"+words)
}

// whoSeesPress presses a button of a card that only the person sees, in both forms, and
// one of a card that everybody sees.
func (r *rightsWorld) whoSeesPress(t *testing.T, place bottest.Chat, u bottest.User, verb string) {
	t.Helper()
	a := pressActs()[verb]
	data := map[string]string{cards.KeyVerb: verb, teams.KeyTargeted: "1"}
	for k, v := range a.data {
		data[r.fill(k, a, r.real(a.kind)[0])] = r.fill(v, a, r.real(a.kind)[0])
	}
	what := fmt.Sprintf("button %s of %s in %s", verb, u.Name, place.Kind)
	value := map[string]any{"action": map[string]any{"type": "Action.Execute", "verb": verb, "data": data}}
	d, err := r.Teams.Invoke(t.Context(), place, u, "adaptiveCard/action", value)
	require.NoError(t, err)
	play(t, r.world, "idle")
	if isShared := verb == cards.VerbShare && len(r.Teams.Posts(place.Since(bottest.Delivery{Seq: d.Seq}))) > 0; !isShared {
		r.onlySeen(place, d, u, what)
	}
	if bad := unmarked(d.Body); bad != "" {
		r.wrong = append(r.wrong, what+" is answered by a card with the button "+bad+", whose answers everybody would see")
	}
	submit := r.Teams.Activity(place, u, "message")
	submit["value"] = data
	d, err = r.Teams.Deliver(t.Context(), submit, bottest.DeliverOptions{})
	require.NoError(t, err)
	play(t, r.world, "idle")
	if verb != cards.VerbShare {
		r.onlySeen(place, d, u, what+" (submit)")
	}
}

// posts are what the person sees that is new in the place.
func (r *rightsWorld) posts(place bottest.Chat, d bottest.Delivery, u bottest.User) []bottest.Post {
	return r.Teams.Posts(place.Since(d).As(u))
}

// onlySeen notes what others see in the place. What an earlier sync that was asked for
// in front of all comes to may still be shown meanwhile, on its own card.
func (r *rightsWorld) onlySeen(place bottest.Chat, d bottest.Delivery, u bottest.User, what string) {
	for _, p := range r.Teams.Everything(place.Since(d)) {
		if p.Only != u.ID && p.Updates == 0 {
			r.wrong = append(r.wrong, fmt.Sprintf("%s of %s in %s: only %q sees %s", what, u.Name, place.Kind, p.Only, p.Text()))
		}
	}
}

// unmarked is a button of a card in an answer that does not say that only one person
// sees it; empty: there is none.
func unmarked(body []byte) string {
	var answer struct{ Value any }
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	var look func(v any) string
	look = func(v any) string {
		found := ""
		switch v := v.(type) {
		case []any:
			for _, each := range v {
				found = look(each) + found
			}
		case map[string]any:
			data, _ := v["data"].(map[string]any)
			if kind, _ := v["type"].(string); (kind == "Action.Execute" || kind == "Action.Submit") && data[teams.KeyTargeted] == nil {
				return fmt.Sprint(v["title"])
			}
			for _, each := range v {
				found = look(each) + found
			}
		}
		return found
	}
	return look(answer.Value)
}

// A press that claims to be of a card that only its sender sees shows nobody else
// anything, and changes no card that others see.
func TestForgedMarkShowsNobodyElse(t *testing.T) {
	t.Parallel()
	r := newRightsWorld(t)
	alex, place := r.Teams.User("alex"), r.Teams.Channel("Delivery")
	d, err := r.Teams.Say(t.Context(), place, alex, "okr O1")
	require.NoError(t, err)
	seen := r.Teams.Posts(place.Since(d))
	require.Len(t, seen, 1)
	for _, verb := range []string{cards.VerbGoal, cards.VerbWhy, cards.VerbHistory, cards.VerbGoalEdit, cards.VerbSync, cards.VerbGoalRestore} {
		for _, kind := range []string{"invoke", "message"} {
			data := map[string]string{cards.KeyVerb: verb, cards.KeyGoal: "O2", teams.KeyTargeted: "1"}
			activity := r.Teams.Activity(seen[0].Chat, alex, kind)
			activity["replyToId"], activity["value"] = seen[0].ID, any(data)
			if kind == "invoke" {
				activity["name"], activity["value"] = "adaptiveCard/action", map[string]any{"action": map[string]any{"type": "Action.Execute", "verb": verb, "data": data}}
			}
			_, err := r.Teams.Deliver(t.Context(), activity, bottest.DeliverOptions{})
			require.NoError(t, err)
			play(t, r.world, "idle")
		}
	}
	for _, p := range r.Teams.Posts(place.Since(bottest.Delivery{Seq: d.Seq})) {
		require.NotContains(t, p.Text(), "Secret")
		require.Equal(t, seen[0].Text(), p.Text(), "what everybody sees is as it was")
	}
}

// What a person shares is what everybody may see of it, by the rights at the press.
func TestShareChecksAgain(t *testing.T) {
	t.Parallel()
	r := newRightsWorld(t)
	r.look(t)
	place := r.Teams.GroupChat("")
	for _, name := range []string{"alex", "lee", "patti"} {
		u := r.Teams.User(name)
		for _, view := range []string{cards.VerbGoals, cards.VerbGoal, cards.VerbWhy, cards.VerbHistory, cards.VerbAttention, cards.VerbGoalDelete, cards.VerbConnections, "none"} {
			for _, goal := range []okr.GoalID{"O1", "O2", "KR3", r.megan[okr.KeyResult]} {
				data := map[string]string{cards.KeyView: view, cards.KeyGoal: string(goal), cards.KeyScope: "mine", teams.KeyTargeted: "1"}
				d, err := r.Teams.Invoke(t.Context(), place, u, "adaptiveCard/action", map[string]any{"action": map[string]any{"type": "Action.Execute", "verb": cards.VerbShare, "data": data}})
				require.NoError(t, err)
				for _, p := range r.Teams.Posts(place.Since(bottest.Delivery{Seq: d.Seq})) {
					for _, secret := range secrets() {
						require.NotContains(t, p.Text(), secret, "%s shares %s of %s", name, view, goal)
					}
				}
				require.Empty(t, r.changed(t), "%s shares %s of %s", name, view, goal)
			}
		}
	}
}
