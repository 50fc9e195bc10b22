package connections

import (
	"context"
	"errors"
	"slices"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// applications is the talk about applications: the list of them, the link of the page and
// what comes of it.
type applications struct{ *Subject }

// application is the application that a button is about.
func application(p chat.Press) okr.CredentialID {
	return okr.CredentialID(p.Data[cards.KeyApplication])
}

// connectApplication sends the link of the page on which an admin enters an application.
func (s applications) connectApplication(ctx context.Context, t *chat.Turn, _ string) (chat.Reply, error) {
	if err := errors.Join(t.MembersOnly(), s.access.RequireEnabled(ctx, t.Actor)); err != nil {
		return chat.Reply{}, err
	}
	if err := s.access.RequireAdmin(ctx, t.Actor); err != nil {
		return chat.Reply{}, err
	}
	return s.askApplication(ctx, t, nil)
}

func (s applications) renewApplication(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	v, err := s.applicationView(ctx, t, application(p))
	if err == nil {
		err = s.access.RequireEnabled(ctx, t.Actor)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	return s.askApplication(ctx, t, &v)
}

func (s applications) listApplications(ctx context.Context, t *chat.Turn, _ string) (chat.Reply, error) {
	return s.pressApplications(ctx, t, chat.Press{})
}

func (s applications) pressApplications(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	list, err := s.apps.Applications(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	l := cards.ApplicationList{Total: len(list), Offset: min(p.Offset(), max(0, len(list)-1))}
	for _, c := range list[l.Offset:min(len(list), l.Offset+cards.PageSize)] {
		v := cards.ApplicationView{Credential: c}
		if v.Connections, err = s.apps.ApplicationConnections(ctx, t.Actor, c.ID); err != nil {
			return chat.Reply{}, err
		}
		l.Views = append(l.Views, v)
	}
	return chat.Say(cards.Applications(t.Place, l)).Only(t.Actor.ID), nil
}

// applicationView reads an application with its connections. Forbidden: the person is no
// admin. NotFound: there is none, or it was removed.
func (s applications) applicationView(ctx context.Context, t *chat.Turn, id okr.CredentialID) (v cards.ApplicationView, err error) {
	list, err := s.apps.Applications(ctx, t.Actor)
	if err != nil {
		return v, err
	}
	i := slices.IndexFunc(list, func(c okr.Credential) bool { return c.ID == id })
	if i < 0 {
		return v, okr.WithNext(okr.Errorf(okr.NotFound, "This application doesn't exist or was removed."), okr.Step{Kind: okr.StepConnections})
	}
	v.Credential = list[i]
	v.Connections, err = s.apps.ApplicationConnections(ctx, t.Actor, id)
	return v, err
}

func (s applications) showApplication(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	v, err := s.applicationView(ctx, t, application(p))
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.Say(cards.Application(t.Place, v)).Only(t.Actor.ID), nil
}

// connectBy opens the form of a connection that an application is to read for.
func (s applications) connectBy(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	if err := s.access.RequireEnabled(ctx, t.Actor); err != nil {
		return chat.Reply{}, err
	}
	v, err := s.applicationView(ctx, t, application(p))
	if err != nil {
		return chat.Reply{}, err
	}
	return s.formBy(ctx, t, v.Credential)
}

func (s applications) formBy(ctx context.Context, t *chat.Turn, c okr.Credential) (chat.Reply, error) {
	d := connectionDraft{ID: chat.NewFormID(), Owner: t.Actor.ID, Credential: c.ID, Account: c.Account.UserName, Application: c.Application.Name}
	r, err := s.connectionStepOne(ctx, t, d, cards.FieldError{})
	return r.Only(t.Actor.ID), err
}

// afterApplication is what the chat shows once an application is saved. One that was removed and
// is there again brings its connections back.
func (s applications) afterApplication(ctx context.Context, t *chat.Turn, saved okr.Credential, healed []okr.Connection, isRenewed bool) (chat.Reply, error) {
	if !isRenewed && len(healed) == 0 {
		return s.formBy(ctx, t, saved)
	}
	return chat.Say(cards.ApplicationRenewed(t.Place, cards.ApplicationView{Credential: saved}, healed)), nil
}

// measureHealed measures at once what had stopped. Best effort: the hourly sync does it as
// well.
func (s applications) measureHealed(ctx context.Context, t *chat.Turn, healed []okr.Connection) {
	var jobs []okr.SyncJob
	for _, c := range healed {
		jobs = append(jobs, okr.SyncJob{Connection: c.ID})
	}
	if len(jobs) == 0 {
		return
	}
	if err := s.syncs.SyncNow(ctx, t.Actor.Tenant, jobs, okr.Reply{Actor: t.Actor, Ref: teams.RefFrom(ctx)}); err != nil {
		s.chat.Logger.WarnContext(ctx, "sync of an application's connections not queued", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
	}
}

func (s applications) askRemoveApplication(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	v, err := s.applicationView(ctx, t, application(p))
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.Say(cards.ConfirmRemoveApplication(v)).Only(t.Actor.ID), nil
}

func (s applications) removeApplication(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	v, err := s.applicationView(ctx, t, application(p))
	if err != nil {
		return chat.Reply{}, err
	}
	stopped, err := s.apps.RemoveApplication(ctx, t.Actor, v.Credential.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.Audit(ctx, t, chat.Deed{Did: "application removed", Of: string(v.Credential.ID)})
	return chat.Say(cards.ApplicationRemoved(v.Credential.Application.Name, stopped)).Only(t.Actor.ID), nil
}
