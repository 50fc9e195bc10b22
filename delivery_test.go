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
	moveIn := []string{"sendfile " + contoso + "zip " + contoso + "csv", "expect 'Files to import'", "press 'Look at it first'", "shows 'Preview of import IM1'"}
	return map[string]wayToPerson{
		"reminder": {
			[]string{"start connected", "user megan", "say new objective Grow", "press Save", "say new kr", "fill title=Sell metric=Deals startValue=0 target=10", "press Save"},
			[]string{"restart 165h", "advance 12h"},
			"Time to check in", nil,
		},
		"nudge": {
			[]string{"start enabled", "user megan", "in channel Delivery", "say new objective Grow", "press Save", "expect O1", "in personal", "say help", "expect Help"},
			[]string{"user alex", "in channel Delivery", "say nudge O1", "expect Reminded"},
			"How is O1?",
			[]string{"user alex", "in channel Delivery", "say nudge O1", "expect 'has no chat'"},
		},
		"notice":          {own, []string{"ado sign-out megan", "advance 2h"}, "Contoso launch", nil},
		"sign-in card":    {[]string{"start enabled", "user megan", "say help", "expect Help"}, []string{"in channel Delivery", "fault here targeted 400:BadArgument -1", "say connect", "expect 'our own chat'"}, "Sign in to Azure DevOps", []string{"in channel Delivery", "fault here targeted 400:BadArgument -1", "say connect", "expect 'write to you in our 1:1 chat'"}},
		"private reply":   {[]string{"start bound", "user megan", "say help", "expect Help"}, []string{"in channel Delivery", "say digest", "press Subscribe", "expect 'Digest on'", "fault here targeted 404:BotNotInConversationRoster -1", "say 'digest preview'", "expect 'our own chat'"}, "Preview of the digest", []string{"in channel Delivery", "say digest", "press Subscribe", "expect 'Digest on'", "fault here targeted 403 -1", "say 'digest preview'", "expect 'write to you in our 1:1 chat'"}},
		"digest":          {append(slices.Clone(own), "say digest", "press Subscribe", "expect 'Digest on'"), []string{"ado complete 'Launch bugs' 3", "advance 3h"}, "What moved", nil},
		"pause of digest": {append(slices.Clone(own), "in channel Delivery", "say digest", "press Subscribe", "expect 'Digest on'"), []string{"in channel Delivery", "event channelDeleted"}, "is paused", nil},
		"offer": {
			[]string{"user megan", "say help", "expect Help", "user alex", "start connected"},
			[]string{"user alex", "in channel Delivery", "say hand over C1 to Megan Bowen", "expect 'was asked'"},
			"Contoso launch",
			[]string{"user alex", "in channel Delivery", "say hand over C1 to Megan Bowen", "expect 'could not write'"},
		},
		"outcome of import": {
			[]string{"start enabled", "in channel Delivery", "say admins add megan@contoso.example", "expect 'Megan Bowen'", "user megan", "in personal", "say help", "expect Help"},
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

// TestRefusedDigests tries every refusal: what closes the place pauses the digest at once,
// anything else after a day; and somebody who writes there lifts either.
func TestRefusedDigests(t *testing.T) {
	t.Parallel()
	for _, fault := range slices.Sorted(maps.Keys(refusals())) {
		closes := refusals()[fault]
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			w := newDeliveryWorld(t)
			require.NoError(t, w.Play("start bound", "in channel Delivery", "say digest", "press Subscribe", "expect 'Digest on'",
				"ado complete 'Launch bugs' 3", fmt.Sprintf("fault here send %s -1", fault), "advance 3h", "in personal"))
			if closes {
				require.NoError(t, w.Play("last 'is paused'"))
			} else {
				require.ErrorContains(t, w.Play("last 'is paused'"), "is paused")
				require.NoError(t, w.Play("in channel Delivery", "advance 25h", "in personal", "last 'is paused' '"+strings.ReplaceAll(fault, ":", " ")+"'"))
			}
			require.NoError(t, w.Play("in channel Delivery", "fault clear", "say okr KR1", "last 'Key result'", "open 'The digest goes on'", "advance 2h", "expect 'What moved'"))
		})
	}
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
