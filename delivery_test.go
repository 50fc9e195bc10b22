package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
	"okrbot/bot/teams"
	"okrbot/okr"
)

// wayToPerson is one way in which okrbot writes to a person without an answer to give, or
// in another place than where it was asked.
type wayToPerson struct {
	begin  []string // until megan's chat is known
	happen []string // and something is to be told there
	told   string   // what she then sees
	closed []string // what happens where her chat is closed; nil: the same
}

// waysToAPerson are all of them. A new one belongs here.
func waysToAPerson() map[string]wayToPerson {
	own := []string{"user megan", "start bound"}
	moveIn := []string{"sendfile " + contoso + "zip " + contoso + "csv", "expect 'Files to import'", "press Preview", "shows 'Preview of import IM1'"}
	return map[string]wayToPerson{
		"reminder": {
			[]string{"start connected", "user megan", "say new objective Grow", "press Save", "say new kr", "fill title=Sell metric=Deals startValue=0 target=10", "press Save"},
			[]string{"restart 165h", "advance 12h"},
			"Time to check in", nil,
		},
		"nudge": {
			[]string{"start enabled", "user megan", "in channel Delivery", "say new objective Grow", "press Save", "expect O1", "in personal", "say help", "expect 'What I can do'"},
			[]string{"user alex", "in channel Delivery", "say nudge O1", "expect Reminded"},
			"Update O1",
			[]string{"user alex", "in channel Delivery", "say nudge O1", "expect 'has no chat'"},
		},
		"notice":          {own, []string{"ado sign-out megan", "advance 2h"}, "Contoso launch", nil},
		"sign-in card":    {[]string{"start enabled", "user megan", "say help", "expect 'What I can do'"}, []string{"in channel Delivery", "fault here targeted 400:BadArgument -1", "say connect", "expect 'our private chat'"}, "Sign in to Azure DevOps", []string{"in channel Delivery", "fault here targeted 400:BadArgument -1", "say connect", "expect 'post the answer in our 1:1 chat'"}},
		"private reply":   {[]string{"start bound", "user megan", "say help", "expect 'What I can do'"}, []string{"in channel Delivery", "say digest", "press Subscribe", "expect 'Digest on'", "fault here targeted 404:BotNotInConversationRoster -1", "say 'digest preview'", "expect 'our private chat'"}, "Preview of the digest", []string{"in channel Delivery", "say digest", "press Subscribe", "expect 'Digest on'", "fault here targeted 403 -1", "say 'digest preview'", "expect 'post the answer in our 1:1 chat'"}},
		"digest":          {append(slices.Clone(own), "say digest", "press Subscribe", "expect 'Digest on'"), []string{"ado complete 'Launch bugs' 3", "advance 3h"}, "What changed", nil},
		"pause of digest": {append(slices.Clone(own), "in channel Delivery", "say digest", "press Subscribe", "expect 'Digest on'"), []string{"in channel Delivery", "event channelDeleted"}, "is paused", nil},
		"offer": {
			[]string{"user megan", "say help", "expect 'What I can do'", "user alex", "start connected"},
			[]string{"user alex", "in channel Delivery", "say hand over C1 to Megan Bowen", "expect 'asked Megan Bowen in chat'"},
			"Contoso launch",
			[]string{"user alex", "in channel Delivery", "say hand over C1 to Megan Bowen", "expect 'message Megan Bowen. Ask'"},
		},
		"outcome of import": {
			[]string{"start enabled", "in channel Delivery", "say admins add megan@contoso.example", "expect 'Megan Bowen'", "user megan", "in personal", "say help", "expect 'What I can do'"},
			append(slices.Clone(moveIn), "fault teams update 404:ConversationNotFound", "press Import", "idle"),
			"Import IM1 is done",
			slices.Concat([]string{"fault clear"}, moveIn, []string{"fault here update 403:ConversationBlockedByUser -1", "fault teams create 403 -1", "press Import", "idle"}),
		},
		"outcome of sync": {own, []string{"fault teams update 404:ConversationNotFound", "say sync KR1", "idle"}, "KR1", []string{"fault clear", "fault here update 403:ConversationBlockedByUser -1", "fault teams create 403 -1", "say sync KR1", "idle"}},
	}
}

// A 1:1 chat that is gone is opened anew by whatever is to be told there. One that is
// closed leads to no fault: whoever waits for it hears what to do.
func TestPersonalChatGone(t *testing.T) {
	t.Parallel()
	for name, way := range waysToAPerson() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newDeliveryWorld(t)
			play(t, w, way.begin...)
			play(t, w, "user megan", "in personal", "forget")
			play(t, w, way.happen...)
			play(t, w, "user megan", "in personal", "last '"+way.told+"'")
		})
		t.Run(name+" closed", func(t *testing.T) {
			t.Parallel()
			w := newDeliveryWorld(t)
			play(t, w, way.begin...)
			play(t, w, "user megan", "in personal", "fault here send 403:ConversationBlockedByUser -1", "fault teams create 403:ConversationBlockedByUser -1")
			happen := way.happen
			if way.closed != nil {
				happen = way.closed
			}
			play(t, w, happen...)
			require.Error(t, w.Play("in channel Delivery", "last 'Something went wrong'"))
		})
	}
}

// refusals are answers to a post that say no, and whether they close the place at once.
func refusals() map[string]bool {
	all := map[string]bool{"403:BadArgument": false, "403:Forbidden": false, "404:ConversationNotFound": false, "404:ActivityNotFound": false, "400:BadSyntax": false, "413:MessageSizeTooBig": false, "405:NotAllowed": false}
	for _, code := range teams.UnreachableCodes() {
		all["403:"+code] = true
	}
	return all
}

// TestRefusedDigests tries every refusal, each in a channel of its own: what closes the place pauses
// the digest at once, anything else after a day; and somebody who writes there lifts either.
func TestRefusedDigests(t *testing.T) {
	t.Parallel()
	w := newDeliveryWorld(t)
	play(t, w, "start bound")
	all, team := slices.Sorted(maps.Keys(refusals())), w.Teams.Team("")
	channel := func(fault string) string { return "refused by " + strings.ReplaceAll(fault, ":", " ") }
	for _, fault := range all {
		w.Teams.AddChannel(team, channel(fault))
		play(t, w, "in channel "+channel(fault), "say digest", "press Subscribe", "expect 'Digest on'", fmt.Sprintf("fault here send %s -1", fault))
	}
	paused := func(fault string) string {
		for _, p := range w.Teams.Posts(w.Teams.Personal(w.User)) {
			if p.Contains("The digest for " + channel(fault) + " is paused") {
				return p.Text()
			}
		}
		return ""
	}
	each := func(when string, see func(t *testing.T, fault string, closes bool)) {
		for _, fault := range all {
			t.Run(fault+" "+when, func(t *testing.T) { see(t, fault, refusals()[fault]) })
		}
	}
	play(t, w, "ado complete 'Launch bugs' 3", "advance 3h")
	each("at once", func(t *testing.T, fault string, closes bool) {
		t.Helper()
		require.Equal(t, closes, paused(fault) != "")
	})
	play(t, w, "advance 25h")
	each("after a day", func(t *testing.T, fault string, closes bool) {
		t.Helper()
		require.NotEmpty(t, paused(fault))
		if !closes {
			require.Contains(t, paused(fault), strings.ReplaceAll(fault, ":", " "))
		}
	})
	play(t, w, "fault clear")
	each("lifted", func(t *testing.T, fault string, _ bool) {
		t.Helper()
		play(t, w, "in channel "+channel(fault), "say okr KR1", "last 'Key result'", "open 'Digest resumed'")
	})
	play(t, w, "advance 2h")
	each("told", func(t *testing.T, fault string, _ bool) {
		t.Helper()
		play(t, w, "in channel "+channel(fault), "expect 'What changed'")
	})
}

// newDeliveryWorld is a world with a running okrbot at the beginning of a week.
func newDeliveryWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, time.Date(2026, time.August, 17, 9, 0, 0, 0, time.UTC))
	require.NoError(t, w.Start())
	t.Cleanup(func() { require.NoError(t, errors.Join(w.Stop(), w.Check())) })
	return w
}

// Two syncs of one ended sign-in tell it once; a post that failed is tried by a later one.
func TestNoticesAreClaimed(t *testing.T) {
	t.Parallel()
	w := newDeliveryWorld(t)
	play(t, w, "start bound", "mark")
	tenant := okr.TenantID(bottest.DefaultTenant)
	c, err := w.app.store.Connections().Get(t.Context(), tenant, "C1")
	require.NoError(t, err)
	n := okr.Notice{Owner: c.Owner, Connection: c, Whole: true, Health: okr.Health{State: okr.HealthNeedsSignIn, Problem: "The sign-in has ended."}}
	outcomes := make(chan okr.Kind, 2)
	for range 2 {
		go func() { outcomes <- okr.KindOf(w.app.bot.TellOwner(t.Context(), tenant, n)) }()
	}
	kinds := []okr.Kind{<-outcomes, <-outcomes}
	slices.Sort(kinds)
	require.Equal(t, []okr.Kind{okr.Internal, okr.Conflict}, kinds, "one tells it, the other leaves it to that one")
	play(t, w, "once 'The sign-in has ended.'")
	play(t, w, "restart 10m", "mark")
	require.NoError(t, w.app.bot.TellOwner(t.Context(), tenant, n))
	play(t, w, "once 'The sign-in has ended.'")
}
