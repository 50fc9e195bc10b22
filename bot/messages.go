package bot

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// OnMessage answers what a person wrote, or the Action.Submit of a client that
// does not know Action.Execute.
func (b *Bot) OnMessage(ctx context.Context, a teams.Activity) error {
	t, err := b.newTurn(ctx, a)
	if err != nil {
		return b.post(ctx, a.Ref(), b.refusal(ctx, err, "okrbot cannot do this"))
	}
	b.seen(ctx, t)
	if p, ok := submitted(a); ok {
		return b.onSubmit(ctx, t, p)
	}
	r, err := b.obey(ctx, t, a.BotMentionStripped())
	if err != nil {
		r = b.refusal(ctx, err, "That did not work")
	}
	return b.post(ctx, a.Ref(), r)
}

// onSubmit answers a pressed button by replacing its card, as an Action.Execute
// would; a card that is gone gets a new message instead.
func (b *Bot) onSubmit(ctx context.Context, t *turn, p press) error {
	r, err := b.act(ctx, t, p)
	if err != nil {
		return b.post(ctx, t.activity.Ref(), b.refusal(ctx, err, "That did not work"))
	}
	if r.attachment != nil || t.activity.ReplyToID == "" {
		return b.post(ctx, t.activity.Ref(), r)
	}
	err = b.Connector.Update(ctx, t.activity.CardRef(), r.message())
	if errors.Is(err, teams.ErrGone) {
		return b.post(ctx, t.activity.Ref(), r)
	}
	if err == nil && r.posted != nil {
		err = r.posted(ctx, t.activity.ReplyToID)
	}
	return err
}

// OnInvoke answers pressed buttons, type-ahead searches, sign-in codes and searches
// of the message extension.
func (b *Bot) OnInvoke(ctx context.Context, a teams.Activity) (teams.InvokeResponse, error) {
	switch a.Name {
	case teams.InvokeCardAction, teams.InvokeSearch, teams.InvokeVerifyState:
	case teams.InvokeCompose:
		return b.onCompose(ctx, a)
	default:
		return teams.InvokeResponse{}, teams.ErrNotImplemented
	}
	t, err := b.newTurn(ctx, a)
	if err != nil {
		return b.invokeRefusal(ctx, err), nil
	}
	b.seen(ctx, t)
	switch a.Name {
	case teams.InvokeSearch:
		return b.onSearch(ctx, t)
	case teams.InvokeVerifyState:
		return b.onVerifyState(ctx, t)
	default:
		return b.onExecute(ctx, t)
	}
}

func (b *Bot) onExecute(ctx context.Context, t *turn) (teams.InvokeResponse, error) {
	p, ok := executed(t.activity)
	if !ok {
		return teams.InvokeResponse{}, teams.ErrMalformedValue
	}
	r, err := b.act(ctx, t, p)
	if err != nil {
		return b.invokeRefusal(ctx, err), nil
	}
	if r.attachment != nil {
		if err := b.post(ctx, t.activity.Ref(), r); err != nil {
			return b.invokeRefusal(ctx, err), nil
		}
		return teams.MessageResponse(r.summary), nil
	}
	return b.answerCard(ctx, t, r)
}

// answerCard replaces the card for whoever pressed and, where others see it too,
// for them.
func (b *Bot) answerCard(ctx context.Context, t *turn, r reply) (teams.InvokeResponse, error) {
	id := t.activity.ReplyToID
	if r.forAll && t.actor.Shared && id != "" {
		if err := b.Connector.Update(ctx, t.activity.CardRef(), r.message()); err != nil && !errors.Is(err, teams.ErrGone) {
			b.Logger.WarnContext(ctx, "card not updated for others", "ref", teams.RefFrom(ctx), "err", err)
		}
	}
	if r.posted != nil {
		if err := r.posted(ctx, id); err != nil {
			return b.invokeRefusal(ctx, err), nil
		}
	}
	response := teams.CardResponse(r.card)
	response.Private = !r.forAll
	return response, nil
}

// invokeRefusal puts a refusal on the pressed card and leaves its fields as they
// are filled in.
func (b *Bot) invokeRefusal(ctx context.Context, err error) teams.InvokeResponse {
	status := http.StatusBadRequest
	if okr.KindOf(err) == okr.Internal {
		status = http.StatusInternalServerError
	}
	return teams.ErrorResponse(status, okr.KindOf(err).String(), b.words(ctx, err))
}

// press is a pressed button: the same for both ways in which it arrives. Data
// holds what the card carries and what was filled in, all as text.
type press struct {
	verb string
	data map[string]string
}

// executed reads an Action.Execute.
func executed(a teams.Activity) (press, bool) {
	var value struct {
		Action struct {
			Verb string                     `json:"verb"`
			Data map[string]json.RawMessage `json:"data"`
		} `json:"action"`
	}
	if err := json.Unmarshal(a.Value, &value); err != nil {
		return press{}, false
	}
	return newPress(value.Action.Verb, value.Action.Data)
}

// submitted reads an Action.Submit, whose data carries the verb.
func submitted(a teams.Activity) (press, bool) {
	var data map[string]json.RawMessage
	if len(a.Value) == 0 || json.Unmarshal(a.Value, &data) != nil || data == nil {
		return press{}, false
	}
	return newPress("", data)
}

func newPress(verb string, data map[string]json.RawMessage) (press, bool) {
	p := press{verb: verb, data: map[string]string{}}
	for k, raw := range data {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw) // a number or a truth value, as its text
		}
		p.data[k] = text
	}
	if p.verb == "" {
		p.verb = p.data[cards.KeyVerb]
	}
	return p, p.verb != ""
}

// pressHandler answers a pressed button.
type pressHandler func(ctx context.Context, t *turn, p press) (reply, error)

func (b *Bot) act(ctx context.Context, t *turn, p press) (reply, error) {
	handle, ok := b.verbs[p.verb]
	if !ok {
		return reply{}, okr.Errorf(okr.Invalid, "This button belongs to an older or newer okrbot. Send `help` for what can be done now.")
	}
	return handle(ctx, t, p)
}

// words puts an error into words for people. A fault of okrbot's own is logged
// and shown as a reference only.
func (b *Bot) words(ctx context.Context, err error) string {
	if msg, ok := okr.MessageOf(err); ok {
		// What people read holds names and titles; the log gets the cause only.
		b.Logger.InfoContext(ctx, "refused", "ref", teams.RefFrom(ctx), "kind", okr.KindOf(err).String(), "err", okr.CauseOf(err))
		return msg
	}
	b.Logger.ErrorContext(ctx, "fault", "ref", teams.RefFrom(ctx), "err", err)
	return teams.FaultText(teams.RefFrom(ctx))
}

// refusal is the card that says why something was not done and what to do next.
func (b *Bot) refusal(ctx context.Context, err error, title string) reply {
	return say(cards.Problem(title, b.words(ctx, err), referenceOf(ctx, err), nextSteps(err)))
}

func referenceOf(ctx context.Context, err error) string {
	if okr.KindOf(err) == okr.Internal {
		return teams.RefFrom(ctx)
	}
	return ""
}

// nextSteps offers the button that ends a failure.
func nextSteps(err error) []cards.Button {
	switch okr.KindOf(err) {
	case okr.SignIn, okr.NoAccess:
		return []cards.Button{{Title: "Sign in", Verb: cards.VerbConnectionAccount, Style: "positive"}}
	case okr.Disabled:
		return []cards.Button{{Title: "See the integration", Verb: cards.VerbManage}}
	case okr.NotFound:
		return []cards.Button{{Title: "Show the OKRs", Verb: cards.VerbGoals}}
	default:
		return []cards.Button{{Title: "Help", Verb: cards.VerbHelp}}
	}
}
