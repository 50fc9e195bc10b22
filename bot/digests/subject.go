// Package digests is what okrbot posts in places without being asked: which goals, when,
// and the posts.
package digests

import (
	"context"

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
		Seen:  s.signOfLife, CheckedIn: s.checkedIn, Ahead: s.ahead(),
		Commands: []chat.Command{
			{Name: "digest", Arg: "[mine|of <person>|tag <tag>|all|new|preview|mute 4h|unmute|stop]", What: "Post changes here: hourly, daily or weekly", Who: chat.Members, Examples: []string{"digest", "digest mine", "digest mute 2d"}, Verb: cards.VerbDigest, Own: isOwnDigest, Run: s.digest},
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
			{Kind: okr.StepDigest, Command: "digest", Says: "To start one, send: %s.", Title: "Start a digest", Verb: cards.VerbDigest},
			{Kind: okr.StepStopDigest, Command: "digest stop", Says: "To stop it, send: %s.", Title: "Stop digest", Verb: cards.VerbDigestStop},
		},
	}
}

// ahead is what presses read first.
func (s *Subject) ahead() chat.Aheads {
	objectives := func(ctx context.Context, actor okr.Actor, _ chat.Press) { _, _ = s.plan.Objectives(ctx, actor) }
	return chat.Aheads{}.
		On(objectives, cards.VerbDigest, cards.VerbDigestNew)
}
