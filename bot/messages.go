package bot

import (
	"cmp"
	"context"
	"time"

	"okrbot/bot/chat"
	"okrbot/bot/signin"
	"okrbot/bot/teams"
	"okrbot/okr"
)

// OnMessage answers what a person wrote, or the Action.Submit of a client that
// does not know Action.Execute.
func (b *Bot) OnMessage(ctx context.Context, a teams.Activity) error {
	t, err := b.chat.Begin(ctx, a)
	r := b.chat.Refusal
	if err != nil {
		return b.deliver(ctx, t, r(ctx, err, "I can't do this"))
	}
	texts := b.texts(t)
	if err := b.chat.OneByOne(texts); err != nil {
		return b.deliver(ctx, t, r(ctx, err, "One at a time"))
	}
	for _, text := range texts {
		each := *t // one command leaves nothing of the turn changed for the next
		reply, err := b.reply(ctx, &each, text)
		if err != nil {
			reply = r(ctx, err, "That didn't work")
		}
		if err := b.deliver(ctx, &each, reply); err != nil {
			return err
		}
	}
	return nil
}

// texts are the commands of a message; a press, a code, an empty message and one with
// files are one.
func (b *Bot) texts(t *chat.Turn) []string {
	words := t.Activity.Words()
	if t.Press != nil || words == "" || len(t.Files) > 0 || signin.IsCode(words) {
		return []string{words}
	}
	return b.chat.Commands(t.Activity.Lines())
}

func (b *Bot) deliver(ctx context.Context, t *chat.Turn, r chat.Reply) error {
	_, err := b.chat.Deliver(ctx, t, r)
	return err
}

// reply runs what the turn asks for: a button, a command, or, of a person in the
// middle of a sign-in, the code.
func (b *Bot) reply(ctx context.Context, t *chat.Turn, text string) (chat.Reply, error) {
	r, err := b.run(ctx, t, text)
	return r, t.Explain(b.namingAdmins(ctx, t, err))
}

// namingAdmins says whom to ask where Azure DevOps isn't enabled, after Teams was asked for
// the admins' names.
func (b *Bot) namingAdmins(ctx context.Context, t *chat.Turn, err error) error {
	if okr.KindOf(err) != okr.Disabled || len(b.access.UnmetAdmins(ctx, t.Settings)) == 0 {
		return err
	}
	chat.MeetAdmins(ctx, b.chat, t)
	return cmp.Or(b.access.RequireEnabled(ctx, t.Actor), err)
}

func (b *Bot) run(ctx context.Context, t *chat.Turn, text string) (chat.Reply, error) {
	defer func() {
		if !t.Helped {
			b.todo.drop(t.Actor)
		}
	}()
	if t.Press != nil {
		return b.chat.Act(ctx, t, *t.Press)
	}
	if signin.IsCode(text) {
		teams.NoteFrom(ctx).Did("code")
		return b.signIn.EnterCode(ctx, t, text)
	}
	return b.chat.Answer(ctx, t, text)
}

// OnInvoke answers pressed buttons, type-ahead searches, sign-in codes and the tokens of single
// sign-on, searches of the message extension and what addresses in messages unfold into.
func (b *Bot) OnInvoke(ctx context.Context, a teams.Activity) (teams.InvokeResponse, error) {
	switch a.Name {
	case teams.InvokeCardAction, teams.InvokeSearch, teams.InvokeVerifyState, teams.InvokeFileConsent, teams.InvokeTokenExchange, teams.InvokeSignInFailure:
	case teams.InvokeCompose:
		return b.compose.OnCompose(ctx, a)
	case teams.InvokeLink:
		return b.compose.OnLink(ctx, a)
	case teams.InvokeAnonymousLink:
		return b.compose.OnAnonymousLink(ctx, a)
	default:
		return teams.InvokeResponse{}, teams.ErrNotImplemented
	}
	t, err := b.chat.Begin(ctx, a)
	switch {
	case a.Name == teams.InvokeFileConsent:
		return b.onFileConsent(ctx, t, err)
	case a.Name == teams.InvokeTokenExchange:
		return b.signIn.OnTokenExchange(ctx, t, err)
	case a.Name == teams.InvokeSignInFailure:
		return b.signIn.OnFailure(ctx, t, err)
	case err != nil:
		return b.chat.RefuseInvoke(ctx, err), nil
	case a.Name == teams.InvokeSearch:
		return b.bindings.OnSearch(ctx, t)
	case a.Name == teams.InvokeVerifyState:
		return b.signIn.OnVerifyState(ctx, t)
	case t.Press == nil:
		return teams.InvokeResponse{}, teams.ErrMalformedValue
	}
	r, err := b.reply(ctx, t, "")
	if err != nil {
		return b.chat.RefuseInvoke(ctx, err), nil
	}
	return b.chat.Deliver(ctx, t, r)
}

// onFileConsent answers whether a file may be saved: as a message, for Teams shows no
// other answer to it.
func (b *Bot) onFileConsent(ctx context.Context, t *chat.Turn, err error) (teams.InvokeResponse, error) {
	if t.Press == nil {
		return teams.InvokeResponse{}, teams.ErrMalformedValue
	}
	var r chat.Reply
	if err == nil {
		r, err = b.reply(ctx, t, "")
	}
	if err != nil {
		r = b.chat.Refusal(ctx, err, "The file wasn't saved")
	}
	// A file may take longer than a turn, and what became of it is said all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return b.chat.Deliver(ctx, t, r)
}
