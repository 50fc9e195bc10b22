// Package digests is what okrbot tells a place by itself: which goals, when, and
// the posts.
package digests

import (
	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// Subject is the talk about digests.
type Subject struct {
	chat   *chat.Chat
	access accessor
	plan   planner
	notify notifier
}

// New makes the subject.
func New(c *chat.Chat, access accessor, plan planner, notify notifier) *Subject {
	return &Subject{chat: c, access: access, plan: plan, notify: notify}
}

// Register gives what people can say and press.
func (s *Subject) Register() chat.Subject {
	return chat.Subject{
		Title: "Digests",
		Seen:  s.signOfLife, CheckedIn: s.checkedIn,
		Commands: []chat.Command{
			{Name: "digest", Arg: "[mine|of <person>|tag <tag>|all|new|preview|mute 4h|unmute|stop]", What: "Tell this place what moved: hourly, daily or weekly", Who: chat.Members, Examples: []string{"digest", "digest mine", "digest mute 2d"}, Verb: cards.VerbDigest, Own: isOwnDigest, Run: s.digest},
		},
		Presses: map[string]chat.PressHandler{
			cards.VerbDigest:        s.pressDigest,
			cards.VerbDigestNew:     s.pressNew,
			cards.VerbDigestSave:    s.saveDigest,
			cards.VerbDigestStop:    s.stopDigest,
			cards.VerbDigestPreview: s.previewDigest,
			cards.VerbDigestMute:    s.muteDigest,
		},
		Steps: []chat.NextStep{
			{Kind: okr.StepDigest, Command: "digest", Says: "To start one, send: %s.", Title: "Digest", Verb: cards.VerbDigest},
			{Kind: okr.StepStopDigest, Command: "digest stop", Says: "To end it, send: %s.", Title: "Stop the digest", Verb: cards.VerbDigestStop},
		},
	}
}
